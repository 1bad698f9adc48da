import { type ArchivedEntry, fromHex, type Json } from '@uncaged/book/rules';
import {
  type Ballot,
  type Policy,
  type PolicyPatch,
  type ProposalKind,
  patchForKind,
  proposalKinds,
  tallyYesNo,
  type VoteRule,
  votingWindow,
} from '@uncaged/governance/rules';
import { isFields, opens } from '../entries.ts';
import type { Members } from './members.ts';
import { sameJson } from './policies.ts';
import { idOf, list, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

export interface Vote {
  readonly kind: ProposalKind;
  readonly title: string;
  readonly patch: Json;
  readonly against: string;
  readonly rule: VoteRule;
  readonly eligible: readonly string[];
  readonly closesAt: Date;
  /** The last ballot of each member in the book. */
  readonly cast: Map<string, { entryId: string; commitment: Uint8Array }>;
  outcome: string | null;
  /** The count in one sentence. */
  words: string | null;
  enacted: boolean;
}

/** What a vote is held against. */
export interface InForce {
  readonly members: Pick<Members, 'eligible'>;
  current(): Policy | null;
  document(hash: string): Policy | null;
}

/**
 * Every vote from its opening: what is voted on is what was proposed, the rule is the one in force, whoever may vote is
 * eligible, the window is the rule's; ballots are those of the members who were eligible, each opens the commitment it was
 * cast under, none is left out, and the rule counts them to what was announced.
 */
export class Votes implements Replay {
  readonly kinds = ['proposal.created', 'proposal.opened', 'ballot.cast', 'proposal.closed'];
  readonly votes = new Map<string, Vote>();
  readonly #proposed = new Map<string, { author: string | null; payload: Payload }>();
  readonly #inForce: InForce;

  constructor(inForce: InForce) {
    this.#inForce = inForce;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    const id = idOf(entry);
    const vote = this.votes.get(id);
    if (entry.kind === 'ballot.cast') return this.#cast(entry, vote);
    if (!payload) return wrong('broken_vote', 'does not show what was proposed, or how it was voted on');
    if (text(payload, 'proposalId') !== id)
      return wrong('broken_vote', 'is about another proposal than it says');
    if (entry.kind === 'proposal.created') {
      if (this.#proposed.has(id)) return wrong('broken_vote', 'proposes the same a second time');
      this.#proposed.set(id, { author: entry.actor, payload });
      return null;
    }
    if (entry.kind === 'proposal.closed') {
      return vote
        ? this.#close(entry, vote, id, payload)
        : wrong('broken_vote', 'counts a vote that never opened');
    }
    return vote ? wrong('broken_vote', 'opens a vote a second time') : this.#open(entry, id, payload);
  }

  #open(entry: ArchivedEntry, id: string, payload: Payload): Wrong | null {
    const vote: Vote = {
      kind: text(payload, 'kind') as ProposalKind,
      title: text(payload, 'title'),
      patch: payload.patch ?? null,
      against: text(payload, 'against'),
      rule: payload.rule as unknown as VoteRule,
      eligible: list(payload, 'eligible').map(String),
      closesAt: new Date(text(payload, 'closesAt')),
      cast: new Map(),
      outcome: null,
      words: null,
      enacted: false,
    };
    const unlawful = this.#unlawful(entry, this.#proposed.get(id), payload, vote);
    if (unlawful) return wrong('broken_vote', unlawful);
    this.votes.set(id, vote);
    return null;
  }

  /** Why this vote may not open so; null when it may. */
  #unlawful(
    entry: ArchivedEntry,
    proposed: { author: string | null; payload: Payload } | undefined,
    payload: Payload,
    vote: Vote,
  ): string | null {
    const policy = this.#inForce.current();
    const written = this.#inForce.document(vote.against);
    if (!proposed || proposed.author !== entry.actor) return 'opens a vote that its author never proposed';
    const same = ['kind', 'title', 'patch', 'against'].every((field) =>
      sameJson(proposed.payload[field] ?? null, payload[field] ?? null),
    );
    if (!same) return 'puts something else to the vote than was proposed';
    if (!proposalKinds.includes(vote.kind) || !policy || !written)
      return 'is a vote under no policy that was enacted';
    if (!patchForKind(vote.kind, written, vote.patch as unknown as PolicyPatch).ok)
      return 'changes what a proposal of its kind may not change';
    if (!sameJson(vote.rule, policy.voting.kinds[vote.kind]))
      return 'has another rule than the policy in force';
    if (!sameJson([...vote.eligible].sort(), this.#inForce.members.eligible(policy)))
      return 'lets others vote than the policy in force does';
    const window = votingWindow(vote.rule, entry.time);
    const onTime =
      text(payload, 'opensAt') === window.opensAt.toISOString() &&
      text(payload, 'closesAt') === window.closesAt.toISOString();
    return onTime ? null : 'is open for another time than its rule says';
  }

  #cast(entry: ArchivedEntry, vote: Vote | undefined): Wrong | null {
    if (!vote) return wrong('broken_vote', 'is a ballot before the vote opened');
    if (vote.outcome !== null || entry.time >= vote.closesAt)
      return wrong('broken_vote', 'is a ballot after the close');
    if (entry.actor === null || !vote.eligible.includes(entry.actor)) {
      return wrong('broken_vote', 'is a ballot of somebody who was not eligible');
    }
    vote.cast.set(entry.actor, { entryId: entry.id, commitment: entry.commitment });
    return null;
  }

  #close(entry: ArchivedEntry, vote: Vote, proposalId: string, payload: Payload): Wrong | null {
    if (vote.outcome !== null) return wrong('broken_vote', 'counts a vote a second time');
    if (entry.time < vote.closesAt) return wrong('broken_vote', 'counts the vote before its close');
    const ballots = list(payload, 'ballots').map((json): Ballot | string => {
      if (!isFields(json)) return 'holds a ballot that is none';
      const { memberId, choice, salt } = json;
      const cast = vote.cast.get(String(memberId));
      const salted = typeof salt === 'string' ? fromHex(salt) : null;
      if (!cast || cast.entryId !== json.entryId)
        return `counts a ballot that is not the last of ${String(memberId)}`;
      if (
        !salted ||
        !opens(cast.commitment, { proposalId, memberId: memberId ?? '', choice: choice ?? '' }, salted)
      ) {
        return `counts another choice than ${String(memberId)} cast`;
      }
      return { memberId, choice } as Ballot;
    });
    const broken = ballots.find((ballot): ballot is string => typeof ballot === 'string');
    if (broken) return wrong('broken_vote', broken);
    const counted = ballots as Ballot[];
    const voters = new Set(counted.map(({ memberId }) => memberId));
    const missing = [...vote.cast.keys()].find((memberId) => !voters.has(memberId));
    if (missing || voters.size < counted.length) {
      return wrong('broken_vote', missing ? `leaves out the ballot of ${missing}` : 'counts a ballot twice');
    }
    const tally = tallyYesNo(counted, vote.eligible, vote.rule);
    if (!sameJson(tally, payload.tally)) return wrong('broken_vote', `counts again to: ${tally.words}`);
    const outcome = tally.passed ? 'passed' : tally.quorumReached ? 'rejected' : 'lapsed';
    if (payload.outcome !== outcome)
      return wrong('broken_vote', `is ${String(payload.outcome)}, but the count says ${outcome}`);
    vote.outcome = outcome;
    vote.words = tally.words;
    return null;
  }
}
