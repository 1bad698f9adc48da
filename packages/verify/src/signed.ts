import {
  type Checkpoint,
  FILES,
  type NoteKey,
  openCheckpoint,
  parseCanonicalJson,
  type Receipt,
  verifyReceipt,
} from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import type { Signatures } from './hashing.ts';
import { decodeText, linesOf, type Part, whole } from './source.ts';

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
    const opened = openCheckpoint(note, key, signatures.collect(otherwise));
    if (!opened.ok) return { ok: false, finding: otherwise };
    if (opened.checkpoint.size <= (checkpoints.at(-1)?.size ?? 0n))
      return bad('the tree did not grow between checkpoints');
    checkpoints.push(opened.checkpoint);
  }
  return { ok: true, checkpoints };
}

/** Checks that every entry has its receipt, in the order of the log, and that each is signed. */
export async function checkReceipts(
  part: Part,
  key: NoteKey,
  written: ReadonlyMap<string, { leafHash: string; time: string }>,
  signatures: Signatures,
): Promise<Finding | null> {
  const ids = written.keys();
  for await (const line of linesOf(part)) {
    if ('code' in line) return line;
    const expected = ids.next().value ?? '';
    const bad: Finding = {
      code: 'bad_receipt',
      file: FILES.receipts,
      line: line.number,
      entry: expected,
      message: `line ${line.number} of ${FILES.receipts} is not the signed receipt of entry ${expected}`,
    };
    const receipt = parseCanonicalJson(line.text)?.value as unknown as Receipt | undefined;
    const entry = written.get(expected);
    if (!entry || !receipt || typeof receipt.note !== 'string' || Object.keys(receipt).length !== 5)
      return bad;
    if (receipt.entryId !== expected || receipt.leafHash !== entry.leafHash || receipt.time !== entry.time)
      return bad;
    if (!verifyReceipt(receipt, key, signatures.collect(bad)).ok) return bad;
    if (signatures.full) {
      const finding = await signatures.settle();
      if (finding) return finding;
    }
  }
  const missing = ids.next().value;
  if (missing === undefined) return signatures.settle();
  return {
    code: 'bad_receipt',
    file: FILES.receipts,
    entry: missing,
    message: `entry ${missing} has no receipt`,
  };
}
