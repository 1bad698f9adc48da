import { and, eq, gt, type InferSelectModel, isNull, lt, or, rows, sql, type Tx } from '@uncaged/platform';
import { workers } from './tables.ts';

export type WorkerRow = InferSelectModel<typeof workers>;

export async function insert(tx: Tx, row: typeof workers.$inferInsert): Promise<WorkerRow> {
  const [inserted] = await tx.insert(workers).values(row).returning();
  if (!inserted) throw new Error('an insert returned nothing');
  return inserted;
}

export async function all(tx: Tx): Promise<WorkerRow[]> {
  return tx.select().from(workers).orderBy(workers.createdAt);
}

export async function byToken(tx: Tx, tokenSha256: Uint8Array): Promise<WorkerRow | null> {
  const [row] = await tx.select().from(workers).where(eq(workers.tokenSha256, tokenSha256));
  return row ?? null;
}

export async function locked(tx: Tx, id: string): Promise<WorkerRow | null> {
  const [row] = await tx.select().from(workers).where(eq(workers.id, id)).for('update');
  return row ?? null;
}

export async function update(tx: Tx, id: string, change: Partial<WorkerRow>): Promise<void> {
  await tx.update(workers).set(change).where(eq(workers.id, id));
}

/** Notes that a worker was heard of; writes at most every ten seconds, as idle workers ask every second. */
export async function heard(tx: Tx, id: string, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - 10_000);
  await tx
    .update(workers)
    .set({ lastSeen: now })
    .where(and(eq(workers.id, id), or(isNull(workers.lastSeen), lt(workers.lastSeen, stale))));
}

/** How many workers were heard of since then and may still work. */
export async function seenSince(tx: Tx, since: Date): Promise<number> {
  const found = await tx
    .select({ revokedAt: workers.revokedAt })
    .from(workers)
    .where(gt(workers.lastSeen, since));
  return found.filter(({ revokedAt }) => revokedAt === null).length;
}

/** Holds the worker's turn to lease until the transaction ends. */
export async function takeTurn(tx: Tx): Promise<void> {
  await rows(tx, sql`select pg_advisory_xact_lock(hashtextextended('studio:dispatch', 0))::text`);
}
