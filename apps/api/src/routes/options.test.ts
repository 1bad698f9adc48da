import {
  ballotEndpoints as ballots,
  peopleEndpoints as people,
  governanceEndpoints as wire,
} from '@uncaged/contract';
import { due } from '@uncaged/governance';
import { rows, sql } from '@uncaged/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, openApi } from '../testing.ts';

const api = await openApi();
afterAll(() => api.platform.close());
const { platform } = api;
const hour = 3_600_000;
const password = 'a reed by the water';
const heron = caller(api);
const visitor = caller(api);
const [iris, ko, late] = [caller(api), caller(api), caller(api)];
let genesis = '';

const comes = async (pseudonym: string, member: Caller) => {
  const { code } = (await heron.call(people.invite)).answer;
  await member.call(people.join, { body: { code, pseudonym, password } });
};
const pass = async (hours: number) => {
  platform.clock.advance(hours * hour);
  await due(platform);
};
const inForce = async () => (await visitor.call(wire.policy)).answer.hash;
const pay = (value: number) => [{ op: 'replace' as const, path: '/compensation/reviewRate', value }];
const good = async (more: object = {}) => ({
  kind: 'policy' as const,
  title: 'Pay reviews better',
  body: 'Because.',
  patch: pay(700),
  against: await inForce(),
  ...more,
});
const draft = async (member: Caller, more: object = {}) =>
  (await member.call(wire.propose, { body: await good(more) })).answer.proposal.id;
const page = async (id: string, member = visitor) =>
  (await member.call(wire.proposal, { params: { id } })).answer.proposal;

beforeAll(async () => {
  await heron.call(people.found, {
    body: { name: 'Reed Bed', currency: 'EUR', founder: { pseudonym: 'heron', password } },
  });
  await comes('iris', iris);
  await comes('ko', ko);
  genesis = await inForce();
});

describe('a vote among options, over the wire', () => {
  let id = '';
  const params = () => ({ id });
  it('is amended, accepted, revised, and voted on', async () => {
    id = await draft(iris, { kind: 'rate_card', terms: { reviewDays: 30 } });
    const amendment = { title: 'A little', body: '', patch: pay(600) };
    const put = await ko.call(wire.putOption, { params: params(), body: amendment });
    expect(put.status).toBe(201);
    expect(put.answer.proposal.options).toMatchObject([
      { key: 'o1', author: { pseudonym: 'ko' }, state: 'put', may: { withdraw: true, accept: false } },
    ]);
    const accepted = await iris.call(wire.acceptOption, { params: { id, key: 'o1' } });
    expect(accepted.answer.proposal).toMatchObject({ patch: pay(600), standing: 0, method: 'yes_no' });
    const words = { title: 'Pay reviews', body: 'Yes.', patch: pay(650), against: genesis };
    const revised = await iris.call(wire.reviseProposal, { params: params(), body: words });
    expect(revised.answer.proposal).toMatchObject({ title: 'Pay reviews', terms: {} });
    await ko.call(wire.putOption, { params: params(), body: { ...amendment, patch: pay(900) } });
    await heron.call(wire.putOption, { params: params(), body: { ...amendment, patch: pay(910) } });
    const taken = await heron.call(wire.withdrawOption, { params: { id, key: 'o3' } });
    expect(taken.answer.proposal.standing).toBe(1);
    await iris.call(wire.openProposal, { params: params() });
    await pass(48);
    const vote = { ranking: [['o2'], ['original']] };
    const cast = await iris.call(ballots.cast, { params: params(), body: { vote } });
    expect(cast.answer).toMatchObject({ choice: null, vote, replaced: null, replacedVote: null });
    const blank = { abstain: true } as const;
    expect((await iris.call(ballots.cast, { params: params(), body: { vote: blank } })).answer).toMatchObject(
      {
        vote: blank,
        replacedVote: vote,
      },
    );
    for (const member of [iris, ko, heron])
      await member.call(ballots.cast, { params: params(), body: { vote } });
    await pass(120);
    expect(await page(id)).toMatchObject({
      state: 'passed',
      tally: null,
      optionTally: { method: 'schulze', winners: ['o2'] },
      winners: [{ key: 'o2', title: 'A little' }],
    });
    await pass(48);
    expect(await page(id)).toMatchObject({ state: 'enacted', enactedVersion: 2 });
  });

  it('elects: members stand, vote, and get the role', async () => {
    const terms = { role: 'steward', seats: 1 };
    id = await draft(iris, { kind: 'election', patch: [], terms });
    await iris.call(wire.openProposal, { params: params() });
    const stood = await ko.call(wire.stand, { params: params(), body: { statement: 'I have time.' } });
    expect(stood.status).toBe(201);
    expect(stood.answer.proposal.ballotOptions).toEqual([{ key: 'o1', title: 'ko' }]);
    await pass(72);
    for (const member of [iris, heron])
      await member.call(ballots.cast, { params: params(), body: { vote: { ranking: [['o1']] } } });
    await pass(120);
    await pass(24);
    const { members } = (await visitor.call(people.members)).answer;
    const steward = members.filter((member) => member.roles.includes('steward'));
    expect(steward.map((member) => member.pseudonym)).toEqual(['ko']);
  });

  it('waits for the consent of whoever it asked', async () => {
    const { members } = (await visitor.call(people.members)).answer;
    const asked = members.find((member) => member.pseudonym === 'ko')?.id ?? '';
    id = await draft(iris, { patch: pay(720), terms: { needsConsentOf: [asked] } });
    const answered = await ko.call(wire.consentToProposal, { params: params(), body: { yes: true } });
    expect(answered.answer.proposal).toMatchObject({
      consents: [{ member: { pseudonym: 'ko' }, yes: true }],
      mine: { consent: true, may: { consent: true } },
    });
    expect((await iris.call(wire.withdrawProposal, { params: params() })).answer.proposal.state).toBe(
      'withdrawn',
    );
  });
});

