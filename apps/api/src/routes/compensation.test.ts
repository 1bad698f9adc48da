import { sealStanding } from '@uncaged/book';
import { due, type GenerationRef, submit } from '@uncaged/compensation';
import type * as wire from '@uncaged/contract';
import { compensationEndpoints, fundEndpoints } from '@uncaged/contract';
import { found, type GovernedContext, invite, join } from '@uncaged/governance';
import { createSession, sessionCookie } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../app.ts';
import { problems } from '../problems.ts';

let platform: TestPlatform;
let app: ReturnType<typeof buildApp>;
const people = new Map<string, { ctx: GovernedContext; cookie: string }>();
const operatorToken = 'uo_the-operator';

async function seat(name: string, ctx: GovernedContext): Promise<void> {
  const session = await createSession(platform, { memberId: ctx.actor.memberId ?? '', userAgent: 'test' });
  people.set(name, { ctx, cookie: sessionCookie(platform, session.token).split(';')[0] ?? '' });
}

beforeAll(async () => {
  platform = await openTestPlatform();
  app = buildApp(platform, { operatorToken });
  const { db, clock, ids, blobs, secrets } = platform;
  const world = { db, clock, ids, blobs, secrets };
  const founder = { pseudonym: 'heron', password: 'a long password' };
  const founded = await found(world, { name: 'Night Shift', currency: 'EUR', founder });
  if (!founded.ok) throw new Error(founded.code);
  const { policy } = founded;
  const acting = (memberId: string, roles: readonly string[]): GovernedContext => {
    return { ...world, policy, actor: { memberId, roles, kind: 'member' } };
  };
  const heron = acting(founded.member.id, founded.member.roles);
  await seat('heron', heron);
  for (const pseudonym of ['iris', 'ko', 'nacht']) {
    const invited = await invite(heron);
    const joined = await join(heron, { code: invited.code, pseudonym, password: 'a long password' });
    if (!joined.ok) throw new Error(joined.code);
    await seat(pseudonym, acting(joined.member.id, joined.member.roles));
  }
});
afterAll(() => platform.close());

interface Sent {
  who?: string;
  body?: unknown;
  key?: string;
}

async function send(method: string, path: string, { who, body, key }: Sent = {}) {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  if (who === 'operator') headers.authorization = `Bearer ${operatorToken}`;
  else if (who !== undefined) headers.cookie = people.get(who)?.cookie ?? '';
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await app.request(path, init);
  return { status: response.status, json: await response.json() };
}

const terms: wire.CallRequest = {
  title: 'Break the night model',
  brief: 'Find prompts on which the clip freezes.',
  rates: [{ kind: 'bug', amount: '3000' }],
  budget: '9000',
  currency: 'EUR',
  deadline: '2025-02-01T00:00:00+01:00',
};
const money = { fund: 'main', amount: '100000', currency: 'EUR', source: 'grant' };

const clip = (makerId: string): GenerationRef => ({
  id: platform.ids.next(),
  makerId,
  seed: '7',
  prompt: 'a heron over black water',
  modelId: 'commons-2',
  settings: { steps: 30 },
  frames: 16,
  durationMs: 2000,
});

/** A piece handed in by iris, past the studio: the story runs the whole way with a real clip. */
async function handIn(callId: string): Promise<string> {
  const ctx = people.get('iris')?.ctx as GovernedContext;
  const generation = clip(ctx.actor.memberId ?? '');
  const piece = { callId, generationId: generation.id, generation, kind: 'bug', text: 'Frame 9 repeats.' };
  const taken = await submit(ctx, piece);
  if (!taken.ok) throw new Error(taken.code);
  await drawn();
  return taken.contribution.id;
}

/** Draws who is asked to review what came in. */
async function drawn(): Promise<void> {
  await sealStanding(platform, 60_000);
  const ctx = people.get('heron')?.ctx;
  if (ctx) await due(ctx);
}

async function openCall(): Promise<string> {
  const opened = await send('POST', '/api/calls', { who: 'heron', body: terms });
  return (opened.json as wire.CallOpenedResponse).call.id;
}

