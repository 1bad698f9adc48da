import { type ConsentUse, consentUses } from '@uncaged/governance/rules';
import { describe, expect, it } from 'vitest';
import { type Basis, type ConsentFact, mayUse } from './consent.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const now = day(10);
const policy = {
  acceptedBases: ['public_domain_dedication', 'member_consent'] as Basis[],
  acceptedDedications: ['CC0-1.0', 'CC-PDDC'],
};

/** The lines of one work about one use, by what became of them. */
const histories: Record<string, (use: ConsentUse) => ConsentFact[]> = {
  absent: () => [],
  present: (use) => [{ id: '1', use, answer: true, givenAt: day(1), expiresAt: null }],
  expired: (use) => [{ id: '1', use, answer: true, givenAt: day(1), expiresAt: day(10) }],
  revoked: (use) => [
    { id: '1', use, answer: true, givenAt: day(1), expiresAt: null },
    { id: '2', use, answer: false, givenAt: day(2), expiresAt: null },
  ],
  declined: (use) => [{ id: '1', use, answer: false, givenAt: day(1), expiresAt: null }],
  'given again': (use) => [
    { id: '1', use, answer: false, givenAt: day(1), expiresAt: null },
    { id: '2', use, answer: true, givenAt: day(1), expiresAt: null },
  ],
  'in the future': (use) => [{ id: '1', use, answer: true, givenAt: day(11), expiresAt: null }],
  'about another use': (use) => [
    {
      id: '1',
      use: use === 'publish' ? 'data_mining' : 'publish',
      answer: true,
      givenAt: day(1),
      expiresAt: null,
    },
  ],
};

const member: Record<string, string> = {
  absent: 'no_consent',
  present: 'consented',
  expired: 'expired',
  revoked: 'revoked',
  declined: 'declined',
  'given again': 'consented',
  'in the future': 'no_consent',
  'about another use': 'no_consent',
};

describe.each(consentUses)('%s', (use) => {
  it.each(Object.keys(histories))('of a member’s work, line %s', (history) => {
    const lines = histories[history]?.(use) ?? [];
    const decided = mayUse(use, { basis: 'member_consent', spdx: 'CC0-1.0' }, lines, policy, now);
    expect(decided.because).toBe(member[history]);
    expect(decided.allowed).toBe(decided.because === 'consented');
  });

  it.each(Object.keys(histories))('of a work given to everyone, line %s', (history) => {
    const lines = histories[history]?.(use) ?? [];
    const decided = mayUse(use, { basis: 'public_domain_dedication', spdx: 'CC-PDDC' }, lines, policy, now);
    if (use === 'style_name_prompting')
      expect(decided.because).toBe(member[history]?.replace('no_consent', 'not_in_a_dedication'));
    else if (history === 'revoked' || history === 'declined') expect(decided.because).toBe('objected');
    else expect(decided).toEqual({ allowed: true, because: 'dedicated_to_all', consentId: null });
  });

  it('under a policy that accepts neither basis: never for training', () => {
    const none = { acceptedBases: [], acceptedDedications: [] };
    const lines = histories.present?.(use) ?? [];
    for (const basis of ['member_consent', 'public_domain_dedication'] as const) {
      const decided = mayUse(use, { basis, spdx: 'CC0-1.0' }, lines, none, now);
      const trains = ['train_base', 'fine_tune_own', 'fine_tune_shared'].includes(use);
      expect(decided.allowed).toBe(!trains);
      if (trains) expect(decided.because).toBe('basis_not_accepted');
    }
  });
});

it('a dedication that policy does not accept trains nothing', () => {
  const work = { basis: 'public_domain_dedication' as const, spdx: 'LicenseRef-other' };
  expect(mayUse('train_base', work, [], policy, now).because).toBe('dedication_not_accepted');
  expect(mayUse('publish', work, [], policy, now).allowed).toBe(true);
});
