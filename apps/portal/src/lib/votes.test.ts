import { expect, test } from 'vitest';
import { dropped, placesOf, rankingOf, tallyFile, tapped, voteOf, voteText, whyBefore } from './votes.ts';

const fields = (given: Record<string, string | string[]>) => ({
  text: (name: string) => [given[name] ?? ''].flat()[0] ?? '',
  all: (name: string) => [given[name] ?? []].flat(),
});

test('places become a ranking with shared ranks, gaps closed', () => {
  expect(rankingOf({ a: 3, b: 1, c: 3, d: 0 })).toEqual([['b'], ['a', 'c']]);
  expect(placesOf(['a', 'b', 'd'], [['b'], ['a', 'c']])).toEqual({ a: 2, b: 1, d: 0 });
});

test('a tap ranks last or takes out; a drag puts before', () => {
  expect(tapped([['a']], 'b')).toEqual([['a'], ['b']]);
  expect(tapped([['a'], ['b']], 'a')).toEqual([['b']]);
  expect(dropped([['a'], ['b']], 'b', 'a')).toEqual([['b'], ['a']]);
  expect(dropped([['a']], 'c', 'd')).toEqual([['a'], ['c']]);
});

test('each method reads its own form, and each can abstain', () => {
  expect(voteOf('schulze', ['a', 'b'], fields({ 'place:a': '2', 'place:b': '1' }))).toEqual({
    ranking: [['b'], ['a']],
  });
  expect(voteOf('approval', ['a', 'b'], fields({ approve: ['b'] }))).toEqual({ approve: ['b'] });
  expect(voteOf('score', ['a', 'b'], fields({ 'score:a': '5' }))).toEqual({ scores: { a: 5, b: 0 } });
  expect(voteOf('budget', ['a'], fields({ 'amount:a': '60' }))).toEqual({ amounts: { a: 60 } });
  expect(voteOf('stv', ['a'], fields({ abstain: '1', 'place:a': '1' }))).toEqual({ abstain: true });
});

test('a vote is read aloud', () => {
  expect(voteText({ ranking: [['a'], ['b', 'c']] }, (key) => key.toUpperCase())).toBe('A > B = C');
  expect(voteText({ abstain: true }, String)).toBe('abstained');
});

test('the file has each ballot as often as it has voices, and no title can break a line', () => {
  const named = (id: string) => ({ id, pseudonym: id });
  const file = tallyFile({
    number: 7,
    method: 'schulze',
    definition: { method: 'schulze', options: ['status_quo', 'o1'], unranked: 'implicit' },
    ballotOptions: [{ key: 'o1', title: 'two\nlines' }],
    ballots: [
      {
        member: named('ko'),
        choice: null,
        vote: { ranking: [['o1'], ['status_quo']] },
        castAt: '',
        entryId: 'e1',
      },
    ],
    delegations: [
      { from: named('iris'), to: named('moss'), entryId: 'd1' },
      { from: named('moss'), to: named('ko'), entryId: 'd2' },
    ],
  });
  expect(file).toContain('options: status_quo, o1\n3:o1>status_quo # entry e1\n');
  expect(file).toContain('# o1 is two lines\n');
});

test('why one stands before another is said as the count decides: struck, tied, won, or by a chain', () => {
  const options = ['a', 'b', 'c'];
  const reached = [
    { option: 'b', reached: false },
    { option: 'c', reached: true },
  ];
  const detail = (pairwise: number[][], strengths: number[][]) => ({ options, pairwise, strengths });
  const won = detail(
    [
      [0, 3],
      [1, 0],
    ],
    [
      [0, 3],
      [0, 0],
    ],
  );
  expect(whyBefore(won, 'a', 'b')).toEqual({ above: 3, below: 1, why: 'It wins the duel.' });
  expect(whyBefore({ ...won, againstStatusQuo: reached }, 'a', 'b').why).toContain('struck');
  // A duel won, and a path back that is just as strong: only the order put forward decides.
  expect(
    whyBefore(
      detail(
        [
          [0, 3],
          [1, 0],
        ],
        [
          [0, 3],
          [3, 0],
        ],
      ),
      'a',
      'b',
    ).why,
  ).toContain('put forward earlier');
  expect(
    whyBefore(
      detail(
        [
          [0, 1],
          [3, 0],
        ],
        [
          [0, 4],
          [3, 0],
        ],
      ),
      'a',
      'b',
    ).why,
  ).toContain('as strong as 4');
});

test('a ballot that ticked nothing is told apart from one that says nothing', () => {
  const file = tallyFile({
    number: 8,
    method: 'approval',
    definition: { method: 'approval', options: ['o1'], unranked: 'implicit' },
    ballotOptions: [{ key: 'o1', title: 'soup' }],
    ballots: [
      {
        member: { id: 'ko', pseudonym: 'ko' },
        choice: null,
        vote: { approve: [] },
        castAt: '',
        entryId: 'e1',
      },
    ],
    delegations: [],
  });
  expect(file).toContain('1:abstain # entry e1');
  expect(file).toContain('ticked nothing counts as cast');
});
