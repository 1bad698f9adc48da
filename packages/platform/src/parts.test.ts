import { createHash, sign, verify } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blobsIn } from './blobs.ts';
import { manualClock } from './clock.ts';
import { readConfig } from './config.ts';
import { idsBy } from './ids.ts';
import { secretsIn } from './secrets.ts';

const folder = await mkdtemp(join(tmpdir(), 'uncaged-parts-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('ids rise while the clock stands still, and follow it', () => {
  const clock = manualClock(new Date('2025-06-01T00:00:00Z'));
  const ids = idsBy(clock);
  const first = Array.from({ length: 2000 }, () => ids.next());
  expect(first.toSorted()).toEqual(first);
  expect(new Set(first).size).toBe(2000);
  clock.advance(60_000);
  const [milliseconds] = [Number.parseInt(ids.next().replaceAll('-', '').slice(0, 12), 16)];
  expect(new Date(milliseconds)).toEqual(clock.now());
});

test('blobs are kept by hash, streamed, cut, deleted', async () => {
  const blobs = blobsIn(join(folder, 'blobs'));
  const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => n % 251);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await blobs.get(sha256)).toBe(null);
  expect(await blobs.put(bytes)).toEqual({ sha256, size: bytes.length });
  expect(await blobs.put(bytes)).toEqual({ sha256, size: bytes.length });
  expect(await blobs.get(sha256)).toEqual(bytes);
  expect(await blobs.has(sha256)).toBe(true);
  const opened = await blobs.open(sha256, { start: 10, end: 19 });
  expect(opened?.size).toBe(bytes.length);
  expect(new Uint8Array(await new Response(opened?.stream).arrayBuffer())).toEqual(bytes.slice(10, 20));
  expect(await blobs.putStream(inChunks(bytes, 999), { maxBytes: 70_000 })).toEqual({
    ok: true,
    sha256,
    size: 70_000,
  });
  expect(await blobs.putStream(inChunks(bytes, 999), { maxBytes: 69_999 })).toEqual({
    ok: false,
    code: 'blob_too_large',
  });
  expect(await readdir(join(folder, 'blobs', 'incoming'))).toEqual([]);
  await blobs.delete(sha256);
  await blobs.delete(sha256);
  expect(await blobs.has(sha256)).toBe(false);
  expect(await blobs.get('../../etc/passwd')).toBe(null);
});

test('a damaged blob is not handed out, and is mended by putting it again when its length is wrong', async () => {
  const blobs = blobsIn(join(folder, 'damaged'));
  const { sha256 } = await blobs.put(Uint8Array.of(1, 2, 3));
  const path = join(folder, 'damaged', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  await writeFile(path, 'no');
  await expect(blobs.get(sha256)).rejects.toThrow('damaged');
  await blobs.put(Uint8Array.of(1, 2, 3));
  expect(await blobs.get(sha256)).toEqual(Uint8Array.of(1, 2, 3));
});

test('secrets are made once, by whoever is first, and are readable by their owner only', async () => {
  const place = join(folder, 'secrets');
  const [one, two] = [secretsIn(place), secretsIn(place)];
  const [a, b] = await Promise.all([one.get('cookie'), two.get('cookie')]);
  expect(a).toEqual(b);
  expect(a.length).toBe(32);
  const [key, same] = await Promise.all([one.signingKey('log'), two.signingKey('log')]);
  expect(key.publicKey).toEqual(same.publicKey);
  expect(key.publicKey.length).toBe(32);
  const message = Buffer.from('checkpoint');
  expect(verify(null, message, same.privateKey, sign(null, message, key.privateKey))).toBe(true);
  expect((await stat(join(place, 'log.ed25519.pem'))).mode & 0o777).toBe(0o600);
  expect((await readdir(place)).toSorted()).toEqual(['cookie.secret', 'log.ed25519.pem']);
  expect(() => one.get('../x')).toThrow('no name');
});

test('every wrong variable is named', () => {
  const read = readConfig({
    PORT: '70000',
    DATABASE_URL: 'mysql://x',
    REDIS_URL: 'nonsense',
    UNCAGED_URL: '',
  });
  expect(read).toEqual({
    ok: false,
    code: 'bad_config',
    problems: [
      { variable: 'PORT', message: 'must be a number from 0 to 65535' },
      { variable: 'DATABASE_URL', message: 'must be a URL that starts with postgres:// or postgresql://' },
      { variable: 'REDIS_URL', message: 'must be a URL that starts with redis:// or rediss://' },
    ],
  });
  expect(readConfig({ UNCAGED_DATA: '/srv/heron' })).toMatchObject({
    ok: true,
    config: { dataFolder: '/srv/heron', blobsFolder: '/srv/heron/blobs', port: 3000, databaseUrl: null },
  });
});
