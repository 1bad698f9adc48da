/** Adapters in and out of files. Reading trusts nothing: an adapter comes from anywhere. */
import { elements } from '../graph/graph.ts';
import type { Parameters } from '../model/parameters.ts';
import {
  readSafetensors,
  type SafetensorsErrorCode,
  type StoredTensor,
  writeSafetensors,
} from '../storage/safetensors.ts';
import { ADAPTER_FORMAT, type Adapted, adapterSpecs, MAX_RANK, STYLE } from './format.ts';

/** What an adapter says of itself. */
export type AdapterInfo = {
  readonly name: string;
  readonly styleWord: string;
  /** The model it was made on and works with. */
  readonly base: { readonly name: string; readonly weightsSha256: string };
  readonly rank: number;
  readonly steps: number;
  /** JSON, word for word as it was put in. */
  readonly manifest: string;
  /** Empty where the file says nothing. */
  readonly licence: string;
};

export type Adapter = AdapterInfo & { readonly sizes: Adapted; readonly parameters: Parameters };

export type AdapterErrorCode =
  | 'adapter_too_large'
  | 'adapter_not_safetensors'
  | 'adapter_header_too_large'
  | 'adapter_lying_offsets'
  | 'adapter_not_finite'
  | 'adapter_unnamed'
  | 'adapter_manifest_invalid'
  | 'adapter_other_base'
  | 'adapter_rank_out_of_range'
  | 'adapter_tensor_missing'
  | 'adapter_misshapen';

export type AdapterResult =
  | { ok: true; adapter: Adapter }
  | { ok: false; code: AdapterErrorCode; message: string };

/** Bytes a file may have. */
export const MAX_ADAPTER_BYTES = 64_000_000;
const MAX_DEPTH = 64;

const refuse = (code: AdapterErrorCode, message: string) => ({ ok: false, code, message }) as const;

export const TOO_LARGE = refuse(
  'adapter_too_large',
  `the file has more than ${MAX_ADAPTER_BYTES / 1e6} MB; an adapter of this engine has a few.`,
);

const CODES: Readonly<Record<SafetensorsErrorCode, AdapterErrorCode>> = {
  too_short: 'adapter_not_safetensors',
  header_too_large: 'adapter_header_too_large',
  header_not_json: 'adapter_not_safetensors',
  header_invalid: 'adapter_not_safetensors',
  type_unsupported: 'adapter_not_safetensors',
  shape_invalid: 'adapter_not_safetensors',
  offsets_invalid: 'adapter_lying_offsets',
  offsets_overlap: 'adapter_lying_offsets',
  not_finite: 'adapter_not_finite',
};

const NEXT: Readonly<Partial<Record<AdapterErrorCode, string>>> = {
  adapter_not_safetensors: 'Choose the .safetensors file that an export gave you.',
  adapter_header_too_large: 'It was cut short or is no adapter; fetch it again from where it was exported.',
  adapter_lying_offsets: 'It was damaged or made to mislead; fetch it again from where it was exported.',
  adapter_not_finite: 'Its numbers are broken, so it cannot draw; teach it anew or fetch an earlier export.',
};

/**
 * Reads an adapter. Errors in the order of {@link AdapterErrorCode}.
 *
 * @param base the model it is to work with; another one's adapter is then refused
 */
export function readAdapter(bytes: Uint8Array, base?: AdapterInfo['base']): AdapterResult {
  if (bytes.byteLength > MAX_ADAPTER_BYTES) return TOO_LARGE;
  const stored = readSafetensors(bytes);
  if (!stored.ok) {
    const code = CODES[stored.code];
    return refuse(code, `this is no adapter that can be read: ${stored.message}. ${NEXT[code]}`);
  }
  const info = infoOf(stored.metadata);
  if (!('base' in info)) return info;
  if (base && base.weightsSha256 !== info.base.weightsSha256) return otherBase(info.base, base);
  return shaped(info, stored.tensors);
}

/** Two models may share a name, so both hashes are said. */
function otherBase(own: AdapterInfo['base'], base: AdapterInfo['base']): AdapterResult {
  const named = (model: AdapterInfo['base']): string =>
    `${model.name} (${model.weightsSha256.slice(0, 12)}…)`;
  const message = `the adapter was taught on ${named(own)}, and this model is ${named(base)}. Choose that base, or teach the adapter anew on this one.`;
  return refuse('adapter_other_base', message);
}

const isWhole = (text: string | undefined): text is string => /^\d{1,9}$/.test(text ?? '');

