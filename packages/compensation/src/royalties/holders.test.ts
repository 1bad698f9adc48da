import { balanceOf } from '@uncaged/book';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { due } from '../due.ts';
import { brokenInvariants, day, type House, openHouse } from '../testing.ts';
import { poolsOf, royaltiesOfMember, weighPool } from './holders.ts';
import { accrueRoyalty, royaltyOfClip } from './royalties.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const modelId = 'commons-2';
const idOf = (who: 'iris' | 'ko' | 'nacht') => house[who].actor.memberId ?? '';
const clip = (generationId: string) =>
  house.platform.db.transaction((tx) => accrueRoyalty(tx, house.heron, { generationId, modelId, works: 4 }));
const weigh = (...holders: ['iris' | 'ko' | 'nacht', number, number][]) =>
  house.platform.db.transaction((tx) =>
    weighPool(tx, house.heron, {
      modelId,
      works: 4n,
      holders: holders.map(([who, claimed, weight]) => {
        return { memberId: idOf(who), claimed: BigInt(claimed), weight: BigInt(weight) };
      }),
    }),
  );
const onAccount = (who: 'iris' | 'ko' | 'nacht') =>
  balanceOf(house.platform.db.read, `member:${idOf(who)}`, 'EUR');
const nextMonth = async () => {
  house.platform.clock.advance(31 * day);
  return due(house.heron);
};

it('what clips paid before anybody claimed a work waits for its maker, and is paid when the month turns', async () => {
  for (const id of ['g1', 'g2', 'g3']) await clip(id);
  expect(await weigh(['iris', 1, 1])).toMatchObject([{ kind: 'royalty.weighed' }]);
  const [held] = await royaltiesOfMember(house.platform.db.read, idOf('iris'));
  expect(held).toMatchObject({
    claimed: 1n,
    weight: 1n,
    weights: 4n,
    owed: ((3n << 64n) / 2n).toString(),
    paid: 0n,
  });
  expect(await due(house.heron)).toBe(0);
  expect(await nextMonth()).toBe(1);
  expect(await due(house.heron)).toBe(0);
  expect(await onAccount('iris')).toBe(1n);
  expect(await poolsOf(house.platform.db.read, modelId)).toMatchObject([{ accrued: 6n, paid: 1n }]);
});

it('the half coin left over goes on with the next clips', async () => {
  await clip('g4');
  expect(await nextMonth()).toBe(1);
  expect(await onAccount('iris')).toBe(2n);
});

it('the same weights again write nothing', async () => {
  expect(await weigh(['iris', 1, 1])).toEqual([]);
});

it('a work taken back earns no more; the others share what it would have got', async () => {
  await weigh(['iris', 1, 1], ['ko', 2, 2]);
  await nextMonth();
  const before = [await onAccount('iris'), await onAccount('ko')];
  expect(before).toEqual([2n, 4n]);
  await weigh(['iris', 1, 0], ['ko', 2, 2]);
  for (const id of ['g5', 'g6', 'g7']) await clip(id);
  await nextMonth();
  expect([await onAccount('iris'), await onAccount('ko')]).toEqual([2n, 8n]);
  expect(await royaltyOfClip(house.platform.db.read, 'g7')).toMatchObject({ amount: 2n, works: 3n });
});

it('works are never unclaimed, nor more than taught the model', async () => {
  await expect(weigh(['ko', 1, 1])).rejects.toThrow('cannot be weighed');
  await expect(weigh(['nacht', 2, 2])).rejects.toThrow('more works were claimed');
});

it('a model whose works were all taken back accrues nothing', async () => {
  await weigh(['nacht', 1, 0], ['ko', 2, 0]);
  expect(await clip('g8')).toMatchObject({ accrued: 0n, entry: { kind: 'royalty.unfunded' } });
});
