import { type Entry, record } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { type ProvenanceContext, recorded } from '../context.ts';
import { datasetById } from '../datasets/datasets.store.ts';
import * as store from '../models/models.store.ts';
import { withVocabulary } from '../models/shipped.ts';

export interface OwnModel {
  name: string;
  ownerId: string;
  /** What was learnt, and the record beside it, as blobs. */
  weightsSha256: string;
  recordSha256: string;
  /** The record itself. */
  record: { config?: unknown; training?: unknown; parameters?: unknown; vocabulary?: unknown };
  datasetId: string;
  /** The model whose autoencoder it draws with. */
  parent: string;
}

/**
 * Registers a model that a member taught with their own works alone: theirs, and in nobody else's list. The book
 * says which weights, and by how many works; no name. Error: `model_there_already` (the same weights).
 */
export async function keepOwnModel(
  tx: Tx,
  ctx: ProvenanceContext,
  kept: OwnModel,
): Promise<{ ok: true; modelId: string; entry: Entry } | { ok: false; code: 'model_there_already' }> {
  await store.lockModels(tx);
  if (await store.modelByWeights(tx, kept.weightsSha256)) return { ok: false, code: 'model_there_already' };
  const dataset = await datasetById(tx, kept.datasetId);
  if (!dataset) throw new Error(`the dataset ${kept.datasetId} of a model is not there`);
  const id = ctx.ids.next();
  const { name, ownerId, weightsSha256, recordSha256, datasetId } = kept;
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'model.kept',
      actor: ownerId,
      subject: `model:${id}`,
      payload: { modelId: id, weightsSha256, datasetId, works: dataset.items },
      visibility: 'public',
    }),
  );
  const { config = {}, training = {}, parameters, vocabulary } = kept.record;
  await store.insertModel(tx, {
    id,
    name,
    weightsSha256,
    licence: 'All rights reserved',
    config: withVocabulary(config, vocabulary),
    training,
    card: null,
    parents: [kept.parent],
    parameters: Number.isSafeInteger(parameters) ? (parameters as number) : null,
    datasetId,
    ownerId,
    recordSha256,
    entryId: entry.id,
    createdAt: ctx.clock.now(),
  });
  return { ok: true, modelId: id, entry };
}

/** Takes a member's own model out of use. Clips it made keep their lineage. */
export async function retireOwnModel(tx: Tx, id: string): Promise<void> {
  await store.retire(tx, id);
}

/** Takes the names of a member's own models away, and the models out of use. */
export async function eraseOwnModels(tx: Tx, memberId: string): Promise<void> {
  await store.eraseOwned(tx, memberId);
}
