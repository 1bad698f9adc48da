import type { Policy, PolicyInForce, PolicyRate } from '@uncaged/governance/rules';
import { isWorkKind, type WorkKind } from './kinds.ts';
import type { CardRate } from './rates.ts';
import type { CallPolicy, CallTerms } from './terms.ts';

function cardRate(given: PolicyRate): CardRate {
  if (typeof given === 'number') return { pay: 'fixed', amount: BigInt(given), mostMinutes: null };
  if ('hourly' in given)
    return { pay: 'hourly', amount: BigInt(given.hourly), mostMinutes: given.mostMinutes };
  return { pay: 'shared', amount: BigInt(given.shared), mostMinutes: null };
}

/** The rate card of a policy: how each kind of work is paid, and what at least. */
export function cardOf(policy: Policy): Partial<Record<WorkKind, CardRate>> {
  const card: Partial<Record<WorkKind, CardRate>> = {};
  for (const [kind, given] of Object.entries(policy.compensation.rates))
    if (isWorkKind(kind) && given !== undefined) card[kind] = cardRate(given);
  return card;
}

/**
 * What a policy says about calls. A policy that draws no reviewers, as those before it could not, draws no panels for
 * work either. `currency`: the collective's own.
 */
export function callPolicyOf({ version, hash, document }: PolicyInForce, currency: string): CallPolicy {
  const { reviewDays, reviewsNeeded, reviewRate, reviewerSeats, laterShare } = document.compensation;
  const { appeals } = document;
  return {
    ...{ version, hash, currency, reviewDays, reviewsNeeded },
    reviewRate: BigInt(reviewRate),
    reviewerSeats: reviewerSeats ?? null,
    appeal:
      appeals && reviewerSeats !== undefined ? { seats: appeals.panelSeats, days: appeals.answerDays } : null,
    laterShare: laterShare ?? null,
    rates: cardOf(document),
  };
}

const same = (a: object | null, b: object | null) =>
  a === b ||
  (a !== null && b !== null && Object.entries(a).every(([key, value]) => Reflect.get(b, key) === value));

/**
 * Why terms are not what the policy they name asks for, in words; null when they are.
 */
export function brokenPromise(terms: CallTerms, policy: CallPolicy): string | null {
  if (terms.currency !== policy.currency) return 'pays in other money than the collective counts in';
  if (terms.reviewRate !== policy.reviewRate) return 'pays reviews otherwise than the policy says';
  for (const { kind, pay, amount, mostMinutes } of terms.rates) {
    const card = policy.rates[kind];
    if (!card || card.pay !== pay || amount < card.amount || (mostMinutes ?? 0) > (card.mostMinutes ?? 0))
      return 'offers less than the rate card of the policy';
  }
  if (terms.reviewerSeats !== policy.reviewerSeats)
    return 'draws its reviewers otherwise than the policy says';
  if (!same(terms.appeal, policy.appeal)) return 'hears appeals otherwise than the policy says';
  if (!same(terms.laterShare, policy.laterShare)) return 'pays later findings otherwise than the policy says';
  return null;
}
