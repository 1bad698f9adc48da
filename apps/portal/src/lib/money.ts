/** Money as text: bigint minor units in, no floating point anywhere. */

/** Minor-unit digits of a currency where it is not two (ISO 4217 list one). */
const exponents: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

export function exponentOf(currency: string): number {
  return exponents[currency] ?? 2;
}

/** "301640", "EUR" → "3,016.40". A minus is the typographic one, so that columns stay even. */
export function amountText(minor: string | bigint, currency: string): string {
  const value = BigInt(minor);
  const digits = exponentOf(currency);
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = digits === 0 ? '' : `.${text.slice(-digits)}`;
  return `${value < 0n ? '−' : ''}${whole}${rest}`;
}

/**
 * What a person typed in major units, as minor units. "1,200.50", "1 200,5" and "1200" are understood; the last
 * separator is the decimal one unless exactly three digits follow it and more than the currency's digits.
 * null when it is no amount, or finer than the currency.
 */
export function minorOf(typed: string, currency: string): string | null {
  const digits = exponentOf(currency);
  const plain = typed.trim().replace(/[\s'’_]/g, '');
  if (!/^\d[\d.,]*$/.test(plain)) return null;
  const at = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
  const tail = at < 0 ? '' : plain.slice(at + 1);
  const isGroup = at >= 0 && tail.length === 3 && digits !== 3;
  const whole = (at < 0 || isGroup ? plain : plain.slice(0, at)).replace(/[.,]/g, '');
  const rest = at < 0 || isGroup ? '' : tail;
  if (rest.length > digits || whole.length > 15) return null;
  return BigInt(whole + rest.padEnd(digits, '0')).toString();
}

/** How much of `of` a part is, in whole per mille: for the length of a bar, never for money. */
export function permille(part: string | bigint | number, of: string | bigint | number): number {
  const whole = BigInt(of);
  return whole === 0n ? 0 : Number((BigInt(part) * 1000n) / whole);
}

const finest = 1n << 64n;

/**
 * Counts of 2⁻⁶⁴ minor units as major units, cut off after three digits that say something, so that far less than a
 * coin is still told: "10119" + 12 zeros "EUR" → "0.00000548".
 */
export function finestText(count: string | bigint, currency: string): string {
  const value = BigInt(count);
  const coins = value / finest;
  if (value === 0n) return '0';
  if (coins >= 100n) return amountText(coins, currency);
  const digits = exponentOf(currency);
  const behind = 22 + digits;
  const scaled = ((value * 10n ** 22n) / finest).toString().padStart(behind + 1, '0');
  const [whole, rest] = [scaled.slice(0, -behind), scaled.slice(-behind)];
  const first = whole === '0' ? rest.search(/[1-9]/) : 0;
  return `${whole}.${rest.slice(0, Math.max(digits, first + 3))}`;
}
