import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelToLoad } from '@uncaged/contract';
import type { Collective } from './collective.ts';
import type { HeldModel } from './weights.ts';

/** What this worker fetched from the collective, by SHA-256, and where its runs keep their checkpoints. */
export interface Cache {
  /** Path of a file with these bytes, fetched if it is not here whole. Throws when what came has another hash. */
  file(sha256: string): Promise<string>;
  bytes(sha256: string): Promise<Uint8Array>;
  /** A model as engines load it, fetched if it is not here. Throws for one that has no record to fetch. */
  model(model: ModelToLoad): Promise<HeldModel>;
  /** Folder for the checkpoints of a run; it outlives this process. */
  runFolder(fineTuneId: string): Promise<string>;
  /** Forgets the checkpoints of a run that needs them no more. */
  endRun(fineTuneId: string): Promise<void>;
}

/** Fetched files may take so many bytes; those not used for longest go first. */
const mostBytes = 4 * 1024 ** 3;
/** Checkpoints of runs that nobody went on with are dropped after so many milliseconds. */
const runsMs = 30 * 86_400_000;

/** A cache in a folder, which several workers may share: files are named by their hashes and put in place whole. */
export async function openCache(folder: string, collective: Pick<Collective, 'download'>): Promise<Cache> {
  const files = join(folder, 'files');
  const runs = join(folder, 'runs');
  await mkdir(files, { recursive: true });
  await mkdir(runs, { recursive: true });
  await dropOld(runs);
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${sha256} is no SHA-256`);
    return join(files, `${sha256}.safetensors`);
  };
  const cache: Cache = {
    async file(sha256) {
      const path = pathOf(sha256);
      const there = await readFile(path).catch(() => null);
      if (there && sha256Of(there) === sha256) {
        const now = new Date();
        await utimes(path, now, now);
        return path;
      }
      const bytes = await collective.download(sha256);
      if (sha256Of(bytes) !== sha256) throw new Error(`what was fetched as ${sha256} has another hash`);
      await put(path, bytes);
      await prune(files, path);
      return path;
    },
    bytes: async (sha256) => readFile(await cache.file(sha256)),
    async model({ weightsSha256, recordSha256 }) {
      if (recordSha256 === null)
        throw new Error(`this worker does not hold the weights ${weightsSha256}, and cannot fetch them`);
      const [weights, record] = [await cache.bytes(weightsSha256), await cache.bytes(recordSha256)];
      const modelDir = join(folder, 'models', weightsSha256);
      await mkdir(modelDir, { recursive: true });
      await put(join(modelDir, 'model.safetensors'), weights);
      await put(join(modelDir, 'model.json'), record);
      return { modelDir, model: 'model' };
    },
    async runFolder(fineTuneId) {
      const path = join(runs, encodeURIComponent(fineTuneId));
      await mkdir(path, { recursive: true });
      return path;
    },
    endRun: (fineTuneId) => rm(join(runs, encodeURIComponent(fineTuneId)), { recursive: true, force: true }),
  };
  return cache;
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Puts a file in place whole, so that another process never reads half of it. */
async function put(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

async function prune(folder: string, newest: string): Promise<void> {
  const found = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (facts && path !== newest) found.push({ path, size: facts.size, used: facts.mtimeMs });
  }
  let left = (await stat(newest)).size;
  for (const { path, size } of found.sort((one, other) => other.used - one.used)) {
    left += size;
    if (left > mostBytes) await rm(path, { force: true });
  }
}

async function dropOld(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    const path = join(runs, name);
    const facts = await stat(path).catch(() => null);
    if (facts && Date.now() - facts.mtimeMs > runsMs) await rm(path, { recursive: true, force: true });
  }
}
