import { concatBytes } from '@noble/hashes/utils.js';
import { sameBytes, utf8 } from './bytes.ts';

/**
 * The one shape of zip an archive has: files stored without compression, one after the other, no comments, no extra
 * fields, one fixed time. So the container's bytes follow from names and contents alone, and every byte of it can be
 * checked; compression would leave bits that nobody looks at. (PKWARE APPNOTE 6.3, without zip64.)
 */
export interface ZipFile {
  /** Letters, digits and . _ / - only. */
  readonly path: string;
  readonly size: number;
  /** CRC-32 of the content. */
  readonly crc: number;
}

/** A file and where its local header begins. */
export interface ZipEntry extends ZipFile {
  readonly offset: number;
}

/** Bytes of the end record. */
export const ZIP_END = 22;
const LOCAL = 30;
const CENTRAL = 46;
/** 1980-01-01, the first day a zip can name. */
const DAY = 0x21;
const VERSION = 20;
/** Made on Unix, regular file, rw-r--r--. */
const MADE_BY = 0x314;
const MODE = 0o100644 * 0x10000;
const MAX = 0xffffffff;

/** Whether a path may stand in an archive: relative, no parent, no two spellings. */
export function isArchivePath(path: string): boolean {
  return path.length <= 200 && /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(path);
}

/** The header before a file's content. */
export function zipHeader(file: ZipFile): Uint8Array {
  const name = utf8(file.path);
  const view = new DataView(new ArrayBuffer(LOCAL));
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(12, DAY, true);
  view.setUint32(14, file.crc, true);
  view.setUint32(18, file.size, true);
  view.setUint32(22, file.size, true);
  view.setUint16(26, name.length, true);
  return concatBytes(new Uint8Array(view.buffer), name);
}

/** What one file takes in the container. */
export function zippedSize(file: ZipFile): number {
  return LOCAL + utf8(file.path).length + file.size;
}

/** Where each file begins when they stand in this order. */
export function placed(files: readonly ZipFile[]): ZipEntry[] {
  let offset = 0;
  return files.map((file) => {
    const entry = { ...file, offset };
    offset += zippedSize(file);
    return entry;
  });
}

/** Central directory and end record, after the last file. Throws beyond 65,535 files or 4 GiB. */
export function zipDirectory(entries: readonly ZipEntry[]): Uint8Array {
  const last = entries.at(-1);
  const start = last ? last.offset + zippedSize(last) : 0;
  const records = entries.map(centralRecord);
  const size = records.reduce((sum, record) => sum + record.length, 0);
  if (entries.length > 0xffff || start + size > MAX) throw new Error('too much for one archive');
  const end = new DataView(new ArrayBuffer(ZIP_END));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, start, true);
  return concatBytes(...records, new Uint8Array(end.buffer));
}

function centralRecord(entry: ZipEntry): Uint8Array {
  const name = utf8(entry.path);
  const view = new DataView(new ArrayBuffer(CENTRAL));
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, MADE_BY, true);
  view.setUint16(6, VERSION, true);
  view.setUint16(14, DAY, true);
  view.setUint32(16, entry.crc, true);
  view.setUint32(20, entry.size, true);
  view.setUint32(24, entry.size, true);
  view.setUint16(28, name.length, true);
  view.setUint32(38, MODE, true);
  view.setUint32(42, entry.offset, true);
  return concatBytes(new Uint8Array(view.buffer), name);
}

/** Reads bytes of a file, a Blob or memory. Asking beyond the end is an error. */
export interface Reader {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * The files of an archive, or null when any byte of the container outside the contents is not as this format has it.
 * Contents are not read.
 */
export async function readZip(reader: Reader): Promise<ZipEntry[] | null> {
  if (reader.size < ZIP_END) return null;
  const end = viewOf(await reader.read(reader.size - ZIP_END, ZIP_END));
  const [size, start] = [end.getUint32(12, true), end.getUint32(16, true)];
  if (start + size + ZIP_END !== reader.size) return null;
  const directory = await reader.read(start, size + ZIP_END);
  const entries = centralEntries(viewOf(directory), end.getUint16(10, true));
  if (!entries || new Set(entries.map(({ path }) => path)).size < entries.length) return null;
  const expected = placed(entries);
  if (expected.some(({ offset }, index) => offset !== entries[index]?.offset)) return null;
  if (!sameBytes(zipDirectory(entries), directory)) return null;
  for (const entry of entries) {
    const header = zipHeader(entry);
    if (!sameBytes(await reader.read(entry.offset, header.length), header)) return null;
  }
  return entries;
}

function centralEntries(view: DataView, count: number): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + CENTRAL > view.byteLength - ZIP_END) return null;
    const length = view.getUint16(at + 28, true);
    if (at + CENTRAL + length > view.byteLength - ZIP_END) return null;
    const path = new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL, length),
    );
    if (!isArchivePath(path)) return null;
    const [crc, size, offset] = [16, 20, 42].map((field) => view.getUint32(at + field, true)) as [
      number,
      number,
      number,
    ];
    entries.push({ path, crc, size, offset });
    at += CENTRAL + length;
  }
  return entries;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where a file's content stands in the container. */
export function contentOf(entry: ZipEntry): { offset: number; size: number } {
  return { offset: entry.offset + LOCAL + utf8(entry.path).length, size: entry.size };
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 (ISO 3309) of `bytes`, going on from the CRC of what came before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) {
    crc = (table[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
