import { createHash } from 'node:crypto';
import { type Entry, record } from '@uncaged/book';
import { policyForJob, policyInForce } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { queueBell } from './bell.ts';
import type { Ticket } from './carrier.ts';
import type { StudioContext } from './context.ts';
import { queueOrder } from './dispatch.ts';
import { askTeaching, type WithoutConsent } from './fine-tunes/consent.ts';
import * as trainings from './fine-tunes/fine-tunes.store.ts';
import * as clips from './generations.store.ts';
import { type Leasable, lockedJob, revive, settle, subjectOf } from './jobs.ts';
import { afterEnd, type LeaseStanding, standingOf } from './lease.ts';
import * as store from './leases.store.ts';
import { mediaBytes, mediaKind } from './media.ts';
import { windowStart } from './queue.ts';
import { recorded } from './recorded.ts';
import { type ClipTaken, type TrainingTaken, takeClip, takeTraining } from './taking.ts';
import * as workers from './workers.store.ts';

/** A lease lapses after this without a heartbeat; the worker beats three times as often. */
export const leaseMs = 30_000;

/** What a worker was given to do. */
export type Leased = { leaseId: string; expiresAt: Date } & (ClipTaken | TrainingTaken);

export interface LeaseWish {
  workerId: string;
  /** The worker's process. Leases another process of this worker took are given back at once. */
  instance: string | null;
  /** SHA-256 of the weights it can run; empty: any. */
  weights: readonly string[];
  /** Whether it fetches weights that it lacks. */
  fetches: boolean;
  /** What it can do. */
  kinds: readonly Leasable['kind'][];
}

/**
 * Leases the next clip or fine-tune: of the member with the least machine time in the voted window. What was asked
 * for under an earlier policy is held against the safeguards in force again, and the lines of works are asked again.
 * Answers null when there is nothing to do.
 */
export async function lease(ctx: StudioContext, wish: LeaseWish): Promise<Leased | null> {
  const leaseId = ctx.ids.next();
  await giveBackOthers(ctx, wish);
  await workers.heard(ctx.db.read, wish.workerId, ctx.clock.now());
  const ticket = await takeTicket(ctx, wish);
  if (!ticket) return null;
  const { leased, ended } = await ctx.db.transaction((tx) => pick(tx, ctx, wish, leaseId));
  await ticket.use();
  for (const id of [...ended, ...(leased ? [leased.row.id] : [])]) ctx.bell.ring(id);
  return leased;
}

/** A ticket, where something waits that this worker can do. What the carrier lost is offered anew. */
async function takeTicket(ctx: StudioContext, wish: LeaseWish): Promise<Ticket | null> {
  const able = await waitingFor(ctx.db.read, wish);
  if (able.length === 0) return null;
  const ticket = await ctx.carrier.take();
  if (ticket) return ticket;
  for (const { id } of able.slice(0, 4)) await ctx.carrier.offer(id);
  return ctx.carrier.take();
}

type Waiting = (clips.WaitingClip | trainings.WaitingTraining) & { kind: Leasable['kind'] };

/** What waits and can be done by this worker. */
async function waitingFor(tx: Tx, { kinds, weights, fetches }: LeaseWish): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  if (kinds.includes('clip'))
    for (const clip of await clips.waitingClips(tx)) waiting.push({ ...clip, kind: 'clip' });
  if (kinds.includes('train'))
    for (const training of await trainings.waiting(tx)) waiting.push({ ...training, kind: 'train' });
  return waiting.filter(
    ({ weightsSha256, fetchable }) =>
      weights.length === 0 || weights.includes(weightsSha256) || (fetches && fetchable),
  );
}

async function giveBackOthers(ctx: StudioContext, { workerId, instance }: LeaseWish): Promise<void> {
  if (instance === null) return;
  const gone = await store.ofOtherInstances(ctx.db.read, workerId, instance);
  for (const { id } of gone)
    await endLease(ctx, id, { outcome: 'lapsed', reason: 'the worker started anew' });
}

