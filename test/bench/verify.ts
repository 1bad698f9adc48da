import { createHash, hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { verifyArchive } from '@uncaged/verify';
import { entryHash, type Leaf, leafBytes } from '../../packages/book/src/leaf.ts';
import { TreeBuilder } from '../../packages/book/src/merkle.ts';
import { exampleFacts, manifest, weights } from '../../packages/verify/src/example.testing.ts';
import {
  type ForgedFact,
  forgeArchive,
  forgedId,
  forgeEntries,
  saltOf,
} from '../../packages/verify/src/testing.ts';
import type { Bench } from './bench.ts';

const ENTRIES = Number(process.env.UNCAGED_BENCH_ENTRIES ?? 1_000_000);
const ARCHIVED = Math.min(ENTRIES, 20_000);
const PART = 20_000;
const ROUNDS = 5;

/**
 * Checking a log of 1,000,000 entries (UNCAGED_BENCH_ENTRIES), each of two postings, against one plain SHA-256 of each
 * entry's same bytes. `ratio`: the proof, that is spelling each entry, its leaf hash, the tree over all and its root;
 * parts of the log in turns, one ratio for each fifth of it. `archive_ratio` is another thing: a whole archive of 20,000
 * such entries read, every rule run again and every receipt's signature checked, against one SHA-256 of the file.
 * Goal: `ratio` at most 4.
 */
export const bench: Bench = {
  async run() {
    const { ratios, ours, plain } = proof();
    const archive = await wholeArchive();
    return {
      ratios,
      peer: 'plain SHA-256 of the same bytes, one call an entry',
      versions: { node: process.version },
      fields: {
        entries: ENTRIES,
        seconds: rounded(ours / 1000),
        plain_seconds: rounded(plain / 1000),
        archive_ratio: rounded(archive.ours / archive.plain),
        archive_entries: ARCHIVED,
        archive_seconds: rounded(archive.ours / 1000),
      },
    };
  },
};

const rounded = (value: number) => Number(value.toFixed(3));

function timed<T>(what: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = what();
  return { ms: performance.now() - start, value };
}

function proof(): { ratios: number[]; ours: number; plain: number } {
  const builder = new TreeBuilder();
  const check = (leaves: readonly Leaf[]) => {
    for (const leaf of leaves) builder.push(entryHash(leaf));
    return builder.root();
  };
  const digest = (bytes: readonly Uint8Array[]) => {
    let last = '';
    for (const each of bytes) last = hash('sha256', each, 'hex');
    return last;
  };
  const sums = Array.from({ length: ROUNDS }, () => ({ ours: 0, plain: 0 }));
  // The first part warms both up and counts for nothing.
  const warm = leavesOf(0, PART);
  digest(warm.map(leafBytes));
  for (const leaf of warm) entryHash(leaf);
  for (let at = 0, part = 0; at < ENTRIES; at += PART, part += 1) {
    const leaves = leavesOf(at, Math.min(PART, ENTRIES - at));
    const bytes = leaves.map(leafBytes);
    const sum = sums[Math.min(ROUNDS - 1, Math.floor((at * ROUNDS) / ENTRIES))];
    if (!sum) throw new Error('there is no such round');
    const first = part % 2 === 0;
    if (first) sum.plain += timed(() => digest(bytes)).ms;
    sum.ours += timed(() => check(leaves)).ms;
    if (!first) sum.plain += timed(() => digest(bytes)).ms;
  }
  if (builder.size !== BigInt(ENTRIES)) throw new Error(`the tree holds ${builder.size} entries`);
  const total = (side: 'ours' | 'plain') => sums.reduce((sum, one) => sum + one[side], 0);
  const ratios = sums.map(({ ours, plain }) => ours / plain).filter(Number.isFinite);
  return { ratios, ours: total('ours'), plain: total('plain') };
}

function leavesOf(from: number, count: number): Leaf[] {
  return Array.from({ length: count }, (_, k): Leaf => {
    const n = from + k;
    const amount = BigInt(1 + (n % 997));
    return {
      id: forgedId(n),
      kind: 'contribution.accepted',
      time: new Date(1_772_366_400_000 + n),
      actor: forgedId(n % 300),
      subject: `contribution:${forgedId(n)}`,
      visibility: 'public',
      commitment: saltOf(n),
      postings: [
        { account: `escrow:${forgedId(n % 40)}`, currency: 'EUR', amount: -amount },
        { account: `member:${forgedId(n % 300)}`, currency: 'EUR', amount },
      ],
    };
  });
}

async function wholeArchive(): Promise<{ ours: number; plain: number }> {
  const moves = Array.from({ length: ARCHIVED }, (_, n): ForgedFact => {
    const [from, to] = n % 2 === 0 ? ['main', 'river'] : ['river', 'main'];
    return {
      kind: 'fund.transferred',
      subject: `fund:${from}`,
      payload: { from, to, amount: '1', currency: 'EUR', purpose: 'Because.' },
      postings: [
        { account: `fund:${from}`, currency: 'EUR', amount: -1n },
        { account: `fund:${to}`, currency: 'EUR', amount: 1n },
      ],
      time: new Date(1_776_000_000_000 + n * 1000).toISOString(),
    };
  });
  const entries = forgeEntries([...exampleFacts(), ...moves]);
  const archive = forgeArchive(entries, { blobs: [weights, manifest], every: 100 });
  const plain = timed(() => createHash('sha256').update(archive).digest('hex')).ms;
  const start = performance.now();
  const verdict = await verifyArchive(archive);
  const ours = performance.now() - start;
  if (!verdict.ok) throw new Error(`${verdict.code}: ${verdict.message}`);
  return { ours, plain };
}
