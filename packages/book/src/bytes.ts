import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

const encoder = new TextEncoder();

/** UTF-8 bytes of a string. Lone surrogates would collide on U+FFFD, so callers refuse them first. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Bytes of lower-case hexadecimal, or null: each byte string has exactly one accepted spelling. */
export function fromHex(text: string): Uint8Array | null {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return null;
  return hexToBytes(text);
}

/** Base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Bytes of canonical base64, or null: no whitespace, right padding, unused bits zero. */
export function fromBase64(text: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : null;
}

/** Where frames are put together before they are cut to their length; it grows with the longest. */
let desk = new Uint8Array(4096);

/** Each field as a 4-byte big-endian length and its bytes; strings as UTF-8. No two field lists give the same bytes. */
export function framed(...fields: readonly (string | Uint8Array)[]): Uint8Array {
  let most = 0;
  // A UTF-16 code unit is at most three bytes of UTF-8.
  for (const field of fields) most += 4 + (typeof field === 'string' ? 3 * field.length : field.length);
  if (most > desk.length) desk = new Uint8Array(2 * most);
  let at = 0;
  for (const field of fields) {
    const length = typeof field === 'string' ? writeText(field, at + 4) : field.length;
    if (typeof field !== 'string') desk.set(field, at + 4);
    desk[at] = length >>> 24;
    desk[at + 1] = length >>> 16;
    desk[at + 2] = length >>> 8;
    desk[at + 3] = length;
    at += 4 + length;
  }
  return desk.slice(0, at);
}

/** Writes UTF-8 on the desk; answers how many bytes. Short plain text goes by itself: calling the encoder costs more. */
function writeText(text: string, at: number): number {
  if (text.length < 128) {
    let place = 0;
    for (; place < text.length; place++) {
      const unit = text.charCodeAt(place);
      if (unit > 127) break;
      desk[at + place] = unit;
    }
    if (place === text.length) return place;
  }
  return encoder.encodeInto(text, desk.subarray(at)).written;
}

/** Four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Whether two byte strings are the same. For public values: not constant in time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
