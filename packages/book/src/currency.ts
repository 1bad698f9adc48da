/** ISO 4217 alphabetic codes by minor-unit exponent; every other active code of the list has two digits. */
const NO_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND';
const FOUR_DIGITS = 'CLF UYW';
const TWO_DIGITS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP ' +
  'CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES ' +
  'KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK ' +
  'NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB ' +
  'TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG';

const exponents = new Map<string, number>();
for (const [digits, codes] of [NO_DIGITS, TWO_DIGITS, THREE_DIGITS, FOUR_DIGITS].entries()) {
  for (const code of codes.split(' ')) exponents.set(code, digits === 0 ? 0 : digits + 1);
}

/** Whether a string is an active ISO 4217 code of money (no metals, funds or test codes). */
export function isCurrency(code: string): boolean {
  return exponents.has(code);
}

/** Digits of the minor unit (ISO 4217), or null for an unknown code. */
export function currencyExponent(code: string): number | null {
  return exponents.get(code) ?? null;
}

/** Minor units as a plain decimal in major units: (1234n, 'EUR') → '12.34'. Null for an unknown code. */
export function formatMinor(amount: bigint, currency: string): string | null {
  const exponent = currencyExponent(currency);
  if (exponent === null) return null;
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** Minor units of a plain decimal in major units: ('12.34', 'EUR') → 1234n. Null when it is none, or too fine. */
export function parseMajor(text: string, currency: string): bigint | null {
  const exponent = currencyExponent(currency);
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/.exec(text);
  if (exponent === null || !match) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > exponent) return null;
  const amount = BigInt(whole + fraction.padEnd(exponent, '0'));
  return sign ? -amount : amount;
}
