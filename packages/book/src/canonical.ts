/** What a payload may hold. Amounts beyond safe integers, and fractions, are written as decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type CanonicalCode = 'unsupported_value' | 'malformed_text' | 'payload_too_deep' | 'payload_too_large';
export type Canonical =
  | { ok: true; text: string }
  | { ok: false; code: CanonicalCode /** JSON Pointer (RFC 6901) of the value. */; path: string };

/** Nesting deeper than this is refused. */
export const MAX_DEPTH = 64;
/** Longest canonical payload, in UTF-16 code units. */
export const MAX_PAYLOAD = 4_194_304;

/**
 * The one spelling of a JSON value: RFC 8785 (JCS) over objects (keys sorted by UTF-16 code unit), arrays, strings,
 * safe integers, booleans and null. Errors, in this order at each value from the outside in: `payload_too_deep`,
 * `malformed_text` (a lone surrogate, in a string or a key), `unsupported_value` (fraction, NaN, infinity, bigint,
 * undefined, function, class instance, hole), and at last `payload_too_large`.
 */
export function canonicalJson(value: unknown): Canonical {
  const text = spell(value, 0);
  // What cannot be spelled is looked at again, for why and where.
  const written: Canonical = text === null ? write(value, '', 0) : { ok: true, text };
  if (written.ok && written.text.length > MAX_PAYLOAD)
    return { ok: false, code: 'payload_too_large', path: '' };
  return written;
}

/** Parses text that must be canonical already: null when it is not JSON or not the one spelling. */
export function parseCanonicalJson(text: string): { value: Json } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const again = canonicalJson(value);
  return again.ok && again.text === text ? { value: value as Json } : null;
}

/** The one spelling; null where there is none. Says no more, and is quick: entries are spelled by the million. */
function spell(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  if (typeof value === 'string') return value.isWellFormed() ? JSON.stringify(value) : null;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  if (typeof value !== 'object') return null;
  let text = '';
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = spell(value[index], depth + 1);
      if (item === null) return null;
      text += index === 0 ? item : `,${item}`;
    }
    return `[${text}]`;
  }
  if (!isPlain(value)) return null;
  // The default sort compares UTF-16 code units, as RFC 8785 asks.
  for (const key of Object.keys(value).sort()) {
    const item = key.isWellFormed() ? spell(value[key], depth + 1) : null;
    if (item === null) return null;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${item}`;
  }
  return `{${text}}`;
}

function write(value: unknown, path: string, depth: number): Canonical {
  if (depth > MAX_DEPTH) return { ok: false, code: 'payload_too_deep', path };
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
        ? { ok: true, text: JSON.stringify(value) }
        : { ok: false, code: 'malformed_text', path };
    case 'boolean':
      return { ok: true, text: String(value) };
    case 'number':
      if (!Number.isSafeInteger(value)) break;
      return { ok: true, text: String(value) };
    case 'object':
      if (value === null) return { ok: true, text: 'null' };
      if (Array.isArray(value)) return writeArray(value, path, depth);
      if (isPlain(value)) return writeObject(value, path, depth);
  }
  return { ok: false, code: 'unsupported_value', path };
}

function writeArray(items: readonly unknown[], path: string, depth: number): Canonical {
  const parts: string[] = [];
  for (let index = 0; index < items.length; index++) {
    const written = write(items[index], `${path}/${index}`, depth + 1);
    if (!written.ok) return written;
    parts.push(written.text);
  }
  return { ok: true, text: `[${parts.join(',')}]` };
}

function writeObject(object: Record<string, unknown>, path: string, depth: number): Canonical {
  const parts: string[] = [];
  // The default sort compares UTF-16 code units, as RFC 8785 asks.
  for (const key of Object.keys(object).sort()) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!key.isWellFormed()) return { ok: false, code: 'malformed_text', path: at };
    const written = write(object[key], at, depth + 1);
    if (!written.ok) return written;
    parts.push(`${JSON.stringify(key)}:${written.text}`);
  }
  return { ok: true, text: `{${parts.join(',')}}` };
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
