import { isCurrency } from '@uncaged/book/rules';
import { type AmountRefusal, type Minor, readPositiveAmount } from '../money.ts';

/** The fund that pays calls, and gets back what a call did not need. */
export const mainFund = 'main';

/** Money that came in, as a steward writes it down. The amount is a decimal string of minor units. */
export interface ProposedDeposit {
  fund: string;
  source: string;
  amount: string;
  currency: string;
}

export interface Deposit {
  fund: string;
  source: string;
  amount: Minor;
  currency: string;
}

export type DepositRefusal =
  | { ok: false; code: 'fund_name_invalid' | 'source_name_invalid'; given: string }
  | AmountRefusal
  | { ok: false; code: 'unknown_currency'; given: string };

/** Whether a fund or a source can be called so. */
export const isFundName = (given: string) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(given);

/**
 * Checks a deposit. Errors, in the order they are tested: fund_name_invalid, source_name_invalid,
 * amount_malformed, amount_not_positive, amount_too_large, unknown_currency.
 */
export function readDeposit(proposed: ProposedDeposit): { ok: true; deposit: Deposit } | DepositRefusal {
  const { fund, source, currency } = proposed;
  if (!isFundName(fund)) return { ok: false, code: 'fund_name_invalid', given: fund.slice(0, 60) };
  if (!isFundName(source)) return { ok: false, code: 'source_name_invalid', given: source.slice(0, 60) };
  const read = readPositiveAmount(proposed.amount);
  if (!read.ok) return read;
  if (!isCurrency(currency)) return { ok: false, code: 'unknown_currency', given: currency.slice(0, 60) };
  return { ok: true, deposit: { fund, source, amount: read.amount, currency } };
}
