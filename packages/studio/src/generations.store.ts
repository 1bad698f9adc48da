import {
  and,
  desc,
  eq,
  type InferInsertModel,
  type InferSelectModel,
  inArray,
  isNotNull,
  lt,
  rows,
  sql,
  type Tx,
} from '@uncaged/platform';
import type { Served, Waiting } from './dispatch.ts';
import { generationPreviews, generations } from './tables.ts';

export type GenerationRow = InferSelectModel<typeof generations>;

export async function insert(tx: Tx, row: InferInsertModel<typeof generations>): Promise<GenerationRow> {
  const [inserted] = await tx.insert(generations).values(row).returning();
  if (!inserted) throw new Error('an insert returned nothing');
  return inserted;
}

export async function byId(tx: Tx, id: string): Promise<GenerationRow | null> {
  const [row] = await tx.select().from(generations).where(eq(generations.id, id));
  return row ?? null;
}

/** Locks the row until the transaction ends. */
export async function locked(tx: Tx, id: string): Promise<GenerationRow | null> {
  const [row] = await tx.select().from(generations).where(eq(generations.id, id)).for('update');
  return row ?? null;
}

/** Locks the row if it still waits and nobody else holds it. */
export async function lockedWaiting(tx: Tx, id: string): Promise<GenerationRow | null> {
  const [row] = await tx
    .select()
    .from(generations)
    .where(and(eq(generations.id, id), eq(generations.state, 'waiting')))
    .for('update', { skipLocked: true });
  return row ?? null;
}

/** Changes a row and counts the change. */
export async function update(
  tx: Tx,
  id: string,
  change: Partial<InferInsertModel<typeof generations>>,
): Promise<GenerationRow> {
  const [row] = await tx
    .update(generations)
    .set({ ...change, changes: sql`${generations.changes} + 1` })
    .where(eq(generations.id, id))
    .returning();
  if (!row) throw new Error(`no generation ${id}`);
  return row;
}

/** Clips of one maker, newest first, before `cursor` (an id). */
export async function ofMaker(tx: Tx, makerId: string, cursor: string | null, limit: number) {
  const mine = eq(generations.makerId, makerId);
  return tx
    .select()
    .from(generations)
    .where(cursor ? and(mine, lt(generations.id, cursor)) : mine)
    .orderBy(desc(generations.id))
    .limit(limit);
}

/** Published clips, newest publication first, after the clip `cursor` names. */
export async function wall(tx: Tx, cursor: string | null, limit: number): Promise<GenerationRow[]> {
  const shown = isNotNull(generations.publishedAt);
  const before = sql`(${generations.publishedAt}, ${generations.id}) < (select g.published_at, g.id from generations g where g.id = ${cursor})`;
  return tx
    .select()
    .from(generations)
    .where(cursor ? and(shown, before) : shown)
    .orderBy(desc(generations.publishedAt), desc(generations.id))
    .limit(limit);
}

export interface WaitingClip extends Waiting {
  weightsSha256: string;
  /** Whether a worker that lacks the weights can fetch them. */
  fetchable: boolean;
}

export async function waitingClips(tx: Tx): Promise<WaitingClip[]> {
  const waiting = await tx
    .select({
      id: generations.id,
      memberId: generations.makerId,
      createdAt: generations.createdAt,
      weightsSha256: generations.weightsSha256,
      recordSha256: generations.modelRecordSha256,
    })
    .from(generations)
    .where(eq(generations.state, 'waiting'));
  return waiting.map(({ createdAt, weightsSha256, recordSha256, ...clip }) => ({
    ...clip,
    queuedAt: createdAt.getTime(),
    weightsSha256: weightsSha256 ?? '',
    fetchable: recordSha256 !== null,
  }));
}

