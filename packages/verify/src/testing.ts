import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type ArchivedEntry,
  blobPath,
  type Checkpoint,
  canonicalJson,
  commitmentOf,
  crc32,
  derivedFiles,
  entryHash,
  entryLine,
  FILES,
  formatVerifierKey,
  type Json,
  manifestLine,
  type NoteKey,
  POSTINGS_HEADER,
  type Posting,
  placed,
  postingLines,
  sealText,
  signCheckpoint,
  signNote,
  TreeBuilder,
  toBase64,
  toHex,
  uint32,
  utf8,
  type Visibility,
  zipDirectory,
  zipHeader,
} from '@uncaged/book/rules';

import { openArchive } from './container.ts';
import { readEntry } from './entries.ts';
import { Signatures } from './hashing.ts';
import { readCheckpoints } from './signed.ts';
import { bytesReader, linesOf, type Part, whole } from './source.ts';

/** A fact for a forged book. */
export interface ForgedFact {
  kind: string;
  subject: string;
  actor?: string | null;
  visibility?: Visibility;
  payload?: Json;
  postings?: readonly Posting[];
  /** ISO 8601; an hour after the one before when left out. */
  time?: string;
  /** What the archive shows instead of the payload. */
  closed?: 'erased';
}

/** The forger's secret key: 32 bytes. */
export const secret = new Uint8Array(32).fill(3);
const publicKey = ed25519.getPublicKey(secret);
export const forgersKey: NoteKey = { name: 'uncaged.book/forged', publicKey };
const sign = (message: Uint8Array) => ed25519.sign(message, secret);

/** The salt of the nth fact: tests open commitments with it. */
export const saltOf = (n: number): Uint8Array => sha256(n < 256 ? Uint8Array.of(n) : uint32(n));
/** The id of the nth entry. */
export const forgedId = (n: number): string => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** The entries of a book in which these facts were written in this order. */
export function forgeEntries(facts: readonly ForgedFact[]): ArchivedEntry[] {
  let time = new Date('2026-03-01T12:00:00.000Z');
  return facts.map((fact, n) => {
    time = fact.time ? new Date(fact.time) : new Date(time.getTime() + 3_600_000);
    return forgeEntry(fact, n, time);
  });
}

/** The nth entry of a book, as this fact. */
export function forgeEntry(fact: ForgedFact, n: number, time: Date): ArchivedEntry {
  const { kind, subject, actor = null, visibility = 'public', payload = {}, postings = [] } = fact;
  const salt = saltOf(n);
  const commitment = commitmentOf(salt, spelled(payload));
  const leaf = { id: forgedId(n), kind, time, actor, subject, visibility, commitment, postings };
  const closed = fact.closed ?? (visibility === 'private' ? ('private' as const) : null);
  const opening = closed ? null : { payload, salt };
  return { ...leaf, position: BigInt(n), leafHash: entryHash(leaf), opening, closed };
}

/** Things to get wrong on the way from entries to the archive. */
export interface Forgery {
  blobs?: readonly Uint8Array[];
  /** Replaces or adds files before the manifest is written and signed. */
  files?: Record<string, string | Uint8Array>;
  without?: readonly string[];
  /** A checkpoint after every so many entries; 4 when left out. */
  every?: number;
  /** Checkpoints of just these sizes, and one over all. */
  sizes?: readonly number[];
  /** Signs the checkpoints over these entries, as they were before history was rewritten. */
  checkpointsOf?: readonly ArchivedEntry[];
}

/**
 * An archive as an operator would sign it who holds the key and lies where the test says: every hash and signature
 * around the lie is right. So what is found is found by running the rules again.
 */