async function pick(
  tx: Tx,
  ctx: StudioContext,
  wish: LeaseWish,
  leaseId: string,
): Promise<{ leased: Leased | null; ended: string[] }> {
  await workers.takeTurn(tx);
  const policy = await policyInForce(tx);
  if (!policy) return { leased: null, ended: [] };
  const now = ctx.clock.now();
  const able = await waitingFor(tx, wish);
  const kinds = new Map(able.map(({ id, kind }) => [id, kind]));
  const served = await clips.servedSince(tx, windowStart({ ...ctx, policy }), now);
  const ended: string[] = [];
  for (const { id } of queueOrder(able, served, (await clips.typicalMs(tx)) ?? 1)) {
    // A change on trial holds for its part of all jobs.
    const governed = { ...ctx, policy: (await policyForJob(tx, id)) ?? policy };
    const taken = await (kinds.get(id) === 'train' ? takeTraining : takeClip)(tx, governed, id, leaseId);
    if (taken === null) continue;
    if (taken === 'ended') {
      ended.push(id);
      continue;
    }
    const expiresAt = new Date(now.getTime() + leaseMs);
    await store.insert(tx, {
      id: leaseId,
      ...(taken.kind === 'clip' ? { generationId: id } : { fineTuneId: id }),
      memberId: taken.row.makerId,
      workerId: wish.workerId,
      instance: wish.instance,
      leasedAt: now,
      expiresAt,
    });
    return { leased: { ...taken, leaseId, expiresAt }, ended };
  }
  return { leased: null, ended };
}

export type LeaseCode =
  | 'unknown_lease'
  | Extract<LeaseStanding, { ok: false }>['code']
  | 'lease_of_another_kind';
export type Held =
  | { ok: true; lease: store.LeaseRow; job: Leasable; state: 'running' | 'completed' }
  | { ok: false; code: LeaseCode };

/**
 * Locks what a lease is about and says what the worker may still do; a lapsed lease that nobody took over is
 * taken up again. Errors in the order they are tested: unknown_lease, lease_not_yours, lease_lapsed,
 * lease_of_another_kind (where one `kind` is meant).
 */
export async function hold(
  tx: Tx,
  leaseId: string,
  workerId: string,
  now: Date,
  kind?: Leasable['kind'],
): Promise<Held> {
  const about = await store.aboutOf(tx, leaseId);
  const job = about && (await lockedJob(tx, about));
  const lease = await store.byId(tx, leaseId);
  if (!job || !lease) return { ok: false, code: 'unknown_lease' };
  const latest = (await store.latestOf(tx, lease))?.id === leaseId;
  const facts = { workerId: lease.workerId, end: lease.outcome, latest };
  const standing = standingOf(facts, workerId, job.waits);
  if (!standing.ok) return standing;
  if (kind !== undefined && kind !== job.kind) return { ok: false, code: 'lease_of_another_kind' };
  if (standing.state !== 'revivable') return { ok: true, lease, job, state: standing.state };
  const expiresAt = new Date(now.getTime() + leaseMs);
  const running = { outcome: null, endedAt: null, reason: null, expiresAt };
  await store.update(tx, leaseId, running);
  await revive(tx, job, leaseId);
  return { ok: true, lease: { ...lease, ...running }, job: { ...job, waits: false }, state: 'running' };
}

export type HeartbeatDecision =
  | { ok: true; expiresAt: Date; stop: boolean }
  | WithoutConsent
  | { ok: false; code: LeaseCode | 'preview_too_large' | 'not_a_preview' };

export interface Progress {
  step: number;
  of: number;
  preview: Uint8Array | null;
}

/**
 * Keeps a lease alive, and with `progress` says how far its clip is; answers whether its maker wants it to stop.
 * Errors in the order they are tested: preview_too_large, not_a_preview, unknown_lease, lease_not_yours,
 * lease_lapsed, lease_of_another_kind, work_without_consent (a work may not be learnt from any more: the run is over).
 */
export async function heartbeat(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  progress: Progress | null,
): Promise<HeartbeatDecision> {
  const preview = progress?.preview ?? null;
  if (preview && preview.length > mediaBytes.preview) return { ok: false, code: 'preview_too_large' };
  if (preview && !['png', 'webp'].includes(mediaKind(preview))) return { ok: false, code: 'not_a_preview' };
  let id = '';
  const result = await ctx.db.transaction(async (tx): Promise<HeartbeatDecision> => {
    const now = ctx.clock.now();
    const held = await hold(tx, leaseId, workerId, now, progress ? 'clip' : undefined);
    if (!held.ok) return held;
    if (held.state === 'completed') return { ok: false, code: 'lease_lapsed' };
    id = held.job.id;
    const refusal = held.job.kind === 'train' ? await askTeaching(tx, ctx, id, ['fine_tune_own']) : null;
    if (refusal) return refusal;
    const expiresAt = new Date(now.getTime() + leaseMs);
    await store.update(tx, leaseId, { expiresAt });
    await workers.heard(tx, workerId, now);
    if (progress) {
      await clips.update(tx, id, { state: 'sampling', step: progress.step, stepOf: progress.of });
      if (preview) await clips.keepPreview(tx, id, sha256Hex(preview), preview);
    }
    return { ok: true, expiresAt, stop: held.job.stopWanted };
  });
  if (result.ok && progress) ctx.bell.ring(id);
  if (!result.ok && result.code === 'work_without_consent') await endWithdrawn(ctx, leaseId, result);
  return result;
}

