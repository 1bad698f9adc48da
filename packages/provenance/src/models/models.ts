import { record, recordBatch } from '@uncaged/book';
import { rootOf, toHex } from '@uncaged/book/rules';
import type { Actor, Context, Tx } from '@uncaged/platform';
import { recordedAll } from '../context.ts';
import { datasetByRoot, insertDataset, nextVersion } from '../datasets/datasets.store.ts';
import { type AuthorShare, sharesOf } from '../datasets/datasets.ts';
import { type DatasetEntry, datasetLeaf } from '../datasets/root.ts';
import { holdingsChanged } from '../lineage/holdings.store.ts';
import { sha256Of } from '../picture/read.ts';
import { ensureImportedAuthors } from '../works/authors.store.ts';
import { authorKey } from '../works/authors.ts';
import { insertWorks, worksByHash } from '../works/works.store.ts';
import * as store from './models.store.ts';
import { readShipped, type ShippedCode, type ShippedModel, type ShippedWork } from './shipped.ts';

export type { ModelRow } from './models.store.ts';

/** The machine registers what it comes with: whoever asks does not matter. */
type RegisteringContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets' | 'blobs'> & Partial<Context>;

export type ModelRegistered =
  | { ok: true; model: store.ModelRow; created: boolean }
  | { ok: false; code: ShippedCode | 'model_weights_differ'; detail: string };

/**
 * Registers a model that comes with the program: its works by hash, its dataset with its root, the weights as a
 * blob; `dataset.registered` and `model.registered` stand in the book. The same weights again change nothing.
 * Errors in the order they are tested: those of `readShipped`, `model_weights_differ` (the record names other
 * weights).
 */
export async function registerShippedModel(
  ctx: RegisteringContext,
  folder: string,
  name = 'commons-2',
): Promise<ModelRegistered> {
  const read = await readShipped(folder, name);
  if (!read.ok) return read;
  const weightsSha256 = sha256Of(read.model.weights);
  const stated = read.model.statedWeightsSha256;
  if (stated !== null && stated !== weightsSha256)
    return { ok: false, code: 'model_weights_differ', detail: `The record names ${stated}.` };
  const known = await store.modelByWeights(ctx.db.read, weightsSha256);
  if (known) return { ok: true, model: known, created: false };
  await ctx.blobs.put(read.model.weights);
  const { sha256: recordSha256 } = await ctx.blobs.put(read.model.record);
  const items = read.model.works.map(itemOf);
  const manifest = read.model.works
    .map((work, index) => JSON.stringify({ ...items[index], ...work }))
    .join('\n');
  const { sha256: manifestSha256 } = await ctx.blobs.put(Buffer.from(`${manifest}\n`));
  return ctx.db.transaction(async (tx) => {
    await store.lockModels(tx);
    const first = await store.modelByWeights(tx, weightsSha256);
    if (first) return { ok: true, model: first, created: false };
    const datasetId = await ensureDataset(tx, ctx, read.model, { items, manifestSha256 });
    await writeModel(tx, ctx, read.model, { weightsSha256, recordSha256, datasetId, manifestSha256 });
    await holdingsChanged(tx, [datasetId]);
    const model = await store.modelByWeights(tx, weightsSha256);
    if (!model) throw new Error('a model was not written');
    return { ok: true, model, created: true };
  });
}

const itemOf = (work: ShippedWork): DatasetEntry => ({
  sha256: work.sha256,
  basis: 'public_domain_dedication',
  consentId: null,
  weight: 1,
});

async function ensureDataset(
  tx: Tx,
  ctx: RegisteringContext,
  shipped: ShippedModel,
  made: { items: readonly DatasetEntry[]; manifestSha256: string },
): Promise<string> {
  const leaves = made.items.map(datasetLeaf);
  const root = toHex(rootOf(leaves));
  const known = await datasetByRoot(tx, shipped.name, root);
  if (known) return known.id;
  const workIds = await ensureWorks(tx, ctx, shipped.works);
  const id = ctx.ids.next();
  const version = await nextVersion(tx, shipped.name);
  const count = made.items.length;
  const [entry] = recordedAll(
    await recordBatch(tx, ctx, [
      {
        kind: 'dataset.registered',
        actor: null,
        subject: `dataset:${id}`,
        payload: {
          datasetId: id,
          name: shipped.name,
          version,
          manifestSha256: made.manifestSha256,
          root,
          count,
        },
        visibility: 'public',
      },
    ]),
  );
  if (!entry) throw new Error('recording a dataset gave no entry');
  await insertDataset(
    tx,
    {
      id,
      name: shipped.name,
      version,
      root,
      items: count,
      manifestSha256: made.manifestSha256,
      ownerId: null,
      entryId: entry.id,
      createdAt: ctx.clock.now(),
    },
    made.items.map((item, index) => ({
      index,
      workId: workIds.get(item.sha256) ?? '',
      basis: item.basis,
      consentId: item.consentId,
      weight: item.weight,
      leafHash: toHex(leaves[index] as Uint8Array),
    })),
  );
  return id;
}

