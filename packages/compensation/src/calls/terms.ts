import { isCurrency } from '@uncaged/book/rules';
import { isKeepable, type Minor, readPositiveAmount } from '../money.ts';
import { readInstant } from './instants.ts';
import { type Form, forms, type WorkKind } from './kinds.ts';
import { type Milestone, type ProposedMilestone, readMilestones } from './milestones.ts';
import {
  amountOf,
  type CardRate,
  mostOf,
  type Part,
  type ProposedRate,
  type Rate,
  readRates,
} from './rates.ts';

/** Who may hand in work: any member, those who are named, or so many drawn among those who put their name down. */
export type Joining =
  | { who: 'members' }
  | { who: 'invited'; members: readonly string[] }
  | { who: 'drawn'; seats: number; joinBy: Date };

/** Everything that is promised to a tester. Fixed in the entry call.opened, before the first submission. */
export interface CallTerms {
  form: Form;
  title: string;
  brief: string;
  /** sorted by kind */
  rates: readonly Rate[];
  /** in the order in which they were written; each is paid once */
  milestones: readonly Milestone[];
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
  /** how many are drawn to review a piece; null: whoever may review takes it */
  reviewerSeats: number | null;
  /** a panel of so many hears an appeal against a rejection, made within so many days; null: there is none */
  appeal: Appealing | null;
  /** what of its rate a finding is paid that another member found before; null: all of it */
  laterShare: Part | null;
  joining: Joining;
  policy: { version: number; hash: string };
}

export interface Appealing {
  seats: number;
  days: number;
}

/** Who may join, as a steward proposes it. */
export type ProposedJoining =
  | 'members'
  | { invited: readonly string[] }
  | { drawn: { seats: number; joinBy: string } };

/** Terms as a steward proposes them: nothing checked yet. Amounts are decimal strings of minor units. */
export interface ProposedTerms {
  form?: string | undefined;
  title: string;
  brief: string;
  rates: readonly ProposedRate[];
  milestones?: readonly ProposedMilestone[] | undefined;
  budget: string;
  currency: string;
  deadline: string;
  reviewDays?: number | undefined;
  reviewsNeeded?: number | undefined;
  mayJoin?: ProposedJoining | undefined;
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
  reviewerSeats: number | null;
  appeal: Appealing | null;
  laterShare: Part | null;
  /** the rate card: no call may offer less for a kind, or a kind that it does not name */
  rates: Readonly<Partial<Record<WorkKind, CardRate>>>;
}

export type TermsRefusal =
  | {
      ok: false;
      code: 'title_missing' | 'title_too_long' | 'brief_missing' | 'brief_too_long' | 'text_malformed';
    }
  | { ok: false; code: 'form_unknown'; forms: readonly Form[] }
  | { ok: false; code: 'unknown_currency'; given: string }
  | { ok: false; code: 'currency_not_ours'; ours: string }
  | { ok: false; code: 'rates_missing' | 'milestones_missing' | 'milestones_not_here' }
  | { ok: false; code: 'rate_kind_unknown' | 'rate_twice'; kind: string }
  | { ok: false; code: 'rate_pay_wrong'; kind: string; pay: string }
  | { ok: false; code: 'rate_minutes_out_of_range'; kind: string; from: number; to: number }
  | { ok: false; code: 'rate_below_policy'; kind: string; least: Minor }
  | { ok: false; code: 'amount_malformed' | 'amount_not_positive' | 'amount_too_large'; given: string }
  | { ok: false; code: 'milestone_title' | 'too_many_milestones'; most: number }
  | { ok: false; code: 'milestone_due_wrong'; given: string }
  | { ok: false; code: 'deadline_malformed'; given: string }
  | { ok: false; code: 'deadline_past' | 'deadline_too_far' }
  | { ok: false; code: 'review_days_out_of_range' | 'reviews_needed_out_of_range'; from: number; to: number }
  | {
      ok: false;
      code: 'invited_nobody' | 'invited_too_many' | 'seats_out_of_range';
      from: number;
      to: number;
    }
  | { ok: false; code: 'join_by_wrong'; given: string }
  | { ok: false; code: 'budget_below_one_piece' | 'budget_below_promises'; least: Minor };

export const callLimits = {
  title: 200,
  brief: 10_000,
  reviewDays: { from: 1, to: 90 },
  reviewsNeeded: { from: 1, to: 25 },
  people: { from: 1, to: 1000 },
  daysAhead: 730,
} as const;

const day = 86_400_000;

