import { fromHex, inclusionRanges, type NodeAt, nodeHashOf, proofHashes, toHex } from '@uncaged/book/rules';
import type { Actor, Context, Tx } from '@uncaged/platform';
import { withNames } from '../works/works.ts';
import * as store from './datasets.store.ts';

export type { AuthorShare, DatasetRow } from './datasets.store.ts';

export interface ProvenItem extends store.ItemView {
  /** RFC 6962 audit path to the dataset's root, hex */
  proof: string[];
}

export interface ItemsPage {
  items: ProvenItem[];
  cursor: string | null;
}

/** A dataset's tree: all complete subtrees by level and place. Datasets never change, so it is kept. */
type Tree = Uint8Array[][];
const trees = new Map<string, Tree>();
const KEPT_TREES = 8;

async function treeOf(tx: Tx, datasetId: string): Promise<Tree> {
  const there = trees.get(datasetId);
  if (there) return there;
  const leaves = (await store.leavesOf(tx, datasetId)).map((hash) => fromHex(hash) ?? new Uint8Array());
  const tree: Tree = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + 1 < level.length; at += 2)
      above.push(nodeHashOf(level[at] as Uint8Array, level[at + 1] as Uint8Array));
    tree.push(above);
    level = above;
  }
  const [oldest] = trees.keys();
  if (trees.size >= KEPT_TREES && oldest !== undefined) trees.delete(oldest);
  trees.set(datasetId, tree);
  return tree;
}

/** Shares of datasets that no member's work is in: imported names never change, so these are kept too. */
const keptShares = new Map<string, readonly store.AuthorShare[]>();

/** What each author brought to a dataset, largest share first. */
export async function sharesOf(tx: Tx, datasetId: string): Promise<readonly store.AuthorShare[]> {
  const there = keptShares.get(datasetId);
  if (there) return there;
  const shares = await store.sharesOf(tx, datasetId);
  if (shares.some((share) => share.memberId !== null)) return withNames(tx, shares);
  const [oldest] = keptShares.keys();
  if (keptShares.size >= KEPT_TREES && oldest !== undefined) keptShares.delete(oldest);
  keptShares.set(datasetId, shares);
  return shares;
}

/** A page of a dataset's items, each with its proof. `cursor` is the index to go on from. */
export async function itemsPage(
  tx: Tx,
  dataset: { id: string; items: number },
  asked: { cursor?: string | undefined; limit: number },
): Promise<ItemsPage> {
  const from = Number(asked.cursor ?? 0);
  const start = Number.isSafeInteger(from) && from >= 0 ? from : 0;
  const found = await withNames(
    tx,
    await store.itemsPage(tx, dataset.id, Math.min(start, 2 ** 31 - 1), asked.limit),
  );
  const tree = found.length === 0 ? [] : await treeOf(tx, dataset.id);
  const hashAt = ({ level, index }: NodeAt) => tree[level]?.[Number(index)];
  const items = found.map((item) => ({
    ...item,
    proof: proofHashes(inclusionRanges(BigInt(item.index), BigInt(dataset.items)), hashAt).map(toHex),
  }));
  const next = (items.at(-1)?.index ?? dataset.items) + 1;
  return { items, cursor: next < dataset.items ? String(next) : null };
}

/** A dataset with a page of its items. Error: `unknown_dataset`, also for what another member taught alone. */
export async function datasetOf(
  ctx: Pick<Context, 'db'> & { actor?: Pick<Actor, 'memberId'> },
  id: string,
  asked: { cursor?: string | undefined; limit: number },
): Promise<
  { ok: true; dataset: store.DatasetRow; page: ItemsPage } | { ok: false; code: 'unknown_dataset' }
> {
  const dataset = await store.datasetById(ctx.db.read, id);
  const isTheirs = dataset?.ownerId != null && dataset.ownerId !== (ctx.actor?.memberId ?? null);
  if (!dataset || isTheirs) return { ok: false, code: 'unknown_dataset' };
  return { ok: true, dataset, page: await itemsPage(ctx.db.read, dataset, asked) };
}
