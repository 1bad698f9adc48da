import {
  type Checkpoint,
  FILES,
  fromBase64,
  keyIdOf,
  MERGE_DELAY_SECONDS,
  type NoteKey,
  openCheckpoint,
  parseCanonicalJson,
  type Receipt,
  sameBytes,
  utf8,
  type VerifySignature,
  verifyReceipt,
} from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import type { Signatures } from './hashing.ts';
import { decodeText, linesAtOnce, type Part, whole } from './source.ts';
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
  if (receipt.entryId !== promised.id || receipt.leafHash !== promised.leafHash) return false;
  return receipt.time === promised.time.toISOString() && verifyReceipt(receipt, key, verify).ok;
}

/**
 * As `holds`, for the receipts this book writes: all of such a line but its signature follows from the entry, so it is
 * compared as it stands. False where it is none of these.
 */
function usualReceipt(key: NoteKey): (line: string, promised: Promised, verify: VerifySignature) => boolean {
  const name = JSON.stringify(key.name).slice(1, -1);
  const keyId = keyIdOf(key);
  return (line, { id, leafHash, leafHash64, time: at }, verify) => {
    const time = at.toISOString();
    const said = `{"entryId":"${id}","leafHash":"${leafHash}","mergeDelaySeconds":${MERGE_DELAY_SECONDS},"note":"${name}/receipt\\n${id}\\n${leafHash64}\\n${time}\\n${MERGE_DELAY_SECONDS}\\n\\n— ${name} `;
    const end = `\\n","time":"${time}"}`;
    if (!line.startsWith(said) || !line.endsWith(end)) return false;
    const signed = fromBase64(line.slice(said.length, line.length - end.length));
    if (signed?.length !== keyId.length + 64 || !sameBytes(signed.subarray(0, keyId.length), keyId))
      return false;
    const text = `${key.name}/receipt\n${id}\n${leafHash64}\n${time}\n${MERGE_DELAY_SECONDS}\n`;
    return verify(signed.subarray(keyId.length), utf8(text), key.publicKey);
  };
}