/** How many clips of a member wait or are being made. Holds the member's turn until the transaction ends. */
export async function outstandingOf(tx: Tx, memberId: string): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`studio:${memberId}`}, 0))`);
  const found = await tx
    .select({ id: generations.id })
    .from(generations)
    .where(
      and(eq(generations.makerId, memberId), inArray(generations.state, ['waiting', 'leased', 'sampling'])),
    );
  return found.length;
}

/** Machine time a member since `since`, running leases up to `now`. */
export async function servedSince(tx: Tx, since: Date, now: Date): Promise<Map<string, Served>> {
  const found = await rows<{ member_id: string; gpu_ms: bigint; last: Date }>(
    tx,
    sql`select member_id, max(leased_at) as last,
      (sum(extract(epoch from greatest(coalesce(ended_at, ${now.toISOString()}::timestamptz), leased_at) - leased_at)) * 1000)::int8 as gpu_ms
      from leases where leased_at >= ${since.toISOString()}::timestamptz group by member_id`,
  );
  return new Map(
    found.map((one) => [one.member_id, { gpuMs: Number(one.gpu_ms), lastServedAt: one.last.getTime() }]),
  );
}

/** Milliseconds a clip took, as a mean of the last 20; null before the first. */
export async function typicalMs(tx: Tx): Promise<number | null> {
  const [found] = await rows<{ mean: bigint | null }>(
    tx,
    sql`select avg(gpu_ms)::int8 as mean from (
      select gpu_ms from generations where state = 'done' order by finished_at desc limit 20) latest`,
  );
  return found?.mean == null ? null : Number(found.mean);
}

export async function runningCount(tx: Tx): Promise<number> {
  const [found] = await rows<{ running: bigint }>(
    tx,
    sql`select count(*)::int8 as running from leases where outcome is null`,
  );
  return Number(found?.running ?? 0n);
}

export async function keepPreview(tx: Tx, id: string, sha256: string, bytes: Uint8Array): Promise<void> {
  await tx
    .insert(generationPreviews)
    .values({ generationId: id, sha256, bytes })
    .onConflictDoUpdate({ target: generationPreviews.generationId, set: { sha256, bytes } });
}

export async function previewOf(
  tx: Tx,
  id: string,
): Promise<InferSelectModel<typeof generationPreviews> | null> {
  const [row] = await tx.select().from(generationPreviews).where(eq(generationPreviews.generationId, id));
  return row ?? null;
}

export async function previewHashes(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await tx
    .select({ id: generationPreviews.generationId, sha256: generationPreviews.sha256 })
    .from(generationPreviews)
    .where(inArray(generationPreviews.generationId, [...ids]));
  return new Map(found.map((one) => [one.id, one.sha256]));
}

export async function dropPreview(tx: Tx, id: string): Promise<void> {
  await tx.delete(generationPreviews).where(eq(generationPreviews.generationId, id));
}

/**
 * Takes a member's own words out of their clips: prompt, caption, unknown words, the engine's record. What waits
 * is given up. Ids, hashes, policy and times stay.
 */
export async function eraseClips(tx: Tx, memberId: string): Promise<void> {
  await tx.execute(sql`update generations set prompt = '', caption = null, unknown_words = null, record = null,
    state = case when state = 'waiting' then 'failed' else state end,
    failure = case when state = 'waiting' then 'its maker left' else failure end,
    changes = changes + 1 where maker_id = ${memberId}`);
}

/** Clips asked for since then under a policy, and how many of them were refused or failed. */
export async function outcomesUnder(
  tx: Tx,
  { policyHash, since }: { policyHash: string; since: Date },
): Promise<{ jobs: number; refused: number; failed: number }> {
  const [row] = await rows<{ jobs: number; refused: number; failed: number }>(
    tx,
    sql`select count(*)::int as jobs,
          count(*) filter (where state = 'refused')::int as refused,
          count(*) filter (where state = 'failed')::int as failed
        from generations where policy_hash = ${policyHash} and created_at >= ${since}`,
  );
  return row ?? { jobs: 0, refused: 0, failed: 0 };
}
