import { describe, expect, it } from 'vitest';
import type { CallTerms } from '../calls/terms.ts';
import { type Submission, takeSubmission } from './submission.ts';

const terms: CallTerms = {
  title: 'Break the night model',
  brief: 'Find prompts on which the clip freezes.',
  rates: [
    { kind: 'bug', amount: 3000n },
    { kind: 'critique', amount: 2500n },
  ],
  budget: 10_000n,
  currency: 'EUR',
  deadline: new Date('2026-03-31T22:00:00Z'),
  reviewDays: 7,
  reviewsNeeded: 2,
  reviewRate: 500n,
  mayJoin: 'members',
  policy: { version: 1, hash: 'ab'.repeat(32) },
};
const clip = { frames: 16, durationMs: 2000 };
const bug: Submission = { kind: 'bug', text: 'Frame 9 repeats for half a second.', atMs: 1125, frame: 9 };
const inTime = new Date('2026-03-02T00:00:00Z');

describe('a submission', () => {
  it('is promised the rate of the card, and its reviews are set aside with it', () => {
    expect(takeSubmission(terms, bug, clip, 4500n, inTime)).toEqual({
      ok: true,
      kind: 'bug',
      amount: 3000n,
      hold: 4500n,
    });
  });

  it('in anger is promised what one in praise is', () => {
    const anger = { ...bug, kind: 'critique', text: 'This is a disgrace. Look at frame 9.' };
    const praise = { ...bug, kind: 'critique', text: 'This is wonderful. Look at frame 9.' };
    const took = [anger, praise].map((piece) => takeSubmission(terms, piece, clip, 4500n, inTime));
    expect(took[0]).toEqual(took[1]);
  });

  const unknown = { frames: null, durationMs: null };
  const rows: [string, Partial<Submission>, typeof clip | typeof unknown, bigint, Date, object][] = [
    ['at the deadline', {}, clip, 9000n, terms.deadline, { code: 'call_over', deadline: terms.deadline }],
    [
      'of a kind the card does not name',
      { kind: 'red-team' },
      clip,
      9000n,
      inTime,
      { code: 'kind_not_in_call', kinds: ['bug', 'critique'] },
    ],
    ['without words', { text: '  ' }, clip, 9000n, inTime, { code: 'text_missing' }],
    ['of 20,001 signs', { text: 'x'.repeat(20_001) }, clip, 9000n, inTime, { code: 'text_too_long' }],
    ['with a NUL', { text: 'x\u0000' }, clip, 9000n, inTime, { code: 'text_malformed' }],
    ['on frame 16 of 16', { frame: 16 }, clip, 9000n, inTime, { code: 'place_out_of_range', frames: 16 }],
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
    const result = takeSubmission(terms, { ...bug, ...change }, length, available, now);
    expect(result).toMatchObject({ ok: false, ...refusal });
  });
});
