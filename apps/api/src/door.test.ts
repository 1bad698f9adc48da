import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { addWorker, revokeWorker } from '@uncaged/studio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from './app.ts';

let platform: TestPlatform;
let app: ReturnType<typeof buildApp>;
const tokens = { good: '', expired: '', revoked: '' };
const operatorToken = 'uo_the-operator';

beforeAll(async () => {
  platform = await openTestPlatform();
  app = buildApp(platform, { operatorToken });
  const { db, clock, ids, blobs, secrets } = platform;
  const actor = { memberId: null, roles: [], kind: 'operator' as const };
  const ctx = { db, clock, ids, blobs, secrets, policy: null, actor };
  const revoked = await addWorker(ctx, { name: 'revoked' });
  await revokeWorker(ctx, revoked.worker.id);
  tokens.good = (await addWorker(ctx, { name: 'good' })).token;
  tokens.expired = (await addWorker(ctx, { name: 'expired', days: 1 })).token;
  clock.advance(2 * 86_400_000);
  tokens.revoked = revoked.token;
});
afterAll(() => platform.close());

const json = { 'content-type': 'application/json' };
const bearer = (token: string) => ({ ...json, authorization: `Bearer ${token}` });
const deep = `${'['.repeat(40)}${']'.repeat(40)}`;

type Row = [code: string, status: number, method: string, path: string, init: () => RequestInit];
const table: Row[] = [
  ['not_found', 404, 'GET', '/api/nothing', () => ({})],
  ['not_found', 404, 'GET', '/api/generations/../../etc/passwd', () => ({})],
  ['method_not_allowed', 405, 'DELETE', '/api/health', () => ({})],
  ['malformed_json', 400, 'POST', '/api/sessions', () => ({ headers: json, body: '{"pseudonym":' })],
  [
    'malformed_json',
    400,
    'POST',
    '/api/sessions',
    () => ({ headers: json, body: new Uint8Array([0xff, 0xfe]) }),
  ],
  ['malformed_json', 400, 'POST', '/api/sessions', () => ({ headers: json, body: deep })],
  [
    'unsupported_media_type',
    415,
    'POST',
    '/api/sessions',
    () => ({ headers: { 'content-type': 'text/plain' }, body: 'x' }),
  ],
  [
    'body_too_large',
    413,
    'POST',
    '/api/sessions',
    () => ({ headers: json, body: `"${'x'.repeat(1024 * 1024)}"` }),
  ],
  ...['{"pseudonym":"a\\u0000b"}', '{"a":[{"b":"\\ud800"}]}', '{"\\u0000":1}'].map(
    (body): Row => ['text_malformed', 422, 'POST', '/api/sessions', () => ({ headers: json, body })],
  ),
  ...['generations/%00', 'book/entries/%00', 'book/entries?subject=a%00', 'works?q=%00'].map(
    (path): Row => ['not_found', 404, 'GET', `/api/${path}`, () => ({})],
  ),
  ['invalid_input', 422, 'GET', '/api/policy/diff?from=99999999999&to=1', () => ({})],
  ['invalid_input', 422, 'POST', '/api/sessions', () => ({ headers: json, body: '[]' })],
  [
    'invalid_input',
    422,
    'POST',
    '/api/sessions',
    () => ({ headers: json, body: '{"pseudonym":7,"password":"x"}' }),
  ],
  [
    'origin_mismatch',
    403,
    'POST',
    '/api/sessions',
    () => ({ headers: { ...json, origin: 'https://else.where' }, body: '{}' }),
  ],
  [
    'origin_mismatch',
    403,
    'POST',
    '/api/sessions',
    () => ({ headers: { ...json, origin: 'null' }, body: '{}' }),
  ],
  [
    'origin_mismatch',
    403,
    'POST',
    '/api/sessions',
    () => ({ headers: { ...json, 'sec-fetch-site': 'cross-site' }, body: '{}' }),
  ],
  ['not_logged_in', 401, 'POST', '/api/generations', () => ({ headers: json, body: '{"prompt":"x"}' })],
  [
    'not_logged_in',
    401,
    'POST',
    '/api/generations',
    () => ({ headers: { ...json, cookie: 'uncaged_session=forged' }, body: '{}' }),
  ],
  ['not_logged_in', 401, 'POST', '/api/worker/lease', () => ({ headers: json, body: '{}' })],
  ['token_unknown', 401, 'POST', '/api/worker/lease', () => ({ headers: bearer('uw_nobody'), body: '{}' })],
  [
    'token_unknown',
    401,
    'POST',
    '/api/worker/lease',
    () => ({ headers: { authorization: 'Basic eDp5' }, body: '{}' }),
  ],
  [
    'token_expired',
    401,
    'POST',
    '/api/worker/lease',
    () => ({ headers: bearer(tokens.expired), body: '{}' }),
  ],
  [
    'token_revoked',
    401,
    'POST',
    '/api/worker/lease',
    () => ({ headers: bearer(tokens.revoked), body: '{}' }),
  ],
  [
    'not_allowed',
    403,
    'POST',
    '/api/workers',
    () => ({ headers: bearer(tokens.good), body: '{"name":"x"}' }),
  ],
  ['not_allowed', 403, 'POST', '/api/worker/lease', () => ({ headers: bearer(operatorToken), body: '{}' })],
  ['not_founded', 409, 'POST', '/api/worker/lease', () => ({ headers: bearer(tokens.good), body: '{}' })],
  ['not_founded', 409, 'GET', '/api/generations', () => ({})],
];

describe('the door', () => {
  it.each(table)('answers %s with %i: %s %s', async (code, status, method, path, init) => {
    const response = await app.request(path, { method, ...init() });
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ code, status, type: `/problems/${code}` });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    for (const field of ['title', 'detail', 'next'])
      expect(problem[field]).toEqual(expect.stringMatching(/\w/));
  });

  it('names the methods an address takes', async () => {
    const response = await app.request('/api/health', { method: 'DELETE' });
    expect(response.headers.get('allow')).toContain('GET');
  });

  it('sends headers that keep browsers from guessing', async () => {
    const { headers } = await app.request('/api/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-frame-options')).toBeTruthy();
  });

  it('describes itself', async () => {
    const description = (await (await app.request('/api/openapi.json')).json()) as { paths: object };
    expect(Object.keys(description.paths)).toContain('/api/generations/{id}');
  });
});
