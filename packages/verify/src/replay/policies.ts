import { type ArchivedEntry, canonicalJson, sameBytes, utf8 } from '@uncaged/book/rules';
import {
  changesPolicy,
  checkPolicy,
  enactment,
  judged,
  type Measured,
  type Policy,
  patchOnto,
  patchPolicy,
  policyHash,
  type Terms,
  takingBack,
} from '@uncaged/governance/rules';
import type { Emergencies, Measure } from './emergencies.ts';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';
import { patchVoted, type Vote, type Votes } from './votes.ts';

const hour = 3_600_000;

/** A policy as the book says it came into force. */
export interface PolicyStep {
  readonly version: number;
  readonly hash: string;
  readonly proposalId: string | null;
  /** The measure that made it, or whose end did. */
  readonly emergencyId: string | null;
  readonly entryId: string;
  readonly at: Date;
}

/** A request that was under way when a policy changed may still name the one before, for so many milliseconds. */
const UNDER_WAY = 60_000;

/**
 * Every policy step from genesis: its hash, the one before, and what made it: the patch of a passed vote, after its trial
 * where it asked for one; a signed measure; or the end of either. What ran on trial ran under what its vote said.
 */
export class Policies implements Replay {
  readonly kinds = [
    'policy.enacted',
    'policy.canary',
    'policy.reverted',
    'generation.refused',
    'generation.completed',
  ];
  readonly steps: PolicyStep[] = [];
  readonly #documents = new Map<string, Policy>();
  /** By proposal; `version` is that of the policy in force beside it. */
  readonly #trials = new Map<string, { hash: string; version: number; endsAt: Date }>();
  readonly #votes: Votes;
  readonly #emergencies: Emergencies;

  constructor(votes: Votes, emergencies: Emergencies) {
    this.#votes = votes;
    this.#emergencies = emergencies;
  }

  /** The policy in force; null before the founding. */
  get current(): Policy | null {
    return this.document(this.steps.at(-1)?.hash ?? '');
  }

  /** The policy of this hash, once it was enacted. */
  document(hash: string): Policy | null {
    return this.#documents.get(hash) ?? null;
  }

  /** Whether the machine may propose this by itself: to settle a clash, or to keep a measure in force. */
  mayOpenByItself({ rebases, emergencyId }: Terms): boolean {
    if (emergencyId !== undefined) return this.#emergencies.measures.get(emergencyId)?.inForce != null;
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
    if (entry.kind.startsWith('generation.')) return payload ? this.#ranUnder(payload) : null;
    const said = payload ? this.#take(entry, payload) : 'shows no policy';
    return said === null ? null : wrong('broken_policy', said);
  }

