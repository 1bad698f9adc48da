import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Blobs, Clock, Database, Secrets } from '@uncaged/platform';
import {
  type ArchivedEntry,
  blobPath,
  blobsNamed,
  derivedFiles,
  entryLine,
  FILES,
  manifestLine,
  POSTINGS_HEADER,
  postingLines,
  sealText,
} from './archive.ts';
import { toBase64, toHex, utf8 } from './bytes.ts';
import { canonicalJson, type Json } from './canonical.ts';
import { allCheckpoints } from './checks.store.ts';
import { type StoredEntry, sealedEntries } from './entries.store.ts';
import { readme } from './export.readme.ts';
import { type BookKey, bookKey } from './key.ts';
import * as log from './log.store.ts';
import { formatVerifierKey, signNote } from './note.ts';
import { signReceipt } from './receipt.ts';
import { sealStanding } from './sealing.ts';
import { crc32, placed, type ZipFile, zipDirectory, zipHeader, zippedSize } from './zip.ts';

export interface ExportContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly blobs: Blobs;
}

export interface Archive {
  /** The zip, in pieces. Read it to the end or call `discard`. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Bytes of the zip. */
  readonly size: number;
  /** Leaves it covers. */
  readonly leaves: bigint;
  /** Hashes of blobs that entries name and the store lacks; a verifier will name them too. */
  readonly missingBlobs: readonly string[];
  /** Drops the temporary files; harmless after reading to the end. */
  discard(): Promise<void>;
}

/**
 * Everything a stranger needs to check the book, in one zip: sealed entries with their public payloads (and the private
 * ones when `withPrivate`), postings, checkpoints, receipts, keys, policies, ballots, and the blobs that entries vouch
 * for, all named with their hashes in a signed manifest. Built in temporary files, so that a slow reader holds nothing
 * up. Error: `nothing_sealed` (an empty book).
 */
