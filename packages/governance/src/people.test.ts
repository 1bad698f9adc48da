import { balanceOf, openingOf, record, runChecks } from '@uncaged/book';
import { verifyPassword } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { governanceChecks } from './checks.ts';
import { eraseMe } from './erasing.ts';
import { type Founding, found } from './founding.ts';
import { genesisPolicy } from './genesis.ts';
import { invite, join } from './invitations.ts';
import { collectiveOf, memberOf, membersOf, pseudonymsOf } from './members.ts';
import { policyHistory, policyInForce } from './policies.ts';
import { bare, founded, hour, password } from './testing.ts';

const stage = await founded({ deposit: { amount: '500000', source: 'grant' } });
afterAll(() => stage[Symbol.asyncDispose]());
const { platform, heron } = stage;
const { db, clock } = platform;
const address = '203.0.113.7';

describe('founding', () => {
  it('gives a name, a founder with the chores, the first policy and the first money', async () => {
    expect(await collectiveOf(db.read)).toMatchObject({
      name: 'Reed Bed',
      currency: 'EUR',
      founderId: heron,
    });
    expect(await memberOf(db.read, heron)).toMatchObject({
      pseudonym: 'heron',
      roles: ['member', 'steward'],
    });
    const policy = await policyInForce(db.read);
    expect(policy).toMatchObject({ version: 1, document: await genesisPolicy() });
    expect(await policyHistory(db.read)).toMatchObject([{ version: 1, previousHash: null, proposal: null }]);
    expect(await balanceOf(db.read, 'fund:main', 'EUR')).toBe(500_000n);
    expect(await balanceOf(db.read, 'world:grant', 'EUR')).toBe(-500_000n);
    const login = { login: 'heron', password, address };
    expect(await verifyPassword(platform, login)).toEqual({ ok: true, memberId: heron });
  });

  it('holds every invariant', async () => {
    const checked = await runChecks(db.read, platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });

  it('happens once', async () => {
    const founder = { pseudonym: 'nacht', password };
    const again = await found(bare(platform), { name: 'Another', currency: 'EUR', founder });
    expect(again).toEqual({ ok: false, code: 'already_founded' });
  });

  const good: Founding = { name: 'Reed Bed', currency: 'EUR', founder: { pseudonym: 'heron', password } };
  const founder = good.founder;
  it.each<[string, Founding, string]>([
    ['no name', { ...good, name: '  ' }, 'collective_name_length'],
    ['a name of 81 characters', { ...good, name: 'x'.repeat(81) }, 'collective_name_length'],
    ['no such money', { ...good, currency: 'EURO' }, 'unknown_currency'],
    [
      'a pseudonym with a sign',
      { ...good, founder: { ...founder, pseudonym: '<heron>' } },
      'pseudonym_signs',
    ],
    ['a pseudonym of one letter', { ...good, founder: { ...founder, pseudonym: 'h' } }, 'pseudonym_length'],
    ['a short password', { ...good, founder: { ...founder, password: 'reed' } }, 'password_length'],
    ['a deposit of nothing', { ...good, deposit: { amount: '0', source: 'grant' } }, 'deposit_malformed'],
    ['a deposit below zero', { ...good, deposit: { amount: '-5', source: 'grant' } }, 'deposit_malformed'],
    [
      'a deposit with a fraction',
      { ...good, deposit: { amount: '1.5', source: 'grant' } },
      'deposit_malformed',
    ],
    [
      'a deposit from a stranger',
      { ...good, deposit: { amount: '5', source: 'uncle' } },
      'deposit_malformed',
    ],
    ['a deposit from nowhere', { ...good, deposit: { amount: '5', source: '' } }, 'deposit_malformed'],
  ])('with %s is refused', async (_, founding, code) => {
    expect(await found(bare(platform), founding)).toMatchObject({ ok: false, code });
  });

  it('falls as a whole when what stands beside it falls', async () => {
    await using empty = await openTestPlatform();
    const alongside = async () => {
      throw new Error('the model is broken');
    };
    await expect(found(bare(empty), { ...good, alongside })).rejects.toThrow('the model is broken');
    expect(await collectiveOf(empty.db.read)).toBeNull();
    expect(await policyInForce(empty.db.read)).toBeNull();
    const seen: unknown[] = [];
    const again = await found(bare(empty), {
      ...good,
      alongside: async (_, { actor, policy }) => void seen.push(actor.roles, policy.version),
    });
    expect(again).toMatchObject({ ok: true, policy: { version: 1 } });
    expect(seen).toEqual([['member', 'steward'], 1]);
  });
});

describe('an invitation', () => {
  async function code(): Promise<string> {
    const invitation = await invite(await stage.as(heron));
    if (!invitation.ok) throw new Error(invitation.code);
    return invitation.code;
  }
  const visitor = () => stage.as(null);

  it('lets one in, under a name of their own', async () => {
    const invitation = await code();
    const iris = await join(await visitor(), { code: invitation, pseudonym: ' Iris ', password });
    expect(iris).toMatchObject({ ok: true, member: { pseudonym: 'Iris', roles: ['member'] } });
    const again = await join(await visitor(), { code: invitation, pseudonym: 'ko', password });
    expect(again).toEqual({ ok: false, code: 'invitation_used' });
    const login = { login: 'iris', password, address };
    expect(await verifyPassword(platform, login)).toMatchObject({ ok: true });
    expect((await membersOf(db.read)).map((member) => member.pseudonym)).toEqual(['heron', 'Iris']);
  });

  it('is used once by two at the same moment', async () => {
    const invitation = await code();
    const ctx = await visitor();
    const both = await Promise.all(
      ['nacht', 'salt'].map((pseudonym) => join(ctx, { code: invitation, pseudonym, password })),
    );
    expect(both.map((one) => (one.ok ? 'joined' : one.code)).sort()).toEqual(['invitation_used', 'joined']);
  });

  it('lapses when the policy says', async () => {
    const invitation = await code();
    clock.advance(14 * 24 * hour);
    const late = await join(await visitor(), { code: invitation, pseudonym: 'ko', password });
    expect(late).toEqual({ ok: false, code: 'invitation_expired' });
  });

  it('needs to be a real one, and is not used up by a refusal', async () => {
    const invitation = await code();
    const rows: [string, string, string, string][] = [
      ['no-such-code', 'ko', password, 'invitation_unknown'],
      ['', 'ko', password, 'invitation_unknown'],
      [invitation, '@ko', password, 'pseudonym_signs'],
      [invitation, 'k', password, 'pseudonym_length'],
      [invitation, 'ko', 'short', 'password_length'],
      [invitation, 'HERON', password, 'pseudonym_taken'],
      [invitation, 'hеron', password, 'pseudonym_taken'],
    ];
    for (const [given, pseudonym, secret, refusal] of rows) {
      const refused = await join(await visitor(), { code: given, pseudonym, password: secret });
      expect([pseudonym, refused]).toMatchObject([pseudonym, { ok: false, code: refusal }]);
    }
    expect(await join(await visitor(), { code: invitation, pseudonym: 'ko', password })).toMatchObject({
      ok: true,
    });
  });

  it('is not for a visitor to give', async () => {
    expect(await invite(await visitor())).toEqual({ ok: false, code: 'not_allowed' });
  });
});

describe('being forgotten', () => {
  it('takes name, login and private words away, and leaves the member and the proofs', async () => {
    const moth = await stage.joined('moth');
    const ctx = await stage.as(moth);
    const told = await db.transaction((tx) =>
      record(tx, ctx, {
        kind: 'contribution.submitted',
        actor: moth,
        subject: 'contribution:1',
        payload: { text: 'the wing freezes at frame nine' },
        visibility: 'private',
      }),
    );
    const verdict = await db.transaction((tx) =>
      record(tx, ctx, {
        kind: 'contribution.reviewed',
        actor: moth,
        subject: 'contribution:2',
        payload: { contributionId: '2', verdict: 'accept' },
        visibility: 'private',
      }),
    );
    const elsewhere: string[] = [];
    const erased = await eraseMe(ctx, async (_, memberId) => elsewhere.push(memberId));
    expect(elsewhere).toEqual([moth]);
    const verdictId = verdict.ok ? verdict.entry.id : '';
    expect((await openingOf(db.read, [verdictId])).size).toBe(1);
    expect(erased).toMatchObject({ ok: true, payloadsErased: 2, entry: { kind: 'member.erased' } });
    expect(await memberOf(db.read, moth)).toMatchObject({ id: moth, pseudonym: null, roles: [] });
    expect(await pseudonymsOf(db.read, [moth, heron])).toEqual(
      new Map([
        [heron, 'heron'],
        [moth, null],
      ]),
    );
    expect(await verifyPassword(platform, { login: 'moth', password, address })).toMatchObject({ ok: false });
    const entryId = told.ok ? told.entry.id : '';
    expect((await openingOf(db.read, [entryId])).size).toBe(0);
    expect(await eraseMe(ctx)).toEqual({ ok: false, code: 'already_erased' });
    await expect(stage.joined('moth')).resolves.not.toBe(moth);
  });

  it('is nothing a visitor can ask', async () => {
    expect(await eraseMe(await stage.as(null))).toEqual({ ok: false, code: 'not_logged_in' });
  });

  it('leaves every invariant standing', async () => {
    const checked = await runChecks(db.read, platform);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });
});
