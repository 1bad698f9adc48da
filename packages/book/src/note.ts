import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { fromBase64, sameBytes, toBase64, toHex, utf8 } from './bytes.ts';
import { sha256 } from './sha256.ts';

/** Who signs notes: a name (no spaces, no plus) and an Ed25519 public key of 32 bytes. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** Makes a 64-byte Ed25519 signature over the bytes. */
export type Sign = (message: Uint8Array) => Uint8Array;
/** Whether a 64-byte signature over the bytes is the key's. */
export type VerifySignature = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A parsed signed note; `text` ends with a newline. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export type NoteCode = 'malformed_note' | 'unknown_key' | 'bad_signature';
export type OpenedNote = { ok: true; text: string } | { ok: false; code: NoteCode };

/** Signature type of Ed25519 in C2SP signed-note. */
const ED25519 = 1;
const PREFIX = '— ';
const MAX_SIGNATURES = 100;

/** C2SP signed-note key id: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
export function keyIdOf(key: NoteKey): Uint8Array {
  return sha256(concatBytes(utf8(key.name), Uint8Array.of(10, ED25519), key.publicKey)).slice(0, 4);
}

/** C2SP verifier key: `name+keyid+base64(0x01 ‖ public key)`. */
export function formatVerifierKey(key: NoteKey): string {
  const encoded = toBase64(concatBytes(Uint8Array.of(ED25519), key.publicKey));
  return `${key.name}+${toHex(keyIdOf(key))}+${encoded}`;
}

/** A verifier key from its text, or null when it is malformed or its key id does not fit. */
export function parseVerifierKey(text: string): NoteKey | null {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const bytes = match?.[3] === undefined ? null : fromBase64(match[3]);
  if (!match?.[1] || bytes?.length !== 33 || bytes[0] !== ED25519) return null;
  const key = { name: match[1], publicKey: bytes.slice(1) };
  return toHex(keyIdOf(key)) === match[2] ? key : null;
}

/** A signed note over `text`, which must end with a newline (C2SP signed-note). Throws when it does not. */
export function signNote(text: string, key: NoteKey, sign: Sign): string {
  if (!text.endsWith('\n') || !/^[^+\s]+$/.test(key.name)) throw new Error('not a text a note can carry');
  const signature = concatBytes(keyIdOf(key), sign(utf8(text)));
  return `${text}\n${PREFIX}${key.name} ${toBase64(signature)}\n`;
}

/** A note's text and signatures, or null when the form is wrong. */
export function parseNote(note: string): Note | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.isWellFormed() || !note.endsWith('\n')) return null;
  const text = note.slice(0, split + 1);
  if (hasControls(text)) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (!signature) return null;
    signatures.push(signature);
  }
  return { text, signatures };
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 10) return true;
  }
  return false;
}

function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— ([^+\s]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = match?.[2] === undefined ? null : fromBase64(match[2]);
  if (!match?.[1] || !bytes || bytes.length < 5) return null;
  return { name: match[1], keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/**
 * The text of a note signed by `key`. Errors in this order: `malformed_note`, `unknown_key` (no line of this key;
 * lines of others are left aside), `bad_signature`.
 */
export function openNote(note: string, key: NoteKey, verify: VerifySignature = verifyEd25519): OpenedNote {
  const parsed = parseNote(note);
  if (!parsed) return { ok: false, code: 'malformed_note' };
  const keyId = keyIdOf(key);
  const line = parsed.signatures.find((each) => each.name === key.name && sameBytes(each.keyId, keyId));
  if (!line) return { ok: false, code: 'unknown_key' };
  if (!verify(line.signature, utf8(parsed.text), key.publicKey)) return { ok: false, code: 'bad_signature' };
  return { ok: true, text: parsed.text };
}

/** Ed25519 by RFC 8032, strict; false for malformed input. */
export const verifyEd25519: VerifySignature = (signature, message, publicKey) => {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
};
