import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson, framed, isCurrency, toHex } from '@uncaged/book/rules';
import { isKeepable, type Minor, readPositiveAmount } from '../money.ts';

/** What may be asked for. A rate card names a price for some or all of them. */
export const workKinds = ['bug', 'critique', 'experiment', 'red-team'] as const;
export type WorkKind = (typeof workKinds)[number];

export function isWorkKind(given: string): given is WorkKind {
  return (workKinds as readonly string[]).includes(given);
}

export interface Rate {
  kind: WorkKind;
  amount: Minor;
}

/** Everything that is promised to a tester. Fixed in the entry call.opened, before the first submission. */
export interface CallTerms {
  title: string;
  brief: string;
  /** sorted by kind */
  rates: readonly Rate[];
  budget: Minor;
  currency: string;
  /** no submission at or after this instant */
  deadline: Date;
  /** days of 24 hours between a submission and its acceptance by silence */
  reviewDays: number;
  /** reviews that agree, to decide */
  reviewsNeeded: number;
  /** what one review is paid; 0 pays none */
  reviewRate: Minor;
  mayJoin: 'members';
  policy: { version: number; hash: string };
}

/** Terms as a steward proposes them: nothing checked yet. Amounts are decimal strings of minor units. */
export interface ProposedTerms {
  title: string;
  brief: string;
  rates: readonly { kind: string; amount: string }[];
  budget: string;
  currency: string;
  deadline: string;
  reviewDays?: number | undefined;
  reviewsNeeded?: number | undefined;
}

/** What policy says about calls. Its amounts are in the collective's own currency. */
export interface CallPolicy {
  version: number;
  hash: string;
  currency: string;
  reviewDays: number;
  reviewsNeeded: number;
  /** 0: reviewers are not paid */
  reviewRate: Minor;
  /** the rate card: no call may offer less for a kind */
  rates: Readonly<Record<WorkKind, Minor>>;
}

export type TermsRefusal =
  | {
      ok: false;
      code: 'title_missing' | 'title_too_long' | 'brief_missing' | 'brief_too_long' | 'text_malformed';
    }
  | { ok: false; code: 'unknown_currency'; given: string }
  | { ok: false; code: 'currency_not_ours'; ours: string }
  | { ok: false; code: 'rates_missing' }
  | { ok: false; code: 'rate_kind_unknown' | 'rate_twice'; kind: string }
  | { ok: false; code: 'rate_below_policy'; kind: string; least: Minor }
  | { ok: false; code: 'amount_malformed' | 'amount_not_positive' | 'amount_too_large'; given: string }
  | { ok: false; code: 'deadline_malformed'; given: string }
  | { ok: false; code: 'deadline_past' | 'deadline_too_far' }
  | { ok: false; code: 'review_days_out_of_range' | 'reviews_needed_out_of_range'; from: number; to: number }
  | { ok: false; code: 'budget_below_one_piece'; least: Minor };

export const callLimits = {
  title: 200,
  brief: 10_000,
  reviewDays: { from: 1, to: 90 },
  reviewsNeeded: { from: 1, to: 25 },
  daysAhead: 730,
} as const;

const day = 86_400_000;

/** Most reviews one piece can get: reviewsNeeded of one verdict, and one less of the other. */
export function mostReviews(terms: Pick<CallTerms, 'reviewsNeeded'>): number {
  return 2 * terms.reviewsNeeded - 1;
}

/** What a piece of this kind is paid under these terms; null when the rate card does not name the kind. */
export function amountDue(terms: Pick<CallTerms, 'rates'>, kind: string): Minor | null {
  return terms.rates.find((rate) => rate.kind === kind)?.amount ?? null;
}

/**
 * What must be set aside before a piece of this kind is taken, so that it and every review it can need
 * will be paid; null when the rate card does not name the kind.
 */
export function holdFor(
  terms: Pick<CallTerms, 'rates' | 'reviewsNeeded' | 'reviewRate'>,
  kind: string,
): Minor | null {
  const due = amountDue(terms, kind);
  return due === null ? null : due + terms.reviewRate * BigInt(mostReviews(terms));
}

/** The least that one piece of any kind takes out of the escrow, its reviews included. */
function cheapestHold(terms: Pick<CallTerms, 'rates' | 'reviewsNeeded' | 'reviewRate'>): Minor {
  const holds = terms.rates.map((rate) => holdFor(terms, rate.kind) ?? 0n);
  return holds.sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
}

/** When silence accepts a piece submitted at this instant. Days have 24 hours; clocks that change do not matter. */
export function reviewDeadline(terms: Pick<CallTerms, 'reviewDays'>, submittedAt: Date): Date {
  return new Date(submittedAt.getTime() + terms.reviewDays * day);
}

function readRates(proposed: ProposedTerms, policy: CallPolicy): { ok: true; rates: Rate[] } | TermsRefusal {
  if (proposed.rates.length === 0) return { ok: false, code: 'rates_missing' };
  const rates: Rate[] = [];
  for (const { kind, amount } of proposed.rates) {
    if (!isWorkKind(kind)) return { ok: false, code: 'rate_kind_unknown', kind: kind.slice(0, 60) };
    if (rates.some((rate) => rate.kind === kind)) return { ok: false, code: 'rate_twice', kind };
    const read = readPositiveAmount(amount);
    if (!read.ok) return read;
    const least = policy.rates[kind];
    if (read.amount < least) return { ok: false, code: 'rate_below_policy', kind, least };
    rates.push({ kind, amount: read.amount });
  }
  return { ok: true, rates: rates.sort((a, b) => (a.kind < b.kind ? -1 : 1)) };
}

