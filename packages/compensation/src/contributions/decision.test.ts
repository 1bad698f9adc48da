import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, mayReview, type Review, type Reviewable } from './decision.ts';

const terms = { reviewsNeeded: 2, reviewDays: 7, reviewerSeats: 5 };
const submittedAt = new Date('2026-03-01T12:00:00Z');
const deadline = new Date('2026-03-08T12:00:00Z');
const hours = (count: number) => new Date(submittedAt.getTime() + count * 3_600_000);
const review = (reviewerId: string, verdict: Review['verdict'], hour: number): Review => ({
  reviewerId,
  verdict,
  at: hours(hour),
});

describe('a decision', () => {
  const yes = review('iris', 'accept', 1);
  const no = review('ko', 'reject', 2);
  const rows: [string, Review[], Date, object][] = [
    ['nobody answered, time left', [], hours(1), { state: 'waiting' }],
    ['one yes', [yes], hours(3), { state: 'waiting' }],
    [
      'two yes',
      [yes, review('ko', 'accept', 2)],
      hours(3),
      { state: 'accepted', by: 'reviews', at: hours(2) },
    ],
    [
      'two no',
      [no, review('nacht', 'reject', 5)],
      hours(6),
      { state: 'rejected', by: 'reviews', at: hours(5) },
    ],
    ['one each: a third decides', [yes, no], hours(3), { state: 'waiting' }],
    [
      'one each, then no',
      [yes, no, review('nacht', 'reject', 4)],
      hours(5),
      { state: 'rejected', by: 'reviews', at: hours(4) },
    ],
    ['one each, then silence', [yes, no], deadline, { state: 'accepted', by: 'silence', at: deadline }],
    ['one no, then silence', [no], deadline, { state: 'accepted', by: 'silence', at: deadline }],
    ['silence', [], hours(24 * 30), { state: 'accepted', by: 'silence', at: deadline }],
    [
      'a second no at the deadline comes too late',
      [no, { reviewerId: 'nacht', verdict: 'reject', at: deadline }],
      deadline,
      { state: 'accepted', by: 'silence', at: deadline },
    ],
    [
      'two no a millisecond before it',
      [no, { reviewerId: 'nacht', verdict: 'reject', at: new Date(deadline.getTime() - 1) }],
      deadline,
      { state: 'rejected', by: 'reviews', at: new Date(deadline.getTime() - 1) },
    ],
  ];
  it.each(rows)('%s', (_, reviews, now, decision) => {
    expect(decide(terms, submittedAt, reviews, now)).toEqual(decision);
  });

  const given = fc.array(
    fc.record({
      reviewerId: fc.uuid(),
      verdict: fc.constantFrom('accept' as const, 'reject' as const),
      at: fc.integer({ min: 1, max: 24 * 9 }).map(hours),
    }),
    { maxLength: 9 },
  );
  const needed = fc.integer({ min: 1, max: 4 });

  it('comes at the latest at the deadline, and never turns down by silence', () => {
    fc.assert(
      fc.property(given, needed, (reviews, reviewsNeeded) => {
        const decision = decide({ ...terms, reviewsNeeded }, submittedAt, reviews, deadline);
        expect(decision.state).not.toBe('waiting');
        if (decision.state === 'rejected') expect(decision.by).toBe('reviews');
      }),
    );
  });

  it('once made stays as it is when time passes or more answers come', () => {
    fc.assert(
      fc.property(given, needed, fc.integer({ min: 1, max: 24 * 9 }), (reviews, reviewsNeeded, hour) => {
        const rule = { ...terms, reviewsNeeded };
        const early = decide(rule, submittedAt, reviews, hours(hour));
        if (early.state !== 'waiting')
          expect(decide(rule, submittedAt, reviews, hours(24 * 20))).toEqual(early);
      }),
    );
  });

  it('does not depend on the order in which reviews are read, nor on who wrote them', () => {
    fc.assert(
      fc.property(given, needed, (reviews, reviewsNeeded) => {
        const rule = { ...terms, reviewsNeeded };
        const { state } = decide(rule, submittedAt, reviews, deadline);
        const other = [...reviews].reverse().map((one) => ({ ...one, reviewerId: 'someone' }));
        const distinct = new Set(reviews.map((one) => one.at.getTime())).size === reviews.length;
        if (distinct) expect(decide(rule, submittedAt, other, deadline).state).toBe(state);
      }),
    );
  });
});

describe('a review', () => {
  const piece: Reviewable = {
    authorId: 'heron',
    panel: ['iris', 'ko'],
    submittedAt,
    reviews: [review('iris', 'accept', 1)],
    state: 'waiting',
  };
  const good = { reviewerId: 'ko', verdict: 'reject' as const, reason: 'Shown on one machine only.' };

  it('by another member, in time, with its reason, is taken', () => {
    expect(mayReview(terms, piece, good, hours(2))).toEqual({ ok: true });
    expect(mayReview(terms, piece, { ...good, verdict: 'accept', reason: '' }, hours(2))).toEqual({
      ok: true,
    });
  });

  const rows: [string, Partial<typeof good>, Partial<Reviewable>, Date, string][] = [
    ['own_work', { reviewerId: 'heron' }, {}, hours(2), 'own_work'],
    ['already_reviewed', { reviewerId: 'iris' }, {}, hours(2), 'already_reviewed'],
    ['reviewers_not_drawn', {}, { panel: null }, hours(2), 'reviewers_not_drawn'],
    ['not_drawn', { reviewerId: 'nacht' }, {}, hours(2), 'not_drawn'],
    ['already_decided', {}, { state: 'accepted' }, hours(2), 'already_decided'],
    ['review_late', {}, {}, deadline, 'review_late'],
    ['reason_missing', { reason: ' \n' }, {}, hours(2), 'reason_missing'],
    ['reason_too_long', { reason: 'x'.repeat(5001) }, {}, hours(2), 'reason_too_long'],
    ['text_malformed', { reason: '\u0000' }, {}, hours(2), 'text_malformed'],
  ];
  it.each(rows)('%s', (_, change, state, now, code) => {
    expect(mayReview(terms, { ...piece, ...state }, { ...good, ...change }, now)).toEqual({
      ok: false,
      code,
    });
  });
});
