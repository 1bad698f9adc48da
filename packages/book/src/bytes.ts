import { Frames } from './frames.ts';

const encoder = new TextEncoder();

/** UTF-8 bytes of a string. Lone surrogates would collide on U+FFFD, so callers refuse them first. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const digits = (alphabet: string) => {
  const values = new Int8Array(128).fill(-1);
  for (const [value, digit] of [...alphabet].entries()) values[digit.charCodeAt(0)] = value;
  return values;
};
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const [HEX_DIGITS, BASE64_DIGITS] = [digits('0123456789abcdef'), digits(ALPHABET)];
/** The value of a digit; below zero where it is none. */
function digit(values: Int8Array, text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (values[code] as number) : -1;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) text += HEX[bytes[at] as number];
  return text;
}

/** Bytes of lower-case hexadecimal, or null: each byte string has exactly one accepted spelling. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const [high, low] = [digit(HEX_DIGITS, text, 2 * at), digit(HEX_DIGITS, text, 2 * at + 1)];
    if (high < 0 || low < 0) return null;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

/** Base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(three >> 18) + ALPHABET.charAt((three >> 12) & 63);
    text += at + 1 < bytes.length ? ALPHABET.charAt((three >> 6) & 63) : '=';
    text += at + 2 < bytes.length ? ALPHABET.charAt(three & 63) : '=';
  }
  return text;
}

/** Bytes of canonical base64, or null: no whitespace, right padding, unused bits zero. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const end = text.length - padding;
  for (let index = 0, at = 0; index < text.length; index += 4, at += 3) {
    const first = (digit(BASE64_DIGITS, text, index) << 18) | (digit(BASE64_DIGITS, text, index + 1) << 12);
    const third = index + 2 < end ? digit(BASE64_DIGITS, text, index + 2) << 6 : 0;
    const three = first | third | (index + 3 < end ? digit(BASE64_DIGITS, text, index + 3) : 0);
    if (three < 0) return null;
    bytes[at] = three >> 16;
    if (at + 1 < bytes.length) bytes[at + 1] = three >> 8;
    else if (three & 0xffff) return null;
    if (at + 2 < bytes.length) bytes[at + 2] = three;
    else if (three & 0xff) return null;
  }
  return bytes;
}

/** Each field as a 4-byte big-endian length and its bytes; strings as UTF-8. No two field lists give the same bytes. */
export function framed(...fields: readonly (string | Uint8Array)[]): Uint8Array {
  const frames = new Frames();
  for (const field of fields) typeof field === 'string' ? frames.text(field) : frames.bytes(field);
  return frames.written();
}

/** Four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Whether two byte strings are the same. For public values: not constant in time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
