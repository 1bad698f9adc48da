import type { Entry, Json } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import { inCanary, judged, type Measured } from './canary.ts';
import { vetoWithoutConsent } from './consents.ts';
import { ratify } from './emergencies.ts';
import * as follow from './enactment.store.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { patchOnto } from './patch.ts';
import * as policies from './policies.store.ts';
import { enactPolicy, policyInForce, requirePolicy } from './policies.ts';
import type { Policy, PolicyInForce } from './policy.ts';
import { policyHash } from './policy-hash.ts';
import * as store from './proposals.store.ts';
import { openRebase, recordClash } from './rebases.ts';
import { takingBack } from './reverting.ts';
import { patchVoted, writtenAgainst } from './standing.ts';

type MachineContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Puts a passed patch in force on top of whatever was enacted since it was written, on trial first where its terms ask
 * for it, or calls it a clash, which a vote of its own settles.
 */
export async function enact(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  const { emergencyId, canary } = proposal.terms;
  if (emergencyId !== undefined) return ratify(tx, proposal, emergencyId);
  const policy = await requirePolicy(tx);
  const standing = await standingNow(tx, proposal, policy);
  if (!standing.ok) return clash(tx, ctx, proposal, policy, standing.paths);
  if (canary) return startCanary(tx, ctx, proposal, policy, standing.policy);
  return putInForce(tx, ctx, proposal, standing.policy);
}

async function standingNow(tx: Tx, proposal: store.ProposalRow, policy: PolicyInForce) {
  return patchOnto(await writtenAgainst(tx, proposal), policy.document, await patchVoted(tx, proposal));
}

async function clash(
  tx: Tx,
  ctx: MachineContext,
  proposal: store.ProposalRow,
  policy: PolicyInForce,
  paths: string[],
): Promise<void> {
  await recordClash(tx, ctx, proposal.id, paths, policy.hash);
  await openRebase(tx, ctx, proposal);
}

/** In force, and the dates that its vote set begin to run. */
async function putInForce(
  tx: Tx,
  ctx: MachineContext,
  proposal: store.ProposalRow,
  document: Policy,
): Promise<void> {
  const { id: proposalId, terms } = proposal;
  const { entry } = await enactPolicy(tx, ctx, { document, proposalId, actor: null });
  await store.advance(tx, proposalId, { state: 'enacted' });
  const after = (days: number) => new Date(entry.time.getTime() + days * day);
  if (terms.sunsetDays)
    await follow.setDate(tx, { proposalId, what: 'sunset', dueAt: after(terms.sunsetDays) });
  if (terms.reviewDays)
    await follow.setDate(tx, { proposalId, what: 'review', dueAt: after(terms.reviewDays) });
}

async function startCanary(
  tx: Tx,
  ctx: MachineContext,
  { id: proposalId, terms }: store.ProposalRow,
  policy: PolicyInForce,
  document: Policy,
): Promise<void> {
  const { canary } = terms;
  if (!canary) throw new Error('a trial has no terms');
  const hash = policyHash(document);
  const startedAt = ctx.clock.now();
  const endsAt = new Date(startedAt.getTime() + canary.hours * hour);
  const entry = await recordFact(tx, at(ctx, startedAt), {
    kind: 'policy.canary',
    actor: null,
    subject: `proposal:${proposalId}`,
    payload: {
      proposalId,
      hash,
      document: document as unknown as Json,
      inForce: policy.hash,
      percent: canary.percent,
      endsAt: endsAt.toISOString(),
    },
    visibility: 'public',
  });
  const { percent } = canary;
  await follow.insertCanary(tx, {
    ...{ proposalId, hash, document, percent, startedAt, endsAt, baseVersion: policy.version },
    ...{ entryId: entry.id, endedAt: null, outcome: null, measured: null },
  });
  await store.advance(tx, proposalId, { state: 'canary' });
}

/** Counts the jobs that ran under a policy since then. The studio, which knows them, gives it. */
export type Measure = (tx: Tx, under: { policyHash: string; since: Date }) => Promise<Measured>;

/**
 * Judges the change on trial: ends it when its time is over or its measure got too high, and puts it in force for all
 * or takes it back. Answers how many things happened.
 */
