import { balanceOf, balancesOf, entries, sealStanding } from '@uncaged/book';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bent, field, firstWrong, logOf, scaled } from '../recheck/bending.testing.ts';
import type { ReadEntry } from '../recheck/seen.ts';
import { type House, openGoodCall, openHouse } from '../testing.ts';
import { deposit, fundsOf } from './funds.ts';
import { declareSource, exchange, reverseMovement, transfer } from './moves.ts';
import { exchanged, type ProposedExchange, type ProposedTransfer, readRate } from './moving.ts';

let house: House;
const read = () => house.platform.db.read;
const code = (answer: { ok: true } | { ok: false; code: string }) => (answer.ok ? 'done' : answer.code);
const stands = (account: string, currency = 'EUR') => balanceOf(read(), account, currency);

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const move: ProposedTransfer = {
  from: 'main',
  to: 'film',
  amount: '5000',
  currency: 'EUR',
  purpose: 'Reels.',
};
const change: ProposedExchange = {
  ...{ fund: 'main', amount: '10000', currency: 'EUR', into: 'JPY' },
  ...{ rate: '161.37', rateSource: 'The central bank, 27 November 2026' },
};

describe('a source', () => {
  it('is declared once, with what its sponsor asks, and stands beside what it gave', async () => {
    const sponsor = {
      name: 'reed-trust',
      kind: 'grant',
      sponsor: 'The Reed Trust',
      asks: 'Its name on the wall.',
    };
    expect(await declareSource(house.heron, sponsor)).toMatchObject({ ok: true, source: sponsor });
    expect(code(await declareSource(house.heron, sponsor))).toBe('already_declared');
    await deposit(house.heron, { fund: 'main', source: 'reed-trust', amount: '100', currency: 'EUR' });
    const { sources } = await fundsOf(read());
    expect(sources.find(({ source }) => source === 'reed-trust')).toEqual({
      ...{ source: 'reed-trust', currency: 'EUR', amount: 100n },
      ...{ kind: 'grant', sponsor: 'The Reed Trust', asks: 'Its name on the wall.' },
    });
    expect(sources.find(({ source }) => source === 'grant')).toMatchObject({ kind: 'grant', sponsor: null });
  });
  it.each([
    ['source_name_invalid', { name: 'Reed Trust' }],
    ['source_kind_unknown', { kind: 'magic' }],
    ['sponsor_words_missing', { sponsor: 'The Reed Trust' }],
    ['sponsor_words_missing', { sponsor: 'The Reed Trust', asks: 'x'.repeat(2001) }],
  ])('%s: %o', async (refusal, wrong) => {
    expect(code(await declareSource(house.heron, { name: 'other', kind: 'sales', ...wrong }))).toBe(refusal);
  });
});

describe('a transfer', () => {
  it('moves money between funds, once under a key, and creates none', async () => {
    const before = await stands('fund:main');
    const keyed = { ...move, idempotencyKey: 'heron:t1' };
    expect(await transfer(house.heron, keyed)).toMatchObject({ ok: true, replayed: false });
    expect(await transfer(house.heron, keyed)).toMatchObject({ ok: true, replayed: true });
    expect(code(await transfer(house.heron, { ...keyed, amount: '1' }))).toBe('idempotency_conflict');
    expect([before - (await stands('fund:main')), await stands('fund:film')]).toEqual([5000n, 5000n]);
  });
  it.each([
    ['fund_name_invalid', { to: 'Film!' }],
    ['same_fund', { to: 'main' }],
    ['amount_not_positive', { amount: '-5000' }],
    ['amount_malformed', { amount: '50.00' }],
    ['unknown_currency', { currency: 'eur' }],
    ['purpose_missing', { purpose: ' ' }],
    ['insufficient_funds', { amount: '99999999999' }],
    ['insufficient_funds', { currency: 'CHF' }],
  ])('%s: %o', async (refusal, wrong) => {
    expect(code(await transfer(house.heron, { ...move, ...wrong }))).toBe(refusal);
  });
});

