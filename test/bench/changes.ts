import { readFile } from 'node:fs/promises';
import { flipBytes } from '../../packages/verify/src/bench/flips.ts';
import { story } from '../stories/001-seat-at-the-table/story.ts';
import { raise } from '../support/stage.ts';
import type { Bench } from './bench.ts';

const TIMES = 1_000;

/**
 * Random single-byte changes in an archive, and how many of them the checker finds; the ratio is found to made. The
 * archive is story 001's, or the file named in UNCAGED_ARCHIVE. Goal: 1.
 */
export const bench: Bench = {
  async run() {
    const flips = await flipBytes(await archive(), TIMES);
    return {
      ratios: [flips.found / flips.times],
      peer: `${TIMES} random single-byte changes`,
      versions: { node: process.version },
      rows: [{ found: flips.found, missed: flips.missed, codes: flips.codes }],
    };
  },
};

async function archive(): Promise<Uint8Array> {
  if (process.env.UNCAGED_ARCHIVE) return readFile(process.env.UNCAGED_ARCHIVE);
  await using stage = await raise();
  return (await story.tell(stage, 'short')).archive;
}
