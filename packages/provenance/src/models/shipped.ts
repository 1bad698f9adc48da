import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../picture/read.ts';
import { authorName } from '../works/authors.ts';
import { readDedication } from '../works/licences.ts';
import { cleanText } from '../works/text.ts';

/** One work of a shipped manifest, read and cleaned. */
export interface ShippedWork {
  sha256: string;
  title: string;
  author: string;
  licence: string;
  spdx: string;
  source: string;
  path: string | null;
}

export interface ShippedModel {
  name: string;
  weights: Uint8Array;
  /** bytes of `<name>.json` */
  record: Uint8Array;
  /** SHA-256 that the record names, when it does */
  statedWeightsSha256: string | null;
  licence: string;
  config: unknown;
  training: unknown;
  parameters: number | null;
  card: string | null;
  works: ShippedWork[];
}

export type ShippedCode =
  | 'model_missing'
  | 'model_malformed'
  | 'model_manifest_differs'
  | 'model_work_without_basis';
export type ShippedReading =
  | { ok: true; model: ShippedModel }
  | { ok: false; code: ShippedCode; detail: string };

/**
 * Reads a shipped model: `<name>.safetensors`, `<name>.json`, `<name>.manifest.jsonl` and, if there, its card.
 * Errors in the order they are tested: `model_missing`, `model_malformed`, `model_manifest_differs` (the
 * record names another manifest), `model_work_without_basis` (a work of the manifest is not given to everyone).
 */
export async function readShipped(folder: string, name: string): Promise<ShippedReading> {
  const file = (suffix: string) => readFile(join(folder, suffix)).catch(() => null);
  const [weights, json, manifest, card] = await Promise.all([
    file(`${name}.safetensors`),
    file(`${name}.json`),
    file(`${name}.manifest.jsonl`),
    file('MODEL_CARD.md'),
  ]);
  if (!weights || !json || !manifest)
    return {
      ok: false,
      code: 'model_missing',
      detail: `${name} is not complete: weights, record and manifest.`,
    };
  const record = parse(json.toString());
  if (!record) return { ok: false, code: 'model_malformed', detail: `${name}.json is no JSON object.` };
  const statedManifest = statedHash(record.manifest);
  if (statedManifest !== null && statedManifest !== sha256Of(manifest))
    return { ok: false, code: 'model_manifest_differs', detail: `The record names ${statedManifest}.` };
  const works: ShippedWork[] = [];
  for (const [index, line] of manifest.toString().split('\n').filter(Boolean).entries()) {
    const read = workOf(line);
    if (typeof read === 'string')
      return { ok: false, code: read, detail: `Line ${index + 1} of the manifest.` };
    works.push(read);
  }
  if (works.length === 0)
    return { ok: false, code: 'model_malformed', detail: 'The manifest names no work.' };
  const { licence, parameters, config = {} } = record;
  const model = {
    name,
    weights,
    record: json,
    statedWeightsSha256: statedHash(record.weights),
    licence: typeof licence === 'string' ? licence : 'CC0-1.0',
    config: withVocabulary(config, record.vocabulary),
    training: withMeasures(record.training ?? {}, record.measures),
    parameters: Number.isSafeInteger(parameters) ? (parameters as number) : null,
    card: card?.toString() ?? null,
    works: [...new Map(works.map((work) => [work.sha256, work])).values()],
  };
  return { ok: true, model };
}

/** The architecture with the words the model answers to: whoever writes a prompt may ask before sending it. */
export function withVocabulary(config: unknown, vocabulary: unknown): unknown {
  const { words } = (vocabulary ?? {}) as { words?: unknown };
  return Array.isArray(words) ? { ...(config as object), vocabulary: words } : config;
}

/** How it was trained, with what was measured of it afterwards: one record for whoever asks how good it is. */
function withMeasures(training: unknown, measures: unknown): unknown {
  const some = typeof measures === 'object' && measures !== null && Object.keys(measures).length > 0;
  return some ? { ...(training as object | null), measures } : training;
}

function parse(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The SHA-256 that the record names for one of its files, when it does. */
function statedHash(file: unknown): string | null {
  const { sha256 } = (file ?? {}) as { sha256?: unknown };
  return typeof sha256 === 'string' ? sha256 : null;
}

function workOf(line: string): ShippedWork | ShippedCode {
  const { sha256, title, author, licence, path, source } = parse(line) ?? {};
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isText(sha256) || !/^[0-9a-f]{64}$/.test(sha256)) return 'model_malformed';
  if (!isText(title) || !isText(author) || !isText(licence)) return 'model_malformed';
  const dedication = readDedication(licence);
  if (!dedication.ok) return 'model_work_without_basis';
  return {
    sha256,
    title: cleanText(title).slice(0, 300),
    author: authorName(author) || 'unnamed',
    licence,
    spdx: dedication.spdx,
    source: isText(source) ? source : 'openclipart',
    path: isText(path) ? path : null,
  };
}
