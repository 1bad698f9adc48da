import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DurableFolder } from './durable.folder.ts';

const folder = await mkdtemp(join(tmpdir(), 'uncaged-durable-'));
const wal = join(folder, 'pg_wal');
await mkdir(wal);
const one = join(wal, '000000010000000000000001');
await writeFile(one, 'commit');
afterAll(() => rm(folder, { recursive: true, force: true }));

test('many waiters share one sync; a WAL file a checkpoint has removed counts as synced', async () => {
  const durable = new DurableFolder();
  await durable.durable();
  durable.fsync(one, null);
  await Promise.all([durable.durable(), durable.durable()]);
  durable.fsync(join(wal, '000000010000000000000002'), null);
  expect(durable.walFiles).toBe(2);
  await durable.durable();
  durable.checkpointed();
  expect(durable.walFiles).toBe(0);
});

test('a commit noted while a sync is under way waits for the next one', async () => {
  const durable = new DurableFolder();
  durable.fsync(one, null);
  const first = durable.durable();
  durable.fsync(one, null);
  await Promise.all([first, durable.durable()]);
});

test('a sync the disk refuses is refused to every later commit', async () => {
  const durable = new DurableFolder();
  durable.fsync(join(one, 'pg_wal', '000000010000000000000003'), null);
  await expect(durable.durable()).rejects.toThrow('disk refused');
  durable.fsync(one, null);
  await expect(durable.durable()).rejects.toThrow('disk refused');
});

test('anything but WAL is synced at once; while a new folder is made nothing is', async () => {
  const durable = new DurableFolder();
  durable.fsync(folder, null);
  durable.making();
  durable.fsync(join(folder, 'unknown'), 999_999);
  durable.made(folder);
  await durable.durable();
  expect(() => durable.fsync(join(folder, 'unknown'), 999_999)).toThrow('EBADF');
});