/** Most reviews one piece can get: reviewsNeeded of one verdict, and one less of the other. */
export function mostReviews(terms: Pick<CallTerms, 'reviewsNeeded'>): number {
  return 2 * terms.reviewsNeeded - 1;
}

type Judged = Pick<CallTerms, 'reviewsNeeded' | 'reviewRate' | 'appeal'>;

/** What every answer about one piece can cost: its reviews, and the panel that hears an appeal against a no. */
export function answersCost(terms: Judged): Minor {
  return terms.reviewRate * BigInt(mostReviews(terms) + (terms.appeal?.seats ?? 0));
}

/** What stays set aside for a rejected piece while its author may still appeal, the piece itself included. */
export function appealHold(terms: Judged, amount: Minor): Minor {
  return terms.appeal === null ? 0n : amount + terms.reviewRate * BigInt(terms.appeal.seats);
}

/** What a piece was asked for, and how much of it there is. */
export interface Measure {
  kind: string;
  /** the key of a milestone */
  milestone?: string | null | undefined;
  /** worked, for work that is paid by the hour */
  minutes?: number | null | undefined;
}

/**
 * What a piece is paid under these terms when it is accepted: 0 where a sum is shared when the call closes, null
 * where the card does not name the kind, or the milestone, or where it wants to know how long it took.
 */
export function amountDue(
  terms: Pick<CallTerms, 'rates' | 'milestones'>,
  { kind, milestone, minutes }: Measure,
): Minor | null {
  if (kind === 'milestone') return terms.milestones.find(({ key }) => key === milestone)?.amount ?? null;
  const rate = terms.rates.find((one) => one.kind === kind);
  return rate ? amountOf(rate, minutes ?? null) : null;
}

/**
 * What must be set aside before a piece is taken, so that it and every answer it can need will be paid; null where
 * `amountDue` is.
 */
export function holdFor(
  terms: Pick<CallTerms, 'rates' | 'milestones'> & Judged,
  measure: Measure,
): Minor | null {
  const due = amountDue(terms, measure);
  return due === null ? null : due + answersCost(terms);
}

/** What is promised whatever comes in: the sums that are shared when the call closes. */
export function reservedIn(terms: Pick<CallTerms, 'rates'>): Minor {
  return terms.rates.reduce((sum, { pay, amount }) => (pay === 'shared' ? sum + amount : sum), 0n);
}

/** The least budget these terms can be kept with. */
function leastBudget(terms: Omit<CallTerms, 'budget'>): Minor {
  const answers = answersCost(terms);
  if (terms.milestones.length > 0)
    return terms.milestones.reduce((sum, { amount }) => sum + amount + answers, 0n);
  const pieces = terms.rates.map((rate) => mostOf(rate) + answers);
  const [cheapest = 0n] = pieces.sort((a, b) => (a < b ? -1 : 1));
  return reservedIn(terms) + cheapest;
}

/** When silence accepts a piece submitted at this instant. Days have 24 hours; clocks that change do not matter. */
export function reviewDeadline(terms: Pick<CallTerms, 'reviewDays'>, submittedAt: Date): Date {
  return new Date(submittedAt.getTime() + terms.reviewDays * day);
}

/** Until when a rejection made at this instant can be appealed against; null where there are no appeals. */
export function appealDeadline(terms: Pick<CallTerms, 'appeal'>, rejectedAt: Date): Date | null {
  return terms.appeal && new Date(rejectedAt.getTime() + terms.appeal.days * day);
}

function readDeadline(given: string, now: Date): { ok: true; deadline: Date } | TermsRefusal {
  const deadline = readInstant(given);
  if (!deadline) return { ok: false, code: 'deadline_malformed', given: given.slice(0, 60) };
  if (deadline <= now) return { ok: false, code: 'deadline_past' };
  if (deadline.getTime() > now.getTime() + callLimits.daysAhead * day) {
    return { ok: false, code: 'deadline_too_far' };
  }
  return { ok: true, deadline };
}

const within = (value: number, range: { from: number; to: number }) =>
  Number.isInteger(value) && value >= range.from && value <= range.to;

