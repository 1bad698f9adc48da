import { balanceOf } from '@uncaged/book';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCall } from '../calls/calls.ts';
import { due } from '../due.ts';
import { bent, field, fieldOfEach, firstWrong, logOf, scaled } from '../recheck/bending.testing.ts';
import { paidWorkReader } from '../recheck/reader.ts';
import type { ReadEntry } from '../recheck/seen.ts';
import { brokenInvariants, day, goodTerms, type House, openHouse, sharingMonthly } from '../testing.ts';
import { poolsOf, weighPool } from './holders.ts';
import { countClip, countedClip, shareMonth } from './months.ts';
import { accrueRoyalty } from './royalties.ts';

let house: House;
let heron: House['heron'];
beforeAll(async () => {
  house = await openHouse();
  heron = sharingMonthly(house.heron, 1000);
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const read = () => house.platform.db.read;
/** A clip is made, as the studio has it written down. */
const clip = (generationId: string, modelId = 'commons-2', works = 4, as = heron) =>
  house.platform.db.transaction(async (tx) => {
    const made = { generationId, modelId, works };
    const counted = await countClip(tx, as, made);
    await accrueRoyalty(tx, as, made);
    return counted;
  });
const holds = (account: string) => balanceOf(read(), account, 'EUR');
const goTo = (time: string) => house.platform.clock.set(new Date(time));

it('what a month’s clips share is set aside before it is over, once', async () => {
  const before = await holds('fund:main');
  expect(await due(heron)).toBe(1);
  expect(await due(heron)).toBe(0);
  expect(await holds('escrow:royalties-2026-03')).toBe(1000n);
  expect(await holds('fund:main')).toBe(before - 1000n);
});

it('a clip is counted once, at whatever moment others are', async () => {
  const ids = ['g1', 'g2', 'g3', 'g4', 'g5'];
  const counted = await Promise.all(ids.map((id) => clip(id)));
  expect(counted.every((entry) => entry?.kind === 'royalty.counted')).toBe(true);
  expect(await clip('g1')).toBeNull();
  expect(await clip('h1', 'commons-3', 3)).toMatchObject({ kind: 'royalty.counted' });
  expect(await countedClip(read(), 'g1')).toMatchObject({
    ...{ month: '2026-03', ofModel: 5n, ofAll: 6n, amount: 1000n, modelAmount: null, sharedEntryId: null },
  });
  expect(await clip('n1', 'nobodys', 0)).toBeNull();
  expect(await countedClip(read(), 'n1')).toBeNull();
});

it('a month that is not over is not shared', async () => {
  const early = house.platform.db.transaction((tx) => shareMonth(tx, heron, '2026-03'));
  await expect(early).rejects.toThrow('not over');
});

it('when it is over its models get it by their clips, and members what their works hold', async () => {
  const iris = house.iris.actor.memberId ?? '';
  const holders = [{ memberId: iris, claimed: 2n, weight: 2n }];
  await house.platform.db.transaction((tx) =>
    weighPool(tx, heron, { modelId: 'commons-2', works: 4n, holders }),
  );
  goTo('2026-04-01T00:00:00Z');
  // March is shared, April set aside, iris paid.
  expect(await due(heron)).toBe(3);
  expect(await due(heron)).toBe(0);
  expect(await holds('escrow:royalties-2026-03')).toBe(0n);
  expect(await holds('escrow:royalties-2026-04')).toBe(1000n);
  // 1000 by 5 and 1 of 6 clips, and what each clip paid by itself.
  const pool = async (modelId: string) => (await poolsOf(read(), modelId))[0];
  expect(await pool('commons-2')).toMatchObject({ accrued: 833n + 10n, paid: 421n });
  expect(await pool('commons-3')).toMatchObject({ accrued: 167n + 2n, paid: 0n });
  expect(await holds(`member:${iris}`)).toBe(421n);
  expect(await countedClip(read(), 'g3')).toMatchObject({ modelAmount: 833n, weights: 4n });
});

it('a clip that comes after its month was shared counts in the next', async () => {
  house.platform.clock.advance(-1);
  expect(await clip('late')).not.toBeNull();
  expect(await countedClip(read(), 'late')).toMatchObject({ month: '2026-04', ofModel: 1n });
  house.platform.clock.advance(1);
});

it('where nobody’s works may be paid, the month goes back to its fund', async () => {
  const iris = house.iris.actor.memberId ?? '';
  await house.platform.db.transaction((tx) =>
    weighPool(tx, heron, {
      ...{ modelId: 'commons-2', works: 4n },
      holders: [{ memberId: iris, claimed: 4n, weight: 0n }],
    }),
  );
  const before = await holds('fund:main');
  goTo('2026-05-01T00:00:00Z');
  const silent = sharingMonthly(house.heron, 0);
  expect(await due(silent)).toBe(2);
  expect(await holds('fund:main')).toBe(before + 1000n);
});

it('no sum that the fund does not hold is promised; the clips are counted all the same', async () => {
  await clip('g6', 'commons-3', 3);
  const left = await holds('fund:main');
  const opened = await openCall(heron, {
    ...goodTerms,
    budget: (left - 999n).toString(),
    deadline: '2026-12-24T00:00:00Z',
  });
  expect(opened).toMatchObject({ ok: true });
  expect(await due(heron)).toBe(0);
  expect(await countedClip(read(), 'g6')).toMatchObject({ month: '2026-05', amount: null });
  goTo('2026-06-01T00:00:00Z');
  expect(await due(heron)).toBe(1);
  expect(await countedClip(read(), 'g6')).toMatchObject({ modelAmount: 0n, amount: null });
  expect(await holds('fund:main')).toBe(999n);
});

it('a policy that names no sum counts nothing', async () => {
  house.platform.clock.advance(day);
  expect(await clip('g7', 'commons-3', 3, house.heron)).toBeNull();
});

it('what was promised for a month and shared never changes', async () => {
  for (const statement of [
    "update royalty_months set amount = 2 where month = '2026-03'",
    "update royalty_month_models set clips = 9 where month = '2026-03'",
    'update royalty_counted set place = 9',
    'delete from royalty_counted',
  ])
    await expect(house.platform.db.read.execute(statement)).rejects.toThrow(/never change/);
});

const rows: [string, string, ReturnType<typeof field> | null, number, string][] = [
  ['which month it counts in', 'royalty.counted', field('month', '2026-04'), 0, 'another month'],
  ['how many there were', 'royalty.counted', field('clips', '9'), 2, 'not the next clip'],
  ['a clip left out', 'royalty.counted', null, 1, 'not the next clip'],
  ['the works behind it', 'royalty.counted', field('works', '9'), 1, 'other works taught'],
  ['what is set aside', 'royalty.month-opened', field('amount', '9'), 0, 'does not set aside'],
  ['for which month', 'royalty.month-opened', field('month', '2026-05'), 0, 'another month'],
  ['what was shared', 'royalty.month-shared', field('amount', '9'), 0, 'does not share what was set'],
  ['what went back', 'royalty.month-shared', field('returned', '9'), 0, 'does not share what was set'],
  ['how many clips', 'royalty.month-shared', fieldOfEach('models', 'clips', '3'), 0, 'other clips'],
  ['what a model gets', 'royalty.month-shared', fieldOfEach('models', 'amount', '500'), 0, 'by the clips'],
  ['a step', 'royalty.month-shared', fieldOfEach('models', 'indexAfter', '5'), 0, 'index rule'],
  [
    'where a pool stood',
    'royalty.month-shared',
    fieldOfEach('models', 'indexBefore', '5'),
    0,
    'where the pool',
  ],
  ['a model left out', 'royalty.month-shared', field('models', []), 0, 'leaves a model out'],
  ['how much moves', 'royalty.month-shared', scaled, 0, 'does not pay out'],
  [
    'a month that goes back',
    'royalty.month-shared',
    field('returned', '0'),
    1,
    'does not share what was set',
  ],
];

it('the log of it recomputes from what is public, and every lie in it is found', async () => {
  const log: ReadEntry[] = await logOf(house);
  expect(firstWrong(log)).toBeNull();
  for (const [, kind, change, nth, why] of rows)
    expect(firstWrong(bent(log, kind, change, nth))).toContain(why);
  const unshared = log.filter(({ kind }) => kind !== 'royalty.month-shared');
  const reader = paidWorkReader();
  for (const entry of unshared) reader.read(entry);
  expect(reader.unfinished().map(({ why }) => why)).toContain(
    'stands after 2026-03, which was counted and never shared',
  );
  const [shared] = log.filter(({ kind }) => kind === 'royalty.month-shared');
  const again = log.flatMap((entry) => (entry === shared ? [entry, entry] : [entry]));
  expect(firstWrong(again)).toContain('shares a month twice');
  const [opened] = log.filter(({ kind }) => kind === 'royalty.month-opened');
  const twice = log.flatMap((entry) => (entry === opened ? [entry, entry] : [entry]));
  expect(firstWrong(twice)).toContain('twice for one month');
});
