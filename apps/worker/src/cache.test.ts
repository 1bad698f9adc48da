import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCache } from './cache.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uncaged-cache-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = new TextEncoder().encode('weights');
const hashOf = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
const sha256 = hashOf(bytes);

/** What a collective has under hashes, and how often it was asked. */
function shelf(has: Record<string, Uint8Array>) {
  const asked: string[] = [];
  const download = async (hash: string) => {
    asked.push(hash);
    const found = has[hash];
    if (!found) throw new Error(`no_output: ${hash}`);
    return found;
  };
  return { asked, download };
}

test('a file is fetched once, and again where its bytes are no longer what they were', async () => {
  const collective = shelf({ [sha256]: bytes });
  const cache = await openCache(folder, collective);
  const path = await cache.file(sha256);
  expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  await cache.file(sha256);
  expect(collective.asked).toEqual([sha256]);
  await writeFile(path, 'torn');
  expect(new Uint8Array(await cache.bytes(sha256))).toEqual(bytes);
  expect(collective.asked).toEqual([sha256, sha256]);
});

test('what comes with another hash, or not at all, is not kept', async () => {
  const other = hashOf(new Uint8Array(3));
  const cache = await openCache(folder, shelf({ [other]: bytes }));
  await expect(cache.file(other)).rejects.toThrow('another hash');
  await expect(cache.file(hashOf(new Uint8Array(4)))).rejects.toThrow('no_output');
  await expect(cache.file('../../etc/passwd')).rejects.toThrow('no SHA-256');
});

test('a model lies as engines load it; one without a record cannot be fetched', async () => {
  const record = new TextEncoder().encode('{"name":"own"}');
  const cache = await openCache(folder, shelf({ [sha256]: bytes, [hashOf(record)]: record }));
  const wanted = { id: 'm-1', weightsSha256: sha256, recordSha256: hashOf(record) };
  const { modelDir, model } = await cache.model(wanted);
  expect(await readFile(join(modelDir, `${model}.json`), 'utf8')).toBe('{"name":"own"}');
  expect(await readFile(join(modelDir, `${model}.safetensors`), 'utf8')).toBe('weights');
  await expect(cache.model({ ...wanted, recordSha256: null })).rejects.toThrow('cannot fetch');
});

test('checkpoints of a run stay until it ends', async () => {
  const cache = await openCache(folder, shelf({}));
  const run = await cache.runFolder('run-1');
  await writeFile(join(run, 'a.checkpoint'), 'so far');
  const later = await openCache(folder, shelf({}));
  expect(await readFile(join(await later.runFolder('run-1'), 'a.checkpoint'), 'utf8')).toBe('so far');
  await later.endRun('run-1');
  await expect(readFile(join(run, 'a.checkpoint'))).rejects.toThrow();
});
