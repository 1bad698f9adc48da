import {
  type Checkpoint,
  FILES,
  type NoteKey,
  openCheckpoint,
  parseCanonicalJson,
  type Receipt,
  toHex,
  type VerifySignature,
  verifyReceipt,
} from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import type { Signatures } from './hashing.ts';
import { decodeText, type Lines, linesAtOnce, type Part, whole } from './source.ts';
import { type Promised, usualReceipt } from './usual.ts';

/** All checkpoints in the order of their sizes; their signatures are collected, not yet settled. */
export async function readCheckpoints(
  part: Part,
  key: NoteKey,
  signatures: Signatures,
): Promise<{ ok: true; checkpoints: Checkpoint[] } | { ok: false; finding: Finding }> {
  const text = decodeText(await whole(part)) ?? '';
  // A note is three lines, an empty one and a signature; an empty line stands between notes.
  const notes = text.match(/[^\n]+\n[^\n]+\n[^\n]+\n\n[^\n]+\n/g) ?? [];
  const bad = (message: string): { ok: false; finding: Finding } => ({
    ok: false,
    finding: { code: 'bad_checkpoint', file: FILES.checkpoints, message },
  });
  if (notes.join('\n') !== text) return bad('the file is no list of checkpoints');
  const checkpoints: Checkpoint[] = [];
  for (const [index, note] of notes.entries()) {
    const otherwise: Finding = {
      code: 'bad_checkpoint',
      file: FILES.checkpoints,
      line: index * 6 + 1,
      message: `checkpoint ${index + 1} is not signed by the key of the book`,
    };
    const opened = openCheckpoint(
      note,
      key,
      signatures.collect(() => otherwise),
    );
    if (!opened.ok) return { ok: false, finding: otherwise };
    if (opened.checkpoint.size <= (checkpoints.at(-1)?.size ?? 0n))
      return bad('the tree did not grow between checkpoints');
    checkpoints.push(opened.checkpoint);
  }
  return { ok: true, checkpoints };
}

/** Batches of signatures that are verified while the next are read. */
const UNDER_WAY = 4;

/**
 * Checks that every entry has its receipt, in the order of the log, and that each is signed. The receipts are read beside
 * the entries, so that other processors verify signatures meanwhile; what is found first is told at the end.
 */
export class Receipts {
  readonly #part: Part;
  readonly #key: NoteKey;
  readonly #signatures: Signatures;
  readonly #usual: ReturnType<typeof usualReceipt>;
  readonly #batches: AsyncGenerator<Lines>;
  #batch: Lines = { first: 1, lines: [], wrong: null };
  #next = 0;
  #finding: Finding | null = null;
  #settling: Promise<Finding | null>[] = [];
  /** Receipts that were read. */
  count = 0;

  constructor(part: Part, key: NoteKey, signatures: Signatures) {
    this.#part = part;
    this.#key = key;
    this.#signatures = signatures;
    this.#usual = usualReceipt(key);
    this.#batches = linesAtOnce(part);
  }

  /** Takes the receipts of the entries that come next in the log. */
  async take(entries: readonly Promised[]): Promise<void> {
    for (const entry of entries) {
      if (this.#finding) return;
      this.#finding =
        this.#next < this.#batch.lines.length || (await this.#more())
          ? this.#check(this.#batch.lines[this.#next] ?? '', entry)
          : (this.#batch.wrong ?? this.#missing(entry.id));
      this.#next += 1;
      this.count += 1;
    }
    this.#settling.push(this.#signatures.settle());
    if (this.#settling.length > UNDER_WAY) await this.#settled();
  }

  /** The first thing that is wrong with the receipts; null when every entry has its own and nothing else stands there. */
  async end(): Promise<Finding | null> {
    if (!this.#finding && (this.#next < this.#batch.lines.length || (await this.#more())))
      this.#finding = badReceipt(this.#batch.first + this.#next, '');
    this.#finding ??= this.#batch.wrong;
    this.#settling.push(this.#signatures.settle());
    while (this.#settling.length > 0) await this.#settled();
    return this.#finding;
  }

  /** Waits for the oldest batch; what is wrong with it stands before what was found since. */
  async #settled(): Promise<void> {
    const finding = await this.#settling.shift();
    if (!finding) return;
    this.#finding = finding;
    this.#settling = [];
  }

  /** Reads on; false at the end of the lines. */
  async #more(): Promise<boolean> {
    while (!this.#batch.wrong && this.#next >= this.#batch.lines.length) {
      const { value } = await this.#batches.next();
      if (!value) return false;
      this.#batch = value;
      this.#next = 0;
    }
    return this.#next < this.#batch.lines.length;
  }

  #check(line: string, promised: Promised): Finding | null {
    const number = this.#batch.first + this.#next;
    const bad = () => badReceipt(number, promised.id);
    const verify = this.#signatures.collect(bad);
    return this.#usual(line, promised, verify) || holds(line, this.#key, promised, verify) ? null : bad();
  }

  #missing(entry: string): Finding {
    return {
      code: 'bad_receipt',
      file: this.#part.path,
      entry,
      message: `entry ${entry} has no receipt`,
    };
  }
}

const badReceipt = (line: number, entry: string): Finding => ({
  code: 'bad_receipt',
  file: FILES.receipts,
  line,
  entry,
  message: `line ${line} of ${FILES.receipts} is not the signed receipt of entry ${entry}`,
});

/** Whether a line is a receipt of what was promised; its signature is handed on. */
function holds(line: string, key: NoteKey, promised: Promised, verify: VerifySignature): boolean {
  const receipt = parseCanonicalJson(line)?.value as unknown as Receipt | undefined;
  if (!receipt || typeof receipt.note !== 'string' || Object.keys(receipt).length !== 5) return false;
  if (receipt.entryId !== promised.id || receipt.leafHash !== toHex(promised.leafHash)) return false;
  return receipt.time === promised.time && verifyReceipt(receipt, key, verify).ok;
}
