import { sha256 as inJavaScript } from '@noble/hashes/sha2.js';

/** The machine's own SHA-256 where there is one to call at once: under Node, and not in a browser. */
const native = globalThis.process?.getBuiltinModule?.('node:crypto');

/** SHA-256, 32 bytes. */
export const sha256: (bytes: Uint8Array) => Uint8Array = native
  ? (bytes) => {
      const { buffer, byteOffset, length } = native.hash('sha256', bytes, 'buffer');
      return new Uint8Array(buffer, byteOffset, length);
    }
  : inJavaScript;

/** SHA-256 of bytes that come piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** Of what came so far; more may come. */
  digest(): Uint8Array;
}

export function newSha256(): Sha256 {
  if (native) {
    const hash = native.createHash('sha256');
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => new Uint8Array(hash.copy().digest()),
    };
  }
  const hash = inJavaScript.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.clone().digest() };
}
