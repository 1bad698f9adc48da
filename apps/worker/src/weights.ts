import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A model this worker can load: `<folder>/<name>.safetensors` with `<name>.json` beside it. */
export interface HeldModel {
  modelDir: string;
  model: string;
}

/**
 * The models in these folders, by the SHA-256 of their weights. Networks that only look at pictures lie there too: their
 * records have no `config` of a model that draws.
 */
export async function heldModels(folders: readonly string[]): Promise<Map<string, HeldModel>> {
  const held = new Map<string, HeldModel>();
  for (const modelDir of folders) {
    const names = await readdir(modelDir).catch((): string[] => []);
    for (const name of names.filter((one) => one.endsWith('.safetensors'))) {
      const model = basename(name, '.safetensors');
      if (!names.includes(`${model}.json`) || !(await draws(join(modelDir, `${model}.json`)))) continue;
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(modelDir, name)), hash);
      held.set(hash.digest('hex'), { modelDir, model });
    }
  }
  return held;
}

async function draws(record: string): Promise<boolean> {
  try {
    return (JSON.parse(await readFile(record, 'utf8')) as { config?: unknown }).config !== undefined;
  } catch {
    return false;
  }
}
