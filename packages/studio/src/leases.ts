import { createHash } from 'node:crypto';
import { type Entry, record } from '@uncaged/book';
import { policyInForce } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { queueBell } from './bell.ts';
import type { Ticket } from './carrier.ts';
import type { StudioContext } from './context.ts';
import { queueOrder } from './dispatch.ts';
import * as clips from './generations.store.ts';
import { enforce } from './generations.ts';
import { afterEnd, type LeaseStanding, standingOf } from './lease.ts';
import * as store from './leases.store.ts';
import { mediaBytes, mediaKind } from './media.ts';
import { windowStart } from './queue.ts';
import { recorded } from './recorded.ts';
import * as workers from './workers.store.ts';

/** A lease lapses after this without a heartbeat; the worker beats three times as often. */
export const leaseMs = 30_000;

export interface Leased {
  leaseId: string;
  row: clips.GenerationRow;
  expiresAt: Date;
}

export interface LeaseWish {
  workerId: string;
  /** The worker's process. Leases another process of this worker took are given back at once. */
  instance: string | null;
  /** SHA-256 of the weights it can run; empty: any. */
  weights: readonly string[];
}

/**
 * Leases the next clip: of the member with the least machine time in the voted window. A clip asked for under
 * an earlier policy is held against the safeguards in force again. Answers null when there is nothing to do.
 */
export async function lease(ctx: StudioContext, wish: LeaseWish): Promise<Leased | null> {
  const leaseId = ctx.ids.next();
  await giveBackOthers(ctx, wish);
  await workers.heard(ctx.db.read, wish.workerId, ctx.clock.now());
  const ticket = await takeTicket(ctx, wish);
  if (!ticket) return null;
  const { leased, refused } = await ctx.db.transaction((tx) => pick(tx, ctx, wish, leaseId));
  await ticket.use();
  for (const id of [...refused, ...(leased ? [leased.row.id] : [])]) ctx.bell.ring(id);
  return leased;
}

/** A ticket, where a clip waits that this worker can make. What the carrier lost is offered anew. */
async function takeTicket(ctx: StudioContext, wish: LeaseWish): Promise<Ticket | null> {
  const able = ableTo(wish, await clips.waitingClips(ctx.db.read));
  if (able.length === 0) return null;
  const ticket = await ctx.carrier.take();
  if (ticket) return ticket;
  for (const { id } of able.slice(0, 4)) await ctx.carrier.offer(id);
  return ctx.carrier.take();
}

function ableTo<Clip extends { weightsSha256: string }>({ weights }: LeaseWish, waiting: Clip[]): Clip[] {
  return weights.length === 0 ? waiting : waiting.filter((clip) => weights.includes(clip.weightsSha256));
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
): Promise<{ leased: Leased | null; refused: string[] }> {
  await workers.takeTurn(tx);
  const policy = await policyInForce(tx);
  if (!policy) return { leased: null, refused: [] };
  const now = ctx.clock.now();
  const able = ableTo(wish, await clips.waitingClips(tx));
  const served = await clips.servedSince(tx, windowStart({ ...ctx, policy }), now);
  const refused: string[] = [];
  for (const { id } of queueOrder(able, served, (await clips.typicalMs(tx)) ?? 1)) {
    const row = await clips.lockedWaiting(tx, id);
    if (!row) continue;
    if (await refuseNow(tx, { ...ctx, policy }, row)) refused.push(id);
    else return { leased: await take(tx, row, { ...wish, leaseId, policy, now }), refused };
  }
  return { leased: null, refused };
}

interface Taking extends LeaseWish {
  leaseId: string;
  policy: { version: number; hash: string };
  now: Date;
}

async function take(tx: Tx, row: clips.GenerationRow, taking: Taking): Promise<Leased> {
  const expiresAt = new Date(taking.now.getTime() + leaseMs);
  await store.insert(tx, {
    id: taking.leaseId,
    generationId: row.id,
    memberId: row.makerId,
    workerId: taking.workerId,
    instance: taking.instance,
    leasedAt: taking.now,
    expiresAt,
  });
  const leased = await clips.update(tx, row.id, {
    state: 'leased',
    leaseId: taking.leaseId,
    policyVersion: taking.policy.version,
    policyHash: taking.policy.hash,
    step: null,
    stepOf: null,
  });
  return { leaseId: taking.leaseId, row: leased, expiresAt };
}

/** Whether a safeguard enacted since the request says no; then the clip is refused for good. */
async function refuseNow(tx: Tx, ctx: StudioContext, row: clips.GenerationRow): Promise<boolean> {
  if (row.policyHash === ctx.policy.hash) return false;
  const refusal = await enforce(tx, ctx, row.id, row.prompt, { idempotencyKey: undefined, input: null });
  if (!refusal) return false;
  await clips.update(tx, row.id, {
    state: 'refused',
    entryId: refusal.entry.id,
    enforcement: refusal.enforcement,
    policyVersion: ctx.policy.version,
    policyHash: ctx.policy.hash,
    finishedAt: ctx.clock.now(),
  });
  return true;
}

export type LeaseCode = 'unknown_lease' | Extract<LeaseStanding, { ok: false }>['code'];
export type Held =
  | { ok: true; lease: store.LeaseRow; row: clips.GenerationRow; state: 'running' | 'completed' }
  | { ok: false; code: LeaseCode };

/**
 * Locks the clip of a lease and says what the worker may still do; a lapsed lease that nobody took over is
 * taken up again. Errors in the order they are tested: unknown_lease, lease_not_yours, lease_lapsed.
 */
