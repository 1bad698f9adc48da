import { plainText } from '../request.ts';
import { styleWordOf } from './request.ts';
import { checkSafetensors, type SafetensorsCheck, type TensorAt } from './safetensors.ts';

/** An adapter's file may be so long. */
export const adapterBytes = 64_000_000;
/** What its metadata calls the format. */
const format = 'uncaged-adapter-1';

export interface AdapterFile {
  name: string;
  styleWord: string;
  base: { name: string; weightsSha256: string };
  rank: number;
  steps: number;
  /** What the file says taught it; null when it says nothing readable. */
  manifest: { [key: string]: unknown } | null;
  /** How many works its manifest names. */
  works: number;
}

export type AdapterReading =
  | { ok: true; adapter: AdapterFile }
  | {
      ok: false;
      code:
        | 'adapter_too_large'
        | `adapter_${Extract<SafetensorsCheck, { ok: false }>['code']}`
        | 'adapter_unnamed'
        | 'adapter_misshapen';
      detail: string;
    };

type Refusal = Extract<AdapterReading, { ok: false }>;
const refuse = (code: Refusal['code'], detail: string): Refusal => ({ ok: false, code, detail });

/**
 * Reads an adapter's file and trusts nothing in it. Errors in the order they are tested: adapter_too_large,
 * adapter_not_safetensors, adapter_lying_offsets, adapter_not_finite, adapter_unnamed (its metadata does not say
 * format, name, style word, base, rank and steps), adapter_misshapen (no pairs of low rank, or of another rank).
 */
export function readAdapterFile(bytes: Uint8Array): AdapterReading {
  if (bytes.length > adapterBytes)
    return refuse('adapter_too_large', `${bytes.length} bytes; at most ${adapterBytes}.`);
  const file = checkSafetensors(bytes);
  if (!file.ok) return refuse(`adapter_${file.code}`, file.detail);
  const { metadata, tensors } = file;
  if (metadata.format !== format) return refuse('adapter_unnamed', `Its metadata says no format ${format}.`);
  const styleWord = styleWordOf(metadata.style_word ?? '');
  const name = shortText(metadata.name);
  if (styleWord === null || name === '')
    return refuse('adapter_unnamed', 'Its metadata names no style word or no name.');
  const [rank, steps] = [countOf(metadata.rank), countOf(metadata.steps)];
  const weightsSha256 = metadata.base_sha256 ?? '';
  if (!/^[0-9a-f]{64}$/.test(weightsSha256) || !rank || steps === null)
    return refuse('adapter_unnamed', 'Its metadata names no base, rank or steps.');
  const shape = misshape(tensors, rank);
  if (shape !== null) return refuse('adapter_misshapen', shape);
  const base = { name: shortText(metadata.base_name) || 'unnamed', weightsSha256 };
  const manifest = manifestOf(metadata.manifest);
  const works = Array.isArray(manifest?.works) ? manifest.works.length : 0;
  return { ok: true, adapter: { name, styleWord, base, rank, steps, manifest, works } };
}

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

/** What is wrong with the tensors of an adapter of this rank; null when they come in pairs. */
function misshape(tensors: ReadonlyMap<string, TensorAt>, rank: number): string | null {
  let pairs = 0;
  for (const [name, { shape }] of tensors) {
    const [, stem, half] = /^(.+)\.([AB])$/.exec(name) ?? [];
    if (stem === undefined) continue;
    const other = tensors.get(`${stem}.${half === 'A' ? 'B' : 'A'}`);
    if (!other) return `The tensor ${name} has no other half.`;
    if (shape.length !== 2 || !shape.includes(rank))
      return `The tensor ${name} is [${shape.join(', ')}], which is not of rank ${rank}.`;
    pairs += 1;
  }
  return pairs > 0 ? null : 'There is no pair of low rank in it.';
}

const shortText = (text = '') => [...plainText(text)].slice(0, 80).join('');

/** A manifest may be so long, and nested so deep; what is more is no manifest. */
const manifestCharacters = 1024 * 1024;
const manifestDepth = 16;

function manifestOf(text: string | undefined): AdapterFile['manifest'] {
  if (text === undefined || text.length > manifestCharacters) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && isShallow(value) ? (value as AdapterFile['manifest']) : null;
  } catch {
    return null;
  }
}

/** Walks breadth first, so that no nesting can exhaust the stack. */
function isShallow(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > manifestDepth) return false;
    level = level.flatMap((item) => (item && typeof item === 'object' ? Object.values(item) : []));
  }
  return true;
}
