import {
  and,
  desc,
  eq,
  type InferInsertModel,
  type InferSelectModel,
  inArray,
  isNotNull,
  lt,
  or,
  rows,
  sql,
  type Tx,
} from '@uncaged/platform';
import { adapters, generationAdapters } from '../tables.ts';

export type AdapterRow = InferSelectModel<typeof adapters>;

export async function insert(tx: Tx, row: InferInsertModel<typeof adapters>): Promise<AdapterRow> {
  const [inserted] = await tx.insert(adapters).values(row).returning();
  if (!inserted) throw new Error('an insert returned nothing');
  return inserted;
}

export async function byId(tx: Tx, id: string): Promise<AdapterRow | null> {
  const [row] = await tx.select().from(adapters).where(eq(adapters.id, id));
  return row ?? null;
}

export async function byIds(tx: Tx, ids: readonly string[]): Promise<Map<string, AdapterRow>> {
  if (ids.length === 0) return new Map();
  const found = await tx
    .select()
    .from(adapters)
    .where(inArray(adapters.id, [...ids]));
  return new Map(found.map((row) => [row.id, row]));
}

/** Locks the row until the transaction ends. */
export async function locked(tx: Tx, id: string): Promise<AdapterRow | null> {
  const [row] = await tx.select().from(adapters).where(eq(adapters.id, id)).for('update');
  return row ?? null;
}

export async function update(tx: Tx, id: string, change: Partial<AdapterRow>): Promise<AdapterRow> {
  const [row] = await tx.update(adapters).set(change).where(eq(adapters.id, id)).returning();
  if (!row) throw new Error(`no adapter ${id}`);
  return row;
}

/** The member's own adapter with these bytes, if they have it. */
export async function ownByHash(tx: Tx, ownerId: string, sha256: string): Promise<AdapterRow | null> {
  const [row] = await tx
    .select()
    .from(adapters)
    .where(and(eq(adapters.ownerId, ownerId), eq(adapters.sha256, sha256), eq(adapters.state, 'ready')));
  return row ?? null;
}

/** A member's own and those others share, newest first, before `cursor` (an id). */
export async function within(tx: Tx, memberId: string, cursor: string | null, limit: number) {
  const seen = and(
    eq(adapters.state, 'ready'),
    or(eq(adapters.ownerId, memberId), isNotNull(adapters.sharedAt)),
  );
  return tx
    .select()
    .from(adapters)
    .where(cursor ? and(seen, lt(adapters.id, cursor)) : seen)
    .orderBy(desc(adapters.id))
    .limit(limit);
}

/** Whether an adapter the member could mix goes by the word already. */
export async function hasWord(tx: Tx, memberId: string, word: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql`select 1 from adapters where state = 'ready' and style_word = ${word}
      and (owner_id = ${memberId} or shared_at is not null) limit 1`,
  );
  return found.length > 0;
}

/** An adapter's part in a clip. */
export interface Mixed {
  adapterId: string;
  sha256: string;
  weight: number;
}

export async function mixIn(tx: Tx, generationId: string, mixed: readonly Mixed[]): Promise<void> {
  if (mixed.length === 0) return;
  await tx.insert(generationAdapters).values(mixed.map((one, index) => ({ ...one, generationId, index })));
}

/** What each of these clips mixes, in order, with the adapters as they stand. */
export async function mixedIn(
  tx: Tx,
  generationIds: readonly string[],
): Promise<Map<string, { weight: number; sha256: string; adapter: AdapterRow }[]>> {
  if (generationIds.length === 0) return new Map();
  const found = await tx
    .select({ mixed: generationAdapters, adapter: adapters })
    .from(generationAdapters)
    .innerJoin(adapters, eq(adapters.id, generationAdapters.adapterId))
    .where(inArray(generationAdapters.generationId, [...generationIds]))
    .orderBy(generationAdapters.generationId, generationAdapters.index);
  const byClip = Map.groupBy(found, ({ mixed }) => mixed.generationId);
  return new Map(
    [...byClip].map(([id, parts]) => [
      id,
      parts.map(({ mixed, adapter }) => ({ weight: mixed.weight, sha256: mixed.sha256, adapter })),
    ]),
  );
}

/** Discarded adapters whose files still lie there, with how many others stand on the same bytes. */
export async function leftovers(tx: Tx): Promise<{ id: string; sha256: string; others: bigint }[]> {
  return rows(
    tx,
    sql`select a.id, a.sha256, (select count(*) from adapters o where o.sha256 = a.sha256 and o.state = 'ready')
        + (select count(*) from fine_tunes f where f.file_sha256 = a.sha256 and f.state <> 'discarded') as others
      from adapters a where a.state = 'discarded' and a.has_file limit 20`,
  );
}
