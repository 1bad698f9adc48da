import { verdictInWords, verifyArchive } from '@uncaged/verify';
import { openArchiveFile } from './archive-file.ts';

/**
 * `uncaged verify FILE`: checks an export with no server and no database. Exits 0 when everything holds, 1 when
 * not, naming the first wrong entry.
 */
export async function verify(file: string, options: { key?: string }): Promise<void> {
  await using archive = await openArchiveFile(file);
  if (!archive) {
    console.error(`uncaged: ${file} cannot be read.`);
    process.exitCode = 1;
    return;
  }
  const doing = (what: string) =>
    process.stderr.isTTY && process.stderr.write(`\r${what.slice(0, 100)}\u001b[K`);
  const verdict = await verifyArchive(archive, {
    onProgress: doing,
    ...(options.key === undefined ? {} : { expectedKey: options.key }),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(verdictInWords(verdict));
  if (!verdict.ok) process.exitCode = 1;
}