  #take(entry: ArchivedEntry, payload: Payload): string | null {
    if (entry.kind === 'policy.enacted') return this.#enact(entry, payload);
    const id = text(payload, 'proposalId');
    const vote = this.#votes.votes.get(id);
    if (!vote || idOf(entry) !== id) return 'is about a trial that no vote asked for';
    return entry.kind === 'policy.canary'
      ? this.#begin(entry, vote, payload)
      : this.#revert(entry, vote, payload);
  }

  #enact(entry: ArchivedEntry, payload: Payload): string | null {
    const { version, previousHash } = payload;
    const document = payload.document as unknown as Policy;
    const hash = text(payload, 'hash');
    const before = this.steps.at(-1);
    if (version !== (before?.version ?? 0) + 1 || idOf(entry) !== String(version))
      return `is version ${String(version)} after version ${before?.version ?? 0}`;
    if (previousHash !== (before?.hash ?? null)) return 'names another policy before it';
    const unsound = unsoundness(document, hash);
    if (unsound) return unsound;
    if (before) {
      const unlawful = this.#made(before, document, payload, entry.time);
      if (unlawful) return unlawful;
    } else if (payload.proposalId !== null) return 'is the first policy, yet says a vote made it';
    this.#documents.set(hash, document);
    const { proposalId, emergencyId } = payload;
    this.steps.push({
      version: before ? before.version + 1 : 1,
      hash,
      proposalId: proposalId as string | null,
      emergencyId: typeof emergencyId === 'string' ? emergencyId : null,
      entryId: entry.id,
      at: entry.time,
    });
    return null;
  }

  /** Why this document does not follow from the one before; null when it does. */
  #made(before: PolicyStep, document: Policy, payload: Payload, time: Date): string | null {
    const { proposalId, emergencyId, why } = payload;
    if (emergencyId !== undefined) {
      const measure = this.#emergencies.measures.get(String(emergencyId));
      if (!measure || proposalId !== null) return 'came into force in an emergency that nobody asked for';
      return why === undefined
        ? this.#measured(before, document, measure, time)
        : this.#ended(document, measure, String(emergencyId), time);
    }
    const vote = typeof proposalId === 'string' ? this.#votes.votes.get(proposalId) : undefined;
    if (!vote) return 'came into force without a proposal';
    if (why !== undefined) return this.#sunset(document, vote, proposalId as string, time);
    const trial = this.#trials.get(proposalId as string);
    if (vote.terms.canary && !trial) return 'came into force without the trial that was voted';
    if (trial && time < trial.endsAt) return 'came into force before its trial was over';
    const standing = this.#passed(vote, time, trial ? 'canary' : null);
    if (typeof standing === 'string') return standing;
    if (!sameJson(standing, document)) return 'is not what the passed patch makes of the policy before it';
    vote.became = 'enacted';
    return null;
  }

  /** What a passed vote makes of the policy in force; or why it may not make anything of it now. */
  #passed(vote: Vote, time: Date, became: Vote['became']): Policy | string {
    if (vote.outcome !== 'passed') return 'came into force though its proposal did not pass';
    if (vote.became !== became) return 'is made by a proposal that was settled before';
    if (!changesPolicy(vote.kind)) return 'is made by a vote of a kind that changes nothing';
    if (time < enactment(vote.rule, vote.closesAt)) return 'came into force before the delay was over';
    const [written, before] = [this.document(vote.against), this.current];
    if (!written || !before) return 'is made by a proposal against a policy that never was';
    const patch = patchVoted(vote);
    if (!patch) return 'is made by a vote that left things as they were';
    const standing = patchOnto(written, before, patch);
    return standing.ok ? standing.policy : 'is made by a patch that clashes with what was in force';
  }

  /** A change goes on trial: what its vote makes of the policy in force, for the part and the time it asked for. */
  #begin(entry: ArchivedEntry, vote: Vote, payload: Payload): string | null {
    const { canary } = vote.terms;
    const [document, hash] = [payload.document as unknown as Policy, text(payload, 'hash')];
    if (!canary || payload.percent !== canary.percent) return 'is a trial that its vote did not ask for';
    const endsAt = new Date(entry.time.getTime() + canary.hours * hour);
    if (text(payload, 'endsAt') !== endsAt.toISOString())
      return 'is on trial for another time than was voted';
    const unsound = unsoundness(document, hash);
    if (unsound) return unsound;
    const standing = this.#passed(vote, entry.time, null);
    if (typeof standing === 'string') return standing;
    if (!sameJson(standing, document)) return 'is not what the passed patch makes of the policy before it';
    this.#trials.set(idOf(entry), { hash, version: this.steps.at(-1)?.version ?? 0, endsAt });
    vote.became = 'canary';
    return null;
  }

  #revert(entry: ArchivedEntry, vote: Vote, payload: Payload): string | null {
    const trial = this.#trials.get(idOf(entry));
    const { canary } = vote.terms;
    if (!trial || !canary || vote.became !== 'canary') return 'takes back what is not on trial';
    const measured = payload.measured as unknown as Measured;
    if (judged(canary, measured, entry.time >= trial.endsAt) !== 'reverted')
      return 'takes a trial back that did what its vote allowed';
    vote.became = 'reverted';
    return null;
  }

  #measured(before: PolicyStep, document: Policy, measure: Measure, time: Date): string | null {
    const policy = this.current;
    if (measure.inForce || measure.over) return 'puts an emergency measure in force a second time';
    if (measure.against !== before.hash) return 'is a measure against another policy than the one before it';
    if (measure.signers.size < (policy?.emergencies?.signers ?? Number.POSITIVE_INFINITY))
      return 'is a measure that too few have signed';
    const outcome = policy && patchPolicy(policy, measure.patch);
    if (!outcome?.ok || !sameJson(outcome.policy, document)) return 'is not what the measure says';
    measure.inForce = { at: time, version: before.version + 1 };
    return null;
  }

  #ended(document: Policy, measure: Measure, emergencyId: string, time: Date): string | null {
    const { inForce } = measure;
    if (!inForce || measure.over) return 'takes back a measure that is not in force';
    if (time.getTime() < inForce.at.getTime() + measure.hours * hour)
      return 'takes back a measure before its hours are over';
    const votes = [...this.#votes.votes.values()];
    if (votes.some(({ terms, outcome }) => terms.emergencyId === emergencyId && outcome === 'passed'))
      return 'takes back a measure that a vote has kept';
    return this.#takenBack(inForce.version, document);
  }

  #sunset(document: Policy, vote: Vote, proposalId: string, time: Date): string | null {
    const made = this.steps.find((step) => step.proposalId === proposalId);
    const days = vote.terms.sunsetDays;
    if (!made || days === undefined || vote.became !== 'enacted') return 'takes back what has no sunset';
    if (time.getTime() < made.at.getTime() + days * 24 * hour) return 'takes back a change before its sunset';
    const said = this.#takenBack(made.version, document);
    if (said === null) vote.became = 'reverted';
    return said;
  }

  /** Why this is not the policy in force without what that version changed; null when it is. */
  #takenBack(version: number, document: Policy): string | null {
    const of = (step: PolicyStep | undefined) => this.document(step?.hash ?? '');
    const [before, after, inForce] = [of(this.steps[version - 2]), of(this.steps[version - 1]), this.current];
    const patch = before && after && inForce && takingBack(before, after, inForce);
    const back = patch && inForce && patchPolicy(inForce, patch);
    return back?.ok && sameJson(back.policy, document) ? null : 'takes back something else than was changed';
  }

  #ranUnder(payload: Payload): Wrong | null {
    const [hash, version] = [text(payload, 'policyHash'), payload.policyVersion];
    const names = (each: { hash: string; version: number }) => each.hash === hash && each.version === version;
    const ran = this.steps.some(names) || [...this.#trials.values()].some(names);
    return ran ? null : wrong('broken_policy', 'names a policy that was not in force');
  }
}

/** Why a document is no policy of this hash; null when it is. */
function unsoundness(document: Policy, hash: string): string | null {
  if (!checkPolicy(document).ok) return 'holds no policy';
  return policyHash(document) === hash ? null : 'has a document that does not hash to its hash';
}

/** Whether two values are one in canonical JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  const [one, other] = [canonicalJson(a), canonicalJson(b)];
  return one.ok && other.ok && sameBytes(utf8(one.text), utf8(other.text));
}
