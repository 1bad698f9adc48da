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
import { decodeText, linesAtOnce, type Part, whole } from './source.ts';
import { usualReceipt } from './usual.ts';
import type { Promised, Written } from './written.ts';

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

/** Checks that every entry has its receipt, in the order of the log, and that each is signed. */
export async function checkReceipts(
  part: Part,
  key: NoteKey,
  written: Written,
  signatures: Signatures,
): Promise<Finding | null> {
  const promises = written[Symbol.iterator]();
  const usual = usualReceipt(key);
  for await (const { first, lines, wrong } of linesAtOnce(part)) {
    for (const [index, line] of lines.entries()) {
      const promised: Promised | undefined = promises.next().value;
      const bad = () => badReceipt(first + index, promised?.id ?? '');
      const verify = signatures.collect(bad);
      if (!promised || !(usual(line, promised, verify) || holds(line, key, promised, verify))) return bad();
      if (!signatures.full) continue;
      const finding = await signatures.settle();
      if (finding) return finding;
    }
    if (wrong) return wrong;
  }
  const missing: Promised | undefined = promises.next().value;
  if (missing === undefined) return signatures.settle();
  return {
    code: 'bad_receipt',
    file: FILES.receipts,
    entry: missing.id,
    message: `entry ${missing.id} has no receipt`,
  };
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
