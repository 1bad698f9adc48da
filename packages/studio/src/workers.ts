import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Entry, record } from '@uncaged/book';
import type { Context, Database, Tx } from '@uncaged/platform';
import { recorded } from './recorded.ts';
import * as store from './workers.store.ts';

export type WorkerInfo = Omit<store.WorkerRow, 'tokenSha256' | 'addedBy'>;

const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

function infoOf({ tokenSha256: _, addedBy: _by, ...info }: store.WorkerRow): WorkerInfo {
  return info;
}

const DAY_MS = 86_400_000;

/**
 * Admits a machine and answers its token, which is shown this once; only its SHA-256 is kept. It is over
 * after `days`; left out, it holds until it is revoked.
 */
export async function addWorker(
  ctx: Context,
  asked: { name: string; days?: number | undefined },
): Promise<{ ok: true; worker: WorkerInfo; token: string; entry: Entry }> {
  const token = `uw_${randomBytes(32).toString('base64url')}`;
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    const row = await store.insert(tx, {
      id: ctx.ids.next(),
      name: asked.name,
      tokenSha256: sha256(token),
      addedBy: ctx.actor.memberId,
      createdAt: now,
      expiresAt: asked.days === undefined ? null : new Date(now.getTime() + asked.days * DAY_MS),
    });
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'worker.added',
        actor: ctx.actor.memberId,
        subject: `worker:${row.id}`,
        payload: { workerId: row.id, name: row.name },
        visibility: 'private',
      }),
    );
    return { ok: true, worker: infoOf(row), token, entry };
  });
}

/**
 * The token of a worker on the server's own machine: made from the server's secret, so it is the same after a
 * restart. It is no act of a member, so it stands in no book.
 */
export async function localWorker(
  ctx: Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>,
  name: string,
): Promise<string> {
  const secret = await ctx.secrets.get('local-workers');
  const token = `uw_${createHmac('sha256', secret).update(name).digest('base64url')}`;
  await ctx.db.transaction(async (tx) => {
    if (await store.byToken(tx, sha256(token))) return;
    await store.insert(tx, {
      id: ctx.ids.next(),
      name,
      tokenSha256: sha256(token),
      createdAt: ctx.clock.now(),
    });
  });
  return token;
}

/**
 * Stops a machine that attested another policy than its job named, or none: it leases nothing any more, and the entry
 * says so to everybody. The job it held is given back by the caller.
 */
export async function stopWorker(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  id: string,
  { expected, attested }: { expected: string; attested: string },
): Promise<void> {
  const row = await store.locked(tx, id);
  if (!row || row.stoppedAt !== null) return;
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'worker.stopped',
      actor: null,
      subject: `worker:${id}`,
      payload: { workerId: id, expected, attested },
      visibility: 'public',
    }),
  );
  await store.update(tx, id, {
    stoppedAt: entry.time,
    stoppedExpected: expected,
    stoppedAttested: attested,
    stoppedEntryId: entry.id,
  });
}

/** Lets a stopped machine work again. Errors in this order: `unknown_worker`, `worker_not_stopped`. */
export async function resumeWorker(
  ctx: Context,
  id: string,
): Promise<{ ok: true; entry: Entry } | { ok: false; code: 'unknown_worker' | 'worker_not_stopped' }> {
  return ctx.db.transaction(async (tx) => {
    const row = await store.locked(tx, id);
    if (!row) return { ok: false, code: 'unknown_worker' };
    if (row.stoppedAt === null) return { ok: false, code: 'worker_not_stopped' };
    const none = { stoppedAt: null, stoppedExpected: null, stoppedAttested: null, stoppedEntryId: null };
    await store.update(tx, id, none);
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'worker.resumed',
        actor: ctx.actor.memberId,
        subject: `worker:${id}`,
        payload: { workerId: id },
        visibility: 'public',
      }),
    );
    return { ok: true, entry };
  });
}

/** A machine that is stopped, as everybody sees it. */
export interface StoppedWorker {
  id: string;
  name: string;
  stoppedAt: Date;
  expected: string;
  attested: string;
  entryId: string;
}

/** Machines that are stopped now. */
export async function stoppedWorkers(db: Database): Promise<StoppedWorker[]> {
  return (await store.all(db.read)).flatMap(
    ({
      id,
      name,
      stoppedAt,
      stoppedExpected: expected,
      stoppedAttested: attested,
      stoppedEntryId: entryId,
    }) =>
      stoppedAt && expected !== null && attested !== null && entryId !== null
        ? [{ id, name, stoppedAt, expected, attested, entryId }]
        : [],
  );
}

/** All machines ever admitted, oldest first. */
export async function listWorkers(db: Database): Promise<WorkerInfo[]> {
  return (await store.all(db.read)).map(infoOf);
}

/** Ends a machine's token at once; its running lease lapses by itself. Revoking twice answers the same. */
export async function revokeWorker(
  ctx: Context,
  id: string,
): Promise<{ ok: true; entry: Entry } | { ok: false; code: 'unknown_worker' }> {
  return ctx.db.transaction(async (tx) => {
    const row = await store.locked(tx, id);
    if (!row) return { ok: false, code: 'unknown_worker' };
    if (row.revokedAt === null) await store.update(tx, id, { revokedAt: ctx.clock.now() });
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'worker.revoked',
        actor: null,
        subject: `worker:${id}`,
        payload: { workerId: id },
        visibility: 'private',
        idempotencyKey: `worker:${id}:revoked`,
      }),
    );
    return { ok: true, entry };
  });
}

export type TokenDecision =
  | { ok: true; workerId: string }
  | { ok: false; code: 'token_unknown' | 'token_expired' | 'token_revoked' | 'worker_stopped' };

/** Whose token this is. Errors in the order they are tested: token_unknown, token_revoked, token_expired, worker_stopped. */
export async function workerOfToken(db: Database, token: string, now: Date): Promise<TokenDecision> {
  const row = await store.byToken(db.read, sha256(token));
  if (!row) return { ok: false, code: 'token_unknown' };
  if (row.revokedAt !== null) return { ok: false, code: 'token_revoked' };
  if (row.expiresAt !== null && row.expiresAt <= now) return { ok: false, code: 'token_expired' };
  if (row.stoppedAt !== null) return { ok: false, code: 'worker_stopped' };
  return { ok: true, workerId: row.id };
}