export async function exportArchive(
  ctx: ExportContext,
  { withPrivate = false }: { withPrivate?: boolean } = {},
): Promise<{ ok: true; archive: Archive } | { ok: false; code: 'nothing_sealed' }> {
  await sealStanding(ctx);
  const newest = await log.newestCheckpoint(ctx.db.read);
  if (!newest) return { ok: false, code: 'nothing_sealed' };
  const folder = await mkdtemp(join(tmpdir(), 'uncaged-export-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const building = new Building(folder);
    const key = await bookKey(ctx.secrets);
    const named = await writeBook(ctx, building, { key, size: newest.size, withPrivate });
    const missingBlobs = await writeBlobs(ctx.blobs, building, named);
    const verifierKey = formatVerifierKey(key.key);
    const keys = { origin: key.key.name, publicKey: toBase64(key.key.publicKey), verifierKey };
    await building.write(FILES.keys, `${text(keys)}\n`);
    const root = toHex(newest.root);
    await building.write(FILES.readme, readme({ verifierKey, size: newest.size, root }));
    const files = await building.finish(key, newest);
    const size = files.reduce((sum, file) => sum + zippedSize(file), 0) + zipDirectory(placed(files)).length;
    return {
      ok: true,
      archive: { bytes: zipped(folder, files, discard), size, leaves: newest.size, missingBlobs, discard },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Files written so far, each with size, hash and CRC. */
class Building {
  readonly files: (ZipFile & { sha256: string })[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(path: string): Promise<Writing> {
    const full = join(this.#folder, path);
    await mkdir(dirname(full), { recursive: true });
    return new Writing(path, await open(full, 'wx'), this.files);
  }

  async write(path: string, content: string): Promise<void> {
    const writing = await this.open(path);
    await writing.append(utf8(content));
    await writing.close();
  }

  /** Adds manifest and its signed note; answers all files in the order they stand in the zip. */
  async finish({ key, sign }: BookKey, newest: log.StoredCheckpoint): Promise<ZipFile[]> {
    const sorted = this.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const manifest = sorted.map(manifestLine).join('');
    await this.write(FILES.manifest, manifest);
    const hash = createHash('sha256').update(manifest).digest();
    const { size, root } = newest;
    const sealed = sealText({ origin: key.name, size, root, manifest: new Uint8Array(hash) });
    await this.write(FILES.seal, signNote(sealed, key, sign));
    const ends = this.files.slice(-2);
    return [...ends.reverse(), ...sorted];
  }
}

/** One file being written. */
class Writing {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #done: (ZipFile & { sha256: string })[];
  readonly #hash: Hash = createHash('sha256');
  #size = 0;
  #crc = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(path: string, handle: FileHandle, done: (ZipFile & { sha256: string })[]) {
    this.#path = path;
    this.#handle = handle;
    this.#done = done;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > 1_000_000) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#handle.writev(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0) await this.#flush();
    await this.#handle.close();
    this.#done.push({ path: this.#path, size: this.#size, crc: this.#crc, sha256: this.#hash.digest('hex') });
  }
}

/** Entries, postings, receipts, checkpoints and what is derived from them; answers the hashes of blobs named. */
async function writeBook(
  ctx: ExportContext,
  building: Building,
  { key, size, withPrivate }: { key: BookKey; size: bigint; withPrivate: boolean },
): Promise<Set<string>> {
  const blobs = new Set<string>();
  const [entries, postings, receipts] = await Promise.all(
    [FILES.entries, FILES.postings, FILES.receipts].map((path) => building.open(path)),
  );
  if (!entries || !postings || !receipts) throw new Error('the files did not open');
  await postings.append(utf8(POSTINGS_HEADER));
  for (let next = 0n; next < size; ) {
    const page = await sealedEntries(ctx.db.read, { after: next - 1n, newestFirst: false, limit: 500 });
    if (page.length === 0) throw new Error(`the leaf at position ${next} has no entry`);
    for (const stored of page.filter(({ position }) => position !== null && position < size)) {
      const entry = archived(stored, withPrivate);
      await entries.append(utf8(`${entryLine(entry)}\n`));
      await postings.append(utf8(postingLines(entry)));
      await receipts.append(utf8(`${text({ ...signReceipt(entry, key.key, key.sign) })}\n`));
      for (const { path, text: content } of derivedFiles(entry)) await building.write(path, content);
      for (const hash of blobsNamed(entry)) blobs.add(hash);
    }
    next += BigInt(page.length);
  }
  for (const writing of [entries, postings, receipts]) await writing.close();
  const notes = (await allCheckpoints(ctx.db.read))
    .filter((each) => each.size <= size)
    .map(({ note }) => note);
  await building.write(FILES.checkpoints, notes.join('\n'));
  return blobs;
}

function archived(stored: StoredEntry, withPrivate: boolean): ArchivedEntry {
  const { payload, salt, position } = stored;
  if (position === null) throw new Error(`entry ${stored.id} is not sealed`);
  const shown = withPrivate || stored.visibility === 'public';
  const open = shown && payload !== null && salt !== null;
  return {
    ...stored,
    position,
    opening: open ? { payload: JSON.parse(payload) as Json, salt } : null,
    closed: open ? null : payload === null ? 'erased' : 'private',
  };
}

async function writeBlobs(blobs: Blobs, building: Building, hashes: ReadonlySet<string>): Promise<string[]> {
  const missing: string[] = [];
  for (const hash of [...hashes].sort()) {
    const opened = await blobs.open(hash);
    if (!opened) {
      missing.push(hash);
      continue;
    }
    const writing = await building.open(blobPath(hash));
    for await (const piece of opened.stream) await writing.append(piece);
    await writing.close();
  }
  return missing;
}

async function* zipped(
  folder: string,
  files: readonly ZipFile[],
  discard: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    for (const file of files) {
      yield zipHeader(file);
      for await (const piece of createReadStream(join(folder, file.path))) yield piece as Uint8Array;
    }
    yield zipDirectory(placed(files));
  } finally {
    await discard();
  }
}

function text(value: Json): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(`${written.code} at ${written.path}`);
  return written.text;
}
