import { readFile } from 'node:fs/promises';
import { verifyArchive } from '@uncaged/verify';
import { expect, test } from 'vitest';
import { openArchiveFile } from '../../apps/cli/src/archive-file.ts';
import { forgeBook } from './forged-book.ts';

test('a forged book of several pieces holds, and nothing in its last entry or checkpoint can change', async () => {
  await using book = await forgeBook(1500);
  await using archive = await openArchiveFile(book.archive);
  if (!archive) throw new Error('the archive did not open');
  expect(await verifyArchive(archive)).toMatchObject({
    ok: true,
    figures: { entries: 1500, receipts: 0, checkpoints: 15, signatures: 15 },
  });
  const bytes = await readFile(book.archive);
  const last = (text: string) => bytes.lastIndexOf(text);
  for (const [at, code] of [
    [last('"salt":"') + 8, 'commitment_mismatch'],
    [last('\n— uncaged.book/forged') + 60, 'bad_checkpoint'],
  ] as const) {
    const changed = new Uint8Array(bytes);
    changed[at] = changed[at] === 0x61 ? 0x62 : 0x61;
    expect(await verifyArchive(changed)).toMatchObject({ ok: false, code });
  }
});

test('what is no file is not opened', async () => {
  expect(await openArchiveFile(import.meta.dirname)).toBeNull();
  expect(await openArchiveFile('nowhere.zip')).toBeNull();
});
