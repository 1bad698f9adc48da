/** Reads a trained model from its folder: NAME.json says what it is, NAME.safetensors holds its numbers. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { elements } from '../graph/graph.ts';
import { readSafetensors } from '../storage/safetensors.ts';
import type { ModelConfig } from './config.ts';
import type { Parameters } from './parameters.ts';
import { modelSpecs } from './specs.ts';

/** What stands in NAME.json. */
export type ModelRecord = {
  readonly name: string;
  readonly config: ModelConfig;
  readonly vocabulary: { readonly words: readonly string[]; readonly counts: readonly number[] };
  readonly weights: { readonly file: string; readonly sha256: string; readonly bytes: number };
  readonly licence: string;
  readonly training?: unknown;
};

export type LoadedModel = {
  readonly record: ModelRecord;
  readonly parameters: Parameters;
  /** Row of each word. */
  readonly index: ReadonlyMap<string, number>;
};

export type LoadResult =
  | { ok: true; model: LoadedModel }
  | { ok: false; code: 'model_missing' | 'model_invalid'; message: string };

/** The model that comes with the engine. */
export const STARTER = 'commons-2';

/** The folder it lies in. */
export const defaultModelDir = (): string => fileURLToPath(new URL('../../weights', import.meta.url));

const invalid = (message: string): LoadResult => ({ ok: false, code: 'model_invalid', message });

/**
 * Loads a model. `model_missing`: a file is not there; `model_invalid`: the record is malformed, the
 * weights do not have the hash the record names, or a tensor is missing or misshapen.
 */
export async function loadModel(dir: string = defaultModelDir(), name = STARTER): Promise<LoadResult> {
  let text: string;
  let bytes: Uint8Array;
  try {
    [text, bytes] = await Promise.all([
      readFile(join(dir, `${name}.json`), 'utf8'),
      readFile(join(dir, `${name}.safetensors`)),
    ]);
  } catch (error) {
    return {
      ok: false,
      code: 'model_missing',
      message: `no model ${name} in ${dir}: ${(error as Error).message}`,
    };
  }
  const record = parseRecord(text);
  if (typeof record === 'string') return invalid(`${name}.json: ${record}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== record.weights.sha256) {
    return invalid(`${name}.safetensors has SHA-256 ${sha256}, its record says ${record.weights.sha256}`);
  }
  const stored = readSafetensors(bytes);
  if (!stored.ok) return invalid(`${name}.safetensors: ${stored.code}, ${stored.message}`);
  const parameters: Parameters = new Map();
  for (const spec of modelSpecs(record.config)) {
    const tensor = stored.tensors.get(spec.name);
    if (tensor?.numbers.length !== elements(spec.shape))
      return invalid(`no tensor ${spec.name} of [${spec.shape}]`);
    parameters.set(spec.name, tensor.numbers);
  }
  const index = new Map(record.vocabulary.words.map((word, i) => [word, i]));
  return { ok: true, model: { record, parameters, index } };
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) > 0;

const SIZES = [
  'height',
  'width',
  'channels',
  'patch',
  'dim',
  'depth',
  'heads',
  'words',
  'clauses',
  'bottleneck',
] as const;

/** The record, or what is wrong with it. */
function parseRecord(text: string): ModelRecord | string {
  let record: ModelRecord;
  try {
    record = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const { config, vocabulary, weights } = record ?? {};
  if (!SIZES.every((size) => isCount(config?.[size]))) return 'config holds something that is not a count';
  if (config.autoencoder && !Object.values(config.autoencoder).every(isCount))
    return 'config.autoencoder holds something that is not a count';
  if (config.upscaler && !Object.values(config.upscaler).every(isCount))
    return 'config.upscaler holds something that is not a count';
  const { temporal } = config;
  if (temporal && !(isCount(temporal.frames) && temporal.after.every((i) => i >= 0 && i < config.depth)))
    return 'config.temporal names a block there is not';
  if (!Array.isArray(vocabulary?.words) || vocabulary.words.length !== config.words) {
    return 'the vocabulary does not have as many words as config.words';
  }
  if (typeof weights?.sha256 !== 'string' || typeof record.name !== 'string')
    return 'name or weights missing';
  return record;
}