describe('an exchange', () => {
  it('is two entries, one in each currency, at a rate that says whose it is', async () => {
    const before = await stands('fund:main');
    const keyed = { ...change, idempotencyKey: 'heron:x1' };
    const made = await exchange(house.heron, keyed);
    // 100.00 EUR at 161.37 are 16,137 yen, which have no smaller coin.
    expect(made).toMatchObject({ ok: true, replayed: false, exchange: { received: 16_137n } });
    const again = await exchange(house.heron, keyed);
    expect(again).toMatchObject({ ok: true, replayed: true });
    if (made.ok && again.ok) expect(again.out.id).toBe(made.out.id);
    expect(before - (await stands('fund:main'))).toBe(10_000n);
    expect(await stands('fund:main', 'JPY')).toBe(16_137n);
    expect(await stands('world:exchange', 'JPY')).toBe(-16_137n);
  });
  it.each([
    ['fund_name_invalid', { fund: '' }],
    ['amount_not_positive', { amount: '0' }],
    ['unknown_currency', { into: 'XYZ' }],
    ['same_currency', { into: 'EUR' }],
    ['rate_malformed', { rate: '0' }],
    ['rate_malformed', { rate: '-1.1' }],
    ['rate_malformed', { rate: '1,1' }],
    ['rate_malformed', { rate: '1.0000000000001' }],
    ['rate_source_missing', { rateSource: '' }],
    ['exchange_too_small', { amount: '1', rate: '0.5' }],
    ['amount_too_large', { amount: '999999999999999999', rate: '999999999' }],
    ['insufficient_funds', { amount: '9999999999' }],
  ])('%s: %o', async (refusal, wrong) => {
    expect(code(await exchange(house.heron, { ...change, ...wrong }))).toBe(refusal);
  });

  it('gives what the rate gives, rounded down by less than one coin, whatever the digits', () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'USD');
    const digits = fc.tuple(
      fc.bigInt(0n, 999_999_999n),
      fc.bigInt(0n, 10n ** 12n - 1n),
      fc.integer({ min: 1, max: 12 }),
    );
    const exponents: Record<string, bigint> = { EUR: 2n, USD: 2n, JPY: 0n, KWD: 3n };
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 15n),
        currencies,
        currencies,
        digits,
        (amount, from, to, [whole, part, length]) => {
          const fraction = part.toString().padStart(12, '0').slice(0, length);
          const rate = readRate(`${whole}.${fraction}`);
          fc.pre(rate !== null);
          if (!rate) return;
          const got = exchanged(amount, from, to, rate);
          // got / 10^to ≤ amount / 10^from · rate < (got + 1) / 10^to, in whole numbers.
          const scale = 10n ** BigInt(rate.digits) * 10n ** (exponents[from] ?? 0n);
          const exact = amount * rate.numerator * 10n ** (exponents[to] ?? 0n);
          expect(got * scale <= exact && exact < (got + 1n) * scale).toBe(true);
        },
      ),
    );
  });
});

