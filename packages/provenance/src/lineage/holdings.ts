import type { Tx } from '@uncaged/platform';
import * as store from './holdings.store.ts';

export { changedDatasets, modelsTaughtBy } from './holdings.store.ts';

/** Works behind a model, all and by the member whose they are: `claimed`, and of these `weight` is paid for. */
export interface TaughtBy {
  modelId: string;
  works: bigint;
  holders: store.HolderRow[];
}

/** Who stands behind the models of a dataset that is marked as changed, and takes the mark off; nothing where it is not. */
export async function takeChanged(tx: Tx, datasetId: string): Promise<TaughtBy[]> {
  if (!(await store.takeMark(tx, datasetId))) return [];
  return taughtBy(tx, datasetId);
}

/** Who stands behind everybody's models of a dataset. */
export async function taughtBy(tx: Tx, datasetId: string): Promise<TaughtBy[]> {
  const { works, holders } = await store.holdersOf(tx, datasetId);
  const models = await store.modelsOfDataset(tx, datasetId);
  return models.map((modelId) => ({ modelId, works, holders }));
}
