import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import {
  completeSubtrees,
  consistencyRanges,
  EMPTY_ROOT,
  edgeOf,
  inclusionRanges,
  leafHashOf,
  type NodeAt,
  nodeHashOf,
  proofHashes,
  rangeHash,
  rootOf,
  TreeBuilder,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

// The leaves and roots of the reference tests of certificate-transparency (merkletree/merkle_tree_test.cc).
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array();
const hashes = LEAVES.map((leaf) => leafHashOf(bytes(leaf)));

test('roots of the reference trees of RFC 6962', () => {
  expect(ROOTS.map((_, size) => toHex(rootOf(hashes.slice(0, size))))).toEqual(ROOTS);
  expect(toHex(EMPTY_ROOT)).toBe(ROOTS[0]);
});

/** The recursive definition of RFC 6962 section 2.1, as a second way to every root. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHashOf(mth(leaves.slice(0, split)), mth(leaves.slice(split)));
}

/** What the database would hold: every complete subtree. */
function stored(leaves: readonly Uint8Array[]): (node: NodeAt) => Uint8Array | undefined {
  const nodes = new Map(leaves.map((hash, index) => [`0/${index}`, hash]));
  const builder = new TreeBuilder();
  for (const leaf of leaves) {
    for (const { level, index, hash } of builder.push(leaf)) nodes.set(`${level}/${index}`, hash);
  }
  return ({ level, index }) => nodes.get(`${level}/${index}`);
}

const leafOf = (index: number) => leafHashOf(Uint8Array.of(index >> 8, index & 255));
const sizes = fc.integer({ min: 1, max: 300 });

test('the builder agrees with the recursive definition and goes on from a stored edge', () => {
  fc.assert(
    fc.property(sizes, fc.nat(300), (size, cut) => {
      const leaves = Array.from({ length: size }, (_, index) => leafOf(index));
      const first = Math.min(cut, size);
      const at = stored(leaves.slice(0, first));
      const edge = edgeOf(BigInt(first)).map((node) => ({ ...node, hash: at(node) as Uint8Array }));
      const builder = new TreeBuilder(edge);
      for (const leaf of leaves.slice(first)) builder.push(leaf);
      expect(builder.size).toBe(BigInt(size));
      expect(toHex(builder.root())).toBe(toHex(mth(leaves)));
    }),
  );
});

test('every inclusion proof verifies, and none for another leaf, index, size or root', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), (size, pick) => {
      const index = pick % size;
      const leaves = Array.from({ length: size }, (_, each) => leafOf(each));
      const at = stored(leaves);
      const proof = proofHashes(inclusionRanges(BigInt(index), BigInt(size)), at);
      const root = mth(leaves);
      const leaf = leaves[index] as Uint8Array;
      const verify = (l: Uint8Array, i: number, s: number, p: readonly Uint8Array[], r: Uint8Array) =>
        verifyInclusion(l, BigInt(i), BigInt(s), p, r);
      expect(verify(leaf, index, size, proof, root)).toBe(true);
      expect(verify(leafOf(9999), index, size, proof, root)).toBe(false);
      expect(verify(leaf, index, size, [...proof, root], root)).toBe(false);
      expect(verify(leaf, index, size, proof, leaf)).toBe(size === 1);
      expect(verify(leaf, size, size, proof, root)).toBe(false);
      if (proof.length > 0) expect(verify(leaf, index, size, proof.slice(1), root)).toBe(false);
    }),
  );
});

test('every consistency proof verifies, and none for a rewritten tree', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, pick, change) => {
      const old = pick % (size + 1);
      const leaves = Array.from({ length: size }, (_, each) => leafOf(each));
      const at = stored(leaves);
      const proof = proofHashes(consistencyRanges(BigInt(old), BigInt(size)), at);
      const [before, after] = [mth(leaves.slice(0, old)), mth(leaves)];
      expect(rangeHash({ from: 0n, to: BigInt(old) }, at)).toEqual(before);
      expect(verifyConsistency(BigInt(old), before, BigInt(size), after, proof)).toBe(true);
      if (old === 0) return;
      const rewritten = leaves.with(change % old, leafOf(9999));
      const proof2 = proofHashes(consistencyRanges(BigInt(old), BigInt(size)), stored(rewritten));
      expect(verifyConsistency(BigInt(old), before, BigInt(size), mth(rewritten), proof2)).toBe(false);
      expect(verifyConsistency(BigInt(old), before, BigInt(size), mth(rewritten), proof)).toBe(false);
    }),
  );
});

test('a proof is as long as the tree is high', () => {
  expect(inclusionRanges(0n, 1n)).toEqual([]);
  expect(inclusionRanges(5n, 1n << 40n)).toHaveLength(40);
  expect(completeSubtrees({ from: 0n, to: 7n })).toEqual([
    { level: 2, index: 0n },
    { level: 1, index: 2n },
    { level: 0, index: 6n },
  ]);
});
