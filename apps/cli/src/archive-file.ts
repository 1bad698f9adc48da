import { type FileHandle, open } from 'node:fs/promises';

/** An archive on disk, read piece by piece. */
export interface ArchiveFile {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens an archive for reading; null where there is no such file, or it may not be read. */
export async function openArchiveFile(file: string): Promise<ArchiveFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch {
    return null;
  }
  const close = () => handle.close();
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await close();
    return null;
  }
  return {
    size: stat.size,
    read: (offset, length) => readWhole(handle, offset, length),
    [Symbol.asyncDispose]: close,
  };
}

async function readWhole(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw new Error('the archive ends early');
    at += bytesRead;
  }
  return bytes;
}
