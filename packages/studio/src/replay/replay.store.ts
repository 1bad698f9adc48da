import { and, asc, gte, inArray, lte, sql, type Tx } from '@uncaged/platform';
import { fineTuneItems, fineTunes, generations } from '../tables.ts';

const clip = {
  id: generations.id,
  makerId: generations.makerId,
  modelId: generations.modelId,
  prompt: generations.prompt,
  seed: generations.seed,
  steps: generations.steps,
  guidance: generations.guidance,
  mode: generations.mode,
  size: generations.size,
  createdAt: generations.createdAt,
  finishedAt: generations.finishedAt,
};

/** Clips asked for from `since` on and up to `until`, in that order, after the one `last` names. */
export async function clipsSince(
  tx: Tx,
  { since, until, last, limit }: { since: Date; until: Date; last: string | null; limit: number },
) {
  const from = sql`(${generations.createdAt}, ${generations.id}) > (select g.created_at, g.id from generations g where g.id = ${last})`;
  return tx
    .select(clip)
    .from(generations)
    .where(
      and(
        gte(generations.createdAt, since),
        lte(generations.createdAt, until),
        last === null ? undefined : from,
      ),
    )
    .orderBy(asc(generations.createdAt), asc(generations.id))
    .limit(limit);
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
