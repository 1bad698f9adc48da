/** An untrained model of the smallest size, for tests. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../random.ts';
import { writeSafetensors } from '../storage/safetensors.ts';
import { TINY } from '../train/tiny.ts';
import { CONTROL_ROWS } from './camera.ts';
import type { ModelConfig } from './config.ts';
import type { LoadedModel, ModelRecord } from './load.ts';
import { freshParameters } from './parameters.ts';
import { modelSpecs } from './specs.ts';

const VOCABULARY = [...CONTROL_ROWS, 'red', 'blue'];

/** The same with everything a model can have: latents, temporal modules, an upscaler. */
export const TINY_CLIPS: ModelConfig = {
  ...TINY,
  height: 4,
  width: 4,
  channels: 4,
  patch: 2,
  autoencoder: { channels: 4, wide: 8, narrow: 4 },
  temporal: { frames: 4, after: [1] },
  upscaler: { width: 4, blocks: 1 },
};

/** Random weights, also where a fresh model has zeros, so that every part matters. */
export function tinyModel(config: ModelConfig = TINY): LoadedModel {
  const random = new Random(4);
  const parameters = freshParameters(modelSpecs(config), () => random.normal());
  for (const array of parameters.values()) {
    if (array.every((n) => n === 0)) for (let i = 0; i < array.length; i++) array[i] = 0.05 * random.normal();
  }
  parameters.get('latent.deviation')?.fill(1);
  const weights = { file: 'tiny.safetensors', sha256: 'none', bytes: 0 };
  const vocabulary = { words: VOCABULARY, counts: VOCABULARY.map(() => 3) };
  const record: ModelRecord = { name: 'tiny', config, vocabulary, weights, licence: 'CC0-1.0' };
  return { record, parameters, index: new Map(VOCABULARY.map((word, i) => [word, i])) };
}

/** Writes the tiny model as files a loader can read. */
export async function writeTinyModel(dir: string, config: ModelConfig = TINY): Promise<void> {
  const { record, parameters } = tinyModel(config);
  const tensors = modelSpecs(config).map(
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
