import { and, asc, gte, inArray, lte, rows, sql, type Tx } from '@uncaged/platform';
import { fineTuneItems, fineTunes, generations } from '../tables.ts';

/** A clip as it was asked for. */
export interface AskedClip {
  id: string;
  makerId: string;
  modelId: string | null;
  prompt: string;
  seed: number;
  steps: number;
  guidance: number;
  mode: 'clip' | 'walk';
  size: number;
  /** milliseconds since 1970 */
  createdAt: number;
  finishedAt: number | null;
}

/** The first clip asked for from a moment on; ids grow with the time. */
export async function firstClipSince(tx: Tx, since: Date): Promise<string | null> {
  const [first] = await tx
    .select({ id: generations.id })
    .from(generations)
    .where(gte(generations.createdAt, since))
    .orderBy(asc(generations.createdAt), asc(generations.id))
    .limit(1);
  return first?.id ?? null;
}

/**
 * The clips from one on, in the order of asking. They come as one text: with many small rows most of the time went into
 * taking rows apart.
 */
export async function clipsFrom(tx: Tx, id: string, limit: number): Promise<AskedClip[]> {
  const ms = (column: string) => sql`(extract(epoch from ${sql.raw(column)}) * 1000)::int8`;
  const [found] = await rows<{ page: unknown[][] | null }>(
    tx,
    sql`select json_agg(json_build_array(id, maker_id, model_id, prompt, seed, steps, guidance, mode, size,
          ${ms('created_at')}, ${ms('finished_at')})) as page
        from (select * from generations where id >= ${id} order by id limit ${limit}) as generations`,
  );
  return (found?.page ?? []).map((row) => {
    const [id, makerId, modelId, prompt, seed, steps, guidance, mode, size, createdAt, finishedAt] = row;
    return {
      id,
      makerId,
      modelId,
      prompt,
      seed,
      steps,
      guidance,
      mode,
      size,
      createdAt,
      finishedAt,
    } as AskedClip;
  });
}

/** Fine-tunes asked for in that time, each with the captions it was to learn. */
export async function fineTunesSince(tx: Tx, { since, until }: { since: Date; until: Date }) {
  const found = await tx
    .select()
    .from(fineTunes)
    .where(and(gte(fineTunes.createdAt, since), lte(fineTunes.createdAt, until)))
    .orderBy(asc(fineTunes.createdAt), asc(fineTunes.id));
  const ids = found.map(({ id }) => id);
  const items =
    ids.length === 0
      ? []
      : await tx
          .select()
          .from(fineTuneItems)
          .where(inArray(fineTuneItems.fineTuneId, ids))
          .orderBy(asc(fineTuneItems.fineTuneId), asc(fineTuneItems.index));
  const byRun = Map.groupBy(items, ({ fineTuneId }) => fineTuneId);
  return found.map((row) => ({ row, items: byRun.get(row.id) ?? [] }));
}
