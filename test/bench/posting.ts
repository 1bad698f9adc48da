import { openTestPlatform } from '@uncaged/platform/testing';
import { benchPosting } from '../../packages/book/src/bench/posting.ts';
import type { Bench } from './bench.ts';

/** Posting against raw inserts of the same rows, on PostgreSQL at 8 clients. Goal: at least 0.6. */
export const bench: Bench = {
  async run() {
    process.env.DATABASE_URL ??= 'postgres://root@127.0.0.1:5432/postgres';
    await using platform = await openTestPlatform();
    const { ratios, peer, versions, rows } = await benchPosting(platform);
    return { ratios: [...ratios], peer, versions: { ...versions }, rows: rows.map((row) => ({ ...row })) };
  },
};
