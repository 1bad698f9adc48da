import { sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

const day = 86_400_000;
let stage: Stage;
let model: string;
let members: { id: string; pseudonym: string }[];

beforeAll(async () => {
  stage = await openStage();
  const money = { fund: 'main', amount: '5000000', currency: 'EUR', source: 'grant' };
  await stage.send('POST', '/api/funds/deposits', { as: 'heron', body: money });
  model = (await stage.send('GET', '/api/models')).json.models[0].id;
  members = (await stage.send('GET', '/api/members')).json.members;
});
afterAll(() => stage[Symbol.asyncDispose]());

const idOf = (name: string) => members.find(({ pseudonym }) => pseudonym === name)?.id ?? '';
const from = (days: number) => new Date(stage.platform.clock.now().getTime() + days * day).toISOString();
const terms = (change: object = {}) => ({
  title: 'Break it',
  brief: 'Where does it melt?',
  rates: [
    { kind: 'bug', amount: '3000' },
    { kind: 'translation', amount: '3000' },
    { kind: 'recaptioning', amount: '5000' },
  ],
  budget: '60000',
  currency: 'EUR',
  deadline: from(10),
  ...change,
});
async function opened(change: object = {}): Promise<string> {
  const { json } = await stage.send('POST', '/api/calls', { as: 'heron', body: terms(change) });
  return json.call.id;
}
const bug = (callId: string, change: object = {}) => ({
  ...{ callId, kind: 'bug', text: 'Frame 9 repeats.', modelId: model },
  ...change,
});
async function handedIn(as: string, callId: string, change: object = {}): Promise<string> {
  const { json } = await stage.send('POST', '/api/contributions', { as, body: bug(callId, change) });
  await drawn();
  return json.contribution.id;
}
async function drawn(): Promise<void> {
  await sealStanding(stage.platform, 60_000);
  await stage.tick();
}
const reject = { verdict: 'reject', reason: 'Not here.' };

describe('money in funds', () => {
  const move = { from: 'main', to: 'film', amount: '5000', currency: 'EUR', purpose: 'Reels.' };
  const change = {
    fund: 'main',
    amount: '10000',
    currency: 'EUR',
    into: 'USD',
    rate: '1.0847',
    rateSource: 'A bank, today',
  };

  it('moves, changes and is taken back, each with its receipt, for everybody to see', async () => {
    const post = (path: string, body: object, key?: string) =>
      stage.send('POST', `/api/funds/${path}`, { as: 'heron', body, ...(key ? { key } : {}) });
    const source = { name: 'reed-trust', kind: 'grant', sponsor: 'The Reed Trust', asks: 'Nothing.' };
    expect(await post('sources', source)).toMatchObject({ status: 201, json: { source } });
    const moved = await post('transfers', move, 't-1');
    expect(moved).toMatchObject({ status: 201, json: { funds: [{ name: 'main' }, { name: 'film' }] } });
    expect((await post('transfers', move, 't-1')).json.receipt).toEqual(moved.json.receipt);
    expect(await post('exchanges', change)).toMatchObject({
      status: 201,
      json: { received: '10847', into: 'USD' },
    });
    const { movements } = (await stage.send('GET', '/api/funds/film/movements')).json;
    expect(movements).toMatchObject([{ kind: 'fund.transferred', balance: '5000', reversible: true }]);
    const undo = { entryId: movements[0].entryId, reason: 'The wrong film.' };
    expect((await post('reversals', undo)).status).toBe(201);
    const after = (await stage.send('GET', '/api/funds/film/movements')).json.movements;
    expect(after).toMatchObject([
      { kind: 'fund.reversed', balance: '0', reversible: false },
      { kind: 'fund.transferred', reversible: false },
    ]);
    expect((await post('reversals', undo)).json.code).toBe('already_reversed');
    expect((await post('reversals', { ...undo, entryId: after[0].entryId })).json.code).toBe(
      'reversal_of_reversal',
    );
  });

  const rows: [string, number, string, object][] = [
    ['source_kind_unknown', 422, 'sources', { name: 'a', kind: 'magic' }],
    ['sponsor_words_missing', 422, 'sources', { name: 'a', kind: 'grant', sponsor: 'The Reed Trust' }],
    ['same_fund', 422, 'transfers', { ...move, to: 'main' }],
    ['amount_not_positive', 422, 'transfers', { ...move, amount: '-5' }],
    ['purpose_missing', 422, 'transfers', { ...move, purpose: '' }],
    ['insufficient_funds', 409, 'transfers', { ...move, amount: '999999999999' }],
    ['unknown_currency', 422, 'exchanges', { ...change, into: 'XYZ' }],
    ['same_currency', 422, 'exchanges', { ...change, into: 'EUR' }],
    ['rate_malformed', 422, 'exchanges', { ...change, rate: '0' }],
    ['rate_source_missing', 422, 'exchanges', { ...change, rateSource: ' ' }],
    ['exchange_too_small', 422, 'exchanges', { ...change, amount: '1', rate: '0.1' }],
    ['insufficient_funds', 409, 'exchanges', { ...change, amount: '999999999999' }],
    ['unknown_entry', 404, 'reversals', { entryId: 'none', reason: 'A slip.' }],
    ['invalid_input', 422, 'transfers', { ...move, bonus: '1' }],
  ];
  it.each(rows)('%s is a %i', async (code, status, path, body) => {
    const answer = await stage.send('POST', `/api/funds/${path}`, { as: 'heron', body });
    expect(answer).toMatchObject({ status, json: { code, status } });
    expect(answer.json.next).not.toBe('');
    expect((await stage.send('POST', `/api/funds/${path}`, { as: 'iris', body })).json.code).toBe(
      'not_allowed',
    );
  });
});

describe('a call that may not be', () => {
  const step = { title: 'A first cut', amount: '10000' };
  const grant = { form: 'grant', rates: [], milestones: [step] };
  const rows: [string, number, () => object][] = [
    ['form_unknown', 422, () => ({ form: 'lottery' })],
    ['insufficient_funds', 409, () => ({ budget: '999999999999' })],
    ['amount_not_positive', 422, () => ({ budget: '-60000' })],
    ['currency_not_ours', 422, () => ({ currency: 'JPY' })],
    ['deadline_malformed', 422, () => ({ deadline: '2026-12-01T18:00:00' })],
    ['rate_pay_wrong', 422, () => ({ rates: [{ kind: 'bug', amount: '3000', mostMinutes: 5 }] })],
    [
      'rate_minutes_out_of_range',
      422,
      () => ({ rates: [{ kind: 'translation', amount: '3000', mostMinutes: 9999 }] }),
    ],
    ['rate_below_policy', 422, () => ({ rates: [{ kind: 'recaptioning', amount: '1' }] })],
    ['milestones_not_here', 422, () => ({ milestones: [step] })],
    ['milestones_missing', 422, () => ({ ...grant, milestones: [] })],
    ['too_many_milestones', 422, () => ({ ...grant, milestones: Array.from({ length: 25 }, () => step) })],
    ['milestone_title', 422, () => ({ ...grant, milestones: [{ ...step, title: ' ' }] })],
    ['milestone_due_wrong', 422, () => ({ ...grant, milestones: [{ ...step, due: 'soon' }] })],
    ['budget_below_promises', 422, () => ({ ...grant, budget: '10000' })],
    ['invited_nobody', 422, () => ({ mayJoin: { invited: [] } })],
    ['invited_unknown', 422, () => ({ mayJoin: { invited: ['01900000-0000-7000-8000-000000000000'] } })],
    ['seats_out_of_range', 422, () => ({ mayJoin: { drawn: { seats: 0, joinBy: from(2) } } })],
    ['join_by_wrong', 422, () => ({ mayJoin: { drawn: { seats: 2, joinBy: from(20) } } })],
    ['invalid_input', 422, () => ({ mayJoin: 'strangers' })],
  ];
  it.each(rows)('%s is a %i', async (code, status, change) => {
    const before = (await stage.send('GET', '/api/calls')).json.calls.length;
    const answer = await stage.send('POST', '/api/calls', { as: 'heron', body: terms(change()) });
    expect(answer).toMatchObject({ status, json: { code, status } });
    expect(answer.json.next).not.toBe('');
    expect((await stage.send('GET', '/api/calls')).json.calls).toHaveLength(before);
  });

  it('by another clock is read as the instant it is', async () => {
    const deadline = '2031-01-01T00:30:00+14:00';
    const late = await stage.send('POST', '/api/calls', { as: 'heron', body: terms({ deadline }) });
    expect(late.json.code).toBe('deadline_too_far');
    const at = from(3).replace('Z', '+00:00');
    const { json } = await stage.send('POST', '/api/calls', { as: 'heron', body: terms({ deadline: at }) });
    expect(json.call.deadline).toBe(from(3));
  });

  it('has no way to change its rates after the first submission, nor before', async () => {
    const id = await opened();
    await handedIn('iris', id);
    for (const method of ['PUT', 'PATCH'] as const)
      expect((await stage.send(method, `/api/calls/${id}`, { as: 'heron', body: terms() })).status).toBe(405);
    expect((await stage.send('GET', `/api/calls/${id}`)).json.call.rates[0].amount).toBe('3000');
  });
});

describe('work that may not be handed in', () => {
  let call: string;
  beforeAll(async () => {
    call = await opened();
  });
  const rows: [string, number, object][] = [
    ['about_nothing', 422, { modelId: undefined }],
    ['unknown_model', 404, { modelId: 'none' }],
    ['kind_not_in_call', 422, { kind: 'critique' }],
    ['minutes_out_of_range', 422, { kind: 'translation' }],
    ['minutes_out_of_range', 422, { kind: 'translation', minutes: -5 }],
    ['units_out_of_range', 422, { kind: 'recaptioning', units: 0 }],
    ['region_out_of_range', 422, { region: { x: 0, y: 0, width: 10, height: 10 } }],
    ['place_out_of_range', 422, { atMs: 5 }],
    ['commitment_unknown', 422, { salt: 'ab'.repeat(32) }],
    ['invalid_input', 422, { salt: 'ab' }],
    ['invalid_input', 422, { tone: 'fury' }],
    ['text_missing', 422, { text: ' ' }],
  ];
  it.each(rows)('%s is a %i: %o', async (code, status, change) => {
    const answer = await stage.send('POST', '/api/contributions', { as: 'iris', body: bug(call, change) });
    expect(answer).toMatchObject({ status, json: { code, status } });
    expect((await stage.send('GET', `/api/contributions?call=${call}`)).json.contributions).toEqual([]);
  });

  it('has a code for milestones, places and what is used up', async () => {
    const grant = await opened({
      ...{ form: 'grant', rates: [], milestones: [{ title: 'A cut', amount: '10000' }], budget: '20000' },
      mayJoin: { invited: [idOf('iris')] },
    });
    const cut = { kind: 'milestone', milestone: '1', modelId: undefined };
    const put = async (as: string, change: object, callId = grant) =>
      (await stage.send('POST', '/api/contributions', { as, body: bug(callId, { ...cut, ...change }) })).json
        .code;
    expect(await put('ko', {})).toBe('may_not_join');
    expect(await put('iris', { milestone: '2' })).toBe('milestone_unknown');
    expect(await put('iris', {})).toBeUndefined();
    expect(await put('iris', {})).toBe('milestone_taken');
    const places = await opened({ mayJoin: { drawn: { seats: 1, joinBy: from(2) } } });
    const name = async (as: string, id = places) =>
      (await stage.send('POST', `/api/calls/${id}/names`, { as })).json.code;
    expect([await name('iris'), await name('iris')]).toEqual([undefined, 'already_joined']);
    expect([await name('iris', call), await name('iris', 'none')]).toEqual([
      'nothing_is_drawn',
      'unknown_call',
    ]);
    expect(await put('iris', { kind: 'bug', modelId: model }, places)).toBe('places_not_drawn');
    stage.platform.clock.advance(2 * day);
    expect(await name('ko')).toBe('joining_over');
    const small = await opened({ rates: [{ kind: 'bug', amount: '3000' }], budget: '6000' });
    expect(await put('iris', { kind: 'bug', modelId: model }, small)).toBeUndefined();
    expect(await put('ko', { kind: 'bug', modelId: model }, small)).toBe('call_exhausted');
  });
});

describe('an answer that may not be', () => {
  it('has a code for each, and two at the same second decide once', async () => {
    const call = await opened();
    const first = await handedIn('iris', call);
    stage.platform.clock.advance(1000);
    const second = await handedIn('ko', call);
    const review = async (as: string, id: string, body: object) =>
      (await stage.send('POST', `/api/contributions/${id}/reviews`, { as, body })).json.code;
    expect(await review('iris', first, { verdict: 'accept' })).toBe('own_work');
    expect(await review('nacht', first, { verdict: 'accept', duplicateOf: second })).toBe(
      'duplicate_not_earlier',
    );
    expect(await review('nacht', first, { verdict: 'accept', duplicateOf: first })).toBe('duplicate_unknown');
    const said = await Promise.all(['nacht', 'heron'].map((as) => review(as, first, reject)));
    expect(said).toEqual([undefined, undefined]);
    const { json } = await stage.send('GET', `/api/contributions/${first}`, { as: 'iris' });
    expect(json.contribution).toMatchObject({ state: 'rejected', answers: 2 });

    const appeal = async (as: string, id: string, reason = 'Look again.') =>
      (await stage.send('POST', `/api/contributions/${id}/appeal`, { as, body: { reason } })).json.code;
    expect(await appeal('ko', first)).toBe('not_yours');
    expect(await appeal('ko', second)).toBe('not_rejected');
    expect(await appeal('iris', first, ' ')).toBe('reason_missing');
    expect([await appeal('iris', first), await appeal('iris', first)]).toEqual([
      undefined,
      'already_appealed',
    ]);
    await drawn();
    const judge = async (as: string, body: object) =>
      (await stage.send('POST', `/api/contributions/${first}/judgements`, { as, body })).json.code;
    expect(await judge('nacht', reject)).toBe('not_on_panel');
    expect(await judge('ko', { verdict: 'reject' })).toBe('reason_missing');
    expect(await judge('ko', { verdict: 'accept' })).toBeUndefined();
    expect(await judge('ko', { verdict: 'accept' })).toBe('already_reviewed');
    const after = await stage.send('GET', `/api/contributions/${first}`, { as: 'iris' });
    expect(after.json.contribution).toMatchObject({ state: 'accepted', decidedBy: 'appeal', paid: '3000' });
  });

  it('waits for the draw, and comes from nobody who was not drawn', async () => {
    const id = (await stage.send('POST', '/api/contributions', { as: 'iris', body: bug(await opened()) }))
      .json.contribution.id;
    const path = `/api/contributions/${id}/reviews`;
    const early = await stage.send('POST', path, { as: 'ko', body: { verdict: 'accept' } });
    expect(early).toMatchObject({ status: 409, json: { code: 'reviewers_not_drawn' } });
    expect(
      (await stage.send('GET', `/api/contributions/${id}/earlier`, { as: 'iris' })).json.earlier,
    ).toEqual([]);
    expect((await stage.send('GET', `/api/contributions/${id}/earlier`)).status).toBe(401);
  });
});
