import { createHash, sign as signBytes } from 'node:crypto';
import type { Secrets } from '@uncaged/platform';
import type { NoteKey, Sign } from './note.ts';
import { type Receipt, signReceipt } from './receipt.ts';

/** The book's signing key: its name is the log's origin. */
export interface BookKey {
  readonly key: NoteKey;
  readonly sign: Sign;
}

/**
 * The key that signs checkpoints, receipts and exports, made at first use. Its name holds a hash of the public key,
 * so that no two collectives' logs share an origin.
 */
export async function bookKey(secrets: Secrets): Promise<BookKey> {
  const { publicKey, privateKey } = await secrets.signingKey('book');
  const mark = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
  return {
    key: { name: `uncaged.book/${mark}`, publicKey },
    sign: (message) => new Uint8Array(signBytes(null, message, privateKey)),
  };
}

/**
 * The signed promise that this entry will stand in the log. Hand it out only after the transaction has committed and
 * `db.durable()` has resolved.
 */
export async function receiptFor(
  ctx: { readonly secrets: Secrets },
  entry: { readonly id: string; readonly leafHash: Uint8Array; readonly time: Date },
): Promise<Receipt> {
  const { key, sign } = await bookKey(ctx.secrets);
  return signReceipt(entry, key, sign);
}
