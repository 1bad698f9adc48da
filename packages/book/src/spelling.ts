/** Nesting deeper than this is refused. */
export const MAX_DEPTH = 64;
/** Longest canonical payload, in UTF-16 code units. */
export const MAX_PAYLOAD = 4_194_304;

/** What is being looked at, and how far: one text at a time, to the end. */
let text = '';
let at = 0;
/** Whether nothing in the text is escaped, and nothing should be: then a string ends at the next quote. */
let plain = false;

/** No control, no backslash, no surrogate. */
const PLAIN = /^[ -[\]-\ud7ff\ue000-\uffff]*$/;

/** Whether text is JSON in its one spelling (what `canonicalJson` writes), told in one pass without building values. */
export function isCanonical(json: string): boolean {
  if (json.length > MAX_PAYLOAD) return false;
  text = json;
  at = 0;
  plain = PLAIN.test(json);
  const all = value(0) && at === json.length;
  text = '';
  return all;
}

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x30, 0x39];

function value(depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (text.charCodeAt(at)) {
    case QUOTE:
      return string();
    case 0x7b:
      return object(depth);
    case 0x5b:
      return array(depth);
    case 0x74:
      return word('true');
    case 0x66:
      return word('false');
    case 0x6e:
      return word('null');
    default:
      return integer();
  }
}

function word(expected: string): boolean {
  if (!text.startsWith(expected, at)) return false;
  at += expected.length;
  return true;
}

/** No sign before zero, no zero before digits, nothing beyond the safe integers. */
function integer(): boolean {
  const from = at;
  if (text.charCodeAt(at) === MINUS) at += 1;
  const first = at;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  if (at === first) return false;
  if (text.charCodeAt(first) === ZERO) return first === from && at === first + 1;
  return at - first < 16 || Number.isSafeInteger(Number(text.slice(from, at)));
}

function string(): boolean {
  const from = at;
  if (plain) {
    at = text.indexOf('"', from + 1) + 1;
    return at > 0;
  }
  for (at += 1; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at += 1;
      return true;
    }
    if (code === BACKSLASH || (code >= 0xd800 && code <= 0xdfff)) return escaped(from);
    // Not a number is the end of the text.
    if (!(code >= 0x20)) return false;
  }
}

/** A string with escapes or surrogates: rare enough to be read and written again. */
function escaped(from: number): boolean {
  for (at = from + 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1)
    if (text.charCodeAt(at) === BACKSLASH) at += 1;
  at += 1;
  const read = readText(text.slice(from, at));
  return read?.isWellFormed() === true && JSON.stringify(read) === text.slice(from, at);
}

function readText(json: string): string | null {
  try {
    return JSON.parse(json) as string;
  } catch {
    return null;
  }
}

function array(depth: number): boolean {
  at += 1;
  if (closes(0x5d)) return true;
  for (;;) {
    if (!value(depth + 1)) return false;
    if (closes(0x5d)) return true;
    if (text.charCodeAt(at) !== COMMA) return false;
    at += 1;
  }
}

function object(depth: number): boolean {
  at += 1;
  if (closes(0x7d)) return true;
  let before: string | null = null;
  for (;;) {
    const from = at;
    if (text.charCodeAt(at) !== QUOTE || !string()) return false;
    const key = text.slice(from + 1, at - 1);
    const name: string | null = key.includes('\\') ? readText(`"${key}"`) : key;
    // Compared by UTF-16 code unit, as RFC 8785 asks; the same key twice is no order either.
    if (name === null || (before !== null && !(before < name))) return false;
    before = name;
    if (text.charCodeAt(at) !== COLON) return false;
    at += 1;
    if (!value(depth + 1)) return false;
    if (closes(0x7d)) return true;
    if (text.charCodeAt(at) !== COMMA) return false;
    at += 1;
  }
}

function closes(bracket: number): boolean {
  if (text.charCodeAt(at) !== bracket) return false;
  at += 1;
  return true;
}
