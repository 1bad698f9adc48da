import { expect, test } from 'vitest';
import { halfToNumber, numberToHalf, readSafetensors, writeSafetensors } from './safetensors.ts';

const sample = () =>
  new Map([
    ['a', { shape: [2, 2], numbers: Float32Array.of(1, -2.5, 0, 3) }],
    ['b', { shape: [3], numbers: Float32Array.of(0.1, 65504, -6e-8) }],
  ]);

/** A file with the given header, however wrong. */
function forged(header: unknown, body = 16): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([head, json, Buffer.alloc(body)]));
}

const entry = (start: number, end: number, more = {}) => ({
  dtype: 'F32',
  shape: [(end - start) / 4],
  data_offsets: [start, end],
  ...more,
});

test('what is written is read back, as bytes or as a Buffer inside a larger one', () => {
  const bytes = writeSafetensors(sample(), 'F32', { note: 'ü' });
  const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  for (const file of [bytes, shifted]) {
    const read = readSafetensors(file);
    if (!read.ok) throw new Error(read.message);
    expect(read.metadata).toEqual({ note: 'ü' });
    expect([...read.tensors.keys()]).toEqual(['a', 'b']);
    expect(read.tensors.get('a')).toEqual(sample().get('a'));
    expect(read.tensors.get('b')?.numbers.buffer.byteLength).toBe(12);
  }
});

test('half precision rounds to nearest even and keeps subnormals', () => {
  for (const [number, half] of [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [6.097555160522461e-5, 0x3ff],
    [2 ** -14, 0x400],
  ] as const) {
    expect(numberToHalf(number)).toBe(half);
  }
  for (let half = 0; half < 0x7c00; half++) expect(numberToHalf(halfToNumber(half))).toBe(half);
  const read = readSafetensors(writeSafetensors(sample(), 'F16'));
  expect(read.ok && [...(read.tensors.get('a')?.numbers ?? [])]).toEqual([1, -2.5, 0, 3]);
  expect(() =>
    writeSafetensors(new Map([['x', { shape: [1], numbers: Float32Array.of(1e6) }]]), 'F16'),
  ).toThrow('half precision');
});

test.each([
  ['too_short', new Uint8Array(5)],
  ['header_too_large', new Uint8Array(8).fill(255)],
  ['header_too_large', forged('{}').subarray(0, 9)],
  ['header_not_json', forged('{"a":')],
  ['header_not_json', forged('\xff\xfe')],
  ['header_invalid', forged([1])],
  ['header_invalid', forged({ __metadata__: { a: 1 } })],
  ['header_invalid', forged({ a: 7 })],
  ['type_unsupported', forged({ a: entry(0, 16, { dtype: 'I8' }) })],
  ['type_unsupported', forged({ a: entry(0, 16, { dtype: 'constructor' }) })],
  ['shape_invalid', forged({ a: entry(0, 16, { shape: [-4] }) })],
  ['shape_invalid', forged({ a: entry(0, 16, { shape: 4 }) })],
  ['shape_invalid', forged({ a: entry(0, 16, { shape: [1.5] }) })],
  ['offsets_invalid', forged({ a: entry(0, 16, { data_offsets: [0] }) })],
  ['offsets_invalid', forged({ a: entry(0, 400) })],
  ['offsets_invalid', forged({ a: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 16] } })],
  ['offsets_invalid', forged({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 16] } })],
  ['offsets_overlap', forged({ a: entry(0, 12), b: entry(8, 16) })],
  ['offsets_overlap', forged({ a: entry(0, 4), b: entry(8, 16) })],
  ['offsets_overlap', forged({ a: entry(0, 12) })],
  ['not_finite', writeSafetensors(new Map([['x', { shape: [1], numbers: Float32Array.of(Number.NaN) }]]))],
])('a lying file is refused: %s', (code, bytes) => {
  expect(readSafetensors(bytes as Uint8Array)).toMatchObject({ ok: false, code });
});
