import { createHash, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { verifyArchive } from '@uncaged/verify';
import { type ArchiveFile, openArchiveFile } from '../../apps/cli/src/archive-file.ts';

export interface Asked {
  readonly archive: string;
  readonly leaves: string;
  readonly entries: number;
  readonly rounds: number;
}

/** Seconds of one round. */
export interface Round {
  /** verifying, all of it */
  readonly seconds: number;
  /** on a processor: of all threads, and of the one that does everything but verify signatures */
  readonly processor_seconds: number;
  readonly main_thread_seconds: number;
  readonly stream_seconds: number;
  readonly leaves_seconds: number;
  /** of as many Ed25519 verifications as there are entries, by node:crypto's threads, told from some of them */
  readonly signatures_seconds: number;
}

const PIECE = 1 << 20;
const SIGNATURES = 20_000;
const rounded = (milliseconds: number) => Number((milliseconds / 1000).toFixed(3));

process.once('message', async (asked: Asked) => {
  await using archive = await openArchiveFile(asked.archive);
  if (!archive) throw new Error(`${asked.archive} cannot be read`);
  const rounds: Round[] = [];
  let peakMib = 0;
  for (let round = 0; round < asked.rounds; round += 1) {
    const verified = await verifying(archive);
    if (round === 0) peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
    rounds.push({
      ...verified,
      stream_seconds: rounded(await hashingAll(archive)),
      leaves_seconds: rounded(await hashingLeaves(asked.leaves)),
      signatures_seconds: rounded(((await signatures()) / SIGNATURES) * asked.entries),
    });
  }
  process.send?.({ rounds, peakMib }, () => process.exit(0));
});

async function verifying(
  archive: ArchiveFile,
): Promise<Pick<Round, 'seconds' | 'processor_seconds' | 'main_thread_seconds'>> {
  const [all, main, start] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  const verdict = await verifyArchive(archive);
  const seconds = rounded(performance.now() - start);
  if (!verdict.ok) throw new Error(`the archive does not hold: ${verdict.message}`);
  const spent = ({ user, system }: NodeJS.CpuUsage) => rounded((user + system) / 1000);
  return {
    seconds,
    processor_seconds: spent(process.cpuUsage(all)),
    main_thread_seconds: spent(process.threadCpuUsage(main)),
  };
}

/** Milliseconds of some verifications, a thousand at once. */
async function signatures(): Promise<number> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const message = Buffer.alloc(160);
  const signature = sign(null, message, privateKey);
  const one = () =>
    new Promise<void>((settle, fail) => {
      verify(null, message, publicKey, signature, (error, holds) =>
        holds ? settle() : fail(error ?? new Error('a signature does not hold')),
      );
    });
  const start = performance.now();
  for (let done = 0; done < SIGNATURES; done += 1000) await Promise.all(Array.from({ length: 1000 }, one));
  return performance.now() - start;
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
