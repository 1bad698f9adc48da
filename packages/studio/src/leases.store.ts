import {
  and,
  desc,
  eq,
  type InferSelectModel,
  isNull,
  lt,
  ne,
  or,
  rows,
  sql,
  type Tx,
} from '@uncaged/platform';
import { leases } from './tables.ts';

export type LeaseRow = InferSelectModel<typeof leases>;

export async function insert(tx: Tx, row: typeof leases.$inferInsert): Promise<void> {
  await tx.insert(leases).values(row);
}

/** What a lease is about, without a lock: so that the clip or fine-tune can be locked first. */
export async function aboutOf(
  tx: Tx,
  id: string,
): Promise<Pick<LeaseRow, 'generationId' | 'fineTuneId'> | null> {
  const { generationId, fineTuneId } = leases;
  const [row] = await tx.select({ generationId, fineTuneId }).from(leases).where(eq(leases.id, id));
  return row ?? null;
}

export async function byId(tx: Tx, id: string): Promise<LeaseRow | null> {
  const [row] = await tx.select().from(leases).where(eq(leases.id, id));
  return row ?? null;
}

export async function latestOf(tx: Tx, { generationId, fineTuneId }: LeaseRow): Promise<LeaseRow | null> {
  const about =
    generationId === null ? eq(leases.fineTuneId, fineTuneId ?? '') : eq(leases.generationId, generationId);
  const [row] = await tx
    .select()
    .from(leases)
    .where(about)
    .orderBy(desc(leases.leasedAt), desc(leases.id))
    .limit(1);
  return row ?? null;
}

export async function update(tx: Tx, id: string, change: Partial<LeaseRow>): Promise<void> {
  await tx.update(leases).set(change).where(eq(leases.id, id));
}

export async function lapsed(tx: Tx, now: Date): Promise<LeaseRow[]> {
  return tx
    .select()
    .from(leases)
    .where(and(isNull(leases.outcome), lt(leases.expiresAt, now)));
}

/** Running leases of a worker that another process of it took. */
export async function ofOtherInstances(tx: Tx, workerId: string, instance: string): Promise<LeaseRow[]> {
  return tx
    .select()
    .from(leases)
    .where(
      and(
        eq(leases.workerId, workerId),
        isNull(leases.outcome),
        or(isNull(leases.instance), ne(leases.instance, instance)),
      ),
    );
}

/**
 * The jobs a worker holds, and those whose lease lapsed after `since`, with whether one names this hash: as weights, as
 * their record, or as an adapter.
 */
export async function heldNaming(
  tx: Tx,
  workerId: string,
  sha256: string,
  since: Date,
): Promise<{ fineTuneId: string | null; names: boolean }[]> {
  return rows(
    tx,
    sql`select l.fine_tune_id as "fineTuneId", coalesce(${sha256} in (g.weights_sha256, g.model_record_sha256,
        f.base_weights_sha256, f.base_record_sha256), false)
        or exists (select from generation_adapters m where m.generation_id = g.id and m.sha256 = ${sha256}) as names
      from leases l left join generations g on g.id = l.generation_id left join fine_tunes f on f.id = l.fine_tune_id
      where l.worker_id = ${workerId}
        and (l.outcome is null or (l.outcome = 'lapsed' and l.ended_at > ${since.toISOString()}::timestamptz))`,
  );
}
