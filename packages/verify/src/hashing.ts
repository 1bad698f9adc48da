import { type NoteKey, startSha256, toHex, type VerifySignature, verifyEd25519 } from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import { type Part, pieces, whole } from './source.ts';

/** Node's own cryptography where this runs in Node. */
const native = globalThis.process?.getBuiltinModule?.('node:crypto') ?? null;

/** Up to here a browser hashes a part in one go by the web's own SHA-256. */
const AT_ONCE = 64 << 20;

/** SHA-256 of a part, in hex. By the machine's own where there is one (pages over plain http have none). */
export async function hashOf(part: Part): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!native && subtle && part.size <= AT_ONCE) {
    const bytes = (await whole(part)) as Uint8Array<ArrayBuffer>;
    return toHex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
  }
  const hash = startSha256();
  for await (const piece of pieces(part)) hash.update(piece);
  return toHex(hash.digest());
}

/** Up to here text waits to be hashed together. */
const WAITING = 1 << 16;

/** SHA-256 of text that is put together piece by piece. */
export class TextHash {
  readonly #hash = startSha256();
  readonly #encoder = new TextEncoder();
  #waiting = '';

  add(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length > WAITING) this.#flush();
  }

  /** In hex; once. */
  hex(): string {
    this.#flush();
    return toHex(this.#hash.digest());
  }

  #flush(): void {
    this.#hash.update(this.#encoder.encode(this.#waiting));
    this.#waiting = '';
  }
}

interface Pending {
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly otherwise: () => Finding;
}

/** Answers where the first stands that does not hold; -1 when all do. */
type Verify = (pending: readonly Pending[]) => Promise<number>;

/**
 * Verifies many signatures of one key, on all of the machine's processors where Node's own Ed25519 or WebCrypto's is
 * there, else in JavaScript. The parsing rules run first with `collect`, which takes every signature for good; `settle`
 * says which was not.
 */
export class Signatures {
  readonly #key: NoteKey;
  #pending: Pending[] = [];
  #verify: Verify | null = null;
  checked = 0;

  constructor(key: NoteKey) {
    this.#key = key;
  }

  /** A `VerifySignature` that keeps what it is asked; `otherwise` is found when it does not hold. */
  collect(otherwise: () => Finding): VerifySignature {
    return (signature, message) => {
      this.#pending.push({ signature: signature.slice(), message: message.slice(), otherwise });
      return signature.length === 64;
    };
  }

  /** The first signature, in the order collected, that does not hold; null when all do. */
  async settle(): Promise<Finding | null> {
    const pending = this.#pending;
    this.#pending = [];
    this.checked += pending.length;
    const verify = this.#verify ?? (await verifierOf(this.#key.publicKey));
    this.#verify = verify;
    return pending[await verify(pending)]?.otherwise() ?? null;
  }
}

async function verifierOf(publicKey: Uint8Array): Promise<Verify> {
  return (
    nativeVerifier(publicKey) ??
    (await webVerifier(publicKey)) ??
    (async (pending) =>
      pending.findIndex(({ signature, message }) => !verifyEd25519(signature, message, publicKey)))
  );
}

function nativeVerifier(publicKey: Uint8Array): Verify | null {
  if (!native) return null;
  // RFC 8410: the fixed bytes before the 32 of the key.
  const der = Uint8Array.of(...[48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0], ...publicKey);
  const key = native.createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  return (pending) =>
    new Promise((settle) => {
      let [waiting, first] = [pending.length, pending.length];
      if (waiting === 0) settle(-1);
      for (const [index, { signature, message }] of pending.entries()) {
        native.verify(null, message, key, signature, (error, holds) => {
          if ((error || !holds) && index < first) first = index;
          waiting -= 1;
          if (waiting === 0) settle(first === pending.length ? -1 : first);
        });
      }
    });
}

async function webVerifier(publicKey: Uint8Array): Promise<Verify | null> {
  try {
    const { subtle } = crypto;
    const key = await subtle.importKey('raw', publicKey.slice(), 'Ed25519', false, ['verify']);
    return async (pending) => {
      const verdicts = pending.map(({ signature, message }) =>
        subtle.verify('Ed25519', key, signature, message),
      );
      return (await Promise.all(verdicts)).indexOf(false);
    };
  } catch {
    return null;
  }
}