describe('paid work over HTTP', () => {
  it('goes from a deposit to a statement, each step with its receipt', async () => {
    const deposited = await send('POST', '/api/funds/deposits', { who: 'operator', body: money });
    expect(deposited).toMatchObject({
      status: 201,
      json: {
        deposit: { amount: '100000', source: 'grant' },
        fund: { name: 'main', balances: [{ amount: '100000', currency: 'EUR' }] },
        receipt: { entryId: deposited.json.deposit.entryId },
      },
    });
    const opened = await send('POST', '/api/calls', { who: 'heron', body: terms, key: 'call-1' });
    expect(opened).toMatchObject({
      status: 201,
      json: {
        call: {
          state: 'open',
          deadline: '2025-01-31T23:00:00.000Z',
          budget: { available: '9000' },
          reviewRate: '500',
        },
      },
    });
    const again = await send('POST', '/api/calls', { who: 'heron', body: terms, key: 'call-1' });
    expect(again.json.receipt).toEqual(opened.json.receipt);
    const { call } = opened.json as wire.CallOpenedResponse;
    const id = await handIn(call.id);
    const desk = await send('GET', '/api/reviews', { who: 'ko' });
    expect(desk.json.waiting).toMatchObject([
      { id, authorId: null, text: 'Frame 9 repeats.', mayReview: true },
    ]);
    for (const who of ['ko', 'nacht']) {
      const body = { verdict: 'accept' };
      const reviewed = await send('POST', `/api/contributions/${id}/reviews`, { who, body });
      expect(reviewed).toMatchObject({
        status: 201,
        json: { review: { paid: { amount: '500', currency: 'EUR' } } },
      });
    }
    const piece = await send('GET', `/api/contributions/${id}`, { who: 'iris' });
    expect(piece.json.contribution).toMatchObject({
      state: 'accepted',
      decidedBy: 'reviews',
      amount: '3000',
    });
    const statement = await send('GET', '/api/me/statement', { who: 'iris' });
    expect(statement.json).toMatchObject({
      lines: [
        {
          kind: 'contribution.accepted',
          what: 'bug for “Break the night model”',
          amount: '3000',
          balance: '3000',
          proof: piece.json.contribution.decisionProof,
        },
      ],
      balances: [{ currency: 'EUR', amount: '3000', lines: 1 }],
    });
    const calls = await send('GET', '/api/calls');
    expect(calls.json.calls[0].budget).toEqual({
      escrowed: '9000',
      paid: '4000',
      held: '0',
      available: '5000',
      returned: '0',
      reserved: '0',
    });
    expect((await send('GET', '/api/funds')).json).toEqual({
      funds: [{ name: 'main', balances: [{ amount: '91000', currency: 'EUR' }] }],
      sources: [
        { source: 'grant', amount: '100000', currency: 'EUR', kind: 'grant', sponsor: null, asks: null },
      ],
      escrowed: [{ amount: '5000', currency: 'EUR' }],
      sheet: [
        { class: 'escrow', accounts: 1, amount: '5000', currency: 'EUR' },
        { class: 'fund', accounts: 1, amount: '91000', currency: 'EUR' },
        { class: 'member', accounts: 3, amount: '4000', currency: 'EUR' },
        { class: 'world', accounts: 1, amount: '-100000', currency: 'EUR' },
      ],
    });
    expect((await send('GET', '/api/paid')).json).toMatchObject({
      paid: [
        { kind: 'bug', pieces: 1, median: null, total: '3000' },
        { kind: 'review', pieces: 2, median: null, total: '1000' },
      ],
      totals: [{ currency: 'EUR', pieces: 3, total: '4000' }],
      owed: { acceptedUnpaid: [], submittedUnanswered: [] },
    });
  });

  it('shows a visitor what was decided and not the words', async () => {
    const callId = await openCall();
    await handIn(callId);
    const listed = await send('GET', `/api/contributions?call=${callId}`);
    expect(listed.json.contributions).toMatchObject([
      { text: null, authorId: null, generation: null, mine: false },
    ]);
    const own = await send('GET', `/api/contributions?call=${callId}&mine=1`, { who: 'iris' });
    expect(own.json.contributions).toMatchObject([{ text: 'Frame 9 repeats.', mine: true }]);
  });
});

it('answers each question in the shape the contract promises', async () => {
  const callId = await openCall();
  const id = await handIn(callId);
  const endpoints = { ...fundEndpoints, ...compensationEndpoints };
  const asked: [keyof typeof endpoints, string][] = [
    ['listFunds', '/api/funds'],
    ['movements', '/api/funds/main/movements'],
    ['listCalls', '/api/calls'],
    ['getCall', `/api/calls/${callId}`],
    ['listContributions', '/api/contributions'],
    ['getContribution', `/api/contributions/${id}`],
    ['reviewDesk', '/api/reviews'],
    ['myStatement', '/api/me/statement'],
    ['whatWasPaid', '/api/paid'],
  ];
  for (const [name, path] of asked) {
    const { json } = await send('GET', path, { who: 'ko' });
    expect(endpoints[name].answer?.safeParse(json).error, name).toBeUndefined();
  }
});

