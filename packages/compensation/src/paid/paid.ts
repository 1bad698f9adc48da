import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import { type OwedRow, paidRows, unansweredRows, unpaidRows } from './paid.store.ts';
import { type PaidLine, totalsOf } from './report.ts';

export interface PaidReport {
  asOf: Date;
  paid: PaidLine[];
  totals: { currency: string; pieces: number; total: Minor }[];
  owed: {
    /** accepted and not paid: empty, since acceptance and payment are one entry */
    acceptedUnpaid: { currency: string; pieces: number; total: Minor }[];
    submittedUnanswered: OwedRow[];
  };
}

/**
 * What the collective has paid, by kind, and what it owes; never about a person. A median that fewer members than
 * policy's privacy.minGroupSize stand behind is kept back.
 */
export async function whatWasPaid(tx: Tx, ctx: GovernedContext): Promise<PaidReport> {
  const { minGroupSize } = ctx.policy.document.privacy;
  const paid = (await paidRows(tx)).map(({ people, median, ...line }) => {
    return { ...line, median: people === null || people >= minGroupSize ? median : null };
  });
  return {
    asOf: ctx.clock.now(),
    paid,
    totals: totalsOf(paid),
    owed: {
      acceptedUnpaid: await unpaidRows(tx),
      submittedUnanswered: await unansweredRows(tx),
    },
  };
}
