import {
  and,
  asc,
  desc,
  eq,
  type InferInsertModel,
  type InferSelectModel,
  inArray,
  lt,
  rows,
  sql,
  type Tx,
} from '@uncaged/platform';
import type { Waiting } from '../dispatch.ts';
import {
  captionSuggestions,
  fineTuneItems,
  type fineTuneLosses,
  type fineTuneSheets,
  fineTunes,
} from '../tables.ts';

export type FineTuneRow = InferSelectModel<typeof fineTunes>;
export type ItemRow = InferSelectModel<typeof fineTuneItems>;
export type SheetRow = Omit<InferSelectModel<typeof fineTuneSheets>, 'fineTuneId'>;
export type LossRow = Omit<InferSelectModel<typeof fineTuneLosses>, 'fineTuneId'>;

export async function insert(
  tx: Tx,
  row: InferInsertModel<typeof fineTunes>,
  items: readonly Omit<ItemRow, 'fineTuneId' | 'index'>[],
): Promise<FineTuneRow> {
  const [inserted] = await tx.insert(fineTunes).values(row).returning();
  if (!inserted) throw new Error('an insert returned nothing');
  await tx
    .insert(fineTuneItems)
    .values(items.map((item, index) => ({ ...item, fineTuneId: inserted.id, index })));
  return inserted;
}

export async function byId(tx: Tx, id: string): Promise<FineTuneRow | null> {
  const [row] = await tx.select().from(fineTunes).where(eq(fineTunes.id, id));
  return row ?? null;
}

/** Locks the row until the transaction ends. */
export async function locked(tx: Tx, id: string): Promise<FineTuneRow | null> {
  const [row] = await tx.select().from(fineTunes).where(eq(fineTunes.id, id)).for('update');
  return row ?? null;
}

/** Locks the row if it still waits and nobody else holds it. */
export async function lockedWaiting(tx: Tx, id: string): Promise<FineTuneRow | null> {
  const [row] = await tx
    .select()
    .from(fineTunes)
    .where(and(eq(fineTunes.id, id), eq(fineTunes.state, 'waiting')))
    .for('update', { skipLocked: true });
  return row ?? null;
}

/** Changes a row and counts the change. */
export async function update(
  tx: Tx,
  id: string,
  change: Partial<InferInsertModel<typeof fineTunes>>,
): Promise<FineTuneRow> {
  const [row] = await tx
    .update(fineTunes)
    .set({ ...change, changes: sql`${fineTunes.changes} + 1` })
    .where(eq(fineTunes.id, id))
    .returning();
  if (!row) throw new Error(`no fine-tune ${id}`);
  return row;
}

/** Fine-tunes of one maker, newest first, before `cursor` (an id). */
export async function ofMaker(tx: Tx, makerId: string, cursor: string | null, limit: number) {
  const mine = eq(fineTunes.makerId, makerId);
  return tx
    .select()
    .from(fineTunes)
    .where(cursor ? and(mine, lt(fineTunes.id, cursor)) : mine)
    .orderBy(desc(fineTunes.id))
    .limit(limit);
}

export async function itemsOf(tx: Tx, id: string): Promise<ItemRow[]> {
  return tx
    .select()
    .from(fineTuneItems)
    .where(eq(fineTuneItems.fineTuneId, id))
    .orderBy(asc(fineTuneItems.index));
}

/** How many works each of these is taught by. */
export async function worksOf(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ id: string; works: bigint }>(
    tx,
    sql`select fine_tune_id as id, count(*)::int8 as works from fine_tune_items
      where fine_tune_id = any (${sql.param([...ids])}::text[]) group by fine_tune_id`,
  );
  return new Map(found.map(({ id, works }) => [id, Number(works)]));
}

export async function noteConsent(tx: Tx, id: string, index: number, consentId: string | null) {
  await tx
    .update(fineTuneItems)
    .set({ consentId })
    .where(and(eq(fineTuneItems.fineTuneId, id), eq(fineTuneItems.index, index)));
}

