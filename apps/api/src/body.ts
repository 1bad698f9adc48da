import { isKeepable } from '@uncaged/compensation/rules';
import type { Context } from 'hono';
import { Refused } from './problems.ts';

/** JSON bodies: 1 MiB is far above the longest prompt, proposal or preview picture. */
export const jsonBytes = 1024 * 1024;
const jsonDepth = 32;

/** Reads a body up to a limit in bytes. Refuses with body_too_large before the rest is read. */
export async function readBytes(c: Context, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refused('body_too_large', { detail: `At most ${limit} bytes.`, limit });
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * Reads a JSON body. Errors in the order they are tested: unsupported_media_type, body_too_large,
 * malformed_json (also for bytes that are no UTF-8 and for nesting above 32), text_malformed. An empty body reads
 * as {}.
 */
export async function readJson(c: Context, limit = jsonBytes): Promise<unknown> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type))
    throw new Refused('unsupported_media_type', { detail: 'Send application/json.' });
  const bytes = await readBytes(c, limit);
  if (bytes.length === 0) return {};
  if (type === '') throw new Refused('unsupported_media_type', { detail: 'Send application/json.' });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refused('malformed_json');
  }
  if (!isShallow(value)) throw new Refused('malformed_json', { detail: `Nested deeper than ${jsonDepth}.` });
  refuseUnkeepable(value);
  return value;
}

/** Refuses text_malformed for text that no database keeps: half characters, and the character NUL. */
export function refuseUnkeepable(value: unknown): void {
  for (let level: unknown[] = [value]; level.length > 0; ) {
    const bad = level.find((item) => typeof item === 'string' && !isKeepable(item));
    if (bad !== undefined) throw new Refused('text_malformed');
    level = level.flatMap((item) => (item && typeof item === 'object' ? Object.entries(item).flat() : []));
  }
}

/** Walks breadth first, so that no nesting can exhaust the stack. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > jsonDepth) return false;
    level = level.flatMap((item) => (item && typeof item === 'object' ? Object.values(item) : []));
  }
  return true;
}

/**
 * Reads a multipart form up to a limit in bytes. Errors in the order they are tested: unsupported_media_type,
 * body_too_large, invalid_input (a form that cannot be read).
 */
export async function readForm(c: Context, limit: number): Promise<FormData> {
  const type = c.req.header('content-type') ?? '';
  if (!type.toLowerCase().startsWith('multipart/form-data'))
    throw new Refused('unsupported_media_type', { detail: 'Send multipart/form-data.' });
  const bytes = await readBytes(c, limit);
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Refused('invalid_input', { detail: 'The form cannot be read.', field: 'body' });
  }
}

/**
 * The file of a multipart form of up to so many bytes, and the form. Errors: those of `readForm`, with file_too_large in
 * place of body_too_large, and invalid_input where the form has no file.
 */
export async function readUploaded(
  c: Context,
  limit: number,
): Promise<{ bytes: Uint8Array; form: FormData }> {
  const form = await readForm(c, limit).catch((error: unknown) => {
    if (error instanceof Refused && error.code === 'body_too_large')
      throw new Refused('file_too_large', error.extras);
    throw error;
  });
  const file = form.get('file');
  if (!(file instanceof File))
    throw new Refused('invalid_input', { field: 'file', detail: 'file: there is none.' });
  return { bytes: new Uint8Array(await file.arrayBuffer()), form };
}

/** A file of 20 MiB with its form around it. */
export const uploadBytes = 20 * 1024 * 1024 + 64 * 1024;
