import { peopleEndpoints as wire } from '@uncaged/contract';
import { genesisPolicy } from '@uncaged/governance';
import { afterAll, describe, expect, it } from 'vitest';
import { caller, openApi } from '../testing.ts';

const api = await openApi();
afterAll(() => api.platform.close());
const { platform } = api;
const password = 'a reed by the water';
const founding = { name: 'Reed Bed', currency: 'EUR', founder: { pseudonym: 'heron', password } };
const heron = caller(api);
const visitor = caller(api);
let iris = caller(api);

describe('before the founding', () => {
  it('says so, and lets nobody in', async () => {
    expect((await visitor.call(wire.collective)).answer).toEqual({
      founded: false,
      name: null,
      currency: null,
      members: 0,
      policy: null,
      checkpoint: null,
    });
    expect((await visitor.call(wire.me)).answer).toEqual({ member: null });
    const login = { pseudonym: 'heron', password };
    expect(await visitor.refused('POST', '/api/sessions', login)).toEqual([409, 'not_founded']);
    expect(await visitor.refused('POST', '/api/invitations')).toEqual([401, 'not_logged_in']);
  });

  it.each([
    ['collective_name_length', { ...founding, name: '' }],
    ['unknown_currency', { ...founding, currency: 'XXX' }],
    ['pseudonym_signs', { ...founding, founder: { pseudonym: '@heron', password } }],
    ['pseudonym_length', { ...founding, founder: { pseudonym: 'h', password } }],
    ['password_length', { ...founding, founder: { pseudonym: 'heron', password: 'reed' } }],
    ['deposit_malformed', { ...founding, deposit: { amount: '1.5', source: 'grant' } }],
    ['invalid_input', { ...founding, admin: true }],
  ])('%s', async (code, body) => {
    expect(await visitor.refused('POST', '/api/collective', body)).toEqual([422, code]);
  });
});

describe('a collective over the wire', () => {
  it('is founded once and its founder is logged in', async () => {
    const deposit = { amount: '500000', source: 'grant' };
    const { status, answer } = await heron.call(wire.found, { body: { ...founding, deposit } });
    expect([status, answer.member.roles, answer.policy.version]).toEqual([201, ['member', 'steward'], 1]);
    expect(answer.receipt.entryId).toMatch(/^[0-9a-f-]{36}$/);
    const { member } = (await heron.call(wire.me)).answer;
    expect(member).toMatchObject({ pseudonym: 'heron', roles: ['member', 'steward'] });
    expect(member?.may).toEqual([
      ...new Set(Object.values((await genesisPolicy()).roles).flatMap((role) => role.may)),
    ]);
    expect(await visitor.refused('POST', '/api/collective', founding)).toEqual([409, 'already_founded']);
    expect((await visitor.call(wire.collective)).answer).toMatchObject({
      founded: true,
      name: 'Reed Bed',
      members: 1,
    });
  });

  it('lets others in by a link that works once', async () => {
    const { answer: invitation } = await heron.call(wire.invite);
    expect(invitation.url).toContain(`/join?code=${invitation.code}`);
    const body = { code: invitation.code, pseudonym: 'iris', password };
    const taken = { ...body, pseudonym: 'Hérön' };
    expect(await visitor.refused('POST', '/api/members', taken)).toEqual([409, 'pseudonym_taken']);
    const { status, answer } = await iris.call(wire.join, { body });
    expect([status, answer.member.pseudonym]).toEqual([201, 'iris']);
    expect(await visitor.refused('POST', '/api/members', body)).toEqual([409, 'invitation_used']);
    const unknown = { ...body, code: 'x' };
    expect(await visitor.refused('POST', '/api/members', unknown)).toEqual([404, 'invitation_unknown']);
    const { answer: second } = await iris.call(wire.invite);
    platform.clock.advance(14 * 86_400_000);
    const late = { ...body, code: second.code };
    expect(await visitor.refused('POST', '/api/members', late)).toEqual([410, 'invitation_expired']);
    expect((await visitor.call(wire.members)).answer.members.map((member) => member.pseudonym)).toEqual([
      'heron',
      'iris',
    ]);
  });

  it('logs in whatever the capitals, lists sessions, and ends them', async () => {
    const elsewhere = caller(api);
    const body = { pseudonym: 'IRIS', password };
    expect((await elsewhere.call(wire.logIn, { body })).answer.member.pseudonym).toBe('iris');
    const { sessions } = (await iris.call(wire.sessions)).answer;
    expect(sessions.map((session) => session.current).sort()).toEqual([false, true]);
    const other = sessions.find((session) => !session.current)?.id ?? '';
    expect(await heron.refused('DELETE', `/api/sessions/${other}`)).toEqual([404, 'unknown_session']);
    expect((await iris.call(wire.endSession, { params: { id: other } })).answer).toEqual({ ended: true });
    expect((await elsewhere.call(wire.me)).answer.member).toBeNull();
    expect((await iris.call(wire.endSession, { params: { id: 'current' } })).answer).toEqual({ ended: true });
    expect((await iris.call(wire.me)).answer.member).toBeNull();
    expect(await iris.refused('GET', '/api/sessions')).toEqual([401, 'not_logged_in']);
  });

  it('slows down who guesses', async () => {
    const guess = { pseudonym: 'heron', password: 'a guess' };
    const codes: string[] = [];
    for (let n = 0; n < 11; n++)
      codes.push(String((await visitor.refused('POST', '/api/sessions', guess))[1]));
    expect(codes).toEqual([...Array(10).fill('wrong_login'), 'too_many_attempts']);
    const response = await visitor.send('POST', '/api/sessions', guess);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    platform.clock.advance(3_600_000);
    expect(await visitor.refused('POST', '/api/sessions', guess)).toEqual([401, 'wrong_login']);
    expect(await visitor.refused('POST', '/api/sessions', { ...guess, pseudonym: '…' })).toEqual([
      401,
      'wrong_login',
    ]);
  });

  it('forgets who asks for it', async () => {
    iris = caller(api);
    await iris.call(wire.logIn, { body: { pseudonym: 'iris', password } });
    const { answer } = await iris.call(wire.eraseMe);
    expect(answer).toMatchObject({ erased: true, payloadsErased: 1 });
    expect(await iris.refused('DELETE', '/api/me')).toEqual([401, 'not_logged_in']);
    const { members } = (await visitor.call(wire.members)).answer;
    expect(members.map((member) => member.pseudonym)).toEqual(['heron', null]);
    const login = { pseudonym: 'iris', password };
    expect(await visitor.refused('POST', '/api/sessions', login)).toEqual([401, 'wrong_login']);
  });
});
