import { createHash, hash } from 'node:crypto';
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
  /** on a processor, of all threads */
  readonly processor_seconds: number;
  readonly stream_seconds: number;
  readonly leaves_seconds: number;
  /** of JSON.parse of every line of the log */
  readonly parsing_seconds: number;
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
    rounds.push({
      ...verified,
      stream_seconds: rounded(await hashingAll(archive)),
      leaves_seconds: rounded(await hashingLeaves(asked.leaves)),
      parsing_seconds: rounded(await parsing(archive)),
    });
  }
  process.send?.({ rounds, peakMib }, () => process.exit(0));
});

async function verifying(archive: ArchiveFile): Promise<Pick<Round, 'seconds' | 'processor_seconds'>> {
  const [all, start] = [process.cpuUsage(), performance.now()];
  const verdict = await verifyArchive(archive);
  const seconds = rounded(performance.now() - start);
  if (!verdict.ok) throw new Error(`the archive does not hold: ${verdict.message}`);
  const spent = ({ user, system }: NodeJS.CpuUsage) => rounded((user + system) / 1000);
  return {
    seconds,
    processor_seconds: spent(process.cpuUsage(all)),
  };
}

/** Milliseconds of JSON.parse of every line that begins as an entry does; a line may lie over two pieces. */
async function parsing(archive: ArchiveFile): Promise<number> {
  const decoder = new TextDecoder();
  let [rest, spent] = ['', 0];
  for (let at = 0; at < archive.size; at += PIECE) {
    const piece = await archive.read(at, Math.min(PIECE, archive.size - at));
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const entries = lines.filter((line) => line.startsWith('{"actor"') && line.endsWith('}'));
    const start = performance.now();
    for (const line of entries) JSON.parse(line);
    spent += performance.now() - start;
  }
  return spent;
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
