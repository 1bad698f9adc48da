import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { verifyArchive } from '@uncaged/verify';
import { type ArchiveFile, openArchiveFile } from '../../apps/cli/src/archive-file.ts';

export interface Asked {
  readonly archive: string;
  readonly leaves: string;
  readonly rounds: number;
}

/** Seconds of one round. */
export interface Round {
  /** verifying, all of it */
  readonly seconds: number;
  /** of these: hashing each file against the manifest, reading the entries, reading and checking receipts */
  readonly files_seconds: number;
  readonly entries_seconds: number;
  readonly receipts_seconds: number;
  /** of all threads together on a processor */
  readonly processor_seconds: number;
  readonly stream_seconds: number;
  readonly leaves_seconds: number;
}

const PIECE = 1 << 20;
const rounded = (milliseconds: number) => Number((milliseconds / 1000).toFixed(3));

process.once('message', async (asked: Asked) => {
  await using archive = await openArchiveFile(asked.archive);
  if (!archive) throw new Error(`${asked.archive} cannot be read`);
  const rounds: Round[] = [];
  let peakMib = 0;
  for (let round = 0; round < asked.rounds; round += 1) {
    const verified = await verifying(archive);
    if (round === 0) peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
    const [stream, leaves] = [await hashingAll(archive), await hashingLeaves(asked.leaves)];
    rounds.push({ ...verified, stream_seconds: rounded(stream), leaves_seconds: rounded(leaves) });
  }
  process.send?.({ rounds, peakMib }, () => process.exit(0));
});

async function verifying(archive: ArchiveFile): Promise<Omit<Round, 'stream_seconds' | 'leaves_seconds'>> {
  const spent = { files: 0, entries: 0, receipts: 0 };
  let doing: keyof typeof spent = 'files';
  const [start, processor] = [performance.now(), process.cpuUsage()];
  let since = start;
  const next = (what: keyof typeof spent) => {
    const now = performance.now();
    spent[doing] += now - since;
    [doing, since] = [what, now];
  };
  const verdict = await verifyArchive(archive, {
    onProgress: (what) => {
      if (what === 'reading the entries') next('entries');
      if (what === 'checking signatures') next('receipts');
    },
  });
  next('files');
  if (!verdict.ok) throw new Error(`the archive does not hold: ${verdict.message}`);
  const { user, system } = process.cpuUsage(processor);
  return {
    seconds: rounded(since - start),
    files_seconds: rounded(spent.files),
    entries_seconds: rounded(spent.entries),
    receipts_seconds: rounded(spent.receipts),
    processor_seconds: rounded((user + system) / 1000),
  };
}

/** Milliseconds of one hash over all bytes. */
async function hashingAll(archive: ArchiveFile): Promise<number> {
  const all = createHash('sha256');
  let spent = 0;
  for (let at = 0; at < archive.size; at += PIECE) {
    const piece = await archive.read(at, Math.min(PIECE, archive.size - at));
    const start = performance.now();
    all.update(piece);
    spent += performance.now() - start;
  }
  return spent;
}

/** Milliseconds of a hash for each leaf, one after the other. */
async function hashingLeaves(file: string): Promise<number> {
  const bytes = await readFile(file);
  const start = performance.now();
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    hash('sha256', bytes.subarray(at + 4, end));
    at = end;
  }
  return performance.now() - start;
}
