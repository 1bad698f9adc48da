import { type Checkpoint, FILES, type NoteKey, openCheckpoint } from '@uncaged/book/rules';
import type { Finding } from './finding.ts';
import type { Signatures } from './hashing.ts';
import { decodeText, type Part, whole } from './source.ts';

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
