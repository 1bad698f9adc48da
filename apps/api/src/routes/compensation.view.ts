import type { balanceSheet } from '@uncaged/book';
import * as house from '@uncaged/compensation';
import type * as wire from '@uncaged/contract';
import { wired } from '../wired.ts';

const proofOf = (entryId: string) => `/api/book/entries/${entryId}`;
const moneyOf = ({ amount, currency }: { amount: bigint; currency: string }): wire.Money => {
  return { amount: amount.toString(), currency };
};

/** A call as the wire has it. */
export function wireCall(call: house.Call): wire.Call {
  const { terms, budget } = call;
  return wired({
    id: call.id,
    title: terms.title,
    brief: terms.brief,
    state: call.state,
    openedBy: call.openedBy,
    openedAt: call.openedAt,
    deadline: terms.deadline,
    closedAt: call.closedAt,
    form: terms.form,
    mayJoin: house.termsPayload(terms).mayJoin,
    places: call.places,
    currency: terms.currency,
    rates: terms.rates.map(({ amount, ...rate }) => ({ ...rate, amount: amount.toString() })),
    milestones: terms.milestones.map(({ amount, ...step }) => ({ ...step, amount: amount.toString() })),
    reviewRate: terms.reviewRate.toString(),
    reviewsNeeded: terms.reviewsNeeded,
    reviewerSeats: terms.reviewerSeats,
    appeal: terms.appeal,
    laterShare: terms.laterShare,
    reviewDays: terms.reviewDays,
    policy: terms.policy,
    termsHash: call.termsHash,
    budget: {
      escrowed: budget.escrowed.toString(),
      paid: budget.paid.toString(),
      held: budget.held.toString(),
      reserved: budget.reserved.toString(),
      available: budget.available.toString(),
      returned: budget.returned.toString(),
    },
    submissions: call.submissions,
    entryId: call.entryId,
    proof: proofOf(call.entryId),
    closedEntryId: call.closedEntryId,
  });
}

/** A piece of work as its viewer may see it. */
export function wireContribution(piece: house.ContributionView): wire.Contribution {
  return wired({
    ...piece,
    amount: piece.amount.toString(),
    paid: piece.paid?.toString() ?? null,
    reviews: piece.reviews.map((review) => ({ ...review, proof: proofOf(review.entryId) })),
    proof: proofOf(piece.entryId),
    decisionProof: piece.decisionEntryId === null ? null : proofOf(piece.decisionEntryId),
  });
}

/** Funds, where their money came from, and what stands in escrow. */
export function wireFunds(
  { funds, sources }: Awaited<ReturnType<typeof house.fundsOf>>,
  escrowed: Awaited<ReturnType<typeof house.escrowedByCurrency>>,
  sheet: Awaited<ReturnType<typeof balanceSheet>>,
): wire.FundsResponse {
  return {
    funds: funds.map(({ name, balances }) => ({ name, balances: balances.map(moneyOf) })),
    sources: sources.map(({ source, amount, currency, kind, sponsor, asks }) => {
      return { source, ...moneyOf({ amount, currency }), kind, sponsor, asks };
    }),
    escrowed: escrowed.map(moneyOf),
    sheet: sheet.map(({ class: name, currency, balance, accounts }) => ({
      class: name as wire.FundsResponse['sheet'][number]['class'],
      ...moneyOf({ amount: balance, currency }),
      accounts: Number(accounts),
    })),
  };
}

/** A member's statement, each line beside its proof. */
export function wireStatement(memberId: string, statement: house.MemberStatement): wire.StatementResponse {
  return wired({
    memberId,
    account: statement.account,
    lines: statement.lines.map(({ subject: _, amount, balance, ...line }) => ({
      ...line,
      amount: amount.toString(),
      balance: balance.toString(),
      proof: proofOf(line.entryId),
    })),
    balances: statement.balances.map(({ lines, ...money }) => ({ ...moneyOf(money), lines })),
  });
}

/** What was paid and is owed, by kind and currency. */
export function wirePaid(report: house.PaidReport): wire.PaidResponse {
  const summed = <Line extends { total: bigint }>({ total, ...line }: Line) => {
    return { ...line, total: total.toString() };
  };
  return wired({
    asOf: report.asOf,
    paid: report.paid.map(({ median, ...line }) => ({ ...summed(line), median: median?.toString() ?? null })),
    totals: report.totals.map(summed),
    byTone: report.byTone.map(({ median, ...line }) => ({ ...line, median: median?.toString() ?? null })),
    owed: {
      acceptedUnpaid: report.owed.acceptedUnpaid.map(summed),
      submittedUnanswered: report.owed.submittedUnanswered.map(summed),
    },
  });
}