/** Ends a run whose works may not be learnt from any more: what it learnt so far stays with nobody. */
export async function endWithdrawn(ctx: StudioContext, leaseId: string, { code, detail }: WithoutConsent) {
  await endLease(ctx, leaseId, { outcome: 'failed', reason: `${code}: ${detail}`, final: true });
}

export interface LeaseEnding {
  outcome: 'failed' | 'lapsed' | 'returned';
  reason: string;
  /** It would fail the same way again: no second try. */
  final?: boolean;
  /** Ends it only when it has run out by then: a heartbeat may have come in between. */
  expiredAt?: Date;
}

export type EndDecision =
  | { ok: true; state: 'waiting' | 'failed'; entry: Entry; id: string }
  | { ok: false; code: LeaseCode };

/**
 * The worker gives a job back: with a reason it failed for (three times and the job fails), or because the
 * worker must stop (`returned`). Telling it twice answers the first answer. Errors in the order they are
 * tested: unknown_lease, lease_not_yours, lease_lapsed.
 */
export async function giveBack(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  ending: LeaseEnding,
): Promise<EndDecision> {
  const held = await ctx.db.transaction(async (tx) => {
    const found = await store.byId(tx, leaseId);
    if (found?.workerId === workerId && found.outcome === ending.outcome)
      return { ok: true as const, state: 'running' as const };
    return hold(tx, leaseId, workerId, ctx.clock.now());
  });
  if (!held.ok) return held;
  if (held.state === 'completed') return { ok: false, code: 'lease_lapsed' };
  return endLease(ctx, leaseId, ending);
}

/** Ends a running lease without a result and puts the clip or fine-tune back or fails it, with its book entry. */
export async function endLease(
  ctx: StudioContext,
  leaseId: string,
  ending: LeaseEnding,
): Promise<EndDecision> {
  const result = await ctx.db.transaction(async (tx): Promise<EndDecision> => {
    const about = await store.aboutOf(tx, leaseId);
    const job = about && (await lockedJob(tx, about));
    const lease = await store.byId(tx, leaseId);
    if (!job || !lease) return { ok: false, code: 'unknown_lease' };
    if (lease.outcome !== null && lease.outcome !== ending.outcome)
      return { ok: false, code: 'lease_lapsed' };
    if (ending.expiredAt && lease.expiresAt >= ending.expiredAt) return { ok: false, code: 'lease_lapsed' };
    const failures = job.failures + (ending.outcome === 'failed' && lease.outcome === null ? 1 : 0);
    const lapses = job.lapses + (ending.outcome === 'lapsed' && lease.outcome === null ? 1 : 0);
    // Who has left asked for everything of theirs to end; their job does not wait again.
    const hopeless = job.orphaned || (ending.final && ending.outcome === 'failed');
    const state = hopeless ? 'failed' : afterEnd(failures, lapses);
    const entry = await recordEnd(tx, ctx, job, lease, {
      outcome: ending.outcome,
      state,
      failures,
      lapses,
    });
    if (lease.outcome !== null) return { ok: true, state, entry, id: job.id };
    const now = ctx.clock.now();
    const { outcome, reason } = ending;
    await store.update(tx, leaseId, { outcome, reason, endedAt: now, entryId: entry.id });
    await settle(tx, job, {
      state,
      failures,
      lapses,
      entryId: entry.id,
      failure: ending.outcome === 'returned' ? job.failure : ending.reason,
      now,
    });
    return { ok: true, state, entry, id: job.id };
  });
  if (result.ok) {
    if (result.state === 'waiting') await ctx.carrier.offer(result.id);
    ctx.bell.ring(result.id);
    ctx.bell.ring(queueBell);
  }
  return result;
}

async function recordEnd(
  tx: Tx,
  ctx: StudioContext,
  job: Leasable,
  lease: store.LeaseRow,
  end: Pick<LeaseEnding, 'outcome'> & { state: 'waiting' | 'failed'; failures: number; lapses: number },
): Promise<Entry> {
  return recorded(
    await record(tx, ctx, {
      kind: `${job.kind === 'clip' ? 'generation' : 'fine-tune'}.${end.state === 'failed' ? 'failed' : 'requeued'}`,
      actor: null,
      subject: subjectOf(job),
      payload: {
        ...(job.kind === 'clip' ? { generationId: job.id } : { fineTuneId: job.id }),
        outcome: end.outcome,
        failures: end.failures,
        lapses: end.lapses,
      },
      visibility: 'private',
      // A lease may lapse, be taken up again and then fail: each is told once, whatever the counts are by then.
      idempotencyKey: `lease:${lease.id}:${end.outcome}`,
      input: { leaseId: lease.id, outcome: end.outcome },
    }),
  );
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
