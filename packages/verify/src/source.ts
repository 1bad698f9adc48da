import { type Reader, sameBytes } from '@uncaged/book/rules';
import type { Finding } from './finding.ts';

/** Reads an archive that is in memory. */
export function bytesReader(bytes: Uint8Array): Reader {
  return {
    size: bytes.length,
    read: async (offset, length) => inside(bytes.subarray(offset, offset + length), length),
  };
}

/** Reads a file picked in the browser, or in Node what `fs.openAsBlob(path)` gives; never the whole of it at once. */
export function blobReader(blob: Blob): Reader {
  return {
    size: blob.size,
    async read(offset, length) {
      const part = await blob.slice(offset, offset + length).arrayBuffer();
      return inside(new Uint8Array(part), length);
    },
  };
}

function inside(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new Error('the archive ends early');
  return bytes;
}

/** A file inside the archive. */
export interface Part {
  readonly path: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

const PIECE = 1 << 20;

/** A part's bytes in pieces of at most a MiB. */
export async function* pieces(part: Part): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < part.size; at += PIECE) yield await part.read(at, Math.min(PIECE, part.size - at));
}

/** The whole part. */
export function whole(part: Part): Promise<Uint8Array> {
  return part.read(0, part.size);
}

/** UTF-8 of bytes, or null when they are none. A byte-order mark is kept, so that it shows as the change it is. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A part's lines without their newlines. The last one must end with a newline too; otherwise the finding says so. */
export async function* linesOf(part: Part): AsyncGenerator<{ number: number; text: string } | Finding> {
  let rest = new Uint8Array(0);
  let number = 0;
  const wrong = (message: string): Finding => ({
    code: 'malformed_line',
    file: part.path,
    line: number,
    message,
  });
  for await (const piece of pieces(part)) {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    let from = 0;
    for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
      number += 1;
      const text = decodeText(bytes.subarray(from, to));
      if (text === null) return yield wrong('is not UTF-8');
      yield { number, text };
      from = to + 1;
    }
    rest = bytes.slice(from);
  }
  number += 1;
  if (!sameBytes(rest, new Uint8Array(0))) yield wrong('does not end');
}
