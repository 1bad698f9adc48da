import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workKinds } from './kinds.ts';
import { termsFromPayload, termsHash, termsPayload } from './payload.ts';
import type { CardRate } from './rates.ts';
import {
  amountDue,
  type CallPolicy,
  holdFor,
  type ProposedTerms,
  readTerms,
  reviewDeadline,
} from './terms.ts';

const now = new Date('2026-03-01T12:00:00Z');
const fixed = (amount: bigint): CardRate => ({ pay: 'fixed', amount, mostMinutes: null });
const policy: CallPolicy = {
  version: 3,
  hash: 'ab'.repeat(32),
  reviewDays: 7,
  reviewsNeeded: 2,
  currency: 'EUR',
  reviewRate: 500n,
  reviewerSeats: null,
  appeal: null,
  laterShare: null,
  rates: {
    bug: fixed(2500n),
    critique: fixed(0n),
    experiment: fixed(0n),
    'red-team': fixed(0n),
    translation: { pay: 'hourly', amount: 3000n, mostMinutes: 240 },
    recaptioning: { pay: 'shared', amount: 5000n, mostMinutes: null },
  },
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

const step = { title: 'A first cut', amount: '10000' };

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
        joining: { who: 'members' },
        form: 'testing',
        milestones: [],
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
    ['an unknown form', { form: 'lottery' }, { code: 'form_unknown' }],
    [
      'work that the card does not name',
      { rates: [{ kind: 'stewardship', amount: '1' }] },
      { code: 'rate_kind_unknown', kind: 'stewardship' },
    ],
    [
      'minutes where a piece is paid',
      { rates: [{ kind: 'bug', amount: '3000', mostMinutes: 60 }] },
      { code: 'rate_pay_wrong', kind: 'bug', pay: 'fixed' },
    ],
    [
      'more minutes than the card allows',
      { rates: [{ kind: 'translation', amount: '3000', mostMinutes: 241 }] },
      { code: 'rate_minutes_out_of_range', from: 1, to: 240 },
    ],
    ['milestones in a call for testing', { milestones: [step] }, { code: 'milestones_not_here' }],
    ['a grant without milestones', { form: 'grant' }, { code: 'milestones_missing' }],
    [
      'a milestone without a title',
      { form: 'grant', milestones: [{ ...step, title: ' ' }] },
      { code: 'milestone_title' },
    ],
    [
      'a milestone of nothing',
      { form: 'grant', milestones: [{ ...step, amount: '0' }] },
      { code: 'amount_not_positive' },
    ],
    [
      'a milestone without a time zone',
      { form: 'grant', milestones: [{ ...step, due: '2026-03-20T12:00:00' }] },
      { code: 'milestone_due_wrong' },
    ],
    [
      'twenty-five milestones',
      { form: 'grant', milestones: Array.from({ length: 25 }, () => step) },
      { code: 'too_many_milestones', most: 24 },
    ],
    ['nobody invited', { mayJoin: { invited: [] } }, { code: 'invited_nobody' }],
    [
      'no places to draw',
      { mayJoin: { drawn: { seats: 0, joinBy: '2026-03-10T00:00:00Z' } } },
      { code: 'seats_out_of_range' },
    ],
    [
      'a draw after the deadline',
      { mayJoin: { drawn: { seats: 3, joinBy: '2026-04-02T00:00:00Z' } } },
      { code: 'join_by_wrong' },
    ],
    [
      'a budget for less than all milestones',
      { form: 'grant', rates: [], milestones: [step, step], budget: '22999' },
      { code: 'budget_below_promises', least: 23_000n },
    ],
    [
      'a budget that leaves nothing beside what is shared',
      { rates: [{ kind: 'recaptioning', amount: '5000' }], budget: '6499' },
      { code: 'budget_below_one_piece', least: 6500n },
    ],
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

  it('that say more survive it too, and what they do not say is not in their hash', () => {
    const drawn = { drawn: { seats: 3, joinBy: '2026-03-10T00:00:00Z' } };
    const rich = {
      ...proposed,
      form: 'residency',
      rates: [{ kind: 'translation', amount: '3100', mostMinutes: 90 }],
      milestones: [{ ...step, due: '2026-03-20T12:00:00+01:00' }, step],
      mayJoin: drawn,
    };
    const rules = {
      ...policy,
      reviewerSeats: 5,
      appeal: { seats: 3, days: 7 },
      laterShare: { numerator: 1, denominator: 2 },
    };
    const read = readTerms(rich, rules, now);
    if (!read.ok) throw new Error(read.code);
    const payload = JSON.parse(JSON.stringify(termsPayload(read.terms)));
    expect(termsFromPayload(payload)).toEqual(read.terms);
    const plain = readTerms(proposed, policy, now);
    if (!plain.ok) throw new Error(plain.code);
    expect(Object.keys(termsPayload(plain.terms)).sort()).toEqual(
      'brief budget currency deadline mayJoin policy rates reviewDays reviewRate reviewsNeeded title'.split(
        ' ',
      ),
    );
    expect(termsHash(plain.terms)).toMatchInlineSnapshot(
      `"46e9db1ff240549e2b167914bea6ad18e94b22432234e6520af46a0bb5901aab"`,
    );
  });

  it('pay begun minor units of an hour in full, up to the ceiling', () => {
    const rates = [{ kind: 'translation' as const, pay: 'hourly' as const, amount: 3001n, mostMinutes: 90 }];
    const due = (minutes: number) => amountDue({ rates, milestones: [] }, { kind: 'translation', minutes });
    expect([1, 60, 90].map(due)).toEqual([51n, 3001n, 4502n]);
    expect([0, 91, 1.5, -1].map(due)).toEqual([null, null, null, null]);
  });

  it('set aside what a piece and all its reviews can cost', () => {
    const kinds = fc.constantFrom(...workKinds.filter((kind) => kind !== 'milestone'));
    fc.assert(
      fc.property(
        kinds,
        fc.bigInt(1n, 10n ** 12n),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 25 }),
        (kind, amount, rate, needed, seats) => {
          const rates = [{ kind, amount, pay: 'fixed' as const, mostMinutes: null }];
          const answers = { reviewsNeeded: needed, reviewRate: BigInt(rate), appeal: { seats, days: 7 } };
          const terms = { rates, milestones: [], ...answers };
          expect(amountDue(terms, { kind })).toBe(amount);
          expect(holdFor(terms, { kind })).toBe(amount + BigInt(rate) * BigInt(2 * needed - 1 + seats));
          expect(holdFor(terms, { kind: 'praise' })).toBeNull();
        },
      ),
    );
  });

  it('count days of 24 hours, whatever clocks do on the way', () => {
    const submitted = new Date('2026-03-28T12:00:00Z');
    expect(reviewDeadline({ reviewDays: 2 }, submitted)).toEqual(new Date('2026-03-30T12:00:00Z'));
  });
});
