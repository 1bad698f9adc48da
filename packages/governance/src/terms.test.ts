import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import type { ProposalKind } from './policy.ts';
import { checkTerms, type Terms } from './terms.ts';

const genesis = await genesisPolicy();
const now = new Date('2026-01-10T12:00:00.000Z');

describe('terms', () => {
  const canary = { percent: 10, hours: 24, measure: 'refused_per_thousand', revertAbove: 50 } as const;
  it.each<[ProposalKind, Terms]>([
    ['policy', {}],
    ['policy', { canary, sunsetDays: 90, reviewDays: 30, needsConsentOf: ['iris'] }],
    ['policy', { method: 'schulze', discussUntil: '2026-02-01T00:00:00.000Z' }],
    ['open', { method: 'budget', total: 500 }],
    ['election', { role: 'steward', seats: 3 }],
  ])('of %s fit: %o', (kind, terms) => {
    expect(checkTerms(genesis, kind, terms, now)).toEqual({ ok: true });
  });

  it.each<[string, ProposalKind, Terms, object]>([
    [
      'a discussion that is over',
      'policy',
      { discussUntil: '2026-01-10T12:00:00.000Z', total: 1 },
      { code: 'window_in_past', until: '2026-01-10T12:00:00.000Z' },
    ],
    [
      'one that never ends',
      'policy',
      { discussUntil: '2028-01-01T00:00:00.000Z' },
      { field: '/terms/discussUntil' },
    ],
    ['a rebase of one’s own', 'policy', { rebases: 'x' }, { field: '/terms/rebases' }],
    ['an emergency of one’s own', 'policy', { emergencyId: 'x' }, { field: '/terms/emergencyId' }],
    ['a method the kind has not', 'safeguard', { method: 'score' }, { field: '/terms/method' }],
    ['an election to nothing', 'election', {}, { field: '/terms/role' }],
    ['an election to a role nobody knows', 'election', { role: 'emperor' }, { field: '/terms/role' }],
    ['an election to what everybody is', 'election', { role: 'member' }, { field: '/terms/role' }],
    ['a role without an election', 'policy', { role: 'steward' }, { field: '/terms/role' }],
    ['seats without an election', 'open', { seats: 2 }, { field: '/terms/seats' }],
    ['money without a budget', 'open', { total: 2 }, { field: '/terms/total' }],
    ['a budget without money', 'open', { method: 'budget' }, { field: '/terms/total' }],
    ['a trial of a question', 'open', { canary }, { field: '/terms/canary' }],
    [
      'the end of an election',
      'election',
      { role: 'steward', sunsetDays: 3 },
      { field: '/terms/sunsetDays' },
    ],
    ['one consent twice', 'policy', { needsConsentOf: ['ko', 'ko'] }, { field: '/terms/needsConsentOf' }],
  ])('%s is refused', (_, kind, terms, refusal) => {
    const code = { code: 'terms_do_not_fit' };
    expect(checkTerms(genesis, kind, terms, now)).toMatchObject({ ok: false, ...code, ...refusal });
  });
});
