import { entries, type SeenEntry, sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { due } from '../due.ts';
import { exchange } from '../funds/moves.ts';
import { weighPool } from '../royalties/holders.ts';
import { accrueRoyalty } from '../royalties/royalties.ts';
import { day, type House, openHouse } from '../testing.ts';
import { paidWorkReader } from './reader.ts';
import type { ReadEntry } from './seen.ts';

let house: House;
let log: SeenEntry[];

beforeAll(async () => {
  house = await openHouse();
  const { db, clock } = house.platform;
  const clip = (generationId: string) =>
    db.transaction((tx) => accrueRoyalty(tx, house.heron, { generationId, modelId: 'commons-2', works: 3 }));
  const weigh = (claimed: bigint, weight: bigint) =>
    db.transaction((tx) =>
      weighPool(tx, house.heron, {
        modelId: 'commons-2',
        works: 3n,
        holders: [{ memberId: house.iris.actor.memberId ?? '', claimed, weight }],
      }),
    );
  await clip('g1');
  await weigh(1n, 1n);
  await clip('g2');
  await weigh(2n, 1n);
  await clip('g3');
  clock.advance(31 * day);
  await due(house.heron);
  const changed = await exchange(house.heron, {
    ...{ fund: 'main', amount: '100', currency: 'EUR', into: 'USD', rate: '1.1', rateSource: 'our bank' },
  });
  if (!changed.ok) throw new Error(changed.code);
  await sealStanding(house.platform, 60_000);
  const page = await entries(db.read, { memberId: null, kind: 'visitor' }, { limit: 500 });
  if (!page.ok) throw new Error(page.code);
  log = page.entries;
});
afterAll(() => house[Symbol.asyncDispose]());

function firstWrong(read: readonly ReadEntry[]): string | null {
  const reader = paidWorkReader();
  for (const entry of read) {
    const finding = reader.read(entry);
    if (finding !== null) return `${entry.kind}: ${finding}`;
  }
  return reader.unfinished()[0]?.why ?? null;
}

type Change = (entry: ReadEntry) => ReadEntry;
const field =
  (name: string, value: unknown): Change =>
  (entry) => ({ ...entry, payload: { ...(entry.payload as object), [name]: value } as ReadEntry['payload'] });
const holder =
  (name: string, value: string): Change =>
  (entry) => {
    const { holders } = entry.payload as { holders: object[] };
    return field(
      'holders',
      holders.map((one) => ({ ...one, [name]: value })),
    )(entry);
  };
const scaled: Change = (entry) => ({
  ...entry,
  postings: entry.postings.map((posting) => ({ ...posting, amount: posting.amount * 2n })),
});
const toMallory: Change = (entry) => ({
  ...entry,
  postings: entry.postings.map((posting) => ({
    ...posting,
    account: posting.account.startsWith('member:') ? 'member:mallory' : posting.account,
  })),
});

/** The log with its nth entry of a kind changed, or left out. */
function bent(kind: string, change: Change | null, nth: number): ReadEntry[] {
  const place = log.flatMap((entry, at) => (entry.kind === kind ? [at] : []))[nth];
  if (place === undefined) throw new Error(`the log has no ${kind}`);
  return log.flatMap((entry, at) => (at !== place ? [entry] : change ? [change(entry)] : []));
}

describe('the log of royalties', () => {
  it('recomputes to the last fraction from what is public', () => {
    expect(firstWrong(log)).toBeNull();
    expect(log.filter(({ kind }) => kind === 'royalty.paid')).toHaveLength(1);
  });

  const rows: [string, string, Change | null, number, string][] = [
    ['weights', 'royalty.weighed', field('weights', '9'), 0, 'does not add up'],
    ['a checkpoint elsewhere', 'royalty.weighed', field('index', '7'), 1, 'not weighed where the pool'],
    ['another number of works', 'royalty.weighed', field('works', '4'), 1, 'other works taught'],
    ['works taken away', 'royalty.weighed', holder('claimed', '0'), 1, 'takes works away'],
    ['works that are not theirs', 'royalty.weighed', holder('weight', '3'), 1, 'takes works away'],
    ['more works than there are', 'royalty.weighed', holder('claimed', '4'), 1, 'more works than taught'],
    ['a checkpoint left out', 'royalty.weighed', null, 1, 'other works than are paid'],
    ['whom it is shared among', 'royalty.accrued', field('works', '3'), 2, 'other works than are paid'],
    ['what is paid out', 'royalty.paid', field('amount', '9'), 0, 'does not follow from what'],
    ['what is carried', 'royalty.paid', field('carriedAfter', '9'), 0, 'does not follow from what'],
    ['who is paid', 'royalty.paid', field('memberId', 'mallory'), 0, 'holds no work'],
    ['whose account', 'royalty.paid', toMallory, 0, 'does not pay the member'],
    ['how much moves', 'royalty.paid', scaled, 0, 'does not pay the member'],
    ['half an exchange', 'fund.exchanged-in', null, 0, 'never came'],
  ];
  it.each(rows)('with a lie about %s is found wrong', (_, kind, change, nth, why) => {
    expect(firstWrong(bent(kind, change, nth))).toContain(why);
  });
});
