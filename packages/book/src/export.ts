import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blobs, Clock, Database, Secrets } from '@uncaged/platform';
import {
  type ArchivedEntry,
  blobPath,
  blobsNamed,
  derivedFiles,
  entryLine,
  FILES,
  POSTINGS_HEADER,
  postingLines,
} from './archive.ts';
import { Building, zipped } from './building.ts';
import { toBase64, toHex, utf8 } from './bytes.ts';
import { canonicalJson, type Json } from './canonical.ts';
import { allCheckpoints } from './checks.store.ts';
import { type StoredEntry, sealedEntries } from './entries.store.ts';
import { readme } from './export.readme.ts';
import { bookKey } from './key.ts';
import * as log from './log.store.ts';
import { formatVerifierKey } from './note.ts';
import { sealStanding } from './sealing.ts';
import { placed, zipDirectory, zippedSize } from './zip.ts';

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
 * ones when `withPrivate`), postings, checkpoints, keys, policies, ballots, and the blobs that entries vouch
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
    const named = await writeBook(ctx, building, { size: newest.size, withPrivate });
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

/** Entries, postings, checkpoints and what is derived from them; answers the hashes of blobs named. */
async function writeBook(
  ctx: ExportContext,
  building: Building,
  { size, withPrivate }: { size: bigint; withPrivate: boolean },
): Promise<Set<string>> {
  const blobs = new Set<string>();
  const [entries, postings] = await Promise.all([
    building.open(FILES.entries),
    building.open(FILES.postings),
  ]);
  await postings.append(utf8(POSTINGS_HEADER));
  for (let next = 0n; next < size; ) {
    const page = await sealedEntries(ctx.db.read, { after: next - 1n, newestFirst: false, limit: 500 });
    if (page.length === 0) throw new Error(`the leaf at position ${next} has no entry`);
    for (const stored of page.filter(({ position }) => position !== null && position < size)) {
      const entry = archived(stored, withPrivate);
      await entries.append(utf8(`${entryLine(entry)}\n`));
      await postings.append(utf8(postingLines(entry)));
      for (const { path, text: content } of derivedFiles(entry)) await building.write(path, content);
      for (const hash of blobsNamed(entry)) blobs.add(hash);
    }
    next += BigInt(page.length);
  }
  for (const writing of [entries, postings]) await writing.close();
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

function text(value: Json): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(`${written.code} at ${written.path}`);
  return written.text;
}
