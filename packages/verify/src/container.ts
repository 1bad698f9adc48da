import {
  type Checkpoint,
  contentOf,
  FILES,
  formatVerifierKey,
  fromBase64,
  manifestLine,
  type NoteKey,
  openNote,
  parseCanonicalJson,
  parseNote,
  parseSealText,
  parseVerifierKey,
  type Reader,
  readZip,
  toBase64,
  toHex,
} from '@uncaged/book/rules';
import type { Finding, FindingCode } from './finding.ts';
import { hashOf } from './hashing.ts';
import { decodeText, linesOf, type Part, whole } from './source.ts';

/** An archive whose container, key, seal and manifest hold. */
export interface Opened {
  readonly key: NoteKey;
  readonly seal: Checkpoint;
  readonly parts: ReadonlyMap<string, Part>;
  /** SHA-256 by path, as the signed manifest says. */
  readonly manifest: ReadonlyMap<string, string>;
}

const found = (code: FindingCode, file: string | null, message: string): { ok: false; finding: Finding } => ({
  ok: false,
  finding: { code, file, message },
});

/**
 * Opens an archive: the container byte for byte, the key, the signed note over the manifest, the manifest. File
 * contents are hashed by `firstChanged`.
 */
export async function openArchive(
  reader: Reader,
): Promise<{ ok: true; opened: Opened } | { ok: false; finding: Finding }> {
  const entries = await readZip(reader);
  if (!entries)
    return found('malformed_zip', null, 'this is no archive of a book, or its container was changed');
  const parts = new Map<string, Part>();
  for (const entry of entries) {
    const { offset, size } = contentOf(entry);
    const read = (at: number, length: number) => reader.read(offset + at, length);
    parts.set(entry.path, { path: entry.path, size, read });
  }
  for (const path of Object.values(FILES)) {
    if (!parts.has(path)) return found('missing_file', path, 'the archive lacks this file');
  }
  const key = await readKeys(parts);
  if (!key) return found('malformed_keys', FILES.keys, 'holds no key, or not in the one form it has');
  const seal = await readSeal(parts, key);
  if (!seal) return found('bad_seal', FILES.seal, 'is not signed by the key in keys.json, or was changed');
  const manifestPart = parts.get(FILES.manifest) as Part;
  if ((await hashOf(manifestPart)) !== toHex(seal.manifest)) {
    return found('bad_manifest', FILES.manifest, 'is not the manifest that was signed');
  }
  const manifest = await readManifestLines(manifestPart);
  if (!manifest)
    return found('bad_manifest', FILES.manifest, 'is signed, but its lines are not as they must be');
  for (const path of manifest.keys()) {
    if (!parts.has(path)) return found('missing_file', path, 'the manifest names it, the archive lacks it');
  }
  for (const path of parts.keys()) {
    if (path !== FILES.manifest && path !== FILES.seal && !manifest.has(path)) {
      return found('unexpected_file', path, 'the manifest does not name it');
    }
  }
  return { ok: true, opened: { key, seal, parts, manifest } };
}

async function readKeys(parts: ReadonlyMap<string, Part>): Promise<NoteKey | null> {
  const text = decodeText(await whole(parts.get(FILES.keys) as Part));
  const json = text?.endsWith('\n') ? parseCanonicalJson(text.slice(0, -1))?.value : null;
  if (typeof json !== 'object' || json === null || !('verifierKey' in json)) return null;
  const { verifierKey, publicKey, origin, ...rest } = json as Record<string, unknown>;
  const key = typeof verifierKey === 'string' ? parseVerifierKey(verifierKey) : null;
  if (!key || Object.keys(rest).length > 0) return null;
  return key.name === origin && toBase64(key.publicKey) === publicKey ? key : null;
}

async function readSeal(
  parts: ReadonlyMap<string, Part>,
  key: NoteKey,
): Promise<(Checkpoint & { manifest: Uint8Array }) | null> {
  const note = decodeText(await whole(parts.get(FILES.seal) as Part));
  if (note === null || parseNote(note)?.signatures.length !== 1) return null;
  const opened = openNote(note, key);
  const seal = opened.ok ? parseSealText(opened.text) : null;
  return seal?.origin === key.name ? seal : null;
}

async function readManifestLines(part: Part): Promise<Map<string, string> | null> {
  const manifest = new Map<string, string>();
  for await (const line of linesOf(part)) {
    const json = 'code' in line ? undefined : parseCanonicalJson(line.text)?.value;
    const { path, sha256, size } = (json ?? {}) as Record<string, unknown>;
    if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof size !== 'number') return null;
    if ('code' in line || manifestLine({ path, sha256, size }) !== `${line.text}\n`) return null;
    if (manifest.has(path)) return null;
    manifest.set(path, sha256);
  }
  return manifest;
}

/** The files whose contents are not what the manifest says, in the manifest's order. */
export async function changedFiles(
  { parts, manifest }: Opened,
  onFile?: (path: string) => void,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, hash] of manifest) {
    onFile?.(path);
    if ((await hashOf(parts.get(path) as Part)) !== hash) changed.push(path);
  }
  return changed;
}

/** Whether a verifier key someone noted down is this archive's. */
export function isKey(key: NoteKey, noted: string): boolean {
  const trimmed = noted.trim();
  return (
    trimmed === formatVerifierKey(key) ||
    (fromBase64(trimmed) !== null && trimmed === toBase64(key.publicKey))
  );
}
