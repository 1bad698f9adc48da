import { type Minor, readPositiveAmount } from '../money.ts';
import { isWorkKind, type WorkKind } from './kinds.ts';
import type { TermsRefusal } from './terms.ts';

/** How a kind of work is paid: so much a piece, so much an hour up to a ceiling, or a sum shared by weight. */
export type Pay = 'fixed' | 'hourly' | 'shared';

export interface Rate {
  kind: WorkKind;
  pay: Pay;
  /** of a piece, of an hour, or of all pieces together */
  amount: Minor;
  /** a piece is paid for so many minutes at the most; null where it is not paid by the hour */
  mostMinutes: number | null;
}

/** What policy pays at least for a kind. */
export type CardRate = Omit<Rate, 'kind'>;

export interface ProposedRate {
  kind: string;
  amount: string;
  mostMinutes?: number | undefined;
}

/** A fraction between 0 and 1. */
export interface Part {
  numerator: number;
  denominator: number;
}

export const partPayload = ({ numerator, denominator }: Part): Part => ({ numerator, denominator });

/** A part of an amount, rounded up: whoever is paid it loses nothing to a fraction. */
export function partOf(amount: Minor, { numerator, denominator }: Part): Minor {
  const whole = BigInt(denominator);
  return (amount * BigInt(numerator) + whole - 1n) / whole;
}

/** What a piece is paid when it is accepted, begun minor units in full; null where its minutes are missing or too many. */
export function amountOf(rate: Rate, minutes: number | null): Minor | null {
  if (rate.pay === 'shared') return 0n;
  if (rate.pay === 'fixed') return rate.amount;
  if (minutes === null || !Number.isInteger(minutes) || minutes < 1 || minutes > (rate.mostMinutes ?? 0))
    return null;
  return partOf(rate.amount, { numerator: minutes, denominator: 60 });
}

/** The most that one piece can be paid when it is accepted. */
export function mostOf(rate: Rate): Minor {
  return amountOf(rate, rate.mostMinutes) ?? 0n;
}

export type RatesRefusal = Extract<TermsRefusal, { code: `rate_${string}` | `amount_${string}` }>;

/** Reads proposed rates against a card; the result is sorted by kind. Errors as `readTerms` says. */
export function readRates(
  proposed: readonly ProposedRate[],
  card: Readonly<Partial<Record<WorkKind, CardRate>>>,
): { ok: true; rates: Rate[] } | RatesRefusal {
  const rates: Rate[] = [];
  for (const given of proposed) {
    const { kind } = given;
    const carded = isWorkKind(kind) ? card[kind] : undefined;
    if (!isWorkKind(kind) || !carded)
      return { ok: false, code: 'rate_kind_unknown', kind: kind.slice(0, 60) };
    if (rates.some((rate) => rate.kind === kind)) return { ok: false, code: 'rate_twice', kind };
    const rate = readRate(given, kind, carded);
    if (!rate.ok) return rate;
    rates.push(rate.rate);
  }
  return { ok: true, rates: rates.sort((a, b) => (a.kind < b.kind ? -1 : 1)) };
}

function readRate(
  given: ProposedRate,
  kind: WorkKind,
  card: CardRate,
): { ok: true; rate: Rate } | RatesRefusal {
  const { pay } = card;
  if (given.mostMinutes !== undefined && pay !== 'hourly')
    return { ok: false, code: 'rate_pay_wrong', kind, pay };
  const read = readPositiveAmount(given.amount);
  if (!read.ok) return read;
  const mostMinutes = pay === 'hourly' ? (given.mostMinutes ?? card.mostMinutes) : null;
  const to = card.mostMinutes ?? 0;
  if (mostMinutes !== null && !(Number.isInteger(mostMinutes) && mostMinutes >= 1 && mostMinutes <= to))
    return { ok: false, code: 'rate_minutes_out_of_range', kind, from: 1, to };
  if (read.amount < card.amount) return { ok: false, code: 'rate_below_policy', kind, least: card.amount };
  return { ok: true, rate: { kind, pay, amount: read.amount, mostMinutes } };
}
