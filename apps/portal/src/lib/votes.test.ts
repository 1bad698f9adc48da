import { expect, test } from 'vitest';
import { dropped, placesOf, rankingOf, tallyFile, tapped, voteOf, voteText } from './votes.ts';

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
