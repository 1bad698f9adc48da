import { rows, sql } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { expect, test } from 'vitest';
import { balanceOf, type Fact, record, recordBatch } from './index.ts';

const deposit = (amount: bigint, to = 'fund:main'): Fact => ({
  kind: 'fund.deposited',
  actor: 'heron',
  subject: 'fund:main',
  payload: { fund: 'main', source: 'grant' },
  visibility: 'public',
  postings: [
    { account: 'world:grant', currency: 'EUR', amount: -amount },
    { account: to, currency: 'EUR', amount },
  ],
});

test('an entry is written, and money moves', async () => {
  await using platform = await openTestPlatform();
  const recorded = await platform.db.transaction((tx) => record(tx, platform, deposit(500n)));
  expect(recorded).toMatchObject({ ok: true, replayed: false });
  expect(await balanceOf(platform.db.read, 'fund:main', 'EUR')).toBe(500n);
  expect(await balanceOf(platform.db.read, 'world:grant', 'EUR')).toBe(-500n);
  expect(await rows(platform.db.read, sql`select count(*)::int as n from book_postings`)).toEqual([{ n: 2 }]);
});

test('a batch may spend what it brought in, and no more', async () => {
  await using platform = await openTestPlatform();
  const pay = (amount: bigint): Fact => ({
    ...deposit(0n),
    kind: 'contribution.accepted',
    postings: [
      { account: 'fund:main', currency: 'EUR', amount: -amount },
      { account: 'member:iris', currency: 'EUR', amount },
    ],
  });
  const inOne = (facts: Fact[]) => platform.db.transaction((tx) => recordBatch(tx, platform, facts));
  expect(await inOne([pay(300n), deposit(500n)])).toMatchObject({ ok: false, code: 'insufficient_funds' });
  expect(await inOne([deposit(500n), pay(300n)])).toMatchObject({ ok: true });
  expect(await inOne([pay(201n)])).toMatchObject({
    ok: false,
    code: 'insufficient_funds',
    what: 'fund:main',
  });
  expect(await inOne([pay(200n)])).toMatchObject({ ok: true });
  expect(await balanceOf(platform.db.read, 'fund:main', 'EUR')).toBe(0n);
  expect(await balanceOf(platform.db.read, 'member:iris', 'EUR')).toBe(500n);
});
