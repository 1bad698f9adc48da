import { type Json, openingOf } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import { vetoWithoutConsent } from './consents.ts';
import { type Counted, countSecret, countVote } from './counts.ts';
import { delegationsFor } from './delegations.ts';
import { seat } from './elections.ts';
import { runningCanary } from './enactment.store.ts';
import { enact } from './enactments.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { representedBallots } from './methods/delegation.ts';
import { lapse, openVote } from './opening.ts';
import * as options from './options.store.ts';
import { changesPolicy } from './patch.ts';
import { policyInForce, requirePolicy } from './policies.ts';
import * as store from './proposals.store.ts';
import { forgetKey, keyOf, secretBallotsOf } from './secret.store.ts';
import { isSecret } from './secret.ts';
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
  const trial = await runningCanary(tx);
  let first: { id: string; since: Date } | null = null;
  for (const proposal of waiting) {
    const step = stepDue(proposal, draftDays, now);
    // While a change is on trial nothing else changes the policy, or its measure would be about both.
    if (trial && step?.step === 'enact' && changesPolicy(proposal.kind)) continue;
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
  if (step.step === 'enact' && changesPolicy(proposal.kind) && (await runningCanary(tx))) return false;
  const take: Record<Step, () => Promise<unknown>> = {
    open_vote: () => openVote(tx, ctx, proposal, policy),
    close_vote: () => closeVote(tx, ctx, proposal),
    enact: () => takeEffect(tx, ctx, proposal),
    lapse: () => lapse(tx, ctx, proposal, 'draft'),
  };
  await take[step.step]();
  return true;
}

/** Counts a secret vote: what stands on the papers is opened, in the order of their keys; whose they were stays nobody's. */
async function closeSecretVote(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  const { id, rule, definition } = proposal;
  if (!rule) throw new Error(`the vote on proposal ${proposal.number} has no rule`);
  const ballots = await secretBallotsOf(tx, id);
  const eligible = (await store.votersOf(tx, id)).length;
  const key = await keyOf(tx, id);
  if (!key) throw new Error(`the secret vote on proposal ${proposal.number} has no key`);
  const { fewest } = key;
  const { count, outcome, winners, opened } = countSecret({ definition, rule, ballots, eligible, fewest });
  await closed(tx, ctx, proposal, {
    ...{ count, outcome, winners },
    more: { secretBallots: (opened ? ballots : []) as unknown as Json },
  });
  await forgetKey(tx, id);
}

/** Counts, and opens every counted ballot in the book so that anybody can count again. */
async function closeVote(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  const { id, kind, rule, votingClosesAt, definition, affected } = proposal;
  if (!rule || !votingClosesAt) throw new Error(`the vote on proposal ${proposal.number} has no rule`);
  if (isSecret(rule, proposal.terms)) return closeSecretVote(tx, ctx, proposal);
  const ballots = await store.ballotsOf(tx, id);
  const eligible = await store.votersOf(tx, id);
  const delegations = followed(await delegationsFor(tx, kind), ballots, eligible);
  const counting = { definition, ballots, delegations, eligible, rule, affected };
  const { count, outcome, winners } = countVote(counting);
  const openings = await openingOf(
    tx,
    ballots.map((ballot) => ballot.entryId),
  );
  const counted = ballots.map(({ entryId, memberId, choice, vote }) => {
    const opening = openings.get(entryId);
    if (!opening) throw new Error(`a ballot on proposal ${proposal.number} was erased before the count`);
    return { entryId, memberId, ...(vote ? { vote } : { choice }), salt: opening.salt };
  });
  const more = {
    ballots: counted,
    ...(delegations.length > 0 && { delegations: delegations.map((one) => ({ ...one, topic: kind })) }),
  };
  await closed(tx, ctx, proposal, { count, outcome, winners, more: more as unknown as Record<string, Json> });
  await options.keepDelegations(
    tx,
    delegations.map(({ entryId, from, to }) => ({ proposalId: id, fromId: from, toId: to, entryId })),
  );
}

/** Records a count and what it decides. */
async function closed(
  tx: Tx,
  ctx: MachineContext,
  { id, kind, rule, votingClosesAt, definition }: store.ProposalRow,
  { count, outcome, winners, more }: Counted & { more: Record<string, Json> },
): Promise<void> {
  const several = definition && ['stv', 'budget'].includes(definition.method);
  const won = winners && (several ? { winners } : { winner: winners[0] });
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.closed',
    actor: null,
    subject: `proposal:${id}`,
    payload: { proposalId: id, tally: count, outcome, ...more, ...won } as unknown as Json,
    visibility: 'public',
  });
  const passed = outcome === 'passed' && kind !== 'open' && rule && votingClosesAt;
  const enactsAt = passed ? enactment(rule, votingClosesAt) : null;
  await store.advance(tx, id, { state: outcome, tally: count, tallyEntryId: entry.id, enactsAt, winners });
}

/** The delegations by which somebody's voice reached a ballot; others are nobody's business, and stay closed. */
function followed<D extends { from: string; to: string }>(
  delegations: readonly D[],
  ballots: readonly store.BallotRow[],
  eligible: readonly string[],
): D[] {
  const counted = representedBallots(delegations, ballots, eligible);
  const through = new Set(counted.filter(({ via }) => via.length > 0).map(({ memberId }) => memberId));
  return delegations
    .filter(({ from }) => through.has(from))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

/** What passed takes effect, unless it lacks the own yes of somebody it needed. */
async function takeEffect(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  if (await vetoWithoutConsent(tx, ctx, proposal)) return;
  if (proposal.kind === 'election') await seat(tx, ctx, proposal);
  else await enact(tx, ctx, proposal);
}
