/**
 * Safetensors as a stranger's file (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON
 * header, then the numbers. Read to be checked, never to be computed with.
 */

export interface TensorAt {
  type: 'F16' | 'F32';
  shape: readonly number[];
  /** Bytes after the header. */
  start: number;
  end: number;
}

export type SafetensorsCheck =
  | { ok: true; tensors: ReadonlyMap<string, TensorAt>; metadata: Readonly<Record<string, string>> }
  | { ok: false; code: 'not_safetensors' | 'lying_offsets' | 'not_finite'; detail: string };

type Refusal = Extract<SafetensorsCheck, { ok: false }>;
const refuse = (code: Refusal['code'], detail: string): Refusal => ({ ok: false, code, detail });

const maxHeader = 8 * 1024 * 1024;
const widths = { F16: 2, F32: 4 } as const;

/**
 * Checks a file through. Errors in the order they are tested: not_safetensors (header, types, shapes),
 * lying_offsets (tensors that overlap, leave gaps, end outside the file or are of another length than their shape),
 * not_finite.
 */
export function checkSafetensors(bytes: Uint8Array): SafetensorsCheck {
  if (bytes.length < 10) return refuse('not_safetensors', `${bytes.length} bytes are no file of tensors.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(maxHeader, bytes.length - 8)))
    return refuse('not_safetensors', `The header claims ${headerLength} bytes.`);
  const begin = 8 + Number(headerLength);
  const header = headerOf(bytes.subarray(8, begin));
  if (!header) return refuse('not_safetensors', 'The header is no JSON object of tensors.');
  const lie = lyingOffset([...header.tensors], bytes.length - begin);
  if (lie !== null) return refuse('lying_offsets', lie);
  for (const [name, { type, start, end }] of header.tensors)
    if (!holdsNumbers(view, begin + start, begin + end, type))
      return refuse('not_finite', `The tensor ${name} holds something that is no number.`);
  return { ok: true, ...header };
}

function headerOf(
  bytes: Uint8Array,
): { tensors: Map<string, TensorAt>; metadata: Record<string, string> } | null {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const { __metadata__: metadata = {}, ...entries } = json as Record<string, unknown>;
  if (!isTexts(metadata)) return null;
  const tensors = new Map<string, TensorAt>();
  for (const [name, entry] of Object.entries(entries)) {
    const tensor = tensorOf(entry);
    if (!tensor) return null;
    tensors.set(name, tensor);
  }
  return { tensors, metadata };
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function tensorOf(entry: unknown): TensorAt | null {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F16' && dtype !== 'F32') return null;
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount)) return null;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) return null;
  return { type: dtype, shape, start: offsets[0] as number, end: offsets[1] as number };
}

/** What is wrong with where the tensors lie; null when they fill the file exactly. */
function lyingOffset(tensors: [string, TensorAt][], length: number): string | null {
  let at = 0;
  for (const [name, { type, shape, start, end }] of tensors.sort(([, a], [, b]) => a.start - b.start)) {
    if (start !== at) return `The tensor ${name} begins at ${start}, where ${at} was due.`;
    if (end - start !== shape.reduce((product, size) => product * size, widths[type]))
      return `The tensor ${name} is of another length than its shape [${shape.join(', ')}].`;
    at = end;
  }
  return at === length ? null : `The tensors end at ${at}, the file at ${length}.`;
}

/** An exponent of ones is an infinity or no number (IEEE 754). */
function holdsNumbers(view: DataView, from: number, to: number, type: TensorAt['type']): boolean {
  if (type === 'F16') {
    for (let at = from; at < to; at += 2) if ((view.getUint16(at, true) & 0x7c00) === 0x7c00) return false;
    return true;
  }
  for (let at = from; at < to; at += 4)
    if ((view.getUint32(at, true) & 0x7f800000) === 0x7f800000) return false;
  return true;
}
