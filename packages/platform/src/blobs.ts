import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { settle, temporaryBeside } from './files.ts';

/** Bytes by their SHA-256 (64 lower-case hex digits). What `put` has answered is on the disk. */
export interface Blobs {
  put(bytes: Uint8Array): Promise<{ sha256: string; size: number }>;
  /** Stores a stream of at most `maxBytes`; a longer one is dropped and leaves nothing behind. */
  putStream(stream: AsyncIterable<Uint8Array>, limits: { maxBytes: number }): Promise<BlobStored>;
  /** The bytes, or null. Throws when the stored bytes no longer match their hash. */
  get(sha256: string): Promise<Uint8Array | null>;
  /** A stream of the bytes, or of the inclusive range `start`–`end` of them; `size` is the whole blob's. */
  open(sha256: string, range?: { start: number; end: number }): Promise<OpenBlob | null>;
  has(sha256: string): Promise<boolean>;
  /** Does nothing when there is no such blob. */
  delete(sha256: string): Promise<void>;
}

export type BlobStored = { ok: true; sha256: string; size: number } | { ok: false; code: 'blob_too_large' };

export interface OpenBlob {
  stream: ReadableStream<Uint8Array>;
  size: number;
}

/** Blobs in a folder, fanned out over two levels: `ab/cd/abcd…`. */
export function blobsIn(folder: string): Blobs {
  const pathOf = (sha256: string): string | null =>
    /^[0-9a-f]{64}$/.test(sha256) ? join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256) : null;
  return {
    async put(bytes) {
      const stored = await store(folder, pathOf, one(bytes), bytes.length);
      if (!stored.ok) throw new Error('a blob outgrew its own length');
      return { sha256: stored.sha256, size: stored.size };
    },
    putStream: (stream, { maxBytes }) => store(folder, pathOf, stream, maxBytes),
    async get(sha256) {
      const path = pathOf(sha256);
      const bytes = path && (await readFile(path).catch(absent));
      if (!bytes) return null;
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
        throw new Error(`Blob ${sha256} is damaged on disk; restore it from a backup`);
      }
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    async open(sha256, range) {
      const path = pathOf(sha256);
      const found = path && (await stat(path).catch(absent));
      if (!path || !found) return null;
      const stream = Readable.toWeb(createReadStream(path, range)) as ReadableStream<Uint8Array>;
      return { stream, size: found.size };
    },
    async has(sha256) {
      const path = pathOf(sha256);
      return path !== null && (await stat(path).catch(absent)) !== null;
    },
    async delete(sha256) {
      const path = pathOf(sha256);
      if (path) await rm(path, { force: true });
    },
  };
}

type PathOf = (sha256: string) => string | null;

async function store(
  folder: string,
  pathOf: PathOf,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<BlobStored> {
  const temporary = temporaryBeside(join(folder, 'incoming', 'blob'));
  await mkdir(dirname(temporary), { recursive: true });
  try {
    const written = await writeHashed(temporary, chunks, maxBytes);
    if (!written) return { ok: false, code: 'blob_too_large' };
    const path = pathOf(written.sha256) as string;
    const there = await stat(path).catch(absent);
    if (there?.size !== written.size) {
      await mkdir(dirname(path), { recursive: true });
      await settle(temporary, path);
    }
    return { ok: true, ...written };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes and syncs; null when the stream is longer than `maxBytes`. */
async function writeHashed(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sha256: string; size: number } | null> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > maxBytes) return null;
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
