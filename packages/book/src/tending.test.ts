import { setTimeout as sleep } from 'node:timers/promises';
import { rows, sql } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { expect, test } from 'vitest';
import { balanceOf } from './accounts.ts';
import { type Fact, recordBatch } from './record.ts';
import { tend } from './sealing.ts';

const paid: Fact = {
  kind: 'money.moved',
  actor: null,
  subject: 'money:1',
  payload: {},
  visibility: 'public',
  postings: [
    { account: 'world:north', currency: 'EUR', amount: -1n },
    { account: 'fund:main', currency: 'EUR', amount: 1n },
  ],
};

/** Tends until so many are sealed: whoever writes elsewhere on the server at this moment holds the sealing up. */
async function tended(platform: Parameters<typeof tend>[0], wanted: number): Promise<number> {
  let sealed = 0;
  for (let pass = 0; sealed < wanted && pass < 500; pass += 1) {
    sealed += await tend(platform);
    if (sealed < wanted) await sleep(20);
  }
  return sealed;
}

test('a book that is tended is sealed, its credits added up and cleared away, and its tables counted as it grows', async () => {
  await using platform = await openTestPlatform();
  const { db } = platform;
  for (let batch = 0; batch < 6; batch += 1) {
    await db.transaction((tx) =>
      recordBatch(
        tx,
        platform,
        Array.from({ length: 200 }, () => paid),
      ),
    );
    expect(await tended(platform, 200)).toBe(200);
  }
  expect(await tend(platform)).toBe(0);
  expect(await balanceOf(db.read, 'fund:main', 'EUR')).toBe(1200n);
  const [credits] = await rows<{ left: bigint }>(db.read, sql`select count(*) as left from book_credits`);
  expect(credits?.left).toBe(0n);
  const [counted] = await rows<{ entries: number }>(
    db.read,
    sql`select reltuples::int as entries from pg_class where relname = 'book_entries'`,
  );
  expect(counted?.entries).toBeGreaterThanOrEqual(1000);
});
