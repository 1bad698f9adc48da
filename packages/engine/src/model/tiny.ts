/** An untrained model of the smallest size, for tests. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../random.ts';
import { writeSafetensors } from '../storage/safetensors.ts';
import { TINY } from '../train/tiny.ts';
import { CAMERA_ROWS } from './camera.ts';
import type { LoadedModel, ModelRecord } from './load.ts';
import { freshParameters, parameterSpecs } from './parameters.ts';

const VOCABULARY = [...CAMERA_ROWS, 'red', 'blue'];

/** Random weights, also where a fresh model has zeros, so that every part matters. */
export function tinyModel(): LoadedModel {
  const random = new Random(4);
  const parameters = freshParameters(TINY, () => random.normal());
  for (const array of parameters.values()) {
    if (array.every((n) => n === 0)) for (let i = 0; i < array.length; i++) array[i] = 0.05 * random.normal();
  }
  const weights = { file: 'tiny.safetensors', sha256: 'none', bytes: 0 };
  const vocabulary = { words: VOCABULARY, counts: VOCABULARY.map(() => 3) };
  const record: ModelRecord = { name: 'tiny', config: TINY, vocabulary, weights, licence: 'CC0-1.0' };
  return { record, parameters, index: new Map(VOCABULARY.map((word, i) => [word, i])) };
}

/** Writes the tiny model as files a loader can read. */
export async function writeTinyModel(dir: string): Promise<void> {
  const { record, parameters } = tinyModel();
  const tensors = parameterSpecs(TINY).map(
    ({ name, shape }) => [name, { shape, numbers: parameters.get(name) as Float32Array }] as const,
  );
  const bytes = writeSafetensors(new Map(tensors));
  const weights = {
    file: 'tiny.safetensors',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  };
  await writeFile(join(dir, 'tiny.safetensors'), bytes);
  await writeFile(join(dir, 'tiny.json'), JSON.stringify({ ...record, weights }));
}
