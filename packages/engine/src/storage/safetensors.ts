/**
 * Safetensors in and out (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON
 * header, then the numbers. Reading trusts nothing: a file that lies about itself is a returned error.
 */
export type StoredType = 'F32' | 'F16' | 'F64';
export type StoredTensor = { readonly shape: readonly number[]; readonly numbers: Float32Array };

export type SafetensorsErrorCode =
  | 'too_short'
  | 'header_too_large'
  | 'header_not_json'
  | 'header_invalid'
  | 'type_unsupported'
  | 'shape_invalid'
  | 'offsets_invalid'
  | 'offsets_overlap'
  | 'not_finite';

export type SafetensorsResult =
  | { ok: true; tensors: Map<string, StoredTensor>; metadata: Record<string, string> }
  | { ok: false; code: SafetensorsErrorCode; message: string };

const BYTES: Record<StoredType, number> = { F16: 2, F32: 4, F64: 8 };
/** The reference implementation's limit. */
const MAX_HEADER = 100_000_000;

type Entry = { name: string; type: StoredType; shape: number[]; start: number; end: number };

class Refusal extends Error {
  readonly code: SafetensorsErrorCode;
  constructor(code: SafetensorsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads tensors as float32. Errors in the order they are tested: too_short, header_too_large,
 * header_not_json, header_invalid, type_unsupported, shape_invalid, offsets_invalid, offsets_overlap
 * (also for gaps: the numbers must fill the file exactly), not_finite.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsResult {
  try {
    const { entries, metadata, body } = readHeader(bytes);
    const tensors = new Map<string, StoredTensor>();
    for (const entry of entries) tensors.set(entry.name, readTensor(entry, body));
    return { ok: true, tensors, metadata };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

function readHeader(bytes: Uint8Array): {
  entries: Entry[];
  metadata: Record<string, string>;
  body: Uint8Array;
} {
  if (bytes.byteLength < 8) throw new Refusal('too_short', 'the file is shorter than its length field');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER || length > bytes.byteLength - 8) {
    throw new Refusal('header_too_large', `the header claims ${length} of ${bytes.byteLength} bytes`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length));
  const body = bytes.subarray(8 + length);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((v) => typeof v !== 'string')) {
    throw new Refusal('header_invalid', '__metadata__ must map names to strings');
  }
  const entries = Object.entries(rest).map(([name, entry]) => checkEntry(name, entry, body.byteLength));
  checkCover(entries, body.byteLength);
  return { entries, metadata: metadata as Record<string, string>, body };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('header_not_json', 'the header is not JSON in UTF-8');
  }
  if (!isRecord(header)) throw new Refusal('header_invalid', 'the header is not an object');
  return header;
}

const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x);

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

function checkEntry(name: string, entry: unknown, available: number): Entry {
  if (!isRecord(entry)) throw new Refusal('header_invalid', `${name}: not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype)) {
    throw new Refusal('type_unsupported', `${name}: type ${String(dtype)} is none of F16, F32, F64`);
  }
  const type = dtype as StoredType;
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount)) {
    throw new Refusal('shape_invalid', `${name}: the shape is not a short list of counts`);
  }
  const size = shape.reduce((product: number, n: number) => product * n, BYTES[type]);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new Refusal('offsets_invalid', `${name}: data_offsets are not two counts`);
  }
  const [start, end] = offsets as [number, number];
  if (end < start || end > available || end - start !== size) {
    throw new Refusal('offsets_invalid', `${name}: bytes ${start}…${end} do not hold [${shape}] of ${type}`);
  }
  return { name, type, shape, start, end };
}

function checkCover(entries: Entry[], available: number): void {
  let at = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at)
      throw new Refusal('offsets_overlap', `${name}: starts at ${start}, the last ended at ${at}`);
    at = end;
  }
  if (at !== available) throw new Refusal('offsets_overlap', `${available - at} bytes belong to no tensor`);
}

function readTensor({ name, type, shape, start, end }: Entry, body: Uint8Array): StoredTensor {
  // A copy, because the file's numbers need not be aligned. (Buffer's own slice would share the memory.)
  const bytes = Uint8Array.prototype.slice.call(body, start, end).buffer;
  const numbers = type === 'F32' ? new Float32Array(bytes) : type === 'F16' ? widen(bytes) : narrow(bytes);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) throw new Refusal('not_finite', `${name} holds ${numbers[i]}`);
  }
  return { shape, numbers };
}

const narrow = (bytes: ArrayBuffer): Float32Array => Float32Array.from(new Float64Array(bytes));

/** Every half as a number, made on first use: looking up is ten times faster than computing. */
let table: Float32Array | undefined;

function widen(bytes: ArrayBuffer): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToNumber(half));
  const halves = new Uint16Array(bytes);
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) numbers[i] = table[halves[i] as number] as number;
  return numbers;
}

/**
 * Writes tensors in map order. F16 rounds to nearest even; a number beyond ±65504 becomes infinite and
 * would be refused on reading, so it throws here.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  type: 'F32' | 'F16' = 'F32',
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { shape, numbers }] of tensors) {
    const end = at + numbers.length * BYTES[type];
    header[name] = { dtype: type, shape, data_offsets: [at, end] };
    at = end;
  }
  const json = JSON.stringify(header);
  const head = new TextEncoder().encode(
    json + ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8),
  );
  const out = new Uint8Array(8 + head.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let offset = 8 + head.length;
  for (const [name, { numbers }] of tensors) {
    const bytes = type === 'F32' ? new Uint8Array(Float32Array.from(numbers).buffer) : halves(name, numbers);
    out.set(bytes, offset);
    offset += bytes.length;
  }
  return out;
}

function halves(name: string, numbers: Float32Array): Uint8Array {
  const out = new Uint16Array(numbers.length);
  for (const [i, n] of numbers.entries()) {
    if (!(Math.abs(n) < 65520)) throw new Error(`${name}: ${n} does not fit half precision`);
    out[i] = numberToHalf(n);
  }
  return new Uint8Array(out.buffer);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** IEEE 754 binary32 → binary16, round to nearest even. */
export function numberToHalf(n: number): number {
  scratch[0] = n;
  const bits = scratchBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude < 0x38800000) {
    // Subnormal halves are multiples of 2⁻²⁴; adding 0.5 lets the float unit do the rounding.
    scratch[0] = Math.abs(n) + 0.5;
    return sign | ((scratchBits[0] as number) - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** IEEE 754 binary16 → number. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