function readJoining(
  given: ProposedJoining,
  now: Date,
  deadline: Date,
): { ok: true; joining: Joining } | TermsRefusal {
  if (given === 'members') return { ok: true, joining: { who: 'members' } };
  const { people } = callLimits;
  if ('invited' in given) {
    const members = [...new Set(given.invited)].sort();
    if (members.length < people.from) return { ok: false, code: 'invited_nobody', ...people };
    if (members.length > people.to) return { ok: false, code: 'invited_too_many', ...people };
    return { ok: true, joining: { who: 'invited', members } };
  }
  const { seats } = given.drawn;
  if (!within(seats, people)) return { ok: false, code: 'seats_out_of_range', ...people };
  const joinBy = readInstant(given.drawn.joinBy);
  if (!joinBy || joinBy <= now || joinBy >= deadline)
    return { ok: false, code: 'join_by_wrong', given: given.drawn.joinBy.slice(0, 60) };
  return { ok: true, joining: { who: 'drawn', seats, joinBy } };
}

function readWords({ title, brief }: { title: string; brief: string }): TermsRefusal | null {
  if (title === '') return { ok: false, code: 'title_missing' };
  if (title.length > callLimits.title) return { ok: false, code: 'title_too_long' };
  if (brief === '') return { ok: false, code: 'brief_missing' };
  if (brief.length > callLimits.brief) return { ok: false, code: 'brief_too_long' };
  return isKeepable(title) && isKeepable(brief) ? null : { ok: false, code: 'text_malformed' };
}

/**
 * Checks proposed terms against policy and returns them frozen and complete.
 * Errors, in the order they are tested: form_unknown, title_missing, title_too_long, brief_missing, brief_too_long,
 * text_malformed, unknown_currency, currency_not_ours, then those of the rates (rates_missing, rate_kind_unknown,
 * rate_twice, rate_pay_wrong, the amount codes, rate_minutes_out_of_range, rate_below_policy, for each in turn) and of
 * the milestones (milestones_not_here, milestones_missing, too_many_milestones, milestone_title, the amount codes,
 * milestone_due_wrong), the amount codes for the budget, deadline_malformed, deadline_past, deadline_too_far,
 * review_days_out_of_range, reviews_needed_out_of_range, those of who may join (invited_nobody, invited_too_many,
 * seats_out_of_range, join_by_wrong), budget_below_one_piece or, with milestones, budget_below_promises.
 */
export function readTerms(
  proposed: ProposedTerms,
  policy: CallPolicy,
  now: Date,
): { ok: true; terms: CallTerms } | TermsRefusal {
  const form = forms.find((one) => one === (proposed.form ?? 'testing'));
  if (!form) return { ok: false, code: 'form_unknown', forms };
  const words = { title: proposed.title.trim(), brief: proposed.brief.trim() };
  const unread = readWords(words);
  if (unread) return unread;
  const { currency } = proposed;
  if (!isCurrency(currency)) return { ok: false, code: 'unknown_currency', given: currency.slice(0, 60) };
  if (currency !== policy.currency) return { ok: false, code: 'currency_not_ours', ours: policy.currency };
  if (form === 'testing' && proposed.rates.length === 0) return { ok: false, code: 'rates_missing' };
  const rates = readRates(proposed.rates, policy.rates);
  if (!rates.ok) return rates;
  const budget = readPositiveAmount(proposed.budget);
  const deadline = readDeadline(proposed.deadline, now);
  const milestones = readMilestones(proposed.milestones ?? [], form);
  if (!milestones.ok) return milestones;
  if (!budget.ok) return budget;
  if (!deadline.ok) return deadline;
  const reviewDays = proposed.reviewDays ?? policy.reviewDays;
  const reviewsNeeded = proposed.reviewsNeeded ?? policy.reviewsNeeded;
  if (!within(reviewDays, callLimits.reviewDays)) {
    return { ok: false, code: 'review_days_out_of_range', ...callLimits.reviewDays };
  }
  if (!within(reviewsNeeded, callLimits.reviewsNeeded)) {
    return { ok: false, code: 'reviews_needed_out_of_range', ...callLimits.reviewsNeeded };
  }
  const joining = readJoining(proposed.mayJoin ?? 'members', now, deadline.deadline);
  if (!joining.ok) return joining;
  const { version, hash, reviewRate, reviewerSeats, appeal, laterShare } = policy;
  const terms: CallTerms = {
    form,
    ...words,
    rates: rates.rates,
    milestones: milestones.milestones,
    budget: budget.amount,
    currency,
    deadline: deadline.deadline,
    ...{ reviewDays, reviewsNeeded, reviewRate, reviewerSeats, appeal, laterShare },
    joining: joining.joining,
    policy: { version, hash },
  };
  const least = leastBudget(terms);
  if (terms.budget >= least) return { ok: true, terms };
  return { ok: false, code: form === 'testing' ? 'budget_below_one_piece' : 'budget_below_promises', least };
}