export async function hold(tx: Tx, leaseId: string, workerId: string, now: Date): Promise<Held> {
  const generationId = await store.generationIdOf(tx, leaseId);
  const row = generationId === null ? null : await clips.locked(tx, generationId);
  const lease = await store.byId(tx, leaseId);
  if (!row || !lease) return { ok: false, code: 'unknown_lease' };
  const latest = (await store.latestOf(tx, row.id))?.id === leaseId;
  const facts = { workerId: lease.workerId, end: lease.outcome, latest };
  const standing = standingOf(facts, workerId, row.state === 'waiting');
  if (!standing.ok) return standing;
  if (standing.state !== 'revivable') return { ok: true, lease, row, state: standing.state };
  const expiresAt = new Date(now.getTime() + leaseMs);
  await store.update(tx, leaseId, { outcome: null, endedAt: null, reason: null, expiresAt });
  const revived = await clips.update(tx, row.id, { state: 'sampling', leaseId, lapses: row.lapses - 1 });
  return {
    ok: true,
    lease: { ...lease, outcome: null, endedAt: null, expiresAt },
    row: revived,
    state: 'running',
  };
}

export type HeartbeatDecision =
  | { ok: true; expiresAt: Date }
  | { ok: false; code: LeaseCode | 'preview_too_large' | 'not_a_preview' };

export interface Progress {
  step: number;
  of: number;
  preview: Uint8Array | null;
}

/**
 * Keeps a lease alive, and with `progress` says how far it is. Errors in the order they are tested:
 * preview_too_large, not_a_preview, unknown_lease, lease_not_yours, lease_lapsed.
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
  let generationId = '';
  const result = await ctx.db.transaction(async (tx): Promise<HeartbeatDecision> => {
    const now = ctx.clock.now();
    const held = await hold(tx, leaseId, workerId, now);
    if (!held.ok) return held;
    if (held.state === 'completed') return { ok: false, code: 'lease_lapsed' };
    generationId = held.row.id;
    const expiresAt = new Date(now.getTime() + leaseMs);
    await store.update(tx, leaseId, { expiresAt });
    await workers.heard(tx, workerId, now);
    if (progress) {
      await clips.update(tx, generationId, { state: 'sampling', step: progress.step, stepOf: progress.of });
      if (preview) await clips.keepPreview(tx, generationId, sha256Hex(preview), preview);
    }
    return { ok: true, expiresAt };
  });
  if (result.ok && progress) ctx.bell.ring(generationId);
  return result;
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
  | { ok: true; state: 'waiting' | 'failed'; entry: Entry; generationId: string }
  | { ok: false; code: LeaseCode };

/**
 * The worker gives a job back: with a reason it failed for (three times and the clip fails), or because the
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

/** Ends a running lease without a result and puts the clip back or fails it, with its book entry. */
export async function endLease(
  ctx: StudioContext,
  leaseId: string,
  ending: LeaseEnding,
): Promise<EndDecision> {
  const result = await ctx.db.transaction(async (tx): Promise<EndDecision> => {
    const generationId = await store.generationIdOf(tx, leaseId);
    const row = generationId === null ? null : await clips.locked(tx, generationId);
    const lease = await store.byId(tx, leaseId);
    if (!row || !lease) return { ok: false, code: 'unknown_lease' };
    if (lease.outcome !== null && lease.outcome !== ending.outcome)
      return { ok: false, code: 'lease_lapsed' };
    if (ending.expiredAt && lease.expiresAt >= ending.expiredAt) return { ok: false, code: 'lease_lapsed' };
    const failures = row.failures + (ending.outcome === 'failed' && lease.outcome === null ? 1 : 0);
    const lapses = row.lapses + (ending.outcome === 'lapsed' && lease.outcome === null ? 1 : 0);
    // Who has left asked for everything of theirs to end; their clip does not wait again.
    const hopeless = row.prompt === '' || (ending.final && ending.outcome === 'failed');
    const state = hopeless ? 'failed' : afterEnd(failures, lapses);
    const entry = await recordEnd(tx, ctx, row.id, lease, {
      outcome: ending.outcome,
      state,
      failures,
      lapses,
    });
    if (lease.outcome !== null) return { ok: true, state, entry, generationId: row.id };
    const now = ctx.clock.now();
    const { outcome, reason } = ending;
    await store.update(tx, leaseId, { outcome, reason, endedAt: now, entryId: entry.id });
    await clips.update(tx, row.id, {
      state,
      leaseId: null,
      failures,
      lapses,
      entryId: entry.id,
      failure: ending.outcome === 'returned' ? row.failure : ending.reason,
      finishedAt: state === 'failed' ? now : null,
      step: null,
      stepOf: null,
    });
    return { ok: true, state, entry, generationId: row.id };
  });
  if (result.ok) {
    if (result.state === 'waiting') await ctx.carrier.offer(result.generationId);
    ctx.bell.ring(result.generationId);
    ctx.bell.ring(queueBell);
  }
  return result;
}

async function recordEnd(
  tx: Tx,
  ctx: StudioContext,
  generationId: string,
  lease: store.LeaseRow,
  end: Pick<LeaseEnding, 'outcome'> & { state: 'waiting' | 'failed'; failures: number; lapses: number },
): Promise<Entry> {
  return recorded(
    await record(tx, ctx, {
      kind: end.state === 'failed' ? 'generation.failed' : 'generation.requeued',
      actor: null,
      subject: `generation:${generationId}`,
      payload: { generationId, outcome: end.outcome, failures: end.failures, lapses: end.lapses },
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
