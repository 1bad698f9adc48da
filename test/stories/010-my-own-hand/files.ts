/** An adapter's file as others could have made it: each time one thing is wrong with it. */

/** Where the numbers begin: eight bytes of length, then the header (https://huggingface.co/docs/safetensors). */
const numbersOf = (file: Uint8Array) =>
  8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));

/** The header with one text in place of another of the same length. */
function reworded(file: Uint8Array, from: string, to: string): Uint8Array {
  const begin = numbersOf(file);
  const header = Buffer.from(file.subarray(8, begin)).toString('latin1');
  if (from.length !== to.length || !header.includes(from))
    throw new Error(`no ${from} in the header to put ${to} for`);
  const changed = Uint8Array.from(file);
  changed.set(Buffer.from(header.replace(from, to), 'latin1'), 8);
  return changed;
}

/** Its first number is no number (half precision: an exponent of ones, and a fraction). */
export function notFinite(file: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(file);
  new DataView(changed.buffer).setUint16(numbersOf(file), 0x7e00, true);
  return changed;
}

/** It says that it was taught on a base that nobody here has. */
export const ofAnotherBase = (file: Uint8Array, baseSha256: string): Uint8Array =>
  reworded(file, baseSha256, '0'.repeat(64));

/** Its first tensor claims to begin where it does not. */
export const lying = (file: Uint8Array): Uint8Array =>
  reworded(file, '"data_offsets":[0,', '"data_offsets":[2,');

/** All but its beginning was lost on the way. */
export const torn = (file: Uint8Array): Uint8Array => file.slice(0, 1000);
