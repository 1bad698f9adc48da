import { balanceOf } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCall } from '../calls/calls.ts';
import { brokenInvariants, goodTerms, type House, openHouse } from '../testing.ts';
import { royaltyDue } from './due-rule.ts';
import { poolsOf } from './holders.ts';
import { accrueRoyalty } from './royalties.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const accrue = (generationId: string, works: number, modelId = 'commons-2') =>
  house.platform.db.transaction((tx) => accrueRoyalty(tx, house.heron, { generationId, modelId, works }));

describe('a generation', () => {
  it('pays what policy says into its model’s pool, once', async () => {
    const first = await accrue('g1', 3);
    expect(first).toMatchObject({ ok: true, accrued: 2n, due: 2n, entry: { kind: 'royalty.accrued' } });
    expect(await accrue('g1', 3)).toEqual({ ok: true, accrued: 2n, due: 2n, currency: 'EUR', entry: null });
    expect(await balanceOf(house.platform.db.read, 'pool:commons-2', 'EUR')).toBe(2n);
  });

  it('made at the same moment as others loses none of them', async () => {
    await Promise.all(['g2', 'g3', 'g4', 'g5', 'g6'].map((id) => accrue(id, 3)));
    expect(await poolsOf(house.platform.db.read, 'commons-2')).toMatchObject([{ accrued: 12n, paid: 0n }]);
  });

  it('of a model that no work stands behind accrues nothing, and the book says so', async () => {
    const made = await accrue('g7', 0, 'empty-1');
    expect(made).toMatchObject({ ok: true, accrued: 0n, due: 2n, entry: { kind: 'royalty.unfunded' } });
  });

  it('from an empty fund accrues nothing: no clip is stopped, and no cent is minted', async () => {
    const left = await balanceOf(house.platform.db.read, 'fund:main', 'EUR');
    expect((await openCall(house.heron, { ...goodTerms, budget: (left - 1n).toString() })).ok).toBe(true);
    const made = await accrue('g8', 3);
    expect(made).toMatchObject({ ok: true, accrued: 0n, due: 2n, entry: { kind: 'royalty.unfunded' } });
    expect(await accrue('g8', 3)).toMatchObject({ accrued: 0n, entry: null });
    expect(await balanceOf(house.platform.db.read, 'fund:main', 'EUR')).toBe(1n);
  });

  it.each([
    [2, { works: 1, fund: 0 }, 2n],
    [3, { works: 1, fund: 1 }, 1n],
    [100, { works: 2, fund: 1 }, 67n],
    [5, { works: 0, fund: 1 }, 0n],
    [0, { works: 1, fund: 0 }, 0n],
  ])('of %i in parts %o owes the works %i', (perGeneration, split, owed) => {
    expect(royaltyDue({ perGeneration, split })).toBe(owed);
  });
});
