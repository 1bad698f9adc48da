import { sha256 as inJavaScript } from '@noble/hashes/sha2.js';

/** Node's own SHA-256 where this runs in Node; a browser's is asynchronous and slow for the few bytes of a leaf. */
const native = globalThis.process?.getBuiltinModule?.('node:crypto') ?? null;

/** SHA-256 (FIPS 180-4): 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  if (!native) return inJavaScript(bytes);
  // As text it comes back without a buffer of its own, which costs more than the hash.
  const text = native.hash('sha256', bytes, 'binary');
  const hash = new Uint8Array(32);
  for (let at = 0; at < 32; at++) hash[at] = text.charCodeAt(at);
  return hash;
}

/** SHA-256 of bytes that come piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): unknown;
  /** 32 bytes; once. */
  digest(): Uint8Array;
}

export function startSha256(): Sha256 {
  return native ? native.createHash('sha256') : inJavaScript.create();
}
