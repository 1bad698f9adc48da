import type { Reader } from '@uncaged/book/rules';
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

/** Whole lines of a part, without their newlines: as many as a piece of it ends. */
export interface Lines {
  /** The number of the first, from 1. */
  readonly first: number;
  readonly lines: readonly string[];
  /** What is wrong with the line after these; they are the last then. */
  readonly wrong: Finding | null;
}

/** A part's lines, many at once. The last one must end with a newline too; otherwise the finding says so. */
export async function* linesAtOnce(part: Part): AsyncGenerator<Lines> {
  let rest = new Uint8Array(0);
  let first = 1;
  for await (const piece of pieces(part)) {
    const end = piece.lastIndexOf(10) + 1;
    if (end === 0) {
      rest = joined(rest, piece);
      continue;
    }
    const ended = decodedLines(part, joined(rest, piece.subarray(0, end)), first);
    yield ended;
    if (ended.wrong) return;
    first += ended.lines.length;
    rest = piece.slice(end);
  }
  if (rest.length > 0) yield { first, lines: [], wrong: wrongLine(part, first, 'does not end') };
}

function joined(before: Uint8Array<ArrayBuffer>, after: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(before.length + after.length);
  bytes.set(before);
  bytes.set(after, before.length);
  return bytes;
}

const wrongLine = (part: Part, line: number, message: string): Finding => ({
  code: 'malformed_line',
  file: part.path,
  line,
  message,
});

/** The lines in bytes that end with a newline. */
function decodedLines(part: Part, bytes: Uint8Array, first: number): Lines {
  const text = decodeText(bytes);
  if (text !== null) return { first, lines: text.slice(0, -1).split('\n'), wrong: null };
  const lines: string[] = [];
  for (let from = 0; ; ) {
    const to = bytes.indexOf(10, from);
    const line = decodeText(bytes.subarray(from, to));
    if (line === null) return { first, lines, wrong: wrongLine(part, first + lines.length, 'is not UTF-8') };
    lines.push(line);
    from = to + 1;
  }
}

/** A part's lines one by one. The last one must end with a newline too; otherwise the finding says so. */
export async function* linesOf(part: Part): AsyncGenerator<{ number: number; text: string } | Finding> {
  for await (const { first, lines, wrong } of linesAtOnce(part)) {
    for (const [index, text] of lines.entries()) yield { number: first + index, text };
    if (wrong) yield wrong;
  }
}
