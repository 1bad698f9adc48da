import type { Blobs } from '@uncaged/platform';
import type { ApiContext } from './deps.ts';
import { problem } from './problems.ts';

export interface SentFile {
  sha256: string;
  mediaType: string;
  /** Anybody may keep a copy; otherwise only the asker's own browser. */
  shared: boolean;
  /** File name for "save as". */
  name?: string;
}

/**
 * Sends a blob, whole or the range the client asks for (RFC 9110 §14; one range), with its hash as entity tag.
 * Answers no_output when the blob is gone.
 */
export async function sendBlob(c: ApiContext, blobs: Blobs, file: SentFile): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': file.mediaType,
    'accept-ranges': 'bytes',
    etag: `"${file.sha256}"`,
    'cache-control': file.shared ? 'public, max-age=300' : 'private, no-cache',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    ...(file.name ? { 'content-disposition': dispositionOf(file.name) } : {}),
  };
  if (c.req.header('if-none-match') === headers.etag) return c.body(null, 304, headers);
  const whole = await blobs.open(file.sha256);
  if (!whole) return problem(c, 'no_output');
  const range = rangeOf(c.req.header('range'), whole.size);
  if (!range) return c.body(whole.stream, 200, { ...headers, 'content-length': String(whole.size) });
  await whole.stream.cancel();
  if (range === 'unsatisfiable')
    return problem(c, 'range_not_satisfiable', { headers: { 'content-range': `bytes */${whole.size}` } });
  const part = await blobs.open(file.sha256, range);
  if (!part) return problem(c, 'no_output');
  return c.body(part.stream, 206, {
    ...headers,
    'content-length': String(range.end - range.start + 1),
    'content-range': `bytes ${range.start}-${range.end}/${whole.size}`,
  });
}

/** A header holds bytes alone: any other name stands beside a plain one (RFC 6266, section 4.3). */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_');
  return `inline; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`}`;
}

/** The inclusive byte range a Range header asks for; null: the whole file. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1] as string, match[2] as string];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}
