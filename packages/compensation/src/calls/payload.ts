import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson, framed, type Json, toHex } from '@uncaged/book/rules';
import { forms, isWorkKind } from './kinds.ts';
import { partPayload } from './rates.ts';
import type { CallTerms, Joining } from './terms.ts';

/**
 * The terms as they stand in the payload of call.opened: amounts as decimal strings, times in ISO 8601 UTC. What a call
 * does not have is left out, so that the hash of terms older than it stays theirs.
 */
export type TermsPayload = {
  title: string;
  brief: string;
  rates: { kind: string; amount: string; pay?: string; mostMinutes?: number }[];
  budget: string;
  currency: string;
  deadline: string;
  reviewDays: number;
  reviewsNeeded: number;
  reviewRate: string;
  mayJoin: 'members' | { invited: string[] } | { drawn: { seats: number; joinBy: string } };
  policy: { version: number; hash: string };
  form?: string;
  milestones?: { key: string; title: string; amount: string; due: string | null }[];
  reviewerSeats?: number;
  appeal?: { seats: number; days: number };
  laterShare?: { numerator: number; denominator: number };
};

export function termsPayload(terms: CallTerms): TermsPayload {
  const { form, milestones, reviewerSeats, appeal, laterShare } = terms;
  return {
    title: terms.title,
    brief: terms.brief,
    rates: terms.rates.map(({ kind, amount, pay, mostMinutes }) => ({
      kind,
      amount: amount.toString(),
      ...(pay === 'fixed' ? {} : { pay }),
      ...(mostMinutes === null ? {} : { mostMinutes }),
    })),
    budget: terms.budget.toString(),
    currency: terms.currency,
    deadline: terms.deadline.toISOString(),
    reviewDays: terms.reviewDays,
    reviewsNeeded: terms.reviewsNeeded,
    reviewRate: terms.reviewRate.toString(),
    mayJoin: joiningPayload(terms.joining),
    policy: { version: terms.policy.version, hash: terms.policy.hash },
    ...(form === 'testing' ? {} : { form }),
    ...(milestones.length === 0
      ? {}
      : {
          milestones: milestones.map(({ key, title, amount, due }) => {
            return { key, title, amount: amount.toString(), due: due?.toISOString() ?? null };
          }),
        }),
    ...(reviewerSeats === null ? {} : { reviewerSeats }),
    ...(appeal === null ? {} : { appeal: { seats: appeal.seats, days: appeal.days } }),
    ...(laterShare === null ? {} : { laterShare: partPayload(laterShare) }),
  };
}

function joiningPayload(joining: Joining): TermsPayload['mayJoin'] {
  if (joining.who === 'members') return 'members';
  if (joining.who === 'invited') return { invited: [...joining.members] };
  return { drawn: { seats: joining.seats, joinBy: joining.joinBy.toISOString() } };
}

/** SHA-256, in hex, of the canonical spelling of the terms: what a tester can note down and compare. */
export function termsHash(terms: CallTerms): string {
  const canonical = canonicalJson(termsPayload(terms) as unknown as Json);
  if (!canonical.ok)
    throw new Error(`terms have no canonical spelling: ${canonical.code} at ${canonical.path}`);
  return toHex(sha256(framed('uncaged/call-terms/v1', canonical.text)));
}

/** Reads frozen terms back from the payload of call.opened. Throws on a payload that termsPayload never wrote. */
export function termsFromPayload(payload: TermsPayload): CallTerms {
  const form = forms.find((one) => one === (payload.form ?? 'testing'));
  if (!form) throw new Error(`call.opened names a form nobody knows: ${payload.form}`);
  return {
    form,
    title: payload.title,
    brief: payload.brief,
    rates: payload.rates.map(({ kind, amount, pay = 'fixed', mostMinutes = null }) => {
      if (!isWorkKind(kind)) throw new Error(`call.opened names a kind of work nobody knows: ${kind}`);
      if (pay !== 'fixed' && pay !== 'hourly' && pay !== 'shared')
        throw new Error(`call.opened names a way to pay nobody knows: ${pay}`);
      return { kind, amount: BigInt(amount), pay, mostMinutes };
    }),
    milestones: (payload.milestones ?? []).map(({ key, title, amount, due }) => {
      return { key, title, amount: BigInt(amount), due: due === null ? null : new Date(due) };
    }),
    budget: BigInt(payload.budget),
    currency: payload.currency,
    deadline: new Date(payload.deadline),
    reviewDays: payload.reviewDays,
    reviewsNeeded: payload.reviewsNeeded,
    reviewRate: BigInt(payload.reviewRate),
    reviewerSeats: payload.reviewerSeats ?? null,
    appeal: payload.appeal ? { seats: payload.appeal.seats, days: payload.appeal.days } : null,
    laterShare: payload.laterShare ? partPayload(payload.laterShare) : null,
    joining: joiningFrom(payload.mayJoin),
    policy: { version: payload.policy.version, hash: payload.policy.hash },
  };
}

/** Reads who may join back from what `termsPayload` wrote. */
function joiningFrom(given: TermsPayload['mayJoin']): Joining {
  if (given === 'members') return { who: 'members' };
  if ('invited' in given) return { who: 'invited', members: [...given.invited] };
  return { who: 'drawn', seats: given.drawn.seats, joinBy: new Date(given.drawn.joinBy) };
}