/** The fine-tune that taught a model of one member alone; null for any other model. */
export async function thatTaught(tx: Tx, modelId: string): Promise<string | null> {
  const [found] = await tx.select({ id: fineTunes.id }).from(fineTunes).where(eq(fineTunes.modelId, modelId));
  return found?.id ?? null;
}

export interface WaitingTraining extends Waiting {
  /** What a worker must hold. */
  weightsSha256: string;
  /** Whether a worker that lacks the weights can fetch them. */
  fetchable: boolean;
}

export async function waiting(tx: Tx): Promise<WaitingTraining[]> {
  const found = await rows<{
    id: string;
    memberId: string;
    queuedAt: Date;
    weightsSha256: string;
    recordSha256: string | null;
  }>(
    tx,
    sql`select id, maker_id as "memberId", queued_at as "queuedAt", base_weights_sha256 as "weightsSha256",
      base_record_sha256 as "recordSha256" from fine_tunes where state = 'waiting'`,
  );
  if (found.length === 0) return [];
  const costMs = await typicalMs(tx);
  return found.map(({ queuedAt, recordSha256, ...rest }) => {
    return { ...rest, queuedAt: queuedAt.getTime(), fetchable: recordSha256 !== null, costMs };
  });
}

/** Before the first was measured: what a run takes on two cores. */
const firstGuessMs = 180_000;

/** Milliseconds a run took, as a mean of the last 20. */
export async function typicalMs(tx: Tx): Promise<number> {
  const [found] = await rows<{ mean: bigint | null }>(
    tx,
    sql`select avg(gpu_ms)::int8 as mean from (select gpu_ms from fine_tunes
      where file_sha256 is not null and gpu_ms is not null order by finished_at desc limit 20) latest`,
  );
  return found?.mean == null ? firstGuessMs : Number(found.mean);
}

/** Milliseconds that running ones say they still need. */
export async function runningMs(tx: Tx): Promise<number> {
  const [found] = await rows<{ left: number | null }>(
    tx,
    sql`select sum(coalesce(seconds_left, 0)) as left from fine_tunes where state = 'running'`,
  );
  return (found?.left ?? 0) * 1000;
}

