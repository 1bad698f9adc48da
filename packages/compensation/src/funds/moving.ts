import { currencyExponent, isCurrency, type Posting } from '@uncaged/book/rules';
import { type SourceKind, sourceKinds } from '@uncaged/governance/rules';
import { type AmountRefusal, isKeepable, type Minor, readPositiveAmount } from '../money.ts';
import { isFundName } from './deposit.ts';

export const wordsLimit = 2_000;

type Words<Code extends string> = { ok: false; code: Code };

const hasWords = (text: string) => text !== '' && text.length <= wordsLimit && isKeepable(text);

/** A source as a steward declares it; a sponsor says what they ask in return, and "nothing" is an answer. */
export interface ProposedSource {
  name: string;
  kind: string;
  sponsor?: string | undefined;
  asks?: string | undefined;
}
export interface Source {
  name: string;
  kind: SourceKind;
  sponsor: string | null;
  asks: string | null;
}
export type SourceRefusal =
  | { ok: false; code: 'source_name_invalid'; given: string }
  | { ok: false; code: 'source_kind_unknown'; kinds: readonly SourceKind[] }
  | Words<'sponsor_words_missing'>;

/** Checks a declaration. Errors in this order: source_name_invalid, source_kind_unknown, sponsor_words_missing. */
export function readSource(given: ProposedSource): { ok: true; source: Source } | SourceRefusal {
  const { name } = given;
  if (!isFundName(name)) return { ok: false, code: 'source_name_invalid', given: name.slice(0, 60) };
  const kind = sourceKinds.find((one) => one === given.kind);
  if (!kind) return { ok: false, code: 'source_kind_unknown', kinds: sourceKinds };
  const sponsor = given.sponsor?.trim() ?? '';
  const asks = given.asks?.trim() ?? '';
  if (sponsor === '' && asks === '') return { ok: true, source: { name, kind, sponsor: null, asks: null } };
  if (!hasWords(sponsor) || !hasWords(asks)) return { ok: false, code: 'sponsor_words_missing' };
  return { ok: true, source: { name, kind, sponsor, asks } };
}

export interface ProposedTransfer {
  from: string;
  to: string;
  amount: string;
  currency: string;
  purpose: string;
}
export interface Transfer extends Omit<ProposedTransfer, 'amount'> {
  amount: Minor;
}
export type TransferRefusal =
  | { ok: false; code: 'fund_name_invalid' | 'unknown_currency'; given: string }
  | Words<'same_fund' | 'purpose_missing'>
  | AmountRefusal;

/**
 * Checks a transfer. Errors in this order: fund_name_invalid (either), same_fund, the amount codes, unknown_currency,
 * purpose_missing.
 */
export function readTransfer(given: ProposedTransfer): { ok: true; transfer: Transfer } | TransferRefusal {
  const { from, to, currency } = given;
  const odd = [from, to].find((name) => !isFundName(name));
  if (odd !== undefined) return { ok: false, code: 'fund_name_invalid', given: odd.slice(0, 60) };
  if (from === to) return { ok: false, code: 'same_fund' };
  const read = readPositiveAmount(given.amount);
  if (!read.ok) return read;
  if (!isCurrency(currency)) return { ok: false, code: 'unknown_currency', given: currency.slice(0, 60) };
  const purpose = given.purpose.trim();
  if (!hasWords(purpose)) return { ok: false, code: 'purpose_missing' };
  return { ok: true, transfer: { from, to, amount: read.amount, currency, purpose } };
}

/** An exact rate: units of one currency for a unit of another, `numerator` / 10^`digits`. */
export interface ExchangeRate {
  numerator: bigint;
  digits: number;
}

/** Reads a rate such as 1.0847: at most 9 digits before and 12 behind the point, above zero; null otherwise. */
export function readRate(given: string): ExchangeRate | null {
  const match = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(given);
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  const numerator = BigInt(whole + fraction);
  return numerator === 0n ? null : { numerator, digits: fraction.length };
}

/** What an amount is in another currency at a rate, rounded down to its smallest coin. */
export function exchanged(amount: Minor, from: string, to: string, rate: ExchangeRate): Minor {
  const [given, got] = [currencyExponent(from), currencyExponent(to)];
  if (given === null || got === null) throw new Error(`no currency: ${from} or ${to}`);
  return (amount * rate.numerator * 10n ** BigInt(got)) / 10n ** BigInt(rate.digits + given);
}

export interface ProposedExchange {
  fund: string;
  amount: string;
  currency: string;
  into: string;
  /** units of `into` for a unit of `currency`, as a decimal */
  rate: string;
  /** who says so, and of which day */
  rateSource: string;
}
export interface Exchange extends Omit<ProposedExchange, 'amount'> {
  amount: Minor;
  received: Minor;
}
export type ExchangeRefusal =
  | { ok: false; code: 'fund_name_invalid' | 'unknown_currency' | 'rate_malformed'; given: string }
  | AmountRefusal
  | Words<'same_currency' | 'rate_source_missing' | 'exchange_too_small'>;

/**
 * Checks an exchange and says what comes of it. Errors in this order: fund_name_invalid, the amount codes,
 * unknown_currency (either), same_currency, rate_malformed, rate_source_missing, exchange_too_small, amount_too_large.
 */
export function readExchange(given: ProposedExchange): { ok: true; exchange: Exchange } | ExchangeRefusal {
  const { fund, currency, into, rate } = given;
  if (!isFundName(fund)) return { ok: false, code: 'fund_name_invalid', given: fund.slice(0, 60) };
  const read = readPositiveAmount(given.amount);
  if (!read.ok) return read;
  const odd = [currency, into].find((code) => !isCurrency(code));
  if (odd !== undefined) return { ok: false, code: 'unknown_currency', given: odd.slice(0, 60) };
  if (currency === into) return { ok: false, code: 'same_currency' };
  const exact = readRate(rate);
  if (!exact) return { ok: false, code: 'rate_malformed', given: rate.slice(0, 60) };
  const rateSource = given.rateSource.trim();
  if (!hasWords(rateSource)) return { ok: false, code: 'rate_source_missing' };
  const received = exchanged(read.amount, currency, into, exact);
  if (received === 0n) return { ok: false, code: 'exchange_too_small' };
  const fits = readPositiveAmount(received.toString());
  if (!fits.ok) return fits;
  return { ok: true, exchange: { fund, amount: read.amount, currency, into, rate, rateSource, received } };
}

/** The account that stands for whoever changes money into other money. */
export const exchangeAccount = 'world:exchange';

/** Kinds of entries that a reversal can take back: payments to people are none of them. */
export const reversibleKinds: readonly string[] = ['fund.deposited', 'fund.transferred'];

export function opposite(postings: readonly Posting[]): Posting[] {
  return postings.map(({ account, currency, amount }) => ({ account, currency, amount: -amount }));
}
