import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import path from 'node:path';
import type { Bench } from './bench.ts';
import { forgeBook } from './forged-book.ts';
import type { Asked, Round } from './verify.child.ts';

const ROUNDS = 3;

/**
 * Verifying a whole export (see `forgeBook`) from its file: container, manifest, every leaf, the tree, checkpoints,
 * postings, balances, and every domain's rules. In turns with plain SHA-256 over the same bytes, by node:crypto in one
 * thread, time of the hash alone:
 * - `ratio` is to one hash over every byte of the archive, as `sha256sum` makes it;
 * - `ratio_to_leaves` is to one hash for each entry over the bytes of its leaf.
 * `ratio_of_parsing` is what JSON.parse of every line of the log alone takes, to the first hash: no checker that reads
 * the log so comes below it. `seconds` is the median of all of it. It is measured in a process of its own, whose most
 * memory after the first verification is `peak_mib`. UNCAGED_BENCH_ENTRIES chooses how many entries, 1,000,000
 * otherwise. Goal: `ratio` at most 4.
 */
export const bench: Bench = {
  async run() {
    const entries = Number(process.env.UNCAGED_BENCH_ENTRIES ?? 1_000_000);
    await using book = await forgeBook(entries);
    const { archive, leaves } = book;
    const { rounds, peakMib } = await measured({ archive, leaves, entries, rounds: ROUNDS });
    const seconds = median(rounds.map((round) => round.seconds));
    const [first] = cpus();
    return {
      ratios: rounds.map((round) => round.seconds / round.stream_seconds),
      peer: 'one SHA-256 over every byte of the archive, one thread',
      versions: { node: process.version },
      fields: {
        ratio_to_leaves: median(rounds.map((round) => round.seconds / round.leaves_seconds)),
        ratio_of_parsing: median(rounds.map((round) => round.parsing_seconds / round.stream_seconds)),
        seconds,
        entries,
        entries_per_second: Math.round(entries / seconds),
        peak_mib: peakMib,
        cpu: first?.model,
        processors: cpus().length,
      },
      rows: rounds.map((round) => ({ ...round })),
    };
  },
};

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[sorted.length >> 1] ?? Number.NaN).toFixed(3));
}

/** The rounds, in a process that does nothing else. Throws when it fails. */
async function measured(asked: Asked): Promise<{ rounds: Round[]; peakMib: number }> {
  const child = fork(path.join(import.meta.dirname, 'verify.child.ts'));
  child.send(asked);
  const [told] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof told !== 'object') throw new Error(`the measuring process ended with ${told}`);
  return told;
}
