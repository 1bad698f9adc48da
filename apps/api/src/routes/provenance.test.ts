import { importBatchAnswerSchema, workCreatedSchema, workSchema } from '@uncaged/contract';
import { closeRenderers } from '@uncaged/provenance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, openApi, type TestApi } from '../testing.ts';

let api: TestApi;
let heron: Caller;
let cookie = '';
const visitor = () => caller(api);
beforeAll(async () => {
  api = await openApi();
  heron = caller(api);
  const founded = await heron.send('POST', '/api/collective', {
    name: 'Test',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password: 'a password of some length' },
  });
  cookie = founded.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
});
afterAll(async () => {
  closeRenderers();
  await api.platform.close();
});

const svg = (body: string, head = '') =>
  `${head}<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">${body}</svg>`;
const square = svg('<rect width="40" height="40" fill="#a33"/>');
const form = (file: BlobPart | null, fields: Record<string, string> = { title: 'square' }): FormData => {
  const data = new FormData();
  if (file !== null) data.set('file', new File([file], 'a.svg'));
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};
/** Sent as bytes: what FormData streams cannot be stopped half-way, as a real connection can. */
const upload = async (body: FormData | string, headers: Record<string, string> = { cookie }) => {
  const request = new Request('http://localhost/api/works', { method: 'POST', body });
  const type = request.headers.get('content-type') ?? '';
  const bytes = await request.arrayBuffer();
  return api.app.request('/api/works', {
    method: 'POST',
    headers: { ...headers, 'content-type': type },
    body: bytes,
  });
};
const operator = (method: string, path: string, body: unknown) =>
  api.app.request(path, {
    method,
    headers: { authorization: 'Bearer uo_the-operator', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('an upload that cannot be taken', () => {
  const deep = '<g>'.repeat(300) + '</g>'.repeat(300);
  const rows: [string, () => FormData | string, number, string][] = [
    ['no form', () => 'hello', 415, 'unsupported_media_type'],
    ['no file', () => form(null), 422, 'invalid_input'],
    ['no title', () => form(square, {}), 422, 'invalid_input'],
    ['a use nobody knows', () => form(square, { title: 'a', consents: 'everything' }), 422, 'invalid_input'],
    ['twenty-one mebibytes', () => form(new Uint8Array(21 * 1024 * 1024)), 413, 'file_too_large'],
    ['nothing in it', () => form(''), 422, 'file_empty'],
    ['a program', () => form('#!/bin/sh'), 415, 'not_a_picture'],
    ['a page', () => form('<html><script>1</script></html>'), 422, 'not_an_svg'],
    ['a script', () => form(svg('<script>alert(1)</script>')), 422, 'svg_script'],
    ['a handler', () => form(svg('<g onload="alert(1)"/>')), 422, 'svg_event_handler'],
    [
      'an entity bomb',
      () => form(svg('<text>&b;</text>', '<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>')),
      422,
      'svg_entities',
    ],
    [
      'an entity from the disk',
      () => form(svg('<text>&a;</text>', '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
      422,
      'svg_entities',
    ],
    ['torn XML', () => form(svg('<g>')), 422, 'svg_malformed'],
    ['three hundred levels', () => form(svg(deep)), 422, 'svg_too_complex'],
    ['an unknown encoding', () => form(`<?xml version="1.0" encoding="x"?>${square}`), 422, 'svg_encoding'],
    ['40,000 × 40,000', () => form(square.replace(/"64"/g, '"40000"')), 422, 'image_too_large'],
    ['nothing to see', () => form(svg('')), 422, 'renders_nothing'],
    [
      'a torn picture',
      () => form(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2)),
      422,
      'does_not_render',
    ],
    [
      'an author who is nobody',
      () => form(square, { title: 'a', author: 'Anonymous' }),
      422,
      'author_placeholder',
    ],
    [
      'a consent of yesterday',
      () => form(square, { title: 'a', expiresAt: '2001-01-01T00:00:00Z' }),
      422,
      'consent_expired',
    ],
  ];
  it.each(rows)('%s', async (_name, body, status, code) => {
    const response = await upload(body());
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
  });

  it('by a visitor', async () => {
    expect((await upload(form(square), {})).status).toBe(401);
  });
});

describe('a work', () => {
  it('is brought, shown as a picture that cannot act, and its lines are given and taken', async () => {
    const response = await upload(
      form(square, { title: 'square', consents: 'publish,train_base', keywords: 'red, square' }),
    );
    expect(response.status).toBe(201);
    const { work, created, receipt } = workCreatedSchema.parse(await response.json());
    expect(created).toBe(true);
    expect(receipt?.entryId).toBe(work.entryId);
    expect(work.consents.map((line) => line.use).sort()).toEqual(['publish', 'train_base']);
    const picture = await visitor().send('GET', work.image ?? '');
    expect(picture.headers.get('content-type')).toBe('image/webp');
    expect(picture.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff');
    const taken = await heron.send('POST', `/api/works/${work.id}/consents`, {
      use: 'publish',
      answer: 'no',
    });
    expect(taken.status).toBe(201);
    expect(await visitor().refused('GET', `/api/works/${work.id}`)).toEqual([404, 'unknown_work']);
    expect(await visitor().refused('GET', work.image ?? '')).toEqual([404, 'unknown_work']);
    const mine = (await (await heron.send('GET', `/api/works/${work.id}`)).json()) as { work: unknown };
    expect(workSchema.parse(mine.work).uses.find((use) => use.use === 'publish')?.because).toBe('revoked');
  });
});

describe('an import', () => {
  it('takes batches from the operator and answers with a report', async () => {
    const started = (await (await operator('POST', '/api/imports', { source: 'small' })).json()) as {
      import: { id: string };
    };
    const path = `/api/imports/${started.import.id}`;
    const response = await operator('POST', `${path}/works`, {
      files: [{ path: 'a.svg', bytes: Buffer.from(square).toString('base64') }],
    });
    const { outcomes } = importBatchAnswerSchema.parse(await response.json());
    expect(outcomes).toMatchObject([{ path: 'a.svg', outcome: 'refused', reason: 'licence_missing' }]);
    expect((await operator('POST', `${path}/finish`, {})).status).toBe(200);
    expect((await visitor().send('GET', `${path}/items?reason=licence_missing`)).status).toBe(200);
  });

  it.each([
    ['POST', '/api/imports', { source: 'a' }, 401, 'not_logged_in'],
    ['GET', '/api/imports/none', undefined, 404, 'unknown_import'],
    ['GET', '/api/models/none', undefined, 404, 'unknown_model'],
    ['GET', '/api/datasets/none', undefined, 404, 'unknown_dataset'],
    ['GET', '/api/generations/none/lineage', undefined, 404, 'unknown_lineage'],
    ['GET', '/api/works/none', undefined, 404, 'unknown_work'],
    ['GET', '/api/works?limit=0', undefined, 422, 'invalid_input'],
  ] as const)('%s %s of a visitor', async (method, path, body, status, code) => {
    expect(await visitor().refused(method, path, body)).toEqual([status, code]);
  });

  it.each([
    [{ source: '../up' }, 422, 'invalid_input'],
    [{}, 422, 'invalid_input'],
  ])('with %j is refused', async (body, status, code) => {
    const response = await operator('POST', '/api/imports', body);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
  });
});

it('tells whom a reader of content credentials may trust', async () => {
  const response = await visitor().send('GET', '/api/credentials/chain');
  expect(((await response.json()) as { pem: string }).pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
});
