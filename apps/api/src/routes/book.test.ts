import { erasePayload, recordBatch, seal } from '@uncaged/book';
import {
  entryHash,
  fromHex,
  openCheckpoint,
  parseVerifierKey,
  readZip,
  verifyConsistency,
  verifyInclusion,
  verifyReceipt,
} from '@uncaged/book/rules';
import {
  bookChecksSchema,
  bookEntriesSchema,
  bookKeySchema,
  consistencySchema,
  entryWithProofSchema,
  inclusionSchema,
} from '@uncaged/contract';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../app.ts';

let platform: TestPlatform;
let app: ReturnType<typeof buildApp>;
const operator = { headers: { authorization: 'Bearer the-operators-own-token' } };
const get = async (path: string, init?: RequestInit) => {
  const response = await app.request(path, init);
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
};
let ids: string[] = [];

beforeAll(async () => {
  platform = await openTestPlatform();
  app = buildApp(platform, { operatorToken: 'the-operators-own-token' });
});
afterAll(() => platform.close());

test('an empty book says so', async () => {
  for (const path of ['/api/book/checkpoint', '/api/book/export']) {
    expect(await get(path)).toMatchObject({ status: 404, json: { code: 'nothing_sealed' } });
  }
  expect((await get('/api/book/entries')).json).toEqual({ entries: [], next: null });
});

test('an entry comes with everything to check it by', async () => {
  const posting = (account: string, amount: bigint) => ({ account, currency: 'EUR', amount });
  const recorded = await platform.db.transaction((tx) =>
    recordBatch(tx, platform, [
      {
        kind: 'fund.deposited',
        actor: 'ko',
        subject: 'fund:main',
        payload: { source: 'grant' },
        visibility: 'public',
        postings: [posting('world:grant', -7n), posting('fund:main', 7n)],
      },
      {
        kind: 'member.joined',
        actor: 'ko',
        subject: 'member:ko',
        payload: { pseudonym: 'ko' },
        visibility: 'private',
      },
      { kind: 'a.b', actor: null, subject: 'a:b', payload: {}, visibility: 'public' },
    ]),
  );
  if (!recorded.ok) throw new Error(recorded.code);
  ids = recorded.entries.map(({ entry }) => entry.id);
  for (let sealed = 0; sealed < 3; ) sealed += await seal(platform);

  const { verifierKey } = bookKeySchema.parse((await get('/api/book/key')).json);
  const key = parseVerifierKey(verifierKey);
  if (!key) throw new Error('no key');
  const { entry, receipt, inclusion, checkpoint } = entryWithProofSchema.parse(
    (await get(`/api/book/entries/${ids[0]}`)).json,
  );
  const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array();
  const leaf = { ...entry, time: new Date(entry.time), commitment: bytes(entry.commitment) };
  const postings = entry.postings.map((each) => ({ ...each, amount: BigInt(each.amount) }));
  expect(entryHash({ ...leaf, postings })).toEqual(bytes(entry.leafHash));
  expect(verifyReceipt(receipt, key)).toEqual({ ok: true });
  const opened = openCheckpoint(checkpoint ?? '', key);
  if (!opened.ok || !inclusion) throw new Error('not sealed');
  expect((await get('/api/book/checkpoint')).text).toBe(checkpoint);
  const { size, root } = opened.checkpoint;
  const proof = inclusion.proof.map(bytes);
  expect(verifyInclusion(bytes(entry.leafHash), BigInt(inclusion.index), size, proof, root)).toBe(true);
});

test('proofs between any sizes', async () => {
  const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array();
  const one = inclusionSchema.parse((await get('/api/book/proof/inclusion?index=1&size=3')).json);
  expect(verifyInclusion(bytes(one.leafHash), 1n, 3n, one.proof.map(bytes), bytes(one.root))).toBe(true);
  const grown = consistencySchema.parse((await get('/api/book/proof/consistency?from=2&to=3')).json);
  const proof = grown.proof.map(bytes);
  expect(verifyConsistency(2n, bytes(grown.fromRoot), 3n, bytes(grown.toRoot), proof)).toBe(true);
});

test.each([
  ['/api/book/entries/nowhere', 404, 'unknown_entry'],
  ['/api/book/entries?after=x', 422, 'bad_cursor'],
  ['/api/book/entries?limit=0', 422, 'invalid_input'],
  ['/api/book/entries?limit=x', 422, 'invalid_input'],
  ['/api/book/proof/inclusion', 422, 'invalid_input'],
  ['/api/book/proof/inclusion?index=3&size=3', 422, 'bad_range'],
  ['/api/book/proof/inclusion?index=-1&size=3', 422, 'invalid_input'],
  ['/api/book/proof/inclusion?index=3&size=400', 404, 'tree_too_small'],
  ['/api/book/proof/consistency?from=3&to=2', 422, 'bad_range'],
  ['/api/book/proof/consistency?from=3&to=99999999999999999999', 422, 'invalid_input'],
  ['/api/book/export?private=true', 403, 'not_allowed'],
])('%s answers %i %s', async (path, status, code) => {
  expect(await get(path)).toMatchObject({ status, json: { code } });
});

test('a private payload shows to the operator only, an erased one to nobody', async () => {
  const path = `/api/book/entries/${ids[1]}`;
  const seen = async (init?: RequestInit) => entryWithProofSchema.parse((await get(path, init)).json);
  expect(await seen()).toMatchObject({ entry: { payload: null, erased: false }, salt: null });
  expect(await seen(operator)).toMatchObject({ entry: { payload: { pseudonym: 'ko' } } });
  const erasure = { entryId: ids[1] ?? '', actor: null, reason: 'asked' };
  await platform.db.transaction((tx) => erasePayload(tx, platform, erasure));
  expect(await seen(operator)).toMatchObject({ entry: { payload: null, erased: true }, salt: null });
});

test('pages, kinds and subjects', async () => {
  const page = async (query: string) =>
    bookEntriesSchema.parse((await get(`/api/book/entries?${query}`)).json);
  const first = await page('limit=2');
  expect([first.entries.length, first.next]).toEqual([2, '1']);
  expect((await page(`after=${first.next}&limit=1`)).entries[0]?.id).toBe(ids[2]);
  expect((await page('newest=true&limit=1')).entries[0]?.position).toBeGreaterThanOrEqual(2);
  expect((await page('kind=member.joined')).entries.map(({ id }) => id)).toEqual([ids[1]]);
  expect((await page('subject=fund:main')).entries.map(({ id }) => id)).toEqual([ids[0]]);
});

test('every invariant of every domain holds, by name', async () => {
  const { ok, checks } = bookChecksSchema.parse((await get('/api/book/checks')).json);
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(checks.length).toBeGreaterThan(8);
});

test('the export is a zip of the announced length', async () => {
  const response = await app.request('/api/book/export');
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('content-length')).toBe(String(bytes.length));
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const entries = await readZip({ size: bytes.length, read });
  expect(entries?.map(({ path }) => path)).toContain('book/entries.jsonl');
});
