import { expect, test } from 'vitest';
import { panelOf, verdictOf, wordsHash } from './appeal.ts';

const panel = ['iris', 'ko', 'nacht'];
const said = (...answers: boolean[]) =>
  answers.map((overturn, n) => ({ memberId: panel[n] ?? '', overturn }));

test.each([
  ['is open while nobody answered', said(), false, null],
  ['is open while one of three answered', said(true), false, null],
  ['is overturned as soon as most of the panel says so', said(true, true), false, 'overturned'],
  ['is upheld as soon as most of the panel says so', said(false, false), false, 'upheld'],
  ['is decided by those who answered when its time is over', said(true), true, 'overturned'],
  ['is upheld by a tie', said(true, false), true, 'upheld'],
  ['is upheld by silence', said(), true, 'upheld'],
] as const)('an appeal %s', (_, judgements, over, verdict) => {
  expect(verdictOf(panel, judgements, over)).toBe(verdict);
});

test('an appeal that nobody can judge is upheld at once', () => {
  expect(verdictOf([], [], false)).toBe('upheld');
});

test('the panel is drawn by the seed and by nothing else', () => {
  const candidates = Array.from({ length: 30 }, (_, n) => `m${n}`);
  const [one, again, other] = ['aa', 'aa', 'ab'].map((seed) => panelOf('a1', candidates, 3, seed));
  expect(one).toEqual(again);
  expect(one).not.toEqual(other);
  expect(panelOf('a1', candidates.toReversed(), 3, 'aa')).toEqual(one);
  expect(panelOf('a2', candidates, 3, 'aa')).not.toEqual(one);
});

test('what an appeal lifts is about the same words of the same member under the same clause', () => {
  const hash = wordsHash('iris', '/safeguards/a', 'a reed');
  expect(wordsHash('iris', '/safeguards/a', ' a reed\n')).toBe(hash);
  for (const other of [
    wordsHash('ko', '/safeguards/a', 'a reed'),
    wordsHash('iris', '/safeguards/b', 'a reed'),
    wordsHash('iris', '/safeguards/a', 'a reeds'),
  ])
    expect(other).not.toBe(hash);
});
