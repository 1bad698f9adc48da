import { type Json, openingOf } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import { enact } from './enactments.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { policyInForce, requirePolicy } from './policies.ts';
import * as store from './proposals.store.ts';
import { openVote } from './proposals.ts';
import { tallyYesNo } from './tally.ts';
import { enactment, type Step, stepDue } from './timeline.ts';

type MachineContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;

/**
 * Takes every step that time has made due: opens votes after their discussion, counts at the close, enacts after the
 * delay, lets old drafts lapse. What was due first comes first, each in a transaction of its own, so several
 * processes may call it at once. Answers how many steps were taken.
 */
export async function due(ctx: MachineContext): Promise<number> {
  let taken = 0;
  for (;;) {
    const next = await nextDue(ctx.db.read, ctx.clock.now());
    if (!next) return taken;
    if (await ctx.db.transaction((tx) => takeStep(tx, ctx, next.id))) taken += 1;
  }
}

async function nextDue(tx: Tx, now: Date): Promise<{ id: string; since: Date } | null> {
  const waiting = await store.inStates(tx, ['draft', 'discussion', 'voting', 'passed']);
  if (waiting.length === 0) return null;
  const policy = await requirePolicy(tx);
  const { draftDays } = policy.document.voting;
  let first: { id: string; since: Date } | null = null;
  for (const proposal of waiting) {
    const step = stepDue(proposal, draftDays, now);
    if (step && (!first || step.since < first.since)) first = { id: proposal.id, since: step.since };
  }
  return first;
}

async function takeStep(tx: Tx, world: MachineContext, id: string): Promise<boolean> {
  await members.lockCollective(tx);
  // One instant decides and is recorded, or a clock set back in between would count a vote before its close.
  const ctx = at(world, world.clock.now());
  const proposal = await store.lock(tx, id);
  const policy = await policyInForce(tx);
  if (!proposal || !policy) return false;
  const step = stepDue(proposal, policy.document.voting.draftDays, ctx.clock.now());
  if (!step) return false;
  const take: Record<Step, () => Promise<unknown>> = {
    open_vote: () => openVote(tx, ctx, proposal, policy),
    close_vote: () => closeVote(tx, ctx, proposal),
    enact: () => enact(tx, ctx, proposal),
    lapse: () => lapse(tx, ctx, proposal),
  };
  await take[step.step]();
  return true;
}

async function lapse(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  await recordFact(tx, ctx, {
    kind: 'proposal.lapsed',
    actor: null,
    subject: `proposal:${proposal.id}`,
    payload: { proposalId: proposal.id, why: 'draft' },
    visibility: 'public',
  });
  await store.advance(tx, proposal.id, { state: 'lapsed' });
}

/** Counts, and opens every counted ballot in the book so that anybody can count again. */
async function closeVote(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  const { id, rule, votingClosesAt } = proposal;
  if (!rule || !votingClosesAt) throw new Error(`the vote on proposal ${proposal.number} has no rule`);
  const ballots = await store.ballotsOf(tx, id);
  const tally = tallyYesNo(ballots, await store.votersOf(tx, id), rule);
  const outcome = tally.passed ? 'passed' : tally.quorumReached ? 'rejected' : 'lapsed';
  const openings = await openingOf(
    tx,
    ballots.map((ballot) => ballot.entryId),
  );
  const counted = ballots.map(({ entryId, memberId, choice }) => {
    const opening = openings.get(entryId);
    if (!opening) throw new Error(`a ballot on proposal ${proposal.number} was erased before the count`);
    return { entryId, memberId, choice, salt: opening.salt };
  });
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.closed',
    actor: null,
    subject: `proposal:${id}`,
    payload: { proposalId: id, tally: tally as unknown as Json, outcome, ballots: counted },
    visibility: 'public',
  });
  const enactsAt = tally.passed && proposal.kind !== 'open' ? enactment(rule, votingClosesAt) : null;
  await store.advance(tx, id, { state: outcome, tally, tallyEntryId: entry.id, enactsAt });
}
