import { fromBase64, toBase64 } from './bytes.ts';
import { type NoteCode, type NoteKey, openNote, type Sign, signNote, type VerifySignature } from './note.ts';

/** The tree as it stood: C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** The log's name; here always the key's name. */
  readonly origin: string;
  /** Count of leaves. */
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

export type CheckpointCode = NoteCode | 'malformed_checkpoint' | 'foreign_origin';

/** The text a checkpoint's signature covers: origin, size, base64 root, a line each. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** A checkpoint as a signed note. */
export function signCheckpoint(size: bigint, root: Uint8Array, key: NoteKey, sign: Sign): string {
  return signNote(checkpointText({ origin: key.name, size, root }), key, sign);
}

/** Parses a checkpoint's text; null when it is none. Extension lines are refused: this log writes none. */
export function parseCheckpointText(text: string): Checkpoint | null {
  const match = /^([^\n]+)\n(0|[1-9]\d{0,17})\n([A-Za-z0-9+/=]+)\n$/.exec(text);
  const root = match?.[3] === undefined ? null : fromBase64(match[3]);
  if (!match?.[1] || match[2] === undefined || root?.length !== 32) return null;
  return { origin: match[1], size: BigInt(match[2]), root };
}

/**
 * The checkpoint in a note signed by `key`. Errors in this order: those of `openNote`, `malformed_checkpoint`,
 * `foreign_origin` (signed by our key for another log).
 */
export function openCheckpoint(
  note: string,
  key: NoteKey,
  verify?: VerifySignature,
): { ok: true; checkpoint: Checkpoint } | { ok: false; code: CheckpointCode } {
  const opened = openNote(note, key, verify);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpointText(opened.text);
  if (!checkpoint) return { ok: false, code: 'malformed_checkpoint' };
  return checkpoint.origin === key.name ? { ok: true, checkpoint } : { ok: false, code: 'foreign_origin' };
}
