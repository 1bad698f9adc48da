import { type Check, openingOf, type Violation } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import type { Blobs, Tx } from '@uncaged/platform';
import * as store from './checks.store.ts';
import { type DatasetEntry, datasetLeaf, datasetRoot } from './datasets/root.ts';

/** Works read at once. */
const BATCH = 1000;
const MOST = 100;

/**
 * Provenance's invariants, each recomputed on another path than the one that wrote it. Weights are read from
 * the blobs and hashed again.
 */
export function provenanceChecks(blobs: Pick<Blobs, 'get'>): readonly Check[] {
  return [
    { name: 'the root of every dataset recomputes from its items', run: wrongRoots },
    {
      name: 'every item of a dataset stands on a basis or a consent line of its own work',
      run: store.groundlessItems,
    },
    { name: 'every accepted work has its entry, and the entry says the same hashes', run: wrongWorks },
    {
      name: 'what machines are given of a work made of pixels is what its entry names as sanitised',
      run: store.strayMaterials,
    },
    { name: 'every consent line has its entry, and the entry says the same', run: wrongConsents },
    {
      name: 'the weights of every model are there and hash to what the book says',
      run: (tx) => wrongWeights(tx, blobs),
    },
    {
      name: 'every clip with an origin names a registered model and at least one output',
      run: store.emptyOrigins,
    },
  ];
}

async function wrongRoots(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const dataset of await store.datasets(tx)) {
    const items = await store.itemsOf(tx, dataset.id);
    const what = `dataset:${dataset.id}`;
    if (items.length !== dataset.items || items.some((item, index) => item.index !== index))
      found.push({ what, detail: `it says ${dataset.items} items and has ${items.length}` });
    else if (datasetRoot(items) !== dataset.root) found.push({ what, detail: 'its items give another root' });
    const leaf = items.find((item) => toHex(datasetLeaf(item as DatasetEntry)) !== item.leafHash);
    if (leaf) found.push({ what, detail: `item ${leaf.index} hashes to another leaf` });
    const said = (await openingOf(tx, [dataset.entryId])).get(dataset.entryId)?.payload;
    if (!says(said, { root: dataset.root, count: dataset.items }))
      found.push({ what, detail: `entry ${dataset.entryId} says another root` });
  }
  return found.slice(0, MOST);
}

async function wrongWorks(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after = ''; found.length < MOST; ) {
    const works = await store.acceptedWorks(tx, after, BATCH);
    const openings = await openingOf(
      tx,
      works.flatMap((work) => work.entryId ?? []),
    );
    for (const { id, entryId, sha256, sanitised, pixels, isDedicated } of works) {
      const opening = entryId === null ? undefined : openings.get(entryId);
      // A member's words may be erased; a dedicated work's never are.
      if (!opening && !isDedicated && entryId !== null) continue;
      if (!says(opening?.payload, { workId: id, sha256, sanitised, pixels }))
        found.push({ what: `work:${id}`, detail: `entry ${entryId ?? 'none'} does not say its hashes` });
    }
    const last = works.at(-1);
    if (!last) break;
    after = last.id;
  }
  return found.slice(0, MOST);
}

async function wrongConsents(tx: Tx): Promise<Violation[]> {
  const lines = await store.consentLines(tx);
  const openings = await openingOf(
    tx,
    lines.map((line) => line.entryId),
  );
  return lines
    .filter(({ entryId, ...line }) => {
      const answer = line.answer ? 'yes' : 'no';
      return !says(openings.get(entryId)?.payload, {
        workId: line.workId,
        use: line.use,
        answer,
        consentId: line.id,
      });
    })
    .map((line) => ({ what: `consent:${line.id}`, detail: `entry ${line.entryId} does not say it` }))
    .slice(0, MOST);
}

async function wrongWeights(tx: Tx, blobs: Pick<Blobs, 'get'>): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const model of await store.weightsOfModels(tx)) {
    const what = `model:${model.id}`;
    // `get` hashes what it reads, and throws when that is something else.
    const bytes = await blobs.get(model.weightsSha256).catch(() => null);
    if (!bytes) found.push({ what, detail: `blob ${model.weightsSha256} is missing or damaged` });
    const said = (await openingOf(tx, [model.entryId])).get(model.entryId)?.payload;
    if (!says(said, { modelId: model.id, weightsSha256: model.weightsSha256, datasetId: model.datasetId }))
      found.push({ what, detail: `entry ${model.entryId} says something else` });
  }
  return found;
}

/** Whether a payload says at least these things. */
function says(payload: unknown, expected: Record<string, unknown>): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const said = payload as Record<string, unknown>;
  return Object.entries(expected).every(([key, value]) => said[key] === value);
}
