import { expect, test } from 'vitest';
import { checkVote } from './check-vote.ts';
import type { Definition, Vote } from './types.ts';

const of = (method: Definition['method']): Definition => ({
  method,
  options: ['a', 'b', 'c'],
  unranked: 'implicit',
  ...(method === 'score' ? { scoreMax: 5 } : {}),
  ...(method === 'budget' ? { total: 100 } : {}),
});

const good: [Definition['method'], Vote][] = [
  ['yes_no', { choice: 'abstain' }],
  ['approval', { approve: ['c', 'a'] }],
  ['approval', { approve: [] }],
  ['score', { scores: { a: 0, c: 5 } }],
  ['schulze', { ranking: [['b', 'c'], ['a']] }],
  ['stv', { ranking: [['b'], ['a']] }],
  ['budget', { amounts: { a: 40, c: 60 } }],
  ['schulze', { abstain: true }],
  ['budget', { abstain: true }],
];
test.each(good)('%s takes %j', (method, vote) => {
  expect(checkVote(of(method), vote)).toEqual({ ok: true });
});

const bad: [Definition['method'], unknown, string][] = [
  ['approval', { abstain: false }, 'abstain can only be true'],
  ['approval', { ranking: [['a']] }, 'a ballot by approval has approve, or abstain'],
  ['yes_no', { choice: 'maybe' }, 'the choice is yes, no or abstain'],
  ['approval', { approve: ['a', 'z'] }, 'z is no option of this vote'],
  ['schulze', { ranking: [['a'], ['b', 'a']] }, 'an option is named twice'],
  ['schulze', { ranking: [] }, 'names at least one option'],
  ['schulze', { ranking: [['a'], []] }, 'names at least one option'],
  ['stv', { ranking: [['a', 'b']] }, 'cannot share a rank'],
  ['score', { scores: {} }, 'give points to at least one option'],
  ['score', { scores: { a: 6 } }, 'a gets a whole number of points from 0 to 5'],
  ['score', { scores: { a: 1.5 } }, 'a gets a whole number of points from 0 to 5'],
  ['budget', { amounts: { a: -1, b: 101 } }, 'amounts are whole numbers from 0'],
  ['budget', { amounts: { a: 40, b: 61 } }, 'the amounts sum to 101; they have to sum to 100'],
];
test.each(bad)('%s refuses %j', (method, vote, reason) => {
  const check = checkVote(of(method), vote as Vote);
  expect(check).toMatchObject({ ok: false, code: 'ballot_invalid', reason: expect.stringContaining(reason) });
});
