import { type ArchivedEntry, canonicalJson, type Json, sameBytes, utf8 } from '@uncaged/book/rules';
import {
  checkPolicy,
  enactment,
  type Policy,
  patchOnto,
  policyHash,
  type Terms,
} from '@uncaged/governance/rules';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';
import { patchVoted, type Votes } from './votes.ts';

/** A policy as the book says it came into force. */
export interface PolicyStep {
  readonly version: number;
  readonly hash: string;
  readonly proposalId: string | null;
  readonly entryId: string;
  readonly at: Date;
}

/** A request that was under way when a policy changed may still name the one before, for so many milliseconds. */
const UNDER_WAY = 60_000;

/** Every policy step from genesis: its hash, the one before, the vote that passed it, the patch that made it. */
export class Policies implements Replay {
  readonly kinds = ['policy.enacted', 'generation.refused', 'generation.completed'];
  readonly steps: PolicyStep[] = [];
  readonly #documents = new Map<string, Policy>();
  readonly #votes: Votes;

  constructor(votes: Votes) {
    this.#votes = votes;
  }

  /** The policy in force; null before the founding. */
  get current(): Policy | null {
    return this.document(this.steps.at(-1)?.hash ?? '');
  }

  /** The policy of this hash, once it was enacted. */
  document(hash: string): Policy | null {
    return this.#documents.get(hash) ?? null;
  }

  /** Whether the machine may propose this by itself: to settle a clash. */
  mayOpenByItself({ rebases }: Terms): boolean {
    return rebases !== undefined && this.#votes.votes.get(rebases)?.became === 'clash';
  }

  /** The policies something written at this time may have been decided under: the one in force, seldom two. */
  about(time: Date): PolicyStep[] {
    return this.steps.filter((_, index) => {
      const after = this.steps[index + 1];
      return !after || time.getTime() - after.at.getTime() < UNDER_WAY;
    });
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    if (!payload) return entry.kind === 'policy.enacted' ? wrong('broken_policy', 'shows no policy') : null;
    if (entry.kind !== 'policy.enacted') return this.#ranUnder(payload);
    const { version, previousHash, proposalId } = payload;
    const document = payload.document as unknown as Policy;
    const hash = text(payload, 'hash');
    const before = this.steps.at(-1);
    if (version !== (before?.version ?? 0) + 1 || idOf(entry) !== String(version)) {
      return wrong('broken_policy', `is version ${String(version)} after version ${before?.version ?? 0}`);
    }
    if (previousHash !== (before?.hash ?? null))
      return wrong('broken_policy', 'names another policy before it');
    if (!checkPolicy(document).ok) return wrong('broken_policy', 'holds no policy');
    if (policyHash(document) !== hash)
      return wrong('broken_policy', 'has a document that does not hash to its hash');
    if (before) {
      const unlawful = this.#made(before.hash, document, proposalId, entry.time);
      if (unlawful) return wrong('broken_policy', unlawful);
    } else if (proposalId !== null)
      return wrong('broken_policy', 'is the first policy, yet says a vote made it');
    this.#documents.set(hash, document);
    this.steps.push({
      version: before ? before.version + 1 : 1,
      hash,
      proposalId: proposalId as string | null,
      entryId: entry.id,
      at: entry.time,
    });
    return null;
  }

  /** Why this document does not follow from the one before by a passed proposal; null when it does. */
  #made(beforeHash: string, document: Policy, proposalId: Json | undefined, time: Date): string | null {
    const vote = typeof proposalId === 'string' ? this.#votes.votes.get(proposalId) : undefined;
    if (!vote) return 'came into force without a proposal';
    if (vote.outcome !== 'passed') return 'came into force though its proposal did not pass';
    if (vote.became !== null) return 'is made by a proposal that was settled before';
    if (vote.kind === 'open') return 'is made by an open question, which changes nothing';
    if (time < enactment(vote.rule, vote.closesAt)) return 'came into force before the delay was over';
    const written = this.#documents.get(vote.against);
    const before = this.#documents.get(beforeHash);
    if (!written || !before) return 'is made by a proposal against a policy that never was';
    const patch = patchVoted(vote);
    if (!patch) return 'is made by a vote that left things as they were';
    const standing = patchOnto(written, before, patch);
    if (!standing.ok) return 'is made by a patch that clashes with what was in force';
    if (!sameJson(standing.policy, document))
      return 'is not what the passed patch makes of the policy before it';
    vote.became = 'enacted';
    return null;
  }

  #ranUnder(payload: Payload): Wrong | null {
    const hash = text(payload, 'policyHash');
    const step = this.steps.find((each) => each.hash === hash && each.version === payload.policyVersion);
    return step ? null : wrong('broken_policy', 'names a policy that was not in force');
  }
}

/** Whether two values are one in canonical JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  const [one, other] = [canonicalJson(a), canonicalJson(b)];
  return one.ok && other.ok && sameBytes(utf8(one.text), utf8(other.text));
}