export async function canaryDue(world: MachineContext, measure: Measure): Promise<number> {
  if (!(await follow.runningCanary(world.db.read))) return 0;
  return world.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const ctx = at(world, world.clock.now());
    const canary = await follow.runningCanary(tx);
    if (!canary) return 0;
    const proposal = await store.lock(tx, canary.proposalId);
    const terms = proposal?.terms.canary;
    if (!proposal || !terms) throw new Error(`the trial of proposal ${canary.proposalId} has no terms`);
    const now = ctx.clock.now();
    const measured = await measure(tx, { policyHash: canary.hash, since: canary.startedAt });
    const verdict = judged(terms, measured, canary.endsAt <= now);
    if (verdict === 'runs') return 0;
    const ended = { endedAt: now, measured };
    if (verdict === 'reverted') {
      await recordFact(tx, ctx, {
        kind: 'policy.reverted',
        actor: null,
        subject: `proposal:${proposal.id}`,
        payload: { proposalId: proposal.id, hash: canary.hash, measured: { ...measured } },
        visibility: 'public',
      });
      await follow.endCanary(tx, proposal.id, { ...ended, outcome: 'reverted' });
      await store.advance(tx, proposal.id, { state: 'reverted' });
      return 1;
    }
    // Whose own yes it needs may have taken it back during the trial.
    if (await vetoWithoutConsent(tx, ctx, proposal)) {
      await follow.endCanary(tx, proposal.id, { ...ended, outcome: 'reverted' });
      return 1;
    }
    const policy = await requirePolicy(tx);
    const standing = await standingNow(tx, proposal, policy);
    await follow.endCanary(tx, proposal.id, { ...ended, outcome: standing.ok ? 'enacted' : 'clash' });
    if (standing.ok) await putInForce(tx, ctx, proposal, standing.policy);
    else await clash(tx, ctx, proposal, policy, standing.paths);
    return 1;
  });
}

/**
 * The policy that a job of this id runs under: the one on trial for the part of all jobs that its vote said, else the
 * one in force. Null before the founding. On trial, `version` is that of the policy in force beside it. A trial stands
 * aside while another policy is in force than it was begun on: an emergency measure holds for every job.
 */
export async function policyForJob(tx: Tx, jobId: string): Promise<PolicyInForce | null> {
  const policy = await policyInForce(tx);
  const canary = policy && (await follow.runningCanary(tx));
  if (!canary || canary.baseVersion !== policy.version || !inCanary(jobId, canary.percent)) return policy;
  return { version: policy.version, hash: canary.hash, document: canary.document };
}

/**
 * Keeps the dates that votes set: takes back what has reached its sunset, and calls for a look where a review is due.
 * Answers how many were kept.
 */
export async function datesDue(world: MachineContext): Promise<number> {
  let kept = 0;
  for (const date of await follow.datesDue(world.db.read, world.clock.now()))
    kept += await world.db.transaction(async (tx) => {
      await members.lockCollective(tx);
      const ctx = at(world, world.clock.now());
      if (!(await follow.lockDate(tx, date))) return 0;
      const proposal = await store.lock(tx, date.proposalId);
      if (!proposal) throw new Error(`a date is kept for no proposal ${date.proposalId}`);
      const entry =
        date.what === 'sunset' ? await sunset(tx, ctx, proposal) : await review(tx, ctx, proposal);
      await follow.keepDate(tx, date, ctx.clock.now(), entry.id);
      return 1;
    });
  return kept;
}

/**
 * What a proposal set and nobody changed since becomes what it was before. Where nothing of it is left, or taking it
 * back would leave no policy, everybody is asked to look at it instead.
 */
async function sunset(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<Entry> {
  const versions = await policies.all(tx);
  const made = versions.findIndex((row) => row.proposalId === proposal.id);
  const [before, after, inForce] = [versions[made - 1], versions[made], versions.at(-1)];
  if (!before || !after || !inForce) throw new Error(`proposal ${proposal.number} made no version`);
  const patch = takingBack(before.document, after.document, inForce.document);
  if (!patch || patch.length === 0) return review(tx, ctx, proposal);
  const back = patchOnto(inForce.document, inForce.document, patch);
  if (!back.ok) throw new Error(`taking back proposal ${proposal.number} clashes with itself`);
  const proposalId = proposal.id;
  const { entry } = await enactPolicy(tx, ctx, {
    document: back.policy,
    proposalId,
    actor: null,
    why: 'sunset',
  });
  await store.advance(tx, proposalId, { state: 'reverted' });
  return entry;
}

async function review(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<Entry> {
  return recordFact(tx, ctx, {
    kind: 'proposal.review-due',
    actor: null,
    subject: `proposal:${proposal.id}`,
    payload: { proposalId: proposal.id },
    visibility: 'public',
  });
}

/** Changes that are or were on trial, newest first, and the dates that votes set, the first due first. */
export async function policyFollowing(tx: Tx) {
  const [canaries, dates] = [await follow.canaries(tx), await follow.dates(tx)];
  const ids = [...new Set([...canaries, ...dates].map(({ proposalId }) => proposalId))];
  const briefs = new Map(
    (await store.byIds(tx, ids)).map(({ id, number, title }) => [id, { id, number, title }]),
  );
  const brief = (id: string) => briefs.get(id) ?? { id, number: 0, title: '' };
  return {
    canaries: canaries.map(({ proposalId, document: _, baseVersion: _base, ...canary }) => ({
      proposal: brief(proposalId),
      ...canary,
    })),
    dates: dates.map(({ proposalId, what, dueAt, doneAt }) => ({
      proposal: brief(proposalId),
      what,
      dueAt,
      doneAt,
    })),
  };
}
