import { runChecks } from '@uncaged/book';
import { afterAll, describe, expect, it } from 'vitest';
import { governanceChecks } from './checks.ts';
import { delegate, revokeDelegation } from './delegations.ts';
import { genesisPolicy } from './genesis.ts';
import { declareInterest } from './interests.ts';
import type { PolicyPatch } from './patch.ts';
import type { Policy } from './policy.ts';
import { founded, hour } from './testing.ts';
import { voting } from './testing.votes.ts';

const half = { numerator: 1, denominator: 2, of: 'yes_and_no', strict: true } as const;
const shipped = await genesisPolicy();
const { kinds } = shipped.voting;
/** Changes of the rate card need the stewards' own majority too. */
const genesis: Policy = {
  ...shipped,
  voting: {
    ...shipped.voting,
    kinds: {
      ...kinds,
      ...(kinds.rate_card && {
        rate_card: { ...kinds.rate_card, affected: { roles: ['steward'], threshold: half } },
      }),
    },
  },
};
const stage = await founded({ genesis });
afterAll(() => stage[Symbol.asyncDispose]());
const { platform, heron } = stage;
const { db } = platform;
const iris = await stage.joined('iris');
const ko = await stage.joined('ko');
const salt = await stage.joined('salt');
const moss = await stage.joined('moss');
const { draft, open, say, pass, page } = voting(stage);
const pay = (value: number): PolicyPatch => [{ op: 'replace', path: '/compensation/reviewRate', value }];

describe('voices handed on', () => {
  it('count with whoever voted at the end of the chain, and only what was followed is opened', async () => {
    await delegate(await stage.as(moss), 'policy', salt);
    await delegate(await stage.as(salt), 'policy', iris);
    await delegate(await stage.as(ko), 'policy', heron);
    await delegate(await stage.as(heron), 'feature', ko);
    const id = await draft(iris, 'policy', pay(700));
    await open(iris, id);
    await pass(24);
    await say(iris, id, 'yes');
    await pass(120);
    expect(await page(id)).toMatchObject({
      state: 'passed',
      tally: {
        yes: 3,
        eligible: 5,
        represented: 2,
        words: expect.stringMatching(/2 of these voices given through/),
      },
      ballots: [{ member: { pseudonym: 'iris' }, choice: 'yes' }],
    });
    const { delegations } = await page(id);
    expect(new Map(delegations.map(({ from, to }) => [from.pseudonym, to.pseudonym]))).toEqual(
      new Map([
        ['moss', 'salt'],
        ['salt', 'iris'],
      ]),
    );
  });

  it('are one’s own again for who votes, or takes them back before the close', async () => {
    const id = await draft(iris, 'policy', pay(710));
    await open(iris, id);
    await pass(24);
    await say(iris, id, 'yes');
    await say(moss, id, 'no');
    await say(heron, id, 'no');
    await revokeDelegation(await stage.as(salt), 'policy');
    await revokeDelegation(await stage.as(ko), 'policy');
    await pass(120);
    expect(await page(id)).toMatchObject({ state: 'rejected', tally: { yes: 1, no: 2 }, delegations: [] });
    expect((await page(id)).tally).not.toHaveProperty('represented');
  });

  it('bring a late quorum like any other', async () => {
    for (const member of [moss, salt]) await delegate(await stage.as(member), 'policy', iris);
    const id = await draft(iris, 'policy', pay(720));
    await open(iris, id);
    await pass(24);
    const { votingClosesAt } = await page(id);
    await pass(119);
    const closesAt = new Date((votingClosesAt?.getTime() ?? 0) + 24 * hour);
    expect(await say(iris, id, 'yes')).toMatchObject({ ok: true, closesAt });
    await pass(25);
    expect(await page(id)).toMatchObject({ state: 'passed', tally: { yes: 3 } });
  });
});

describe('a declared interest', () => {
  it('takes the vote of whoever declared it, where the kind says so, and shows', async () => {
    const id = await draft(iris, 'rate_card', pay(730));
    const declared = await declareInterest(await stage.as(ko), {
      of: 'me',
      kind: 'vendor',
      counterpart: 'Reed Machines',
      about: 'They pay me.',
      since: '2020-01-01',
      touches: { proposalIds: [id] },
    });
    expect(declared).toMatchObject({ ok: true });
    await open(iris, id);
    await pass(48);
    expect(await page(id, ko)).toMatchObject({
      eligible: 4,
      recused: [{ pseudonym: 'ko' }],
      mine: { eligible: false, recused: true, may: { cast: false } },
    });
    expect(await say(ko, id, 'yes')).toEqual({ ok: false, code: 'not_eligible' });
    await pass(120);
  });
});

describe('those whose own majority is needed', () => {
  it('are fixed when the vote opens, and their no holds against everybody else', async () => {
    const id = await draft(iris, 'rate_card', pay(740));
    await open(iris, id);
    await pass(48);
    expect((await page(id)).affected).toEqual({ roles: ['steward'], eligible: 1 });
    for (const member of [iris, ko, salt, moss]) await say(member, id, 'yes');
    await say(heron, id, 'no');
    await pass(120);
    expect(await page(id)).toMatchObject({
      state: 'rejected',
      tally: { yes: 4, no: 1, thresholdReached: true, passed: false, affected: { no: 1, reached: false } },
    });
  });

  it('let it pass with theirs', async () => {
    const id = await draft(iris, 'rate_card', pay(750));
    await open(iris, id);
    await pass(48);
    for (const member of [iris, salt, heron]) await say(member, id, 'yes');
    await pass(120);
    expect(await page(id)).toMatchObject({ state: 'passed', tally: { affected: { yes: 1, reached: true } } });
  });
});

it('leaves every invariant standing', async () => {
  const checked = await runChecks(db.read, platform, governanceChecks);
  expect(checked.filter((check) => !check.ok)).toEqual([]);
});