/** How many of a member wait or run. Holds the member's turn until the transaction ends. */
export async function outstandingOf(tx: Tx, memberId: string): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`studio:${memberId}`}, 0))`);
  const found = await tx
    .select({ id: fineTunes.id })
    .from(fineTunes)
    .where(and(eq(fineTunes.makerId, memberId), inArray(fineTunes.state, ['waiting', 'running'])));
  return found.length;
}

/** Whether another fine-tune of this member goes by the word. */
export async function hasWord(tx: Tx, memberId: string, word: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql`select 1 from fine_tunes where maker_id = ${memberId} and style_word = ${word} and state <> 'discarded' limit 1`,
  );
  return found.length > 0;
}

/** Notes points of the curve; a step that is gone through again counts as the last time. */
export async function noteLosses(tx: Tx, id: string, points: readonly LossRow[]): Promise<void> {
  if (points.length === 0) return;
  await tx.execute(sql`insert into fine_tune_losses (fine_tune_id, step, loss)
    select ${id}, step, loss from jsonb_to_recordset(${JSON.stringify(points)}::text::jsonb) as p (step int, loss float8)
    on conflict (fine_tune_id, step) do update set loss = excluded.loss`);
}

/** The curve, thinned to about `most` points; the last one always stands. */
export async function lossesOf(tx: Tx, id: string, most: number): Promise<LossRow[]> {
  return rows<LossRow>(
    tx,
    sql`select step, loss from (select step, loss, row_number() over (order by step desc) - 1 as place,
        greatest(1, ceil(count(*) over () / ${most}::float8))::int as every
      from fine_tune_losses where fine_tune_id = ${id}) p where place % every = 0 order by step`,
  );
}

export async function noteSheet(tx: Tx, id: string, sheet: SheetRow): Promise<void> {
  await tx.execute(sql`insert into fine_tune_sheets (fine_tune_id, step, sha256)
    values (${id}, ${sheet.step}, ${sheet.sha256})
    on conflict (fine_tune_id, step) do update set sha256 = excluded.sha256`);
}

export async function sheetsOf(tx: Tx, id: string): Promise<SheetRow[]> {
  return rows<SheetRow>(
    tx,
    sql`select step, sha256 from fine_tune_sheets where fine_tune_id = ${id} order by step`,
  );
}

/** The newest sheet of each of these. */
export async function newestSheets(tx: Tx, ids: readonly string[]): Promise<Map<string, SheetRow>> {
  const found = await rows<SheetRow & { id: string }>(
    tx,
    sql`select distinct on (fine_tune_id) fine_tune_id as id, step, sha256 from fine_tune_sheets
      where fine_tune_id = any (${sql.param([...ids])}::text[]) order by fine_tune_id, step desc`,
  );
  return new Map(found.map(({ id, ...sheet }) => [id, sheet]));
}

export async function keepSuggestions(
  tx: Tx,
  found: readonly { workId: string; caption: string }[],
): Promise<void> {
  if (found.length === 0) return;
  await tx
    .insert(captionSuggestions)
    .values([...found])
    .onConflictDoUpdate({ target: captionSuggestions.workId, set: { caption: sql`excluded.caption` } });
}

export async function suggestionsFor(tx: Tx, workIds: readonly string[]): Promise<Map<string, string>> {
  if (workIds.length === 0) return new Map();
  const found = await tx
    .select()
    .from(captionSuggestions)
    .where(inArray(captionSuggestions.workId, [...workIds]));
  return new Map(found.map(({ workId, caption }) => [workId, caption]));
}

export interface Leftovers {
  id: string;
  files: string[];
}

/** Discarded fine-tunes whose files still lie there, with those that nothing else stands on. */
export async function leftovers(tx: Tx): Promise<Leftovers[]> {
  return rows<Leftovers>(
    tx,
    sql`select f.id, array(select s.sha256 from fine_tune_sheets s where s.fine_tune_id = f.id
          and not exists (select from fine_tune_sheets o where o.sha256 = s.sha256 and o.fine_tune_id <> f.id)
        union select x from unnest(array[f.file_sha256, f.record_sha256, f.manifest_sha256]) x
        where x is not null and not exists (select from adapters a where a.sha256 = x and a.state = 'ready')
          and not exists (select from fine_tunes o where o.id <> f.id and o.state <> 'discarded'
            and x in (o.file_sha256, o.record_sha256, o.manifest_sha256))) as files
      from fine_tunes f where f.state = 'discarded' and (f.file_sha256 is not null or f.manifest_sha256 is not null
        or exists (select from fine_tune_sheets s where s.fine_tune_id = f.id)) limit 20`,
  );
}

export async function forgetFiles(tx: Tx, id: string): Promise<void> {
  await tx.execute(sql`delete from fine_tune_sheets where fine_tune_id = ${id}`);
  await tx.execute(sql`update fine_tunes set file_sha256 = null, file_size = null, record_sha256 = null,
    manifest_sha256 = null where id = ${id}`);
}

/**
 * Takes a member's own words out of what they taught: names, style words, captions, prompts. What they kept is
 * thrown away with its files; clips made with it keep their lineage.
 */
export async function eraseTeaching(tx: Tx, memberId: string): Promise<void> {
  await tx.execute(sql`delete from caption_suggestions where work_id in (select i.work_id from fine_tune_items i
    join fine_tunes f on f.id = i.fine_tune_id where f.maker_id = ${memberId})`);
  await tx.execute(sql`update fine_tune_items set caption = '' where fine_tune_id in
    (select id from fine_tunes where maker_id = ${memberId})`);
  await tx.execute(sql`update fine_tunes set name = '', style_word = '', sheet_prompts = '[]'::jsonb,
    state = case when state = 'running' then state else 'discarded' end, stop_wanted = state = 'running',
    changes = changes + 1
    where maker_id = ${memberId}`);
  await tx.execute(sql`update adapters set name = '', style_word = '', manifest = null, shared_at = null,
    state = 'discarded' where owner_id = ${memberId}`);
}