describe('a refusal', () => {
  const change = (given: object) => ({ ...terms, ...given });
  const none = '/api/contributions/none';
  const rows: [string, number, string, string, Sent][] = [
    ['not_logged_in', 401, 'POST', '/api/calls', { body: terms }],
    ['not_allowed', 403, 'POST', '/api/calls', { who: 'iris', body: terms }],
    ['not_allowed', 403, 'POST', '/api/funds/deposits', { who: 'iris', body: money }],
    ['invalid_input', 422, 'POST', '/api/calls', { who: 'heron', body: change({ budget: 9000 }) }],
    [
      'deadline_malformed',
      422,
      'POST',
      '/api/calls',
      { who: 'heron', body: change({ deadline: 'tomorrow' }) },
    ],
    ['invalid_input', 422, 'POST', '/api/calls', { who: 'heron', body: change({ bonus: '1' }) }],
    ['amount_not_positive', 422, 'POST', '/api/calls', { who: 'heron', body: change({ budget: '-9000' }) }],
    ['unknown_currency', 422, 'POST', '/api/calls', { who: 'heron', body: change({ currency: 'XYZ' }) }],
    ['currency_not_ours', 422, 'POST', '/api/calls', { who: 'heron', body: change({ currency: 'JPY' }) }],
    [
      'deadline_past',
      422,
      'POST',
      '/api/calls',
      { who: 'heron', body: change({ deadline: '2025-01-01T00:30:00+01:00' }) },
    ],
    [
      'rate_below_policy',
      422,
      'POST',
      '/api/calls',
      { who: 'heron', body: change({ rates: [{ kind: 'bug', amount: '1' }] }) },
    ],
    [
      'insufficient_funds',
      409,
      'POST',
      '/api/calls',
      { who: 'heron', body: change({ budget: '999999999' }) },
    ],
    ['text_malformed', 422, 'POST', '/api/calls', { who: 'heron', body: change({ title: 'a\u0000b' }) }],
    ['unknown_call', 404, 'GET', '/api/calls/none', {}],
    ['unknown_contribution', 404, 'GET', none, {}],
    ['unknown_contribution', 404, 'POST', `${none}/reviews`, { who: 'ko', body: { verdict: 'accept' } }],
    ['invalid_input', 422, 'POST', `${none}/reviews`, { who: 'ko', body: { verdict: 'maybe' } }],
    ['not_logged_in', 401, 'GET', '/api/me/statement', {}],
    ['not_logged_in', 401, 'GET', '/api/reviews', {}],
    [
      'amount_malformed',
      422,
      'POST',
      '/api/funds/deposits',
      { who: 'heron', body: { ...money, amount: '9'.repeat(41) } },
    ],
    [
      'fund_name_invalid',
      422,
      'POST',
      '/api/funds/deposits',
      { who: 'heron', body: { ...money, fund: 'Main:1' } },
    ],
  ];
  it.each(rows)('%s is a %i: %s %s', async (code, status, method, path, sent) => {
    const answer = await send(method, path, sent);
    expect(answer).toMatchObject({ status, json: { code, status } });
    expect(answer.json.next).not.toBe('');
  });

  it('of work on a clip that is not there stores nothing', async () => {
    const callId = await openCall();
    const body = { callId, generationId: 'none', kind: 'bug', text: 'x', seedKept: true };
    const answer = await send('POST', '/api/contributions', { who: 'iris', body });
    expect(answer).toMatchObject({ status: 404, json: { code: 'unknown_generation' } });
    const unkept = await send('POST', '/api/contributions', {
      who: 'iris',
      body: { ...body, seedKept: false },
    });
    expect(unkept).toMatchObject({ status: 422, json: { code: 'invalid_input', field: 'seedKept' } });
    expect((await send('GET', `/api/contributions?call=${callId}`)).json.contributions).toEqual([]);
  });

  it('to review says why', async () => {
    const id = await handIn(await openCall());
    const path = `/api/contributions/${id}/reviews`;
    const codes: unknown[] = [];
    const tries: [string, object][] = [
      ['iris', { verdict: 'accept' }],
      ['ko', { verdict: 'reject' }],
      ['ko', { verdict: 'reject', reason: 'Seen before.' }],
      ['ko', { verdict: 'accept' }],
      ['nacht', { verdict: 'reject', reason: 'Seen before.' }],
      ['heron', { verdict: 'accept' }],
    ];
    for (const [who, body] of tries) {
      const { status, json } = await send('POST', path, { who, body });
      codes.push([status, json.code ?? json.contribution.state]);
    }
    expect(codes).toEqual([
      [403, 'own_work'],
      [422, 'reason_missing'],
      [201, 'waiting'],
      [409, 'already_reviewed'],
      [201, 'rejected'],
      [409, 'already_decided'],
    ]);
    expect(problems.own_work?.status).toBe(403);
  });
});
