import { sameBytes } from './bytes.ts';
import { sha256 } from './sha256.ts';

/** SHA-256(0x00 ‖ bytes): RFC 6962 section 2.1. */
export function leafHashOf(bytes: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(1 + bytes.length);
  leaf.set(bytes, 1);
  return sha256(leaf);
}

const node = new Uint8Array(65).fill(1, 0, 1);

/** SHA-256(0x01 ‖ left ‖ right): RFC 6962 section 2.1. */
export function nodeHashOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/** The root of the empty tree: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** A complete subtree: the hash over leaves index·2^level up to (index+1)·2^level. */
export interface NodeAt {
  readonly level: number;
  readonly index: bigint;
}
export interface TreeNode extends NodeAt {
  readonly hash: Uint8Array;
}

/**
 * Grows a tree leaf by leaf in O(log n) memory. `push` returns the complete subtrees (level ≥ 1) that the leaf
 * finished, for whoever stores them.
 */
export class TreeBuilder {
  #size = 0n;
  /** Complete subtrees from left to right, one for each set bit of the size, largest first. */
  readonly #edge: TreeNode[];

  /** `edge`: the nodes `edgeOf(size)` names, in that order, to go on from a stored tree. */
  constructor(edge: readonly TreeNode[] = []) {
    this.#edge = [...edge];
    for (const node of edge) this.#size += 1n << BigInt(node.level);
  }

  get size(): bigint {
    return this.#size;
  }

  push(leafHash: Uint8Array): TreeNode[] {
    const finished: TreeNode[] = [];
    let node: TreeNode = { level: 0, index: this.#size, hash: leafHash };
    this.#size += 1n;
    for (let left = this.#edge.at(-1); left?.level === node.level; left = this.#edge.at(-1)) {
      this.#edge.pop();
      node = { level: node.level + 1, index: node.index >> 1n, hash: nodeHashOf(left.hash, node.hash) };
      finished.push(node);
    }
    this.#edge.push(node);
    return finished;
  }

  /** The root over everything pushed so far. */
  root(): Uint8Array {
    return foldRight(this.#edge.map((node) => node.hash)) ?? EMPTY_ROOT;
  }
}

/** Root over leaf hashes, RFC 6962's MTH. */
export function rootOf(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const builder = new TreeBuilder();
  for (const hash of leafHashes) builder.push(hash);
  return builder.root();
}

/** The complete subtrees that make up a tree of this size, from left to right. */
export function edgeOf(size: bigint): NodeAt[] {
  return completeSubtrees({ from: 0n, to: size });
}

/** Leaves from ≤ i < to. In a proof, each range is one hash. */
export interface LeafRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** The ranges whose hashes prove leaf `index` in the tree of `size`, from the leaf upwards (RFC 6962 PATH). */
export function inclusionRanges(index: bigint, size: bigint): LeafRange[] {
  const ranges: LeafRange[] = [];
  let at = { from: 0n, to: size };
  while (at.to - at.from > 1n) {
    const middle = at.from + splitOf(at.to - at.from);
    const [near, far] = halves(at, middle, index < middle);
    ranges.push(far);
    at = near;
  }
  return ranges.reverse();
}

/** The ranges whose hashes prove that the tree of `oldSize` is a prefix of the tree of `newSize` (RFC 6962 PROOF). */
export function consistencyRanges(oldSize: bigint, newSize: bigint): LeafRange[] {
  if (oldSize === 0n || oldSize >= newSize) return [];
  const ranges: LeafRange[] = [];
  let at = { from: 0n, to: newSize };
  while (at.to !== oldSize) {
    const middle = at.from + splitOf(at.to - at.from);
    const [near, far] = halves(at, middle, oldSize <= middle);
    ranges.push(far);
    at = near;
  }
  // The verifier knows the old root already, so the old tree as a whole is left out.
  if (at.from !== 0n) ranges.push(at);
  return ranges.reverse();
}

function halves(at: LeafRange, middle: bigint, left: boolean): [LeafRange, LeafRange] {
  const lower = { from: at.from, to: middle };
  const upper = { from: middle, to: at.to };
  return left ? [lower, upper] : [upper, lower];
}

/** The complete stored subtrees that make up a range of a proof, from left to right. */
export function completeSubtrees(range: LeafRange): NodeAt[] {
  const nodes: NodeAt[] = [];
  for (let from = range.from; from < range.to; ) {
    const level = bitLength(range.to - from) - 1;
    nodes.push({ level, index: from >> BigInt(level) });
    from += 1n << BigInt(level);
  }
  return nodes;
}

/** A proof's hashes, given the stored node hashes. Throws when a node is missing: the stored tree is broken. */
export function proofHashes(
  ranges: readonly LeafRange[],
  hashAt: (node: NodeAt) => Uint8Array | undefined,
): Uint8Array[] {
  return ranges.map((range) => rangeHash(range, hashAt));
}

/** The hash over a range of leaves, from stored nodes. Throws when one is missing. */
export function rangeHash(range: LeafRange, hashAt: (node: NodeAt) => Uint8Array | undefined): Uint8Array {
  const hashes = completeSubtrees(range).map((node) => {
    const hash = hashAt(node);
    if (!hash) throw new Error(`the tree lacks node ${node.level}/${node.index}`);
    return hash;
  });
  return foldRight(hashes) ?? EMPTY_ROOT;
}

/** RFC 9162 section 2.1.3.2: whether `proof` leads from the leaf at `index` to `root` in a tree of `size`. */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: bigint,
  size: bigint,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0n || index >= size) return false;
  let fn = index;
  let sn = size - 1n;
  let hash = leafHash;
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      hash = nodeHashOf(sibling, hash);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHashOf(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && sameBytes(hash, root);
}

/** RFC 9162 section 2.1.4.2: whether the tree of `oldSize` and `oldRoot` is a prefix of that of `newSize` and `newRoot`. */
export function verifyConsistency(
  oldSize: bigint,
  oldRoot: Uint8Array,
  newSize: bigint,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (oldSize < 0n || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && sameBytes(oldRoot, newRoot);
  if (oldSize === 0n) return proof.length === 0 && sameBytes(oldRoot, EMPTY_ROOT);
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (!first) return false;
  let fn = oldSize - 1n;
  let sn = newSize - 1n;
  while (fn & 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = first;
  let sr = first;
  for (const hash of path) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      fr = nodeHashOf(hash, fr);
      sr = nodeHashOf(hash, sr);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = nodeHashOf(sr, hash);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && sameBytes(fr, oldRoot) && sameBytes(sr, newRoot);
}

function foldRight(hashes: readonly Uint8Array[]): Uint8Array | undefined {
  return hashes.length === 0 ? undefined : hashes.reduceRight((right, left) => nodeHashOf(left, right));
}

/** The largest power of two below n (n ≥ 2). */
function splitOf(n: bigint): bigint {
  return 1n << BigInt(bitLength(n - 1n) - 1);
}

function bitLength(n: bigint): number {
  return n.toString(2).length;
}
