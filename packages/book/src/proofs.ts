import type { Tx } from '@uncaged/platform';
import * as store from './log.store.ts';
import {
  completeSubtrees,
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
  type NodeAt,
  proofHashes,
  rangeHash,
} from './merkle.ts';

export type Checkpointed = store.StoredCheckpoint;

/** The newest signed checkpoint; null before the first entry is sealed. */
export async function checkpoint(tx: Tx): Promise<Checkpointed | null> {
  return store.newestCheckpoint(tx);
}

/** The first checkpoint over an entry; null until it is sealed. Nobody knew its root when the entry was written. */
export async function checkpointOver(tx: Tx, entryId: string): Promise<Checkpointed | null> {
  return store.checkpointOver(tx, entryId);
}

export interface Inclusion {
  readonly index: bigint;
  readonly size: bigint;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  /** From the leaf upwards. */
  readonly proof: readonly Uint8Array[];
}

export type ProofCode = 'tree_too_small' | 'bad_range';

/**
 * The proof that the leaf at `index` stands in the tree of `size` leaves. Errors in this order: `bad_range` (index
 * outside the size), `tree_too_small` (the tree has not grown to that size).
 */
export async function inclusion(
  tx: Tx,
  index: bigint,
  size: bigint,
): Promise<{ ok: true; inclusion: Inclusion } | { ok: false; code: ProofCode }> {
  if (index < 0n || index >= size) return { ok: false, code: 'bad_range' };
  if (size > (await store.treeSize(tx))) return { ok: false, code: 'tree_too_small' };
  const ranges = inclusionRanges(index, size);
  const whole = { from: 0n, to: size };
  const leaf = { from: index, to: index + 1n };
  const at = await hashesFor(tx, [...ranges, whole, leaf]);
  const [leafHash, root] = [rangeHash(leaf, at), rangeHash(whole, at)];
  return { ok: true, inclusion: { index, size, leafHash, root, proof: proofHashes(ranges, at) } };
}

export interface Consistency {
  readonly from: bigint;
  readonly to: bigint;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * The proof that the tree of `from` leaves is a prefix of that of `to`. Errors in this order: `bad_range` (from above
 * to), `tree_too_small`.
 */
export async function consistency(
  tx: Tx,
  from: bigint,
  to: bigint,
): Promise<{ ok: true; consistency: Consistency } | { ok: false; code: ProofCode }> {
  if (from < 0n || from > to) return { ok: false, code: 'bad_range' };
  if (to > (await store.treeSize(tx))) return { ok: false, code: 'tree_too_small' };
  const ranges = consistencyRanges(from, to);
  const [older, newer] = [
    { from: 0n, to: from },
    { from: 0n, to },
  ];
  const at = await hashesFor(tx, [...ranges, older, newer]);
  const [fromRoot, toRoot] = [rangeHash(older, at), rangeHash(newer, at)];
  return { ok: true, consistency: { from, to, fromRoot, toRoot, proof: proofHashes(ranges, at) } };
}

async function hashesFor(
  tx: Tx,
  ranges: readonly LeafRange[],
): Promise<(node: NodeAt) => Uint8Array | undefined> {
  const wanted = new Map(
    ranges.flatMap(completeSubtrees).map((node) => [`${node.level}/${node.index}`, node]),
  );
  const stored = await store.nodesAt(tx, [...wanted.values()]);
  const hashes = new Map(stored.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
  return ({ level, index }) => hashes.get(`${level}/${index}`);
}
