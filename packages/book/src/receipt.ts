import { fromBase64, toBase64, toHex } from './bytes.ts';
import { type NoteCode, type NoteKey, openNote, type Sign, signNote, type VerifySignature } from './note.ts';

/** Seconds after `time` within which the entry must stand in a checkpoint of a running server. */
export const MERGE_DELAY_SECONDS = 60;

/** What the book promised when it wrote an entry. Everything but `note` repeats, readably, what the note signs. */
export interface Receipt {
  readonly entryId: string;
  /** Hex of the entry's leaf hash. */
  readonly leafHash: string;
  /** ISO 8601. */
  readonly time: string;
  readonly mergeDelaySeconds: number;
  /** C2SP signed note whose text is: `<origin>/receipt`, entry id, base64 leaf hash, time, seconds; a line each. */
  readonly note: string;
}

/** A receipt for an entry just written. The same entry always gives the same receipt, as Ed25519 is deterministic. */
export function signReceipt(
  entry: { readonly id: string; readonly leafHash: Uint8Array; readonly time: Date },
  key: NoteKey,
  sign: Sign,
): Receipt {
  const time = entry.time.toISOString();
  const text = `${key.name}/receipt\n${entry.id}\n${toBase64(entry.leafHash)}\n${time}\n${MERGE_DELAY_SECONDS}\n`;
  return {
    entryId: entry.id,
    leafHash: toHex(entry.leafHash),
    time,
    mergeDelaySeconds: MERGE_DELAY_SECONDS,
    note: signNote(text, key, sign),
  };
}

/**
 * Whether a receipt is signed by `key` and says in its fields what its note says. Errors in this order: those of
 * `openNote`, `malformed_receipt`, `receipt_mismatch`.
 */
export function verifyReceipt(
  receipt: Receipt,
  key: NoteKey,
  verify?: VerifySignature,
): { ok: true } | { ok: false; code: NoteCode | 'malformed_receipt' | 'receipt_mismatch' } {
  const opened = openNote(receipt.note, key, verify);
  if (!opened.ok) return opened;
  const lines = opened.text.split('\n');
  const hash = fromBase64(lines[2] ?? '');
  if (lines.length !== 6 || lines[0] !== `${key.name}/receipt` || hash?.length !== 32) {
    return { ok: false, code: 'malformed_receipt' };
  }
  const same =
    lines[1] === receipt.entryId &&
    toHex(hash) === receipt.leafHash &&
    lines[3] === receipt.time &&
    lines[4] === String(receipt.mergeDelaySeconds);
  return same ? { ok: true } : { ok: false, code: 'receipt_mismatch' };
}
