import { isCanonical, MAX_DEPTH, MAX_PAYLOAD } from './spelling.ts';

/** What a payload may hold. Amounts beyond safe integers, and fractions, are written as decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type CanonicalCode = 'unsupported_value' | 'malformed_text' | 'payload_too_deep' | 'payload_too_large';
export type Canonical =
  | { ok: true; text: string }
  | { ok: false; code: CanonicalCode /** JSON Pointer (RFC 6901) of the value. */; path: string };

export { MAX_DEPTH, MAX_PAYLOAD };

/**
 * The one spelling of a JSON value: RFC 8785 (JCS) over objects (keys sorted by UTF-16 code unit), arrays, strings,
 * safe integers, booleans and null. Errors, in this order at each value from the outside in: `payload_too_deep`,
 * `malformed_text` (a lone surrogate, in a string or a key), `unsupported_value` (fraction, NaN, infinity, bigint,
 * undefined, function, class instance, hole), and at last `payload_too_large`.
 */
export function canonicalJson(value: unknown): Canonical {
  const text = spell(value, 0);
  if (text === null) return flawOf(value, '', 0) ?? unspelled('');
  return text.length > MAX_PAYLOAD ? { ok: false, code: 'payload_too_large', path: '' } : { ok: true, text };
}

/** Parses text that must be canonical already: null when it is not JSON or not the one spelling. */
export function parseCanonicalJson(text: string): { value: Json } | null {
  return isCanonical(text) ? { value: JSON.parse(text) as Json } : null;
}

/** Nothing that JSON escapes, and no surrogate. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** The one spelling; null where there is none. */
function spell(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  switch (typeof value) {
    case 'string':
      return spellText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : null;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return spellArray(value, depth);
      return isPlain(value) ? spellObject(value, depth) : null;
  }
  return null;
}

function spellText(text: string): string | null {
  if (PLAIN.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : null;
}

function spellArray(items: readonly unknown[], depth: number): string | null {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    const item = spell(items[index], depth + 1);
    if (item === null) return null;
    text += index === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function spellObject(object: Record<string, unknown>, depth: number): string | null {
  let text = '{';
  // The default sort compares UTF-16 code units, as RFC 8785 asks.
  for (const key of Object.keys(object).sort()) {
    const name = spellText(key);
    const value = name === null ? null : spell(object[key], depth + 1);
    if (value === null) return null;
    text += text === '{' ? `${name}:${value}` : `,${name}:${value}`;
  }
  return `${text}}`;
}

const unspelled = (path: string): Canonical => ({ ok: false, code: 'unsupported_value', path });

/** The first flaw of a value that has no spelling, from the outside in. */
function flawOf(value: unknown, path: string, depth: number): Canonical | null {
  if (depth > MAX_DEPTH) return { ok: false, code: 'payload_too_deep', path };
  if (typeof value === 'string')
    return value.isWellFormed() ? null : { ok: false, code: 'malformed_text', path };
  if (typeof value !== 'object' || value === null)
    return spell(value, depth) === null ? unspelled(path) : null;
  if (!Array.isArray(value) && !isPlain(value)) return unspelled(path);
  // Of an array the holes too.
  const keys = Array.isArray(value) ? [...value.keys()].map(String) : Object.keys(value).sort();
  for (const key of keys) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!key.isWellFormed()) return { ok: false, code: 'malformed_text', path: at };
    const flaw = flawOf((value as Record<string, unknown>)[key], at, depth + 1);
    if (flaw) return flaw;
  }
  return null;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
