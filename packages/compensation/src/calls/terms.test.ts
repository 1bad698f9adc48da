import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountDue,
  type CallPolicy,
  holdFor,
  type ProposedTerms,
  readTerms,
  reviewDeadline,
  termsFromPayload,
  termsPayload,
  workKinds,
} from './terms.ts';

const now = new Date('2026-03-01T12:00:00Z');
const policy: CallPolicy = {
  version: 3,
  hash: 'ab'.repeat(32),
  reviewDays: 7,
  reviewsNeeded: 2,
  currency: 'EUR',
  reviewRate: 500n,
  rates: { bug: 2500n, critique: 0n, experiment: 0n, 'red-team': 0n },
};
const proposed: ProposedTerms = {
  title: 'Break the night model',
  brief: 'Find prompts on which the clip freezes.',
  rates: [
    { kind: 'critique', amount: '2500' },
    { kind: 'bug', amount: '3000' },
  ],
  budget: '100000',
  currency: 'EUR',
  deadline: '2026-04-01T00:00:00+02:00',
};

describe('terms of a call', () => {
  it('are complete once read: defaults from policy, rates in order, the deadline in UTC', () => {
    const read = readTerms(proposed, policy, now);
    expect(read).toMatchObject({
      ok: true,
      terms: {
        rates: [
          { kind: 'bug', amount: 3000n },
          { kind: 'critique', amount: 2500n },
        ],
        deadline: new Date('2026-03-31T22:00:00Z'),
        reviewDays: 7,
        reviewsNeeded: 2,
        reviewRate: 500n,
        mayJoin: 'members',
        policy: { version: 3, hash: policy.hash },
      },
    });
  });

  const rows: [string, Partial<ProposedTerms>, object][] = [
    ['no title', { title: '  ' }, { code: 'title_missing' }],
    ['a title of 201 signs', { title: 'x'.repeat(201) }, { code: 'title_too_long' }],
    ['no brief', { brief: '\n' }, { code: 'brief_missing' }],
    ['a brief of 10,001 signs', { brief: 'x'.repeat(10_001) }, { code: 'brief_too_long' }],
    ['a NUL in the brief', { brief: 'a\u0000b' }, { code: 'text_malformed' }],
    ['a lone surrogate in the title', { title: 'a\ud800' }, { code: 'text_malformed' }],
    ['no currency of ours', { currency: 'XYZ' }, { code: 'unknown_currency', given: 'XYZ' }],
    ['a foreign currency', { currency: 'JPY' }, { code: 'currency_not_ours', ours: 'EUR' }],
    ['no rates', { rates: [] }, { code: 'rates_missing' }],
    [
      'work nobody knows',
      { rates: [{ kind: 'praise', amount: '1' }] },
      { code: 'rate_kind_unknown', kind: 'praise' },
    ],
    [
      'two rates for one kind',
      { rates: [proposed.rates[1], proposed.rates[1]] as ProposedTerms['rates'] },
      { code: 'rate_twice', kind: 'bug' },
    ],
    [
      'a fraction',
      { rates: [{ kind: 'bug', amount: '25.00' }] },
      { code: 'amount_malformed', given: '25.00' },
    ],
    ['a negative rate', { rates: [{ kind: 'bug', amount: '-2500' }] }, { code: 'amount_not_positive' }],
    ['a rate of nothing', { rates: [{ kind: 'bug', amount: '0' }] }, { code: 'amount_not_positive' }],
    ['too many digits', { rates: [{ kind: 'bug', amount: '9'.repeat(19) }] }, { code: 'amount_too_large' }],
    [
      'less than policy pays',
      { rates: [{ kind: 'bug', amount: '2499' }] },
      { code: 'rate_below_policy', kind: 'bug', least: 2500n },
    ],
    ['a negative budget', { budget: '-1' }, { code: 'amount_not_positive' }],
    ['a deadline without its zone', { deadline: '2026-04-01T00:00:00' }, { code: 'deadline_malformed' }],
    ['a deadline that is no day', { deadline: '2026-13-41T00:00:00Z' }, { code: 'deadline_malformed' }],
    ['a deadline now', { deadline: '2026-03-01T12:00:00Z' }, { code: 'deadline_past' }],
    [
      'a deadline that has passed elsewhere on the clock only',
      { deadline: '2026-03-01T13:59:59+02:00' },
      { code: 'deadline_past' },
    ],
    ['a deadline in three years', { deadline: '2029-03-01T12:00:00Z' }, { code: 'deadline_too_far' }],
    ['no days to review', { reviewDays: 0 }, { code: 'review_days_out_of_range', from: 1, to: 90 }],
    ['half a review', { reviewsNeeded: 1.5 }, { code: 'reviews_needed_out_of_range' }],
    ['a budget for less than a piece', { budget: '3999' }, { code: 'budget_below_one_piece', least: 4000n }],
  ];
  it.each(rows)('with %s are refused', (_, change, refusal) => {
    expect(readTerms({ ...proposed, ...change }, policy, now)).toMatchObject({ ok: false, ...refusal });
  });

  it('survive the book: payload and back', () => {
    const read = readTerms(proposed, policy, now);
    if (!read.ok) throw new Error(read.code);
    const payload = JSON.parse(JSON.stringify(termsPayload(read.terms)));
    expect(termsFromPayload(payload)).toEqual(read.terms);
  });

  it('set aside what a piece and all its reviews can cost', () => {
    const kinds = fc.constantFrom(...workKinds);
    fc.assert(
      fc.property(
        kinds,
        fc.bigInt(1n, 10n ** 12n),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 25 }),
        (kind, amount, rate, needed) => {
          const terms = { rates: [{ kind, amount }], reviewsNeeded: needed, reviewRate: BigInt(rate) };
          expect(amountDue(terms, kind)).toBe(amount);
          expect(holdFor(terms, kind)).toBe(amount + BigInt(rate) * BigInt(2 * needed - 1));
          expect(holdFor(terms, 'praise')).toBeNull();
        },
      ),
    );
  });

  it('count days of 24 hours, whatever clocks do on the way', () => {
    const submitted = new Date('2026-03-28T12:00:00Z');
    expect(reviewDeadline({ reviewDays: 2 }, submitted)).toEqual(new Date('2026-03-30T12:00:00Z'));
  });
});
