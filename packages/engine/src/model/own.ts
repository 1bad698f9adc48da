/** A model in one file: its record stands in the metadata of its weights, so that it can travel as one. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../storage/safetensors.ts';
import type { LoadedModel, ModelRecord } from './load.ts';
import { modelSpecs } from './specs.ts';

export const OWN_MODEL_FORMAT = 'uncaged-model-1';

/** The file: half-precision numbers; `record` (all but the weights' own hash) and `manifest` as metadata. */
export function writeOwnModel({ record, parameters }: LoadedModel, manifest: string): Uint8Array {
  const tensors = modelSpecs(record.config).map(({ name, shape }): [string, StoredTensor] => {
    const numbers = parameters.get(name);
    if (!numbers) throw new Error(`no tensor ${name}`);
    return [name, { shape, numbers }];
  });
  const { weights: _, ...said } = record;
  const metadata = { format: OWN_MODEL_FORMAT, record: JSON.stringify(said), manifest };
  return writeSafetensors(new Map(tensors), 'F16', metadata);
}

export type UnpackResult =
  | { ok: true; record: ModelRecord; manifest: string }
  | { ok: false; code: 'model_invalid'; message: string };

/**
 * Puts a model into a folder as the pair of files that `loadModel` reads: `NAME.json` and `NAME.safetensors`.
 * Only what wraps the numbers is checked here; loading checks the rest.
 *
 * @param name of the files
 */
export async function unpackOwnModel(bytes: Uint8Array, folder: string, name: string): Promise<UnpackResult> {
  const stored = readSafetensors(bytes);
  if (!stored.ok) return { ok: false, code: 'model_invalid', message: `${stored.code}, ${stored.message}` };
  const { format, record: text = '', manifest = 'null' } = stored.metadata;
  const invalid = (message: string): UnpackResult => ({ ok: false, code: 'model_invalid', message });
  if (format !== OWN_MODEL_FORMAT) return invalid(`the file is not ${OWN_MODEL_FORMAT}`);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return invalid('the record in the file is not JSON');
  }
  if (typeof said !== 'object' || said === null) return invalid('the record in the file is not an object');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const weights = { file: `${name}.safetensors`, sha256, bytes: bytes.length };
  const record = { ...said, weights } as ModelRecord;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.safetensors`), bytes);
  await writeFile(join(folder, `${name}.json`), JSON.stringify(record));
  return { ok: true, record, manifest };
}
