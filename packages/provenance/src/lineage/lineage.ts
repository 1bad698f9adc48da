import type { Actor, Context, Tx } from '@uncaged/platform';
import type { Credential } from '../credentials/credentials.ts';
import { type DatasetRow, datasetById } from '../datasets/datasets.store.ts';
import {
  type AuthorShare,
  type ItemsPage,
  itemsPage,
  type ProvenItem,
  sharesOf,
} from '../datasets/datasets.ts';
import { type ModelRow, modelById } from '../models/models.store.ts';
import { shownAmong } from '../works/works.store.ts';
import * as store from './lineage.store.ts';

export interface Output {
  generationId: string;
  modelId: string;
  /** The book entry of the finished generation. */
  entryId: string;
  /** What came out, by its hash; for signed files the hash of the signed bytes. */
  outputs: readonly { kind: string; sha256: string }[];
  credential: Credential | null;
  /** Adapters mixed into the model, in their order. `datasetId` is null for one that was taught elsewhere. */
  adapters?: readonly { adapterId: string; datasetId: string | null; weight: number }[];
}

/** Writes down where a clip came from, in the studio's transaction. The same generation again changes nothing. */
export async function recordOutput(tx: Tx, _ctx: unknown, output: Output): Promise<{ created: boolean }> {
  const { generationId, modelId, entryId } = output;
  if (!(await store.insertLineage(tx, { generationId, modelId, entryId }))) return { created: false };
  await store.insertOutputs(tx, generationId, output.outputs);
  await store.insertAdapters(tx, generationId, output.adapters ?? []);
  if (output.credential) await store.insertCredential(tx, generationId, output.credential);
  return { created: true };
}

export interface Lineage {
  generation: { id: string; entryId: string; outputs: store.OutputRow[] };
  credential: store.CredentialRow | null;
  model: ModelRow;
  works: ItemsPage;
  authors: readonly AuthorShare[];
  adapters: MixedIn[];
}

/** An adapter's part in a clip. */
export interface MixedIn {
  adapterId: string;
  weight: number;
  /** What taught it; null for one that was taught elsewhere. */
  dataset: DatasetRow | null;
  /** Of its works those that the looker may see. */
  items: ProvenItem[];
}

/** Works of one adapter that a lineage shows at most. */
const ITEMS_OF_ADAPTER = 500;

/**
 * From a clip to the people whose work taught the machine: model, dataset, a page of its works with their proofs,
 * every author with their share, and the adapters mixed in. Error: `unknown_lineage` (no such clip, or not
 * finished).
 */
export async function lineageOf(
  ctx: Pick<Context, 'db' | 'clock'> & { actor?: Pick<Actor, 'memberId'> },
  generationId: string,
  asked: { cursor?: string | undefined; limit: number },
): Promise<{ ok: true; lineage: Lineage } | { ok: false; code: 'unknown_lineage' }> {
  const tx = ctx.db.read;
  const row = await store.lineageRow(tx, generationId);
  if (!row) return { ok: false, code: 'unknown_lineage' };
  const model = await modelById(tx, row.modelId);
  if (!model) throw new Error(`the model ${row.modelId} of a clip is gone`);
  const works = await itemsPage(tx, { id: model.datasetId, items: model.works }, asked);
  const lineage = {
    generation: { id: generationId, entryId: row.entryId, outputs: await store.outputsOf(tx, generationId) },
    credential: await store.credentialOf(tx, generationId),
    model,
    // What one member taught alone may hold works that nobody else may see.
    works: model.ownerId === null ? works : { ...works, items: await seenOf(tx, ctx, works.items) },
    authors: await sharesOf(tx, model.datasetId),
    adapters: await mixedInto(tx, ctx, generationId),
  };
  return { ok: true, lineage };
}

type Looking = Pick<Context, 'clock'> & { actor?: Pick<Actor, 'memberId'> };

/** Of these works those that the looker may see: shown to everybody, or their own. */
async function seenOf(
  tx: Tx,
  { clock, actor }: Looking,
  items: readonly ProvenItem[],
): Promise<ProvenItem[]> {
  const ids = items.map(({ workId }) => workId);
  const shown = await shownAmong(tx, ids, clock.now());
  const looker = actor?.memberId ?? null;
  return items.filter((item) => shown.has(item.workId) || (looker !== null && item.memberId === looker));
}

async function mixedInto(tx: Tx, ctx: Looking, generationId: string): Promise<MixedIn[]> {
  const found: MixedIn[] = [];
  for (const { adapterId, weight, datasetId } of await store.adaptersOf(tx, generationId)) {
    const dataset = datasetId === null ? null : await datasetById(tx, datasetId);
    const page = dataset && (await itemsPage(tx, dataset, { limit: ITEMS_OF_ADAPTER }));
    found.push({ adapterId, weight, dataset, items: await seenOf(tx, ctx, page?.items ?? []) });
  }
  return found;
}

/** The newest clips that a work had a part in, by generation id. */
export function generationsFromWork(
  ctx: Pick<Context, 'db'>,
  workId: string,
  limit: number,
): Promise<string[]> {
  return store.generationsFromWork(ctx.db.read, workId, limit);
}
