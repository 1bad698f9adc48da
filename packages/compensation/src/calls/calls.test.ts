import { balanceOf } from '@uncaged/book';
import { DatabaseError, rows as query, sql } from '@uncaged/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { due } from '../due.ts';
import { brokenInvariants, goodTerms, type House, openGoodCall, openHouse } from '../testing.ts';
import { callOf, callsOf, openCall } from './calls.ts';
import { termsHash } from './payload.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const count = async (table: string) => {
  const [row] = await query<{ found: bigint }>(
    house.platform.db.read,
    sql`select count(*) as found from ${sql.identifier(table)}`,
  );
  return row?.found;
};

describe('a call for testing', () => {
  it('has its terms frozen and its budget in escrow before anyone can submit', async () => {
    const before = await balanceOf(house.platform.db.read, 'fund:main', 'EUR');
    const opened = await openCall(house.heron, goodTerms);
    if (!opened.ok) throw new Error(opened.code);
    const { call, entry } = opened;
    expect(entry.kind).toBe('call.opened');
    expect(call).toMatchObject({
      state: 'open',
      entryId: entry.id,
      budget: { escrowed: 26_000n, paid: 0n, held: 0n, available: 26_000n, returned: 0n },
      terms: {
        reviewDays: 7,
        reviewsNeeded: 2,
        reviewRate: 500n,
        deadline: new Date('2026-03-31T22:00:00Z'),
      },
      submissions: { waiting: 0, accepted: 0, bySilence: 0, rejected: 0 },
    });
    expect(call.termsHash).toBe(termsHash(call.terms));
    expect(await balanceOf(house.platform.db.read, 'fund:main', 'EUR')).toBe(before - 26_000n);
    expect(await balanceOf(house.platform.db.read, `escrow:${call.id}`, 'EUR')).toBe(26_000n);
    expect(await callOf(house.platform.db.read, call.id, house.platform.clock.now())).toEqual(call);
    expect((await callsOf(house.platform.db.read, house.platform.clock.now()))[0]).toEqual(call);
  });

  it('without the money is refused, and nothing of it is stored', async () => {
    const before = [await count('calls'), await count('book_entries'), await count('call_rates')];
    const opened = await openCall(house.heron, { ...goodTerms, budget: '1000001' });
    expect(opened).toMatchObject({ ok: false, code: 'insufficient_funds', what: 'fund:main' });
    expect([await count('calls'), await count('book_entries'), await count('call_rates')]).toEqual(before);
  });

  it('is checked against the rate card of the policy in force', async () => {
    const cheap = { ...goodTerms, rates: [{ kind: 'red-team', amount: '3999' }] };
    const opened = await openCall(house.heron, cheap);
    expect(opened).toMatchObject({ ok: false, code: 'rate_below_policy', kind: 'red-team', least: 4000n });
  });

  it('sent twice under one key is opened once', async () => {
    const keyed = { ...goodTerms, idempotencyKey: 'heron:call' };
    const first = await openCall(house.heron, keyed);
    const second = await openCall(house.heron, keyed);
    if (!first.ok || !second.ok) throw new Error('both must be answered');
    expect(second).toEqual({
      ...first,
      entry: { ...first.entry, position: second.entry.position },
      replayed: true,
    });
    expect(await openCall(house.heron, { ...keyed, budget: '30000' })).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
  });

  it('answers null for what is no call', async () => {
    expect(await callOf(house.platform.db.read, 'no-such-call', house.platform.clock.now())).toBeNull();
  });

  const changes = [
    'update calls set budget = budget + 1',
    "update calls set deadline = deadline + interval '1 day'",
    'update calls set review_days = 90',
    'update call_rates set amount = amount - 1',
    'delete from call_rates',
    'delete from calls',
  ];
  it.each(changes)('keeps its terms even against the database itself: %s', async (change) => {
    await openGoodCall(house.heron);
    const changing = house.platform.db.transaction((tx) => tx.execute(sql.raw(change)));
    await expect(changing).rejects.toThrow(DatabaseError);
  });

  it('gives back what nobody earned when its deadline has passed', async () => {
    const id = await openGoodCall(house.heron, { deadline: '2026-03-02T12:00:00Z' });
    const before = await balanceOf(house.platform.db.read, 'fund:main', 'EUR');
    expect(await due(house.heron)).toBe(0);
    house.platform.clock.set(new Date('2026-03-02T12:00:00Z'));
    expect((await callOf(house.platform.db.read, id, house.platform.clock.now()))?.state).toBe('reviewing');
    expect(await due(house.heron)).toBe(1);
    expect(await due(house.heron)).toBe(0);
    expect(await callOf(house.platform.db.read, id, house.platform.clock.now())).toMatchObject({
      state: 'closed',
      closedAt: new Date('2026-03-02T12:00:00Z'),
      budget: { escrowed: 26_000n, paid: 0n, held: 0n, available: 0n, returned: 26_000n },
    });
    expect(await balanceOf(house.platform.db.read, 'fund:main', 'EUR')).toBe(before + 26_000n);
    expect(await brokenInvariants(house)).toEqual([]);
  });
});
