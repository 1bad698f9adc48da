import { expect, test } from 'vitest';
import { elements } from '../graph/graph.ts';
import { freshParameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../storage/safetensors.ts';
import { adapterSpecs } from './format.ts';
import { type Adapter, MAX_ADAPTER_BYTES, readAdapter, writeAdapter } from './read.ts';

const sizes = { dim: 16, depth: 2 };
const base = { name: 'commons-9', weightsSha256: 'ab'.repeat(32) };
// Spaces and order are the maker's own: they must come back as they are.
const manifest = '{ "works": [{"title": "Mond\\u00e4hre", "licence":"CC0-1.0"}],\n "root" : "12" }';

function adapter(rank = 3): Adapter {
  const random = new Random(7);
  const specs = adapterSpecs(sizes, rank).map((spec) => ({ ...spec, deviation: 0.1 }));
  const parameters = freshParameters(specs, () => random.normal());
  return {
    name: 'Moon cuts',
    styleWord: 'mooncut',
    base,
    rank,
    steps: 120,
    manifest,
    licence: '',
    sizes,
    parameters,
  };
}

test('an adapter comes back as it was written, its manifest byte for byte', () => {
  const bytes = writeAdapter(adapter());
  const read = readAdapter(bytes, base);
  if (!read.ok) throw new Error(read.message);
  const { parameters, ...info } = read.adapter;
  const { parameters: written, ...said } = adapter();
  expect(info).toEqual(said);
  expect(info.manifest).toBe(manifest);
  for (const [name, numbers] of written)
    expect(parameters.get(name)?.[0]).toBeCloseTo(numbers[0] as number, 3);
  expect(writeAdapter(read.adapter)).toEqual(bytes);
});

/** The file with something changed in its header, its tensors or its metadata. */
function changed({
  metadata = {},
  tensors = (all) => all,
}: {
  metadata?: Record<string, string | undefined>;
  tensors?: (all: Map<string, StoredTensor>) => Map<string, StoredTensor>;
}): Uint8Array {
  const stored = readSafetensors(writeAdapter(adapter()));
  if (!stored.ok) throw new Error(stored.message);
  const said = Object.entries({ ...stored.metadata, ...metadata }).filter(([, text]) => text !== undefined);
  return writeSafetensors(tensors(stored.tensors), 'F32', Object.fromEntries(said) as Record<string, string>);
}

const without = (name: string) => (all: Map<string, StoredTensor>) => {
  all.delete(name);
  return all;
};
const reshaped = (name: string, shape: number[]) => (all: Map<string, StoredTensor>) =>
  all.set(name, { shape, numbers: new Float32Array(elements(shape)) });

function withHeader(edit: (header: string) => string): Uint8Array {
  const bytes = writeAdapter(adapter());
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextEncoder().encode(edit(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
  const out = new Uint8Array(8 + header.length + bytes.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(bytes.subarray(8 + length), 8 + header.length);
  return out;
}

const poisoned = (number: number) =>
  changed({
    tensors(all) {
      (all.get('block.1.up.B') as StoredTensor).numbers[5] = number;
      return all;
    },
  });

test.each([
  ['more bytes than any adapter has', new Uint8Array(MAX_ADAPTER_BYTES + 1), 'adapter_too_large'],
  ['nothing', new Uint8Array(0), 'adapter_not_safetensors'],
  [
    'a PNG',
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4AWNgAAAAAgABc3UBGAAAAABJRU5ErkJggg==',
      'base64',
    ),
    'adapter_header_too_large',
  ],
  ['a header that is no JSON', withHeader((header) => header.replace('{', '[')), 'adapter_not_safetensors'],
  ['a header longer than the file', writeAdapter(adapter()).subarray(0, 40), 'adapter_header_too_large'],
  ['a tensor of integers', withHeader((header) => header.replace('F16', 'I32')), 'adapter_not_safetensors'],
  [
    'offsets that lie',
    withHeader((header) => header.replace(/"data_offsets":\[0,\d+\]/, '"data_offsets":[0,2]')),
    'adapter_lying_offsets',
  ],
  ['a file cut short', writeAdapter(adapter()).slice(0, -2), 'adapter_lying_offsets'],
  ['not a number among its weights', poisoned(Number.NaN), 'adapter_not_finite'],
  ['an infinite weight', poisoned(Infinity), 'adapter_not_finite'],
  [
    'no metadata',
    writeSafetensors(new Map([['style', { shape: [1, 2], numbers: new Float32Array(2) }]])),
    'adapter_unnamed',
  ],
  ['another format', changed({ metadata: { format: 'kohya' } }), 'adapter_unnamed'],
  ['no style word', changed({ metadata: { style_word: undefined } }), 'adapter_unnamed'],
  ['no base', changed({ metadata: { base_sha256: 'none' } }), 'adapter_unnamed'],
  ['no manifest', changed({ metadata: { manifest: undefined } }), 'adapter_manifest_invalid'],
  [
    'a manifest that is no JSON',
    changed({ metadata: { manifest: 'works: all' } }),
    'adapter_manifest_invalid',
  ],
  ['rank 0', changed({ metadata: { rank: '0' } }), 'adapter_rank_out_of_range'],
  ['rank 65', changed({ metadata: { rank: '65' } }), 'adapter_rank_out_of_range'],
  ['no style', changed({ tensors: without('style') }), 'adapter_tensor_missing'],
  [
    'no terms at all',
    changed({ tensors: (all) => new Map([...all].filter(([name]) => name === 'style')) }),
    'adapter_tensor_missing',
  ],
  ['a term without its partner', changed({ tensors: without('block.0.down.B') }), 'adapter_tensor_missing'],
  ['a term of another shape', changed({ tensors: reshaped('block.0.qkv.A', [16, 3]) }), 'adapter_misshapen'],
  ['another rank than it claims', changed({ metadata: { rank: '4' } }), 'adapter_misshapen'],
  ['a tensor nothing uses', changed({ tensors: reshaped('block.0.extra', [1]) }), 'adapter_misshapen'],
  ['a million blocks', changed({ tensors: reshaped('block.999.qkv.A', [3, 16]) }), 'adapter_misshapen'],
])('%s is refused with its own code and a next step', (_, bytes, code) => {
  const read = readAdapter(bytes);
  expect(read).toMatchObject({ ok: false, code });
  if (!read.ok) expect(read.message).toMatch(/[.;] [A-Za-z ,]+.*\.$/);
});

test('an adapter of another base is refused, and both bases are named', () => {
  const other = { name: 'commons-10', weightsSha256: 'cd'.repeat(32) };
  const read = readAdapter(writeAdapter(adapter()), other);
  expect(read).toMatchObject({ ok: false, code: 'adapter_other_base' });
  expect(!read.ok && read.message).toMatch(/commons-9 \(abab.*commons-10 \(cdcd/);
});
