import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Entry, record } from '@uncaged/book';
import type { Context, Database } from '@uncaged/platform';
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
  | { ok: false; code: 'token_unknown' | 'token_expired' | 'token_revoked' };

/** Whose token this is. Errors in the order they are tested: token_unknown, token_revoked, token_expired. */
export async function workerOfToken(db: Database, token: string, now: Date): Promise<TokenDecision> {
  const row = await store.byToken(db.read, sha256(token));
  if (!row) return { ok: false, code: 'token_unknown' };
  if (row.revokedAt !== null) return { ok: false, code: 'token_revoked' };
  if (row.expiresAt !== null && row.expiresAt <= now) return { ok: false, code: 'token_expired' };
  return { ok: true, workerId: row.id };
}
