import type { Policy } from '@uncaged/governance/rules';
import { cardOf } from '../calls/card.ts';
import type { WorkKind } from '../calls/kinds.ts';
import type { Minor } from '../money.ts';
import { monthlyDue, royaltyDue } from '../royalties/due-rule.ts';
import { monthAfter, monthOf } from '../royalties/month-rule.ts';

/** Pieces that were paid alike: of one kind, the same amount, in calls under the same policy. */
export interface PaidAlike {
  kind: WorkKind | 'review';
  currency: string;
  amount: Minor;
  pieces: number;
  /** what the policy paid at least when the call was opened; null where it named no price of a piece */
  least: Minor | null;
}

/** What a policy pays at least for a piece of this kind; null where it names no price of a piece. */
export function leastFor(policy: Policy, kind: PaidAlike['kind']): Minor | null {
  if (kind === 'review') return BigInt(policy.compensation.reviewRate);
  const rate = cardOf(policy)[kind];
  return rate?.pay === 'fixed' ? rate.amount : null;
}

/**
 * What such a piece would be paid had its call been opened under this policy: a call that paid just what the policy
 * asked for follows it up and down; one that paid more is only raised where the policy asks for more still. Work that
 * is not paid by the piece is left as it was.
 */
export function amountUnder(policy: Policy, paid: Pick<PaidAlike, 'kind' | 'amount' | 'least'>): Minor {
  const least = leastFor(policy, paid.kind);
  if (least === null || paid.least === null) return paid.amount;
  return paid.amount <= paid.least || least > paid.amount ? least : paid.amount;
}

/** What was paid of one kind in one currency, under one policy and under another. */
export interface RecastLine {
  kind: PaidAlike['kind'] | 'royalty' | 'month';
  currency: string;
  pieces: number;
  before: Minor;
  after: Minor;
}

/** Pieces and reviews under two policies, by kind and currency, sorted by both; a review is always paid what policy says. */
export function recastPaid(before: Policy, after: Policy, paid: readonly PaidAlike[]): RecastLine[] {
  const groups = Map.groupBy(paid, ({ kind, currency }) => `${kind} ${currency}`);
  return [...groups.keys()].sort().map((key) => {
    const group = groups.get(key) ?? [];
    const [first] = group;
    if (!first) throw new Error('a group holds nothing');
    const under = (policy: Policy) =>
      group.reduce((total, piece) => total + amountUnder(policy, piece) * BigInt(piece.pieces), 0n);
    const pieces = group.reduce((total, piece) => total + piece.pieces, 0);
    return { kind: first.kind, currency: first.currency, pieces, before: under(before), after: under(after) };
  });
}

/** What clips owe to the works behind their model, of which only some are made under the other policy. */
export function recastRoyalties(
  before: { policy: Policy; clips: number },
  after: { policy: Policy; clips: number },
  currency: string,
): RecastLine {
  const due = ({ policy, clips }: typeof before) => royaltyDue(policy.compensation.royalty) * BigInt(clips);
  return { kind: 'royalty', currency, pieces: after.clips, before: due(before), after: due(after) };
}

/** What is set aside for the clips of each month that began in this time; null where neither policy sets anything aside. */
export function recastMonths(
  before: Policy,
  after: Policy,
  { since, until }: { since: Date; until: Date },
  currency: string,
): RecastLine | null {
  let months = 0;
  for (let at = monthOf(since); at < monthOf(until); at = monthAfter(at)) months += 1;
  const due = (policy: Policy) => monthlyDue(policy.compensation.royalty) * BigInt(months);
  const line = { kind: 'month' as const, currency, pieces: months, before: due(before), after: due(after) };
  return line.before === 0n && line.after === 0n ? null : line;
}