function infoOf(metadata: Record<string, string>): AdapterInfo | Extract<AdapterResult, { ok: false }> {
  const {
    format,
    name,
    style_word: styleWord,
    base_name,
    base_sha256,
    rank,
    steps,
    manifest,
    licence,
  } = metadata;
  if (format !== ADAPTER_FORMAT) {
    const said = format === undefined ? 'does not say what it is' : `says it is "${format.slice(0, 40)}"`;
    return refuse(
      'adapter_unnamed',
      `the file ${said}, not ${ADAPTER_FORMAT}. Choose an adapter exported by this engine.`,
    );
  }
  if (!name || !styleWord || !base_name || !/^[0-9a-f]{64}$/.test(base_sha256 ?? '') || !isWhole(steps)) {
    const message =
      'the file lacks its name, style word, base or steps. Fetch it again from where it was exported.';
    return refuse('adapter_unnamed', message);
  }
  if (!isJson(manifest)) {
    const message =
      'the file does not say in JSON what it was taught on. Ask its maker for an export with its manifest.';
    return refuse('adapter_manifest_invalid', message);
  }
  if (!isWhole(rank) || Number(rank) < 1 || Number(rank) > MAX_RANK) {
    const message = `the file gives its rank as ${String(rank).slice(0, 20)}; ranks are 1 … ${MAX_RANK}. Teach it anew with such a rank.`;
    return refuse('adapter_rank_out_of_range', message);
  }
  const base = { name: base_name, weightsSha256: base_sha256 as string };
  return {
    name,
    styleWord,
    base,
    rank: Number(rank),
    steps: Number(steps),
    manifest,
    licence: licence ?? '',
  };
}

function isJson(text: string | undefined): text is string {
  try {
    return text !== undefined && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

/** The sizes follow from the style's width and the last block; then every tensor is checked against them. */
function shaped(info: AdapterInfo, tensors: ReadonlyMap<string, StoredTensor>): AdapterResult {
  const missing = (name: string) =>
    refuse(
      'adapter_tensor_missing',
      `the file has no tensor ${name}. Fetch it again from where it was exported.`,
    );
  const style = tensors.get(STYLE);
  if (!style) return missing(STYLE);
  const blocks = [...tensors.keys()].map((name) => Number(/^block\.(\d{1,4})\./.exec(name)?.[1] ?? -1));
  const after = [
    ...new Set([...tensors.keys()].flatMap((name) => /^temporal\.(\d{1,2})\./.exec(name)?.[1] ?? [])),
  ];
  const sizes: Adapted = {
    dim: style.numbers.length,
    depth: 1 + Math.max(-1, ...blocks),
    ...(after.length > 0 ? { temporal: { after: after.map(Number) } } : {}),
  };
  if (sizes.depth < 1) return missing('block.0.qkv.A');
  const misshapen = (what: string) =>
    refuse('adapter_misshapen', `${what}. It does not belong to a model of this kind; choose another file.`);
  if (sizes.depth > MAX_DEPTH) return misshapen(`the adapter claims ${sizes.depth} blocks`);
  const specs = adapterSpecs(sizes, info.rank);
  for (const { name, shape } of specs) {
    const tensor = tensors.get(name);
    if (!tensor) return missing(name);
    if (tensor.shape.join() !== shape.join())
      return misshapen(`${name} is [${tensor.shape}] and should be [${shape}]`);
  }
  const named = new Set(specs.map(({ name }) => name));
  const stray = [...tensors.keys()].find((name) => !named.has(name));
  if (stray !== undefined)
    return misshapen(`the adapter holds a tensor ${stray.slice(0, 60)}, which nothing uses`);
  const parameters = new Map(specs.map(({ name }) => [name, (tensors.get(name) as StoredTensor).numbers]));
  return { ok: true, adapter: { ...info, sizes, parameters } };
}

/** An adapter as a file of half-precision numbers. The same adapter gives the same bytes. */
export function writeAdapter(adapter: Adapter): Uint8Array {
  const tensors = adapterSpecs(adapter.sizes, adapter.rank).map(({ name, shape }) => {
    const numbers = adapter.parameters.get(name);
    if (numbers?.length !== elements(shape)) throw new Error(`no tensor ${name} of [${shape}]`);
    return [name, { shape, numbers }] as const;
  });
  return writeSafetensors(new Map(tensors), 'F16', {
    format: ADAPTER_FORMAT,
    name: adapter.name,
    style_word: adapter.styleWord,
    base_name: adapter.base.name,
    base_sha256: adapter.base.weightsSha256,
    rank: String(adapter.rank),
    steps: String(adapter.steps),
    manifest: adapter.manifest,
    licence: adapter.licence,
  });
}
