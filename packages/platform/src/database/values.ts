/**
 * Parameters as both drivers take them alike. Arrays become PostgreSQL array literals whose element type the
 * server infers from the query (so cast: `${sql.param(ids)}::text[]`). Throws on undefined.
 */
export function encodeParams(params: unknown[]): unknown[] {
  return params.map((value, index) => {
    if (value === undefined) throw new TypeError(`parameter $${index + 1} is undefined; pass null`);
    return Array.isArray(value) ? arrayLiteral(value) : value;
  });
}

/** `\x…`, the text form of bytea. */
export function byteaText(value: Uint8Array | string): string {
  if (typeof value === 'string') return value;
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
}

/** Reads `\x…` into bytes with a buffer of their own. */
export function byteaBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function arrayLiteral(values: unknown[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return arrayLiteral(value);
  return `"${elementText(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function elementText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return byteaText(value);
  return String(value);
}
