import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FILES, manifestLine, sealText } from './archive.ts';
import { utf8 } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { BookKey } from './key.ts';
import { signNote } from './note.ts';
import { placed, type ZipFile, zipDirectory, zipHeader } from './zip.ts';

/** The files of an archive while they are written into a folder, each with size, hash and CRC. */
export class Building {
  readonly files: (ZipFile & { sha256: string })[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(path: string): Promise<Writing> {
    const full = join(this.#folder, path);
    await mkdir(dirname(full), { recursive: true });
    return new Writing(path, await open(full, 'wx'), this.files);
  }

  async write(path: string, content: string): Promise<void> {
    const writing = await this.open(path);
    await writing.append(utf8(content));
    await writing.close();
  }

  /** Adds manifest and its signed note; answers all files in the order they stand in the zip. */
  async finish({ key, sign }: BookKey, newest: Pick<Checkpoint, 'size' | 'root'>): Promise<ZipFile[]> {
    const sorted = this.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const manifest = sorted.map(manifestLine).join('');
    await this.write(FILES.manifest, manifest);
    const hash = createHash('sha256').update(manifest).digest();
    const { size, root } = newest;
    const sealed = sealText({ origin: key.name, size, root, manifest: new Uint8Array(hash) });
    await this.write(FILES.seal, signNote(sealed, key, sign));
    const ends = this.files.slice(-2);
    return [...ends.reverse(), ...sorted];
  }
}

/** One file being written. */
export class Writing {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #done: (ZipFile & { sha256: string })[];
  readonly #hash: Hash = createHash('sha256');
  #size = 0;
  #crc = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(path: string, handle: FileHandle, done: (ZipFile & { sha256: string })[]) {
    this.#path = path;
    this.#handle = handle;
    this.#done = done;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > 1_000_000) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hash.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    await this.#handle.writeFile(bytes);
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0) await this.#flush();
    await this.#handle.close();
    this.#done.push({ path: this.#path, size: this.#size, crc: this.#crc, sha256: this.#hash.digest('hex') });
  }
}

/** The zip of files that stand in a folder, in pieces; `discard` is called at the end, or when the reader stops. */
export async function* zipped(
  folder: string,
  files: readonly ZipFile[],
  discard: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    for (const file of files) {
      yield zipHeader(file);
      for await (const piece of createReadStream(join(folder, file.path))) yield piece as Uint8Array;
    }
    yield zipDirectory(placed(files));
  } finally {
    await discard();
  }
}
