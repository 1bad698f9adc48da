import type { Minor } from '../money.ts';

/** One posting on an account, as the book has it. */
export interface AccountLine {
  entryId: string;
  time: Date;
  kind: string;
  subject: string;
  amount: Minor;
  currency: string;
}

export interface StatementLine extends AccountLine {
  /** what stands on the account in that currency after this line */
  balance: Minor;
}

export interface Statement {
  lines: StatementLine[];
  /** sorted by currency */
  balances: { currency: string; amount: Minor; lines: number }[];
}

/** Adds running balances to an account's postings, which come in the book's order. Currencies never mix. */
export function runningBalances(postings: readonly AccountLine[]): Statement {
  const totals = new Map<string, { amount: Minor; lines: number }>();
  const lines = postings.map((posting) => {
    const before = totals.get(posting.currency) ?? { amount: 0n, lines: 0 };
    const after = { amount: before.amount + posting.amount, lines: before.lines + 1 };
    totals.set(posting.currency, after);
    return { ...posting, balance: after.amount };
  });
  const balances = [...totals]
    .map(([currency, total]) => ({ currency, ...total }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  return { lines, balances };
}
