import { openTestPlatform } from '@uncaged/platform/testing';
import { benchPosting } from '../../packages/book/src/bench/posting.ts';
import type { Bench } from './bench.ts';

/**
 * Posting against raw inserts of the same rows, on PostgreSQL at 8 clients. Goals: `ratio` (one entry a transaction, one
 * hot account) and `batch_ratio` (1,000 entries a transaction) at least 0.6, `vs_pgledger` at least 3: the same against
 * pgledger's transfers, where PGLEDGER_SQL names its SQL files (its uuid-to-ulid.sql, then pgledger.sql, parted by a
 * colon), which are read for the run only.
 */
export const bench: Bench = {
  async run() {
    process.env.DATABASE_URL ??= 'postgres://root@127.0.0.1:5432/postgres';
    await using platform = await openTestPlatform();
    const pgledger = (process.env.PGLEDGER_SQL ?? '').split(':').filter((file) => file !== '');
    const { ratios, peer, versions, rows, batchRatio, vsPgledger } = await benchPosting(platform, {
      pgledger,
    });
    const rounded = (ratio: number) => Number(ratio.toFixed(3));
    const against = vsPgledger === null ? {} : { vs_pgledger: rounded(vsPgledger) };
    return {
      ratios: [...ratios],
      peer,
      versions: { ...versions },
      fields: { batch_ratio: rounded(batchRatio), ...against },
      rows: rows.map((row) => ({ ...row })),
    };
  },
};
