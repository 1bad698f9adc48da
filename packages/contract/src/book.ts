import { z } from 'zod';
import { currencySchema, endpoint, idSchema, instantSchema, minorSchema, sha256Schema } from './common.ts';

/** A leaf's index in the tree, or a count of leaves. */
const positionSchema = z.number().int().nonnegative();

/** Who signs the book. `verifierKey` is in C2SP form (name+keyid+base64); `publicKey` the same 32 bytes in base64. */
export const bookKeySchema = z.object({
  origin: z.string(),
  verifierKey: z.string(),
  publicKey: z.string(),
});
export type BookKey = z.infer<typeof bookKeySchema>;

/** Minor units into the account, out of it when negative. */
export const postingSchema = z.object({
  account: z.string(),
  currency: currencySchema,
  amount: minorSchema,
});

export const bookEntrySchema = z.object({
  id: idSchema,
  /** Null until sealed, at most a second after writing. */
  position: positionSchema.nullable(),
  time: instantSchema,
  kind: z.string(),
  actor: z.string().nullable(),
  subject: z.string(),
  visibility: z.enum(['public', 'private']),
  /** Null when private or erased; then only the commitment stands. */
  payload: z.json().nullable(),
  erased: z.boolean(),
  commitment: sha256Schema,
  leafHash: sha256Schema,
  postings: z.array(postingSchema),
});
export type BookEntry = z.infer<typeof bookEntrySchema>;

export const bookEntriesSchema = z.object({
  entries: z.array(bookEntrySchema),
  /** Give it as `after` for the next page; null at the end. */
  next: z.string().nullable(),
});

/** RFC 9162 inclusion proof of one leaf in a checkpoint's tree; hashes in hex, from the leaf upwards. */
export const inclusionSchema = z.object({
  index: positionSchema,
  size: positionSchema,
  leafHash: sha256Schema,
  root: sha256Schema,
  proof: z.array(sha256Schema),
});
export type InclusionProof = z.infer<typeof inclusionSchema>;

export const bookReceiptSchema = z.object({
  entryId: idSchema,
  leafHash: sha256Schema,
  time: instantSchema,
  mergeDelaySeconds: z.number().int().positive(),
  /** C2SP signed note over origin, entry id, leaf hash, time and merge delay. */
  note: z.string(),
});

export const entryWithProofSchema = z.object({
  entry: bookEntrySchema,
  /** The exact bytes whose leaf hash stands in the tree. */
  leafHex: z.string(),
  /** Hex; with the payload it opens the commitment. Null when the payload is. */
  salt: z.string().nullable(),
  receipt: bookReceiptSchema,
  /** Null until sealed. */
  inclusion: inclusionSchema.nullable(),
  /** The signed note that the proof leads to; null until sealed. */
  checkpoint: z.string().nullable(),
});
export type EntryWithProof = z.infer<typeof entryWithProofSchema>;

/** RFC 9162 consistency proof between two sizes of the tree. */
export const consistencySchema = z.object({
  from: positionSchema,
  to: positionSchema,
  fromRoot: sha256Schema,
  toRoot: sha256Schema,
  proof: z.array(sha256Schema),
});

export const bookChecksSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      violations: z.array(z.object({ what: z.string(), detail: z.string() })),
    }),
  ),
});
export type BookChecks = z.infer<typeof bookChecksSchema>;

export const bookEndpoints = {
  key: endpoint('GET', '/api/book/key', { answer: bookKeySchema }),
  /** text/plain: the newest C2SP checkpoint. */
  checkpoint: endpoint('GET', '/api/book/checkpoint'),
  /** Query: after, kind, subject, limit. */
  entries: endpoint('GET', '/api/book/entries', { answer: bookEntriesSchema }),
  entry: endpoint('GET', '/api/book/entries/:id', { answer: entryWithProofSchema }),
  /** Query: index, size. */
  inclusion: endpoint('GET', '/api/book/proof/inclusion', { answer: inclusionSchema }),
  /** Query: from, to. */
  consistency: endpoint('GET', '/api/book/proof/consistency', { answer: consistencySchema }),
  checks: endpoint('GET', '/api/book/checks', { answer: bookChecksSchema }),
  /** application/zip. */
  export: endpoint('GET', '/api/book/export'),
};
