import { describe, expect, it } from 'vitest';
import type { CallTerms } from '../calls/terms.ts';
import { plain, type Submission, takeSubmission } from './submission.ts';

const piecework = { pay: 'fixed' as const, mostMinutes: null };
const terms: CallTerms = {
  form: 'testing',
  title: 'Break the night model',
  brief: 'Find prompts on which the clip freezes.',
  rates: [
    { kind: 'bug', amount: 3000n, ...piecework },
    { kind: 'critique', amount: 2500n, ...piecework },
    { kind: 'recaptioning', pay: 'shared', amount: 5000n, mostMinutes: null },
    { kind: 'translation', pay: 'hourly', amount: 3000n, mostMinutes: 90 },
  ],
  milestones: [{ key: '1', title: 'A first cut', amount: 9000n, due: null }],
  budget: 10_000n,
  currency: 'EUR',
  deadline: new Date('2026-03-31T22:00:00Z'),
  reviewDays: 7,
  reviewsNeeded: 2,
  reviewRate: 500n,
  reviewerSeats: null,
  appeal: null,
  laterShare: null,
  joining: { who: 'members' },
  policy: { version: 1, hash: 'ab'.repeat(32) },
};
const clip = { frames: 16, durationMs: 2000 };
const bug: Submission = {
  ...plain,
  kind: 'bug',
  text: 'Frame 9 repeats for half a second.',
  atMs: 1125,
  frame: 9,
};
const inTime = new Date('2026-03-02T00:00:00Z');
const standing = (available: bigint, given = terms) => {
  return { terms: given, places: { drawn: null }, available, taken: ['2'] };
};
const take = (piece: Submission, available: bigint, length: typeof clip | null = clip) =>
  takeSubmission(standing(available), 'iris', piece, length, inTime);

describe('a submission', () => {
  it('is promised the rate of the card, and its reviews are set aside with it', () => {
    expect(take(bug, 4500n)).toEqual({
      ok: true,
      kind: 'bug',
      amount: 3000n,
      hold: 4500n,
    });
  });

  it('in anger is promised what one in praise is', () => {
    const anger = { ...bug, kind: 'critique', text: 'This is a disgrace. Look at frame 9.' };
    const praise = { ...bug, kind: 'critique', text: 'This is wonderful. Look at frame 9.' };
    const took = [anger, praise].map((piece) => take(piece, 4500n));
    expect(took[0]).toEqual(took[1]);
  });

  const unknown = { frames: null, durationMs: null };
  const minutes = { code: 'minutes_out_of_range', from: 1, to: 90 };
  const corner = { x: 900, y: 0, width: 100, height: 100 };
  const beside = { code: 'region_out_of_range' };
  const rows: [string, Partial<Submission>, typeof clip | typeof unknown, bigint, Date, object][] = [
    ['at the deadline', {}, clip, 9000n, terms.deadline, { code: 'call_over', deadline: terms.deadline }],
    [
      'of a kind the card does not name',
      { kind: 'red-team' },
      clip,
      9000n,
      inTime,
      { code: 'kind_not_in_call', kinds: ['bug', 'critique', 'recaptioning', 'translation', 'milestone'] },
    ],
    ['without words', { text: '  ' }, clip, 9000n, inTime, { code: 'text_missing' }],
    ['of 20,001 signs', { text: 'x'.repeat(20_001) }, clip, 9000n, inTime, { code: 'text_too_long' }],
    ['with a NUL', { text: 'x\u0000' }, clip, 9000n, inTime, { code: 'text_malformed' }],
    ['on frame 16 of 16', { frame: 16 }, clip, 9000n, inTime, { code: 'place_out_of_range', frames: 16 }],
    ['with no minutes where hours are paid', { kind: 'translation' }, clip, 9000n, inTime, minutes],
    ['with 91 minutes of 90', { kind: 'translation', minutes: 91 }, clip, 9000n, inTime, minutes],
    ['of no weight', { kind: 'recaptioning', units: 0 }, clip, 9000n, inTime, { code: 'units_out_of_range' }],
    ['of no milestone', { kind: 'milestone' }, clip, 9000n, inTime, { code: 'milestone_unknown' }],
    ['beside the picture', { region: { ...corner, x: 950 } }, clip, 9000n, inTime, beside],
    ['of no extent', { region: { ...corner, width: 0 } }, clip, 9000n, inTime, beside],
    ['of half a thousandth', { region: { ...corner, x: 0.5 } }, clip, 9000n, inTime, beside],
    ['before the clip', { atMs: -1 }, unknown, 9000n, inTime, { code: 'place_out_of_range' }],
    ['after the clip', { atMs: 2000 }, clip, 9000n, inTime, { code: 'place_out_of_range', durationMs: 2000 }],
    [
      'that could not be paid',
      {},
      clip,
      4499n,
      inTime,
      { code: 'call_exhausted', available: 4499n, needed: 4500n },
    ],
  ];
  it.each(rows)('%s is refused before the work is taken', (_, change, length, available, now, refusal) => {
    const piece = { ...bug, ...change };
    const result = takeSubmission(standing(available), 'iris', piece, length, now);
    expect(result).toMatchObject({ ok: false, ...refusal });
  });

  it('by the hour, by weight and by milestone is promised what each is paid', () => {
    const paid = (change: Partial<Submission>) => {
      const taken = take({ ...bug, atMs: null, frame: null, ...change }, 20_000n, null);
      return taken.ok ? [taken.amount, taken.hold] : taken.code;
    };
    expect(paid({ kind: 'translation', minutes: 45 })).toEqual([2250n, 3750n]);
    expect(paid({ kind: 'recaptioning', units: 40 })).toEqual([0n, 1500n]);
    expect(paid({ kind: 'milestone', milestone: '1' })).toEqual([9000n, 10_500n]);
    expect(paid({ kind: 'milestone', milestone: '2' })).toBe('milestone_unknown');
    const two = {
      ...terms,
      milestones: [...terms.milestones, { key: '2', title: 'Done', amount: 1n, due: null }],
    };
    const again = { ...bug, atMs: null, frame: null, kind: 'milestone', milestone: '2' };
    expect(takeSubmission(standing(20_000n, two), 'iris', again, null, inTime)).toEqual({
      ok: false,
      code: 'milestone_taken',
    });
  });

  it('comes from whom the call is for', () => {
    const by = (authorId: string, joining: CallTerms['joining'], drawn: string[] | null = null) => {
      const call = { ...standing(9000n, { ...terms, joining }), places: { drawn } };
      const taken = takeSubmission(call, authorId, bug, clip, inTime);
      return taken.ok ? 'taken' : taken.code;
    };
    const invited = { who: 'invited' as const, members: ['iris'] };
    expect([by('iris', invited), by('ko', invited)]).toEqual(['taken', 'may_not_join']);
    const places = { who: 'drawn' as const, seats: 1, joinBy: inTime };
    expect([by('iris', places), by('iris', places, ['iris']), by('ko', places, ['iris'])]).toEqual([
      'places_not_drawn',
      'taken',
      'may_not_join',
    ]);
  });
});
