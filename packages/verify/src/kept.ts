import { type Json, MERGE_DELAY_SECONDS, type NoteKey, toHex, verifyReceipt } from '@uncaged/book/rules';
import { type Fields, isFields } from './entries.ts';
import type { Finding } from './finding.ts';

/** An entry of the log as a receipt promises it. */
export interface Promised {
  readonly id: string;
  /** 32 bytes */
  readonly leafHash: Uint8Array;
  /** ISO 8601 */
  readonly time: string;
}

/** Receipts that somebody kept, held against an archive: what the book promised must stand in it. */
export class KeptReceipts {
  /** by entry id */
  readonly #waiting: Map<string, { leafHash: string; time: string }>;
  #finding: Finding | null;
  #last = '';
  /** Receipts whose entry was found as promised. */
  held = 0;

  /** Receipts that are not signed by the book's key, or say two things, are found at once. */
  constructor(receipts: readonly unknown[], key: NoteKey) {
    this.#waiting = new Map();
    this.#finding = null;
    for (const receipt of receipts) {
      const { entryId, leafHash, time, mergeDelaySeconds, note } = isFields(receipt as Json)
        ? (receipt as Fields)
        : {};
      const words = { entryId, leafHash, time, note };
      const whole = Object.values(words).every((word) => typeof word === 'string');
      const said = { ...words, mergeDelaySeconds } as Parameters<typeof verifyReceipt>[0];
      if (!whole || !verifyReceipt(said, key).ok) {
        const entry = typeof entryId === 'string' ? { entry: entryId } : {};
        const message = 'the receipt is not signed by the key of this book';
        this.#finding ??= { code: 'bad_receipt', file: null, ...entry, message };
      } else this.#waiting.set(said.entryId, said);
    }
  }

  /** Takes the entries that come next in the log. */
  take(entries: readonly Promised[]): void {
    this.#last = entries.at(-1)?.time ?? this.#last;
    if (this.#waiting.size === 0) return;
    for (const { id, leafHash, time } of entries) {
      const promised = this.#waiting.get(id);
      if (!promised) continue;
      this.#waiting.delete(id);
      if (promised.leafHash === toHex(leafHash) && promised.time === time) this.held += 1;
      else this.#finding ??= broken(id, `entry ${id} is not what its receipt promised`);
    }
  }

  /** The first receipt that was not kept, after the whole log. */
  end(): Finding | null {
    if (this.#finding) return this.#finding;
    for (const [id, { time }] of this.#waiting) {
      const due = Date.parse(time) + 1000 * MERGE_DELAY_SECONDS <= Date.parse(this.#last);
      if (due) return broken(id, `entry ${id} was promised by a receipt, and does not stand in the log`);
      const message = `the archive ends before the receipt of entry ${id}; take a newer one`;
      return { code: 'receipt_too_new', file: null, entry: id, message };
    }
    return null;
  }
}

const broken = (entry: string, message: string): Finding => {
  return { code: 'broken_promise', file: null, entry, message };
};