describe('bad input, each with its code and status', () => {
  it('is refused, and told what to do next', async () => {
    const [closed, voting, unopened, answers, election] = [
      await draft(iris, { kind: 'open', patch: [] }),
      await draft(iris, { kind: 'open', patch: [] }),
      await draft(iris, { patch: pay(730) }),
      await draft(iris, { kind: 'open', patch: [], options: [{ title: 'a' }, { title: 'b' }] }),
      await draft(iris, { kind: 'election', patch: [], terms: { role: 'steward' } }),
    ];
    await iris.call(wire.openProposal, { params: { id: closed } });
    await pass(72);
    for (const id of [voting, answers, election]) await iris.call(wire.openProposal, { params: { id } });
    await comes('late', late);
    const proposals = '/api/proposals';
    const { kind: _, ...words } = await good();
    const quorum = (numerator: number) => [
      { op: 'replace', path: '/voting/kinds/open/quorum/numerator', value: numerator },
    ];
    const atLeast = [{ op: 'replace', path: '/voting/kinds/open/quorum/atLeast', value: 50 }];
    const table: [string, number, string, Caller, string, unknown][] = [
      ['an old hash', 409, 'stale_policy', iris, proposals, await good({ against: genesis })],
      [
        'a patch that breaks the schema',
        422,
        'policy_patch_invalid',
        iris,
        proposals,
        await good({ patch: [{ op: 'replace', path: '/studio/promptMaxCharacters', value: 'many' }] }),
      ],
      [
        'a rule no vote can pass',
        422,
        'rule_never_passes',
        iris,
        proposals,
        await good({ patch: quorum(9) }),
      ],
      [
        'a rule these members cannot',
        422,
        'rule_never_passes',
        iris,
        proposals,
        await good({ patch: atLeast }),
      ],
      [
        'a window in the past',
        422,
        'window_in_past',
        iris,
        proposals,
        await good({ terms: { discussUntil: '2020-01-01T00:00:00.000Z' } }),
      ],
      ['a vote after the close', 409, 'vote_closed', ko, `${proposals}/${closed}/ballots`, { choice: 'yes' }],
      [
        'a vote of a latecomer',
        403,
        'not_eligible',
        late,
        `${proposals}/${voting}/ballots`,
        { choice: 'yes' },
      ],
      [
        'a ballot of another method',
        422,
        'ballot_invalid',
        ko,
        `${proposals}/${voting}/ballots`,
        { vote: { approve: [] } },
      ],
      [
        'a yes among options',
        422,
        'ballot_invalid',
        ko,
        `${proposals}/${answers}/ballots`,
        { choice: 'yes' },
      ],
      [
        'an option that does not stand',
        422,
        'ballot_invalid',
        ko,
        `${proposals}/${answers}/ballots`,
        { vote: { ranking: [['o7']] } },
      ],
      [
        'a ballot of two contents',
        422,
        'invalid_input',
        ko,
        `${proposals}/${answers}/ballots`,
        { choice: 'yes', vote: { abstain: true } },
      ],
      [
        'terms that do not fit',
        422,
        'terms_do_not_fit',
        iris,
        proposals,
        await good({ terms: { seats: 2 } }),
      ],
      [
        'a method nobody knows',
        422,
        'invalid_input',
        iris,
        proposals,
        await good({ terms: { method: 'dice' } }),
      ],
      [
        'terms of the machine',
        422,
        'invalid_input',
        iris,
        proposals,
        await good({ terms: { rebases: closed } }),
      ],
      [
        'an emergency',
        409,
        'emergency_opens_itself',
        iris,
        proposals,
        await good({ kind: 'emergency', patch: [] }),
      ],
      [
        'the consent of nobody',
        404,
        'unknown_member',
        iris,
        proposals,
        await good({ terms: { needsConsentOf: ['x'] } }),
      ],
      [
        'one answer',
        409,
        'options_needed',
        iris,
        proposals,
        await good({ kind: 'open', patch: [], options: [{ title: 'a' }] }),
      ],
      ['another’s proposal', 403, 'not_author', ko, `${proposals}/${unopened}/revisions`, words],
      ['a frozen text', 409, 'text_frozen', iris, `${proposals}/${voting}/revisions`, words],
      ['a frozen text, withdrawn', 409, 'text_frozen', iris, `${proposals}/${voting}/withdraw`, {}],
      [
        'an amendment of nothing',
        422,
        'patch_changes_nothing',
        ko,
        `${proposals}/${unopened}/options`,
        { title: 'x', body: '', patch: [] },
      ],
      ['an option unknown', 404, 'unknown_option', iris, `${proposals}/${unopened}/options/o1/accept`, {}],
      ['nobody’s option', 404, 'unknown_option', iris, `${proposals}/${unopened}/options/o1/withdraw`, {}],
      [
        'an amendment of an election',
        409,
        'takes_no_options',
        ko,
        `${proposals}/${election}/options`,
        { title: 'x', body: '', patch: [] },
      ],
      [
        'a candidacy in no election',
        409,
        'not_an_election',
        ko,
        `${proposals}/${unopened}/candidacies`,
        { statement: '' },
      ],
      [
        'consent nobody asked',
        403,
        'consent_not_asked',
        ko,
        `${proposals}/${unopened}/consents`,
        { yes: true },
      ],
      [
        'a visitor',
        401,
        'not_logged_in',
        visitor,
        `${proposals}/${unopened}/options`,
        { title: 'x', body: '', patch: [] },
      ],
    ];
    for (const [what, status, code, who, path, body] of table)
      expect([what, ...(await who.refused('POST', path, body))]).toEqual([what, status, code]);
    await iris.call(wire.withdrawProposal, { params: { id: unopened } });
    const again = await iris.refused('POST', `${proposals}/${unopened}/withdraw`, {});
    expect(again).toEqual([409, 'already_withdrawn']);
    await ko.call(wire.stand, { params: { id: election }, body: { statement: '' } });
    const twice = await ko.refused('POST', `${proposals}/${election}/candidacies`, { statement: '' });
    expect(twice).toEqual([409, 'already_standing']);
  });

  it('two ballots from two tabs at once both stand in the book, and the later one counts', async () => {
    const id = await draft(ko, { kind: 'open', patch: [] });
    await ko.call(wire.openProposal, { params: { id } });
    const casts = (['yes', 'no'] as const).map((choice) =>
      ko.call(ballots.cast, { params: { id }, body: { choice } }),
    );
    const answers = (await Promise.all(casts)).map(({ answer }) => answer);
    const second = answers.find((answer) => answer.replaced !== null);
    expect(answers.filter((answer) => answer.replaced === null)).toHaveLength(1);
    const written = await rows<{ n: number }>(
      platform.db.read,
      sql`select count(*)::int as n from book_entries where kind = 'ballot.cast' and subject = ${`proposal:${id}`}`,
    );
    expect(written).toEqual([{ n: 2 }]);
    expect(await page(id, ko)).toMatchObject({ cast: 1, mine: { choice: second?.choice } });
  });
});
