/** Minor units of a currency: cents of EUR, yen of JPY. Never a number: 2^53 is not enough and fractions lie. */
export type Minor = bigint;

/** The largest amount one entry may move: 18 digits, so that a few of them still fit a signed 64-bit column. */
export const largestAmount: Minor = 999_999_999_999_999_999n;

export type AmountRefusal =
  | { ok: false; code: 'amount_malformed'; given: string }
  | { ok: false; code: 'amount_not_positive'; given: string }
  | { ok: false; code: 'amount_too_large'; given: string };

/**
 * Reads an amount from its decimal string of minor units.
 * Errors, in the order they are tested: amount_malformed, amount_not_positive, amount_too_large.
 */
export function readPositiveAmount(given: string): { ok: true; amount: Minor } | AmountRefusal {
  if (!/^-?[0-9]{1,40}$/.test(given))
    return { ok: false, code: 'amount_malformed', given: given.slice(0, 60) };
  const amount = BigInt(given);
  if (amount <= 0n) return { ok: false, code: 'amount_not_positive', given };
  if (amount > largestAmount) return { ok: false, code: 'amount_too_large', given };
  return { ok: true, amount };
}

/** Whether a text can be kept: lone surrogates and U+0000 have no place in UTF-8 text that a database keeps. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}
