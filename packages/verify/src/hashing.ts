import { type NoteKey, newSha256, toHex, type VerifySignature, verifyEd25519 } from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import { type Part, pieces, whole } from './source.ts';

/** Up to here a part is hashed in one go by the machine's own SHA-256. */
const AT_ONCE = 64 << 20;

/** SHA-256 of a part, in hex. The web's own where there is one (pages over plain http have none). */
export async function hashOf(part: Part): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle && part.size <= AT_ONCE) {
    const bytes = (await whole(part)) as Uint8Array<ArrayBuffer>;
    return toHex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
  }
  const hash = newSha256();
  for await (const piece of pieces(part)) hash.update(piece);
  return toHex(hash.digest());
}

/** SHA-256 of text that is put together piece by piece. */
export class TextHash {
  readonly #hash = newSha256();
  readonly #encoder = new TextEncoder();

  add(text: string): void {
    this.#hash.update(this.#encoder.encode(text));
  }

  hex(): string {
    return toHex(this.#hash.digest());
  }
}

interface Pending {
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly otherwise: Finding;
}

/**
 * Verifies many signatures of one key, by Node or WebCrypto where they know Ed25519 (thousands a second), else in
 * JavaScript.
 * The parsing rules run first with `collect`, which takes every signature for good; `settle` says which was not.
 */
export class Signatures {
  readonly #key: NoteKey;
  #pending: Pending[] = [];
  #native: CryptoKey | null | undefined;
  #ofNode: ReturnType<typeof nodeKey> | undefined;
  checked = 0;

  constructor(key: NoteKey) {
    this.#key = key;
  }

  /** A `VerifySignature` that keeps what it is asked; `otherwise` is found when it does not hold. */
  collect(otherwise: Finding): VerifySignature {
    return (signature, message) => {
      this.#pending.push({ signature: signature.slice(), message: message.slice(), otherwise });
      return signature.length === 64;
    };
  }

  /** Whether enough wait to make settling worth while. */
  get full(): boolean {
    return this.#pending.length >= 500;
  }

  /** The first signature, in the order collected, that does not hold; null when all do. */
  async settle(): Promise<Finding | null> {
    const pending = this.#pending;
    this.#pending = [];
    this.checked += pending.length;
    const verdicts = await Promise.all(pending.map((each) => this.#holds(each)));
    return pending[verdicts.indexOf(false)]?.otherwise ?? null;
  }

  async #holds({ signature, message }: Pending): Promise<boolean> {
    this.#ofNode = this.#ofNode === undefined ? nodeKey(this.#key.publicKey) : this.#ofNode;
    if (this.#ofNode) return this.#ofNode(message, signature);
    this.#native = this.#native === undefined ? await importKey(this.#key.publicKey) : this.#native;
    if (!this.#native) return verifyEd25519(signature, message, this.#key.publicKey);
    return crypto.subtle.verify('Ed25519', this.#native, signature, message);
  }
}

async function importKey(publicKey: Uint8Array): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('raw', publicKey.slice(), 'Ed25519', false, ['verify']);
  } catch {
    return null;
  }
}

/** Under Node signatures are checked at once: handing each to another thread and waiting costs more. Null elsewhere. */
function nodeKey(publicKey: Uint8Array): ((message: Uint8Array, signature: Uint8Array) => boolean) | null {
  const native = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (!native) return null;
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = native.createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
    return (message, signature) => native.verify(null, message, key, signature);
  } catch {
    return null;
  }
}