/** Ids of works by hash; those not known are written by hash alone, until an import brings their bytes. */
async function ensureWorks(
  tx: Tx,
  ctx: RegisteringContext,
  works: readonly ShippedWork[],
): Promise<Map<string, string>> {
  const known = new Map(
    (
      await worksByHash(
        tx,
        works.map((work) => work.sha256),
      )
    ).map((work) => [work.sha256, work.id]),
  );
  const authors = await ensureImportedAuthors(tx, [
    ...new Map(
      works.map(({ author }) => [
        authorKey(author),
        { id: ctx.ids.next(), name: author, key: authorKey(author) },
      ]),
    ).values(),
  ]);
  const fresh = works.filter((work) => !known.has(work.sha256));
  const rows = fresh.map((work) => ({
    ...work,
    id: ctx.ids.next(),
    authorId: authors.get(authorKey(work.author)) ?? '',
    keywords: [],
    basis: 'public_domain_dedication' as const,
    mediaType: null,
    size: null,
    sanitisedSha256: null,
    pixelsSha256: null,
    dhash: null,
    shownSha256: null,
    width: null,
    height: null,
    entryId: null,
    createdAt: ctx.clock.now(),
  }));
  await insertWorks(tx, rows);
  return new Map([...known, ...rows.map((row) => [row.sha256, row.id] as const)]);
}

async function writeModel(
  tx: Tx,
  ctx: RegisteringContext,
  shipped: ShippedModel,
  made: { weightsSha256: string; recordSha256: string; datasetId: string; manifestSha256: string },
): Promise<void> {
  const id = ctx.ids.next();
  const { name, licence, config, training, card, parameters } = shipped;
  const recordedModel = await record(tx, ctx, {
    kind: 'model.registered',
    actor: null,
    subject: `model:${id}`,
    payload: {
      modelId: id,
      name,
      licence,
      weightsSha256: made.weightsSha256,
      datasetId: made.datasetId,
      manifestSha256: made.manifestSha256,
      trainingSha256: sha256Of(JSON.stringify(training)),
    },
    visibility: 'public',
  });
  if (!recordedModel.ok) throw new Error(`the book refused a checked fact: ${recordedModel.code}`);
  await store.insertModel(tx, {
    id,
    name,
    licence,
    config,
    training,
    card,
    parameters,
    parents: [],
    weightsSha256: made.weightsSha256,
    datasetId: made.datasetId,
    ownerId: null,
    recordSha256: made.recordSha256,
    entryId: recordedModel.entry.id,
    createdAt: ctx.clock.now(),
  });
}

/**
 * The model a clip is made with: the one asked for (id or name), else the newest in use; null when there is none,
 * and for a model that is another member's own.
 */
export async function modelFor(
  tx: Tx,
  wanted?: string,
  memberId: string | null = null,
): Promise<store.ModelRow | null> {
  const model = wanted === undefined ? await store.newestInUse(tx) : await store.modelById(tx, wanted);
  return model && isFor(model, memberId) ? model : null;
}

/** The model of this id whoever it belongs to and whatever became of it: for what was made with it. */
export function modelBehind(tx: Tx, id: string): Promise<store.ModelRow | null> {
  return store.modelById(tx, id);
}

const isFor = ({ ownerId, state }: store.ModelRow, memberId: string | null) =>
  ownerId === null || (ownerId === memberId && state !== 'retired');

/** Who looks; somebody unknown sees what everybody sees. */
type Looking = Pick<Context, 'db'> & { actor?: Pick<Actor, 'memberId'> };

/** A model with the shares of those whose works taught it, by id or name. Error: `unknown_model`. */
export async function modelOf(
  ctx: Looking,
  id: string,
): Promise<
  { ok: true; model: store.ModelRow; shares: readonly AuthorShare[] } | { ok: false; code: 'unknown_model' }
> {
  const model = await store.modelById(ctx.db.read, id);
  if (!model || !isFor(model, ctx.actor?.memberId ?? null)) return { ok: false, code: 'unknown_model' };
  const shares = await sharesOf(ctx.db.read, model.datasetId);
  return { ok: true, model, shares };
}

/** Everybody's models and one's own, newest first, each with how many authors taught it. */
export function listModels(ctx: Looking): Promise<(store.ModelRow & { authors: bigint })[]> {
  return modelsSeenBy(ctx.db.read, ctx.actor?.memberId ?? null);
}

/** Everybody's models and a member's own, newest first. */
export function modelsSeenBy(
  tx: Tx,
  memberId: string | null,
): Promise<(store.ModelRow & { authors: bigint })[]> {
  return store.modelsOf(tx, memberId);
}
