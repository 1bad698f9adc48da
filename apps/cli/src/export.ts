import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { configOrExit } from './config.ts';
import { reachCollective } from './operator.ts';

/** `uncaged export FILE`: writes the whole book as one archive; a file of that name is replaced once it is whole. */
export async function exportBook(file: string, options: { data?: string }): Promise<void> {
  const collective = await reachCollective(configOrExit(options));
  const partial = `${file}.part`;
  try {
    const response = await fetch(`${collective.url}/api/book/export`, {
      headers: { authorization: `Bearer ${collective.token}` },
    });
    if (!response.ok || !response.body) {
      console.error(`uncaged: the collective did not export: ${await response.text()}`);
      process.exitCode = 1;
      return;
    }
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(partial));
    await rename(partial, file);
    console.log(`The book is in ${file}. Check it with: npm run uncaged -- verify ${file}`);
  } finally {
    await rm(partial, { force: true });
    await collective.close();
  }
}
