import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import { definitionOf, optionKey, optionMethod, optionsMissing } from './options.ts';
import { type ProposalKind, type VoteRule, voteRuleOf } from './policy.ts';
import type { Terms } from './terms.ts';

const genesis = await genesisPolicy();
const ruleOf = (kind: ProposalKind) => voteRuleOf(genesis, kind) as VoteRule;

describe('what a count is told', () => {
  it.each<[string, ProposalKind, Terms, string[], object | null]>([
    ['a change without an amendment is a yes or a no', 'policy', {}, [], null],
    ['a question without answers too', 'open', {}, [], null],
    [
      'an amendment stands beside the change, and both beside the status quo, which comes first',
      'policy',
      {},
      ['o1', 'o3'],
      { method: 'schulze', options: ['status_quo', 'original', 'o1', 'o3'], unranked: 'implicit' },
    ],
    [
      'answers to a question stand alone',
      'open',
      { method: 'score' },
      ['o1', 'o2'],
      { method: 'score', options: ['o1', 'o2'], unranked: 'implicit', scoreMax: 5 },
    ],
    [
      'a budget knows its total',
      'open',
      { method: 'budget', total: 900 },
      ['o1', 'o2'],
      { method: 'budget', options: ['o1', 'o2'], unranked: 'implicit', total: 900 },
    ],
    [
      'an election knows its seats',
      'election',
      { role: 'steward', seats: 2 },
      ['o1'],
      { method: 'stv', options: ['o1'], unranked: 'implicit', seats: 2 },
    ],
    [
      'one seat where nobody says how many',
      'election',
      { role: 'steward' },
      ['o1'],
      { method: 'stv', options: ['o1'], unranked: 'implicit', seats: 1 },
    ],
  ])('%s', (_, kind, terms, put, definition) => {
    expect(definitionOf(kind, ruleOf(kind), terms, put)).toEqual(definition);
  });

  it('falls back to the rule where the author asks for a method it has not', () => {
    expect(optionMethod(ruleOf('policy'), { method: 'budget' })).toBe('schulze');
    const { options: _, ...without } = ruleOf('policy');
    expect(optionMethod(without, {})).toBeNull();
    expect(definitionOf('policy', without, {}, ['o1'])).toBeNull();
  });
});

it('options are numbered from one', () => {
  expect([1, 12].map(optionKey)).toEqual(['o1', 'o12']);
});

it.each<[ProposalKind, number, number, boolean]>([
  ['election', 0, 0, true],
  ['election', 2, 1, false],
  ['open', 0, 0, false],
  ['open', 3, 1, true],
  ['open', 3, 2, false],
  ['policy', 3, 0, false],
])('%s with %i put and %i standing: missing %s', (kind, asked, standing, missing) => {
  expect(optionsMissing(kind, asked, standing)).toBe(missing);
});
