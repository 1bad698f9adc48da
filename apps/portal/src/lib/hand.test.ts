import { describe, expect, test } from 'vitest';
import {
  consentsInWords,
  gradeOfHand,
  lackingIn,
  lessonOf,
  lessons,
  linesOf,
  type Standing,
  standing,
} from './hand.ts';

const tune = (over: Partial<Standing>): Standing => ({
  state: 'running',
  stopping: false,
  steps: { done: 0, of: 600 },
  secondsLeft: null,
  position: null,
  estimateSeconds: null,
  failure: null,
  seconds: null,
  ...over,
});

describe('where a hand stands', () => {
  test.each([
    [{ state: 'draft', steps: { done: 0, of: null } }, 'a draft, not started', 'grade-35'],
    [
      { state: 'waiting', position: 2, estimateSeconds: 120 },
      'place 2 in the queue, done in about 2 min',
      'grade-35',
    ],
    [{}, 'a machine has taken it', 'grade-35'],
    [{ steps: { done: 300, of: 600 }, secondsLeft: 40 }, 'step 300 of 600, about 40 s left', 'grade-20'],
    [
      { steps: { done: 300, of: 600 }, stopping: true },
      'step 300 of 600, stopping after this step',
      'grade-20',
    ],
    [
      { state: 'stopped', steps: { done: 500, of: 600 } },
      'stopped at step 500 of 600; what it learnt is kept',
      'grade-10',
    ],
    [
      { state: 'failed', steps: { done: 5, of: 600 }, failure: 'out of memory' },
      'failed at step 5 of 600: out of memory',
      'grade-35',
    ],
    [{ state: 'finished', seconds: 90 }, 'finished in 2 min; keep it or throw it away', 'grade-0'],
    [{ state: 'kept', seconds: 50 }, 'kept, learnt in 50 s', 'grade-0'],
    [{ state: 'discarded' }, 'thrown away', 'grade-0'],
  ] as [Partial<Standing>, string, string][])('%j', (over, words, grade) => {
    expect(standing(tune(over))).toBe(words);
    expect(gradeOfHand(tune(over))).toBe(grade);
  });
});

test('what was said of a work reads as a sentence; absent means no', () => {
  const line = (use: 'fine_tune_own' | 'fine_tune_shared' | 'export_weights', allowed: boolean) => ({
    use,
    allowed,
    because: '',
    consentId: null,
    expiresAt: null,
  });
  expect(consentsInWords([])).toBe('no to my own hand, sharing it and taking it away');
  expect(consentsInWords([line('fine_tune_own', true)])).toBe(
    'yes to my own hand; no to sharing it and taking it away',
  );
  expect(
    consentsInWords([
      line('fine_tune_own', true),
      line('fine_tune_shared', true),
      line('export_weights', true),
    ]),
  ).toBe('yes to my own hand, sharing it and taking it away');
});

test('a number of works stands in one row of what it can teach', () => {
  expect([0, 1, 9, 10, 99, 5000].map((works) => lessons[lessonOf(works)]?.works)).toEqual([
    undefined,
    1,
    1,
    10,
    30,
    1000,
  ]);
});

test('a refusal names the works that lack a line, and the lines once each', () => {
  const works = [
    { workId: 'a', title: 'boat', use: 'fine_tune_shared', because: 'no_consent' },
    { workId: 'b', title: 'moon', use: 'fine_tune_shared', because: 'no_consent' },
  ];
  const problem = { type: '', title: '', status: 403, code: 'work_without_consent', detail: '', next: '' };
  expect(lackingIn({ ...problem, works })).toEqual(works);
  expect(lackingIn(problem)).toEqual([]);
  expect(linesOf(works)).toBe('fine-tune shared models');
});