describe('a mistake', () => {
  it('is taken back once, by the opposite, with a reason; nothing that stood is changed', async () => {
    const made = await deposit(house.heron, {
      fund: 'slip',
      source: 'sales',
      amount: '700',
      currency: 'EUR',
    });
    if (!made.ok) throw new Error(made.code);
    const asked = { entryId: made.entry.id, reason: 'It was the other collective’s.' };
    const back = await reverseMovement(house.heron, asked);
    expect(back).toMatchObject({ ok: true, entry: { kind: 'fund.reversed' } });
    expect([await stands('fund:slip'), await stands('world:sales')]).toEqual([0n, 0n]);
    expect(code(await reverseMovement(house.heron, asked))).toBe('already_reversed');
    const again = { entryId: back.ok ? back.entry.id : '', reason: 'It was ours after all.' };
    expect(code(await reverseMovement(house.heron, again))).toBe('reversal_of_reversal');
  });

  it('cannot be a payment, or money that is spent, or nothing', async () => {
    const reverse = async (entryId: string, reason = 'A slip.') =>
      code(await reverseMovement(house.heron, { entryId, reason }));
    expect(await reverse('none')).toBe('unknown_entry');
    expect(await reverse('none', ' ')).toBe('purpose_missing');
    const page = async (kind: string) => {
      await sealStanding(house.platform, 60_000);
      const found = await entries(read(), { memberId: null, kind: 'visitor' }, { kind, limit: 5 });
      return (found.ok && found.entries[0]?.id) || '';
    };
    await openGoodCall(house.heron);
    expect(await reverse(await page('call.opened'))).toBe('not_reversible');
    expect(await reverse(await page('fund.exchanged-out'))).toBe('not_reversible');
    const given = await deposit(house.heron, {
      fund: 'spent',
      source: 'sales',
      amount: '900',
      currency: 'EUR',
    });
    await transfer(house.heron, { ...move, from: 'spent', to: 'main', amount: '900' });
    expect(await reverse(given.ok ? given.entry.id : '')).toBe('insufficient_funds');
  });

  it('pressed by two at once is taken back once', async () => {
    const made = await deposit(house.heron, {
      fund: 'twice',
      source: 'sales',
      amount: '700',
      currency: 'EUR',
    });
    const asked = { entryId: made.ok ? made.entry.id : '', reason: 'A slip.' };
    const both = await Promise.all([1, 2].map(() => reverseMovement(house.heron, asked)));
    expect(both.map(code).sort()).toEqual(['already_reversed', 'done']);
    expect(await stands('fund:twice')).toBe(0n);
  });
});

describe('the log of it', () => {
  let log: ReadEntry[];
  beforeAll(async () => {
    log = await logOf(house);
  });
  it('recomputes, and money is nowhere made', async () => {
    expect(firstWrong(log)).toBeNull();
    const all = await balancesOf(read(), '');
    for (const currency of new Set(all.map((row) => row.currency)))
      expect(all.filter((row) => row.currency === currency).reduce((sum, row) => sum + row.balance, 0n)).toBe(
        0n,
      );
  });
  it.each([
    ['a source twice', 'source.declared', field('name', 'else'), 'declares a source'],
    ['a transfer of more', 'fund.transferred', scaled, 'between funds'],
    ['a transfer without a purpose', 'fund.transferred', field('purpose', ''), 'between funds'],
    ['a better rate', 'fund.exchanged-out', field('rate', '161.38'), 'what its rate gives'],
    ['a rate of nobody', 'fund.exchanged-out', field('rateSource', ''), 'whose rate'],
    ['more given', 'fund.exchanged-out', scaled, 'does not give'],
    ['more got', 'fund.exchanged-in', scaled, 'does not get'],
    ['another exchange', 'fund.exchanged-in', field('rate', '161.38'), 'what nobody gave'],
    [
      'money changed by a deposit',
      'fund.exchanged-in',
      (entry: ReadEntry) => ({ ...entry, kind: 'fund.deposited' }),
      'from outside',
    ],
    ['more taken back', 'fund.reversed', scaled, 'not the opposite'],
    ['something else taken back', 'fund.reversed', field('reversedEntryId', 'x'), 'cannot be taken back'],
    ['no reason', 'fund.reversed', field('reason', ''), 'does not say why'],
    ['money of nobody', 'source.declared', null, 'nobody declared'],
  ] as const)('with %s is found out', (_, kind, alter, finding) => {
    expect(firstWrong(bent(log, kind, alter))).toContain(finding);
  });
  it('with a mistake taken back twice is found out', () => {
    const twice = log.flatMap((entry) => (entry.kind === 'fund.reversed' ? [entry, entry] : [entry]));
    expect(firstWrong(twice)).toContain('taken back already');
  });
});
