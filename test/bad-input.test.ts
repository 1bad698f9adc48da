// What a stranger may throw at a running collective, and what they get: a code, a status, a next step, never a 500.
import { record } from '@uncaged/book';
import type { Problem } from '@uncaged/contract';
import { openTestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raise, type Stage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

let stage: Stage;
let heron: Visitor;
let nacht: Visitor;
let token: string;

beforeAll(async () => {
  stage = await raise();
  heron = stage.visitor();
  nacht = stage.visitor();
  const founder = { pseudonym: 'heron', password: 'heron remembers this sentence' };
  const deposit = { amount: '100000', source: 'grant' };
  await heron.post('/api/collective', { name: 'Bad input', currency: 'EUR', founder, deposit });
  const { code } = await heron.post<{ code: string }>('/api/invitations', {});
  await nacht.post('/api/members', { code, pseudonym: 'nacht', password: 'nacht remembers this sentence' });
  token = (await heron.post<{ token: string }>('/api/workers', { name: 'one' })).token;
});

afterAll(() => stage[Symbol.asyncDispose]());

const drawing = (inside: string, head = '') =>
  `${head}<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">${inside}</svg>`;

/** Ten levels of ten: 10^10 times the first, were it expanded. */
const bomb = drawing(
  '<text>&j;</text>',
  `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
    .split('')
    .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`)
    .join('')}]>`,
);

function work(bytes: string | Uint8Array<ArrayBuffer>, name: string, type: string): FormData {
  const form = new FormData();
  form.set('file', new File([bytes], name, { type }));
  form.set('title', 'a work');
  form.set('keywords', 'work');
  form.set('licence', 'CC0-1.0');
  return form;
}

interface Row {
  what: string;
  status: number;
  code: string;
  send(): Promise<Response>;
}

const json =
  (who: () => Visitor, method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    who().raw(method, path, typeof body === 'string' ? body : JSON.stringify(body), {
      'content-type': 'application/json',
      ...headers,
    });
const form = (make: () => FormData) => () => nacht.raw('POST', '/api/works', make());
const bearer = (value: () => string, path: string) => () =>
  fetch(`${stage.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${value()}`, 'content-type': 'application/json' },
    body: '{}',
  });
const nowhere = '01890000-0000-7000-8000-000000000000';

const rows: Row[] = [
  {
    what: 'an unknown clip',
    status: 404,
    code: 'unknown_generation',
    send: () => nacht.raw('GET', `/api/generations/${nowhere}`),
  },
  {
    what: 'an id that is no id',
    status: 404,
    code: 'unknown_generation',
    send: () => nacht.raw('GET', "/api/generations/';drop table entries"),
  },
  {
    what: 'an unknown entry of the book',
    status: 404,
    code: 'unknown_entry',
    send: () => nacht.raw('GET', `/api/book/entries/${nowhere}`),
  },
  {
    what: 'an unknown route',
    status: 404,
    code: 'not_found',
    send: () => nacht.raw('GET', '/api/nothing-here'),
  },
  {
    what: 'a session of somebody else',
    status: 404,
    code: 'unknown_session',
    send: async () => nacht.raw('DELETE', `/api/sessions/${await sessionOf(heron)}`),
  },
  {
    what: 'no session at all',
    status: 401,
    code: 'not_logged_in',
    send: json(() => stage.visitor(), 'POST', '/api/generations', { prompt: 'a house' }),
  },
  {
    what: 'a member at a steward’s desk',
    status: 403,
    code: 'not_allowed',
    send: json(() => nacht, 'POST', '/api/funds/deposits', {
      fund: 'main',
      amount: '1',
      currency: 'EUR',
      source: 'gift',
    }),
  },
  {
    what: 'another site’s form',
    status: 403,
    code: 'origin_mismatch',
    send: json(
      () => nacht,
      'POST',
      '/api/generations',
      { prompt: 'a house' },
      { origin: 'https://elsewhere.example' },
    ),
  },
  {
    what: 'JSON that is none',
    status: 400,
    code: 'malformed_json',
    send: json(() => nacht, 'POST', '/api/generations', '{"prompt":'),
  },
  {
    what: 'a prompt of 100,000 characters',
    status: 422,
    code: 'prompt_too_long',
    send: json(() => nacht, 'POST', '/api/generations', { prompt: 'a'.repeat(100_000) }),
  },
  {
    what: 'an empty prompt',
    status: 422,
    code: 'prompt_empty',
    send: json(() => nacht, 'POST', '/api/generations', { prompt: '   ' }),
  },
  {
    what: 'guidance that is no number',
    status: 422,
    code: 'guidance_not_finite',
    send: json(() => nacht, 'POST', '/api/generations', { prompt: 'a house', guidance: 'NaN' }),
  },
  {
    what: 'guidance beyond all numbers',
    status: 422,
    code: 'guidance_not_finite',
    send: json(() => nacht, 'POST', '/api/generations', '{"prompt":"a house","guidance":1e999}'),
  },
  {
    what: 'minus one step',
    status: 422,
    code: 'steps_out_of_range',
    send: json(() => nacht, 'POST', '/api/generations', { prompt: 'a house', steps: -1 }),
  },
  {
    what: 'a body of two megabytes',
    status: 413,
    code: 'body_too_large',
    send: json(() => nacht, 'POST', '/api/generations', { prompt: 'a'.repeat(2_000_000) }),
  },
  {
    what: 'an amount below nothing',
    status: 422,
    code: 'amount_not_positive',
    send: json(() => heron, 'POST', '/api/funds/deposits', {
      fund: 'main',
      amount: '-5',
      currency: 'EUR',
      source: 'gift',
    }),
  },
  { what: 'the same key, another body', status: 409, code: 'idempotency_conflict', send: sameKeyOtherBody },
  {
    what: 'an upload of 30 megabytes',
    status: 413,
    code: 'file_too_large',
    send: form(() => work(new Uint8Array(30_000_000), 'big.png', 'image/png')),
  },
  {
    what: 'an SVG that expands itself',
    status: 422,
    code: 'svg_entities',
    send: form(() => work(bomb, 'bomb.svg', 'image/svg+xml')),
  },
  {
    what: 'an SVG with a script',
    status: 422,
    code: 'svg_script',
    send: form(() => work(drawing('<script>alert(1)</script>'), 'script.svg', 'image/svg+xml')),
  },
  {
    what: 'an SVG with a handler',
    status: 422,
    code: 'svg_event_handler',
    send: form(() => work(drawing('<rect onload="alert(1)"/>'), 'handler.svg', 'image/svg+xml')),
  },
  {
    what: 'bytes that are no picture',
    status: 415,
    code: 'not_a_picture',
    send: form(() => work('hello', 'hello.png', 'image/png')),
  },
  {
    what: 'a made-up worker’s token',
    status: 401,
    code: 'token_unknown',
    send: bearer(() => 'uw_made-up', '/api/worker/lease'),
  },
  { what: 'a lease of another worker', status: 403, code: 'lease_not_yours', send: leaseOfAnother },
  { what: 'a revoked token', status: 401, code: 'token_revoked', send: revoked },
  { what: 'a token whose time is over', status: 401, code: 'token_expired', send: expired },
];

async function sessionOf(who: Visitor): Promise<string> {
  const { sessions } = await who.get<{ sessions: { id: string }[] }>('/api/sessions');
  return sessions[0]?.id ?? '';
}

async function sameKeyOtherBody(): Promise<Response> {
  const deposit = { fund: 'main', amount: '5', currency: 'EUR', source: 'donation' };
  await heron.post('/api/funds/deposits', deposit, 'gift-1');
  return json(
    () => heron,
    'POST',
    '/api/funds/deposits',
    { ...deposit, amount: '6' },
    { 'idempotency-key': 'gift-1' },
  )();
}

async function leaseOfAnother(): Promise<Response> {
  await nacht.post('/api/generations', { prompt: 'a house', steps: 1 });
  const leased = await bearer(() => token, '/api/worker/lease')();
  const { job } = (await leased.json()) as { job: { leaseId: string } };
  const other = (await heron.post<{ token: string }>('/api/workers', { name: 'another' })).token;
  return bearer(() => other, `/api/worker/leases/${job.leaseId}/heartbeat`)();
}

async function revoked(): Promise<Response> {
  const made = await heron.post<{ token: string; worker: { id: string } }>('/api/workers', { name: 'gone' });
  await heron.raw('DELETE', `/api/workers/${made.worker.id}`);
  return bearer(() => made.token, '/api/worker/lease')();
}

async function expired(): Promise<Response> {
  const made = await heron.post<{ token: string }>('/api/workers', { name: 'old', days: 1 });
  stage.clock.advance(2 * 86_400_000);
  return bearer(() => made.token, '/api/worker/lease')();
}

describe('bad input over HTTP', () => {
  test.each(rows)('$what gets $status $code', async ({ status, code, send }) => {
    const response = await send();
    const problem = (await response.json()) as Problem;
    expect({ status: response.status, code: problem.code }).toEqual({ status, code });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.next).not.toBe('');
  });

  test('nothing of it reached the book, and the machine still answers', async () => {
    await stage.sealed();
    await stage.check();
    expect(await heron.get('/api/health')).toMatchObject({});
  });
});

// No route takes postings as they are, so this one is tried where it would arrive.
test('an unbalanced posting is refused with its code', async () => {
  await using platform = await openTestPlatform();
  const postings = [
    { account: 'world:grant', currency: 'EUR', amount: -5n },
    { account: 'fund:main', currency: 'EUR', amount: 4n },
  ];
  const refused = await platform.db.transaction((tx) =>
    record(tx, platform, {
      kind: 'fund.deposited',
      actor: null,
      subject: 'fund:main',
      payload: {},
      visibility: 'public',
      postings,
    }),
  );
  expect(refused).toMatchObject({ ok: false, code: 'unbalanced' });
});
