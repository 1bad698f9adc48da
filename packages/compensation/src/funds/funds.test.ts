import { balanceOf } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../testing.ts';
import type { ProposedDeposit } from './deposit.ts';
import { deposit, fundsOf } from './funds.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const sale: ProposedDeposit = { fund: 'print-shop', source: 'sales', amount: '4200', currency: 'EUR' };

const named = (kind: string) => ({ kind, sponsor: null, asks: null });

describe('a deposit', () => {
  it('moves money from the world into a fund and is listed by its source', async () => {
    const made = await deposit(house.heron, sale);
    expect(made).toMatchObject({ ok: true, replayed: false, deposit: { amount: 4200n } });
    const again = await deposit(house.heron, { ...sale, source: 'donation', amount: '300', currency: 'JPY' });
    expect(again.ok).toBe(true);
    expect(await fundsOf(house.platform.db.read)).toEqual({
      funds: [
        { name: 'main', balances: [{ currency: 'EUR', amount: 1_000_000n }] },
        {
          name: 'print-shop',
          balances: [
            { currency: 'EUR', amount: 4200n },
            { currency: 'JPY', amount: 300n },
          ],
        },
      ],
      sources: [
        { source: 'donation', currency: 'JPY', amount: 300n, ...named('donation') },
        { source: 'grant', currency: 'EUR', amount: 1_000_000n, ...named('grant') },
        { source: 'sales', currency: 'EUR', amount: 4200n, ...named('sales') },
      ],
    });
  });

  it('sent twice under one key is made once, and another under that key is an error', async () => {
    const keyed = { ...sale, fund: 'twice', idempotencyKey: 'heron:1' };
    const first = await deposit(house.heron, keyed);
    const second = await deposit(house.heron, keyed);
    expect(second).toMatchObject({ ok: true, replayed: true });
    if (first.ok && second.ok) expect(second.entry.id).toBe(first.entry.id);
    expect(await deposit(house.heron, { ...keyed, amount: '1' })).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
    expect(await balanceOf(house.platform.db.read, 'fund:twice', 'EUR')).toBe(4200n);
  });

  it('that would not fit into its fund with what is there is refused', async () => {
    const most = { ...sale, fund: 'full', source: 'licence', currency: 'USD', amount: '999999999999999999' };
    expect(await deposit(house.heron, most)).toMatchObject({ ok: true });
    for (const change of [{ source: 'sales' }, { fund: 'other' }])
      expect(await deposit(house.heron, { ...most, ...change, amount: '1' })).toMatchObject({
        ok: false,
        code: 'amount_too_large',
      });
    expect((await fundsOf(house.platform.db.read)).funds.map(({ name }) => name)).toContain('full');
  });

  const rows: [string, Partial<ProposedDeposit>][] = [
    ['fund_name_invalid', { fund: 'Main Fund' }],
    ['source_name_invalid', { source: '' }],
    ['amount_malformed', { amount: '42.00' }],
    ['amount_malformed', { amount: 'NaN' }],
    ['amount_not_positive', { amount: '0' }],
    ['amount_not_positive', { amount: '-4200' }],
    ['amount_too_large', { amount: '1000000000000000000' }],
    ['unknown_currency', { currency: 'eur' }],
    ['source_undeclared', { source: 'heiress' }],
  ];
  it.each(rows)('%s: %o', async (code, change) => {
    expect(await deposit(house.heron, { ...sale, fund: 'refused', ...change })).toMatchObject({
      ok: false,
      code,
    });
    expect(await balanceOf(house.platform.db.read, 'fund:refused', 'EUR')).toBe(0n);
  });
});
