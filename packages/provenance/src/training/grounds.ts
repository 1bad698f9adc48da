import { type Entry, record } from '@uncaged/book';
import { rootOf, toHex } from '@uncaged/book/rules';
import type { Tx } from '@uncaged/platform';
import { type MayUse, mayUse } from '../consent/consent.ts';
import { type ConsentRow, consentsOfWorks } from '../consent/consents.store.ts';
import { type ProvenanceContext, recorded } from '../context.ts';
import { type DatasetRow, insertDataset } from '../datasets/datasets.store.ts';
import { type DatasetEntry, datasetLeaf } from '../datasets/root.ts';
import { type WorkRow, worksById } from '../works/works.store.ts';
import { listWorks, withNames } from '../works/works.ts';

/** To begin, to share what came out, to take its file away: each needs its own line. */
export const teachingUses = ['fine_tune_own', 'fine_tune_shared', 'export_weights'] as const;
export type TeachingUse = (typeof teachingUses)[number];

/** A work and what its maker allows of teaching, now. */
export interface Ground {
  row: WorkRow;
  uses: (MayUse & { use: TeachingUse; expiresAt: Date | null })[];
}

/** What the makers of these works allow now, by the work's id in the order asked; works that are not there are left out. */
export async function groundsOf(
  tx: Tx,
  ctx: ProvenanceContext,
  workIds: readonly string[],
): Promise<Map<string, Ground>> {
  const found = await withNames(tx, await worksById(tx, workIds));
  const lines = Map.groupBy(await consentsOfWorks(tx, workIds), ({ workId }) => workId);
  const at = ctx.clock.now();
  const rows = new Map(found.map((row) => [row.id, row]));
  return new Map(
    workIds.flatMap((id) => {
      const row = rows.get(id);
      return row ? [[id, { row, uses: usesOf(ctx, row, lines.get(id) ?? [], at) }]] : [];
    }),
  );
}

function usesOf(
  ctx: ProvenanceContext,
  row: WorkRow,
  lines: readonly ConsentRow[],
  at: Date,
): Ground['uses'] {
  return teachingUses.map((use) => {
    const may = mayUse(use, row, lines, ctx.policy.document.datasets, at);
    const line = lines.find(({ id }) => id === may.consentId);
    return { use, ...may, expiresAt: line?.expiresAt ?? null };
  });
}

/** The actor's own works as something to learn from, newest first; `cursor` as the last answer gave it. */
export async function ownGrounds(
  ctx: ProvenanceContext,
  asked: { cursor?: string | undefined; limit: number },
): Promise<{ grounds: Ground[]; cursor: string | null; total: number }> {
  const { works, cursor, total } = await listWorks(ctx, { ...asked, mine: true });
  const ids = works.map(({ id }) => id);
  const grounds = await groundsOf(ctx.db.read, ctx, ids);
  return { grounds: ids.flatMap((id) => grounds.get(id) ?? []), cursor, total };
}

/** One work of a training set: on which line it stands. */
export interface TaughtItem {
  row: WorkRow;
  consentId: string | null;
}

/**
 * Registers what one member teaches a machine with, as a dataset of their own: its root stands in the book, in an
 * entry that holds no words. Answers the dataset.
 */
export async function registerTrainingSet(
  tx: Tx,
  ctx: ProvenanceContext,
  set: { name: string; ownerId: string; items: readonly TaughtItem[] },
): Promise<DatasetRow> {
  const entries = set.items.map(({ row, consentId }): DatasetEntry => {
    return { sha256: row.sha256, basis: row.basis, consentId, weight: 1 };
  });
  const leaves = entries.map(datasetLeaf);
  const manifest = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const { sha256: manifestSha256 } = await ctx.blobs.put(Buffer.from(manifest));
  const id = ctx.ids.next();
  const root = toHex(rootOf(leaves));
  const entry = await recordSet(tx, ctx, { datasetId: id, root, count: entries.length, manifestSha256 });
  const dataset: DatasetRow = {
    id,
    name: set.name,
    version: 1,
    root,
    items: entries.length,
    manifestSha256,
    ownerId: set.ownerId,
    entryId: entry.id,
    createdAt: ctx.clock.now(),
  };
  await insertDataset(
    tx,
    dataset,
    entries.map(({ basis, consentId, weight }, index) => ({
      index,
      workId: set.items[index]?.row.id ?? '',
      basis,
      consentId,
      weight,
      leafHash: toHex(leaves[index] as Uint8Array),
    })),
  );
  return dataset;
}

/** By the machine, so that it outlives its maker's leaving: it holds hashes and no words. */
async function recordSet(
  tx: Tx,
  ctx: ProvenanceContext,
  payload: { datasetId: string; root: string; count: number; manifestSha256: string },
): Promise<Entry> {
  return recorded(
    await record(tx, ctx, {
      kind: 'training-set.registered',
      actor: null,
      subject: `dataset:${payload.datasetId}`,
      payload,
      visibility: 'private',
    }),
  );
}