export function forgeArchive(entries: readonly ArchivedEntry[], forgery: Forgery = {}): Uint8Array {
  const files = new Map<string, Uint8Array>();
  const put = (path: string, content: string | Uint8Array) =>
    files.set(path, typeof content === 'string' ? utf8(content) : content);
  for (const { path, text } of entries.flatMap(derivedFiles)) put(path, text);
  const { notes } = checkpointed(forgery.checkpointsOf ?? entries, forgery);
  const { builder } = checkpointed(entries);
  const { name: origin } = forgersKey;
  const keys = { origin, publicKey: toBase64(publicKey), verifierKey: formatVerifierKey(forgersKey) };
  put(FILES.readme, 'How to check this by hand.\n');
  put(FILES.keys, `${spelled(keys)}\n`);
  put(FILES.entries, entries.map((entry) => `${entryLine(entry)}\n`).join(''));
  put(FILES.postings, POSTINGS_HEADER + entries.map(postingLines).join(''));
  put(FILES.checkpoints, notes.join('\n'));
  for (const blob of forgery.blobs ?? []) put(blobPath(toHex(sha256(blob))), blob);
  for (const [path, content] of Object.entries(forgery.files ?? {})) put(path, content);
  for (const path of forgery.without ?? []) files.delete(path);
  return zipFiles(sealed(files, { origin, size: builder.size, root: builder.root() }));
}

function checkpointed(
  entries: readonly ArchivedEntry[],
  { every = 4, sizes }: Pick<Forgery, 'every' | 'sizes'> = {},
): { notes: string[]; builder: TreeBuilder } {
  const builder = new TreeBuilder();
  const notes: string[] = [];
  for (const [n, { leafHash }] of entries.entries()) {
    builder.push(leafHash);
    const due = sizes ? sizes.includes(n + 1) : (n + 1) % every === 0;
    if (due || n === entries.length - 1) {
      notes.push(signCheckpoint(builder.size, builder.root(), forgersKey, sign));
    }
  }
  return { notes, builder };
}

/** An entry of a real book, to be bent. */
export type Bendable = Omit<ArchivedEntry, 'position' | 'leafHash' | 'commitment' | 'opening'> & {
  commitment: Uint8Array;
  opening: { payload: { [key: string]: Json }; salt: Uint8Array } | null;
};

/**
 * A real archive after a lie: its entries as `bend` leaves them, with every commitment, hash, checkpoint, receipt and
 * signature around them made right.
 */
export async function bentArchive(
  archive: Uint8Array,
  bend: (entries: Bendable[]) => void,
): Promise<Uint8Array> {
  const opened = await openArchive(bytesReader(archive));
  if (!opened.ok) throw new Error(opened.finding.message);
  const { key, parts } = opened.opened;
  const part = (path: string) => parts.get(path) as Part;
  const signatures = new Signatures(key);
  const read = await readCheckpoints(part(FILES.checkpoints), key, signatures);
  if (!read.ok) throw new Error(read.finding.message);
  const entries: Bendable[] = [];
  for await (const line of linesOf(part(FILES.entries)))
    entries.push(readEntry('text' in line ? line.text : '') as unknown as Bendable);
  bend(entries);
  const remade = entries.map((entry, n): ArchivedEntry => {
    const { opening } = entry;
    const commitment = opening ? commitmentOf(opening.salt, spelled(opening.payload)) : entry.commitment;
    const leaf = { ...entry, commitment };
    return { ...leaf, position: BigInt(n), leafHash: entryHash(leaf) };
  });
  const stored = [...parts].filter(([path]) => path.startsWith('blobs/'));
  const blobs = await Promise.all(stored.map(([, blob]) => whole(blob)));
  const sizes = read.checkpoints.map(({ size }) => Number(size));
  return forgeArchive(remade, { blobs, sizes });
}

function sealed(files: ReadonlyMap<string, Uint8Array>, tree: Checkpoint): Map<string, Uint8Array> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([path, bytes]) =>
    manifestLine({ path, sha256: toHex(sha256(bytes)), size: bytes.length }),
  );
  const manifest = utf8(lines.join(''));
  const seal = signNote(sealText({ ...tree, manifest: sha256(manifest) }), forgersKey, sign);
  return new Map([[FILES.seal, utf8(seal)], [FILES.manifest, manifest], ...sorted]);
}

/** Files as the one shape of zip an archive has. */
function zipFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = [...files].map(([path, bytes]) => ({
    file: { path, size: bytes.length, crc: crc32(bytes) },
    bytes,
  }));
  const pieces = parts.flatMap(({ file, bytes }) => [zipHeader(file), bytes]);
  pieces.push(zipDirectory(placed(parts.map(({ file }) => file))));
  const zip = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    zip.set(piece, at);
    at += piece.length;
  }
  return zip;
}

function spelled(value: Json): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(written.code);
  return written.text;
}
