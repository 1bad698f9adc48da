import { readFile } from 'node:fs/promises';
import { verdictInWords, verifyArchive } from '@uncaged/verify';
import { openArchiveFile } from './archive-file.ts';

/**
 * `uncaged verify FILE`: checks an export with no server and no database, and that it keeps what receipts promised.
 * Exits 0 when everything holds, 1 when not, naming the first wrong entry.
 */
export async function verify(file: string, options: { key?: string; receipt?: string[] }): Promise<void> {
  await using archive = await openArchiveFile(file);
  if (!archive) {
    console.error(`uncaged: ${file} cannot be read.`);
    process.exitCode = 1;
    return;
  }
  const receipts: unknown[] = [];
  for (const path of options.receipt ?? []) {
    const kept = await receiptIn(path);
    if (kept === null) {
      console.error(
        `uncaged: ${path} holds no receipt. Save the receipt, or the answer it came with, as JSON.`,
      );
      process.exitCode = 1;
      return;
    }
    receipts.push(kept);
  }
  const doing = (what: string) =>
    process.stderr.isTTY && process.stderr.write(`\r${what.slice(0, 100)}\u001b[K`);
  const verdict = await verifyArchive(archive, {
    onProgress: doing,
    receipts,
    ...(options.key === undefined ? {} : { expectedKey: options.key }),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(verdictInWords(verdict));
  if (!verdict.ok) process.exitCode = 1;
}

/** The receipt in a file: by itself, or in the answer that it came with; null where there is none. */
async function receiptIn(path: string): Promise<object | null> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof json !== 'object' || json === null) return null;
    const { receipt = json } = json as { receipt?: object };
    return typeof receipt === 'object' && receipt !== null && 'note' in receipt ? receipt : null;
  } catch {
    return null;
  }
}
