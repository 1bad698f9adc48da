import { type Entry, type Json, priorEntry } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { quorumReached } from './counts.ts';
import { delegationsFor } from './delegations.ts';
import { at, recordFact } from './facts.ts';
import { checkVote } from './methods/check-vote.ts';
import type { OptionVote } from './options.ts';
import * as store from './proposals.store.ts';
import { isSecret } from './secret.ts';
import type { Choice } from './tally.ts';
import { lateClose, takesBallots } from './timeline.ts';

/** What a ballot says: `choice` in a vote by yes and no, `vote` in a vote among options. */
export type BallotContent = { choice: Choice } | { vote: OptionVote };

export type Cast =
  | {
      ok: true;
      /** what this ballot replaced */
      replaced: Choice | null;
      replacedVote: OptionVote | null;
      closesAt: Date;
      entry: Entry;
    }
  | {
      ok: false;
      code:
        | 'idempotency_conflict'
        | 'unknown_proposal'
        | 'vote_not_open'
        | 'vote_is_secret'
        | 'vote_closed'
        | 'not_eligible';
    }
  | { ok: false; code: 'ballot_invalid'; reason: string };

/**
 * Casts a ballot, or changes the one cast before; both stand in the book, closed to everybody's eyes until the count.
 * A ballot by which a quorum is first reached late moves the close, once. Errors in this order:
 * `idempotency_conflict`, `unknown_proposal`, `vote_not_open`, `vote_is_secret`, `vote_closed`, `not_eligible` (not a
 * member when the vote opened, or recused), `ballot_invalid` (of another method, or of options that do not stand).
 */
export async function castBallot(
  ctx: GovernedContext,
  asked: BallotContent & { proposalId: string; idempotencyKey?: string | undefined },
): Promise<Cast> {
  const { proposalId, idempotencyKey, ...content } = asked;
  const memberId = ctx.actor.memberId ?? '';
  return ctx.db.transaction(async (tx) => {
    const input = { proposalId, ...content } as unknown as Json;
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const proposal = await store.lock(tx, proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const { votingClosesAt: closesAt } = proposal;
    if (prior.state === 'replayed' && closesAt)
      return { ok: true, replaced: null, replacedVote: null, closesAt, entry: prior.entry };
    if (!closesAt) return { ok: false, code: 'vote_not_open' };
    if (proposal.rule && isSecret(proposal.rule, proposal.terms))
      return { ok: false, code: 'vote_is_secret' };
    const now = ctx.clock.now();
    if (!takesBallots(proposal, now)) return { ok: false, code: 'vote_closed' };
    if (!(await store.isVoter(tx, proposalId, memberId))) return { ok: false, code: 'not_eligible' };
    const ballot = checkContent(proposal, content);
    if (!ballot.ok) return ballot;
    const standing = await store.ballotOf(tx, proposalId, memberId);
    // One instant decides and is recorded: a ballot in time never stands in the book as a late one.
    const instant = at(ctx, now);
    const entry = await recordFact(tx, instant, {
      kind: 'ballot.cast',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, memberId, ...content } as unknown as Json,
      visibility: 'private',
      idempotencyKey,
      input,
    });
    const { choice, vote } = ballot;
    const before = await quorumWatch(tx, proposal, now);
    await store.cast(tx, { proposalId, memberId, choice, vote, castAt: entry.time, entryId: entry.id });
    const moved = await extendIfLate(tx, instant, proposal, before);
    const replaced = { replaced: standing?.choice ?? null, replacedVote: standing?.vote ?? null };
    return { ok: true, ...replaced, closesAt: moved ?? closesAt, entry };
  });
}

type Checked =
  | { ok: true; choice: Choice | null; vote: OptionVote | null }
  | { ok: false; code: 'ballot_invalid'; reason: string };

/** Whether a ballot says something that this vote can count. */
export function checkContent({ definition }: store.ProposalRow, content: BallotContent): Checked {
  if (!definition)
    return 'choice' in content
      ? { ok: true, choice: content.choice, vote: null }
      : { ok: false, code: 'ballot_invalid', reason: 'this vote asks for yes, no or abstain' };
  if ('choice' in content) return { ok: false, code: 'ballot_invalid', reason: 'this vote is among options' };
  const checked = checkVote(definition, content.vote);
  return checked.ok ? { ok: true, choice: null, vote: content.vote } : checked;
}

/** Whether the quorum is reached as the ballots stand; null where no late one could move the close of this vote. */
async function quorumWatch(tx: Tx, proposal: store.ProposalRow, now: Date): Promise<boolean | null> {
  const { rule, votingClosesAt: closesAt, extendedAt } = proposal;
  if (!rule || !closesAt || extendedAt || !lateClose(rule, closesAt, now)) return null;
  const ballots = await store.ballotsOf(tx, proposal.id);
  const eligible = await store.votersOf(tx, proposal.id);
  const delegations = await delegationsFor(tx, proposal.kind);
  const { definition, affected } = proposal;
  return quorumReached({ definition, ballots, delegations, eligible, rule, affected });
}

async function extendIfLate(
  tx: Tx,
  ctx: GovernedContext,
  proposal: store.ProposalRow,
  before: boolean | null,
): Promise<Date | null> {
  const now = ctx.clock.now();
  const { id, rule, votingClosesAt } = proposal;
  if (before !== false || !rule || !votingClosesAt) return null;
  const closesAt = lateClose(rule, votingClosesAt, now);
  if (!closesAt || !(await quorumWatch(tx, proposal, now))) return null;
  await recordFact(tx, ctx, {
    kind: 'proposal.extended',
    actor: null,
    subject: `proposal:${id}`,
    payload: { proposalId: id, closesAt: closesAt.toISOString(), why: 'late_quorum' },
    visibility: 'public',
  });
  await store.advance(tx, id, { state: 'voting', votingClosesAt: closesAt, extendedAt: now });
  return closesAt;
}