function readDeadline(given: string, now: Date): { ok: true; deadline: Date } | TermsRefusal {
  // An instant needs its zone: without one, "tomorrow noon" differs by where the server stands.
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given);
  const deadline = new Date(zoned ? given : Number.NaN);
  if (Number.isNaN(deadline.getTime())) {
    return { ok: false, code: 'deadline_malformed', given: given.slice(0, 60) };
  }
  if (deadline <= now) return { ok: false, code: 'deadline_past' };
  if (deadline.getTime() > now.getTime() + callLimits.daysAhead * day) {
    return { ok: false, code: 'deadline_too_far' };
  }
  return { ok: true, deadline };
}

const within = (value: number, range: { from: number; to: number }) =>
  Number.isInteger(value) && value >= range.from && value <= range.to;

/**
 * Checks proposed terms against policy and returns them frozen and complete.
 * Errors, in the order they are tested: title_missing, title_too_long, brief_missing, brief_too_long,
 * text_malformed, unknown_currency, currency_not_ours, rates_missing, rate_kind_unknown, rate_twice, amount_malformed, amount_not_positive,
 * amount_too_large, rate_below_policy (these for each rate in turn), then the amount codes for the budget,
 * deadline_malformed, deadline_past, deadline_too_far, review_days_out_of_range,
 * reviews_needed_out_of_range, budget_below_one_piece.
 */
export function readTerms(
  proposed: ProposedTerms,
  policy: CallPolicy,
  now: Date,
): { ok: true; terms: CallTerms } | TermsRefusal {
  const title = proposed.title.trim();
  const brief = proposed.brief.trim();
  if (title === '') return { ok: false, code: 'title_missing' };
  if (title.length > callLimits.title) return { ok: false, code: 'title_too_long' };
  if (brief === '') return { ok: false, code: 'brief_missing' };
  if (brief.length > callLimits.brief) return { ok: false, code: 'brief_too_long' };
  if (!isKeepable(title) || !isKeepable(brief)) return { ok: false, code: 'text_malformed' };
  const { currency } = proposed;
  if (!isCurrency(currency)) return { ok: false, code: 'unknown_currency', given: currency.slice(0, 60) };
  if (currency !== policy.currency) return { ok: false, code: 'currency_not_ours', ours: policy.currency };
  const rates = readRates(proposed, policy);
  if (!rates.ok) return rates;
  const budget = readPositiveAmount(proposed.budget);
  if (!budget.ok) return budget;
  const deadline = readDeadline(proposed.deadline, now);
  if (!deadline.ok) return deadline;
  const reviewDays = proposed.reviewDays ?? policy.reviewDays;
  const reviewsNeeded = proposed.reviewsNeeded ?? policy.reviewsNeeded;
  if (!within(reviewDays, callLimits.reviewDays)) {
    return { ok: false, code: 'review_days_out_of_range', ...callLimits.reviewDays };
  }
  if (!within(reviewsNeeded, callLimits.reviewsNeeded)) {
    return { ok: false, code: 'reviews_needed_out_of_range', ...callLimits.reviewsNeeded };
  }
  const terms: CallTerms = {
    title,
    brief,
    rates: rates.rates,
    budget: budget.amount,
    currency,
    deadline: deadline.deadline,
    reviewDays,
    reviewsNeeded,
    reviewRate: policy.reviewRate,
    mayJoin: 'members',
    policy: { version: policy.version, hash: policy.hash },
  };
  const least = cheapestHold(terms);
  if (terms.budget < least) return { ok: false, code: 'budget_below_one_piece', least };
  return { ok: true, terms };
}

/** The terms as they stand in the payload of call.opened: amounts as decimal strings, times in ISO 8601 UTC. */
export type TermsPayload = {
  title: string;
  brief: string;
  rates: { kind: string; amount: string }[];
  budget: string;
  currency: string;
  deadline: string;
  reviewDays: number;
  reviewsNeeded: number;
  reviewRate: string;
  mayJoin: 'members';
  policy: { version: number; hash: string };
};

export function termsPayload(terms: CallTerms): TermsPayload {
  return {
    title: terms.title,
    brief: terms.brief,
    rates: terms.rates.map(({ kind, amount }) => ({ kind, amount: amount.toString() })),
    budget: terms.budget.toString(),
    currency: terms.currency,
    deadline: terms.deadline.toISOString(),
    reviewDays: terms.reviewDays,
    reviewsNeeded: terms.reviewsNeeded,
    reviewRate: terms.reviewRate.toString(),
    mayJoin: terms.mayJoin,
    policy: { version: terms.policy.version, hash: terms.policy.hash },
  };
}

/** SHA-256, in hex, of the canonical spelling of the terms: what a tester can note down and compare. */
export function termsHash(terms: CallTerms): string {
  const canonical = canonicalJson(termsPayload(terms));
  if (!canonical.ok)
    throw new Error(`terms have no canonical spelling: ${canonical.code} at ${canonical.path}`);
  return toHex(sha256(framed('uncaged/call-terms/v1', canonical.text)));
}

/** Reads frozen terms back from the payload of call.opened. Throws on a payload that termsPayload never wrote. */
export function termsFromPayload(payload: TermsPayload): CallTerms {
  return {
    title: payload.title,
    brief: payload.brief,
    rates: payload.rates.map(({ kind, amount }) => {
      if (!isWorkKind(kind)) throw new Error(`call.opened names a kind of work nobody knows: ${kind}`);
      return { kind, amount: BigInt(amount) };
    }),
    budget: BigInt(payload.budget),
    currency: payload.currency,
    deadline: new Date(payload.deadline),
    reviewDays: payload.reviewDays,
    reviewsNeeded: payload.reviewsNeeded,
    reviewRate: BigInt(payload.reviewRate),
    mayJoin: payload.mayJoin,
    policy: { version: payload.policy.version, hash: payload.policy.hash },
  };
}
