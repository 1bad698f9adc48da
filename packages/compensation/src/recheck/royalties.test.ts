import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { due } from '../due.ts';
import { exchange } from '../funds/moves.ts';
import { weighPool } from '../royalties/holders.ts';
import { accrueRoyalty } from '../royalties/royalties.ts';
import { day, type House, openHouse } from '../testing.ts';
import {
  bent,
  type Change,
  field,
  fieldOfEach,
  firstWrong,
  logOf,
  scaled,
  toMallory,
} from './bending.testing.ts';
import type { ReadEntry } from './seen.ts';

let house: House;
let log: ReadEntry[];

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
  log = await logOf(house);
});
afterAll(() => house[Symbol.asyncDispose]());

describe('the log of royalties', () => {
  it('recomputes to the last fraction from what is public', () => {
    expect(firstWrong(log)).toBeNull();
    expect(log.filter(({ kind }) => kind === 'royalty.paid')).toHaveLength(1);
  });

  const rows: [string, string, Change | null, number, string][] = [
    ['weights', 'royalty.weighed', field('weights', '9'), 0, 'does not add up'],
    ['a checkpoint elsewhere', 'royalty.weighed', field('index', '7'), 1, 'not weighed where the pool'],
    ['another number of works', 'royalty.weighed', field('works', '4'), 1, 'other works taught'],
    ['works taken away', 'royalty.weighed', fieldOfEach('holders', 'claimed', '0'), 1, 'takes works away'],
    [
      'works that are not theirs',
      'royalty.weighed',
      fieldOfEach('holders', 'weight', '3'),
      1,
      'takes works away',
    ],
    [
      'more works than there are',
      'royalty.weighed',
      fieldOfEach('holders', 'claimed', '4'),
      1,
      'more works than taught',
    ],
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
    expect(firstWrong(bent(log, kind, change, nth))).toContain(why);
  });
});
