import {
  ballotEndpoints as ballots,
  peopleEndpoints as people,
  governanceEndpoints as wire,
} from '@uncaged/contract';
import { due } from '@uncaged/governance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, openApi } from '../testing.ts';

const api = await openApi();
afterAll(() => api.platform.close());
const { platform } = api;
const hour = 3_600_000;
const password = 'a reed by the water';
const heron = caller(api);
const visitor = caller(api);
const joined: Record<'iris' | 'ko', Caller> = { iris: caller(api), ko: caller(api) };
let against = '';

const safeguard = {
  kind: 'named_living_artist',
  names: ['Iris Nacht'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text: 'Not without a yes.',
};
const protect = [{ op: 'add' as const, path: '/safeguards/living-artists', value: safeguard }];
const good = () => ({
  kind: 'safeguard' as const,
  title: 'Ask first',
  body: 'Because.',
  patch: protect,
  against,
});

beforeAll(async () => {
  await heron.call(people.found, {
    body: { name: 'Reed Bed', currency: 'EUR', founder: { pseudonym: 'heron', password } },
  });
  for (const [pseudonym, member] of Object.entries(joined)) {
    const { code } = (await heron.call(people.invite)).answer;
    await member.call(people.join, { body: { code, pseudonym, password } });
  }
  against = (await visitor.call(wire.policy)).answer.hash;
});

describe('decisions over the wire', () => {
  let id = '';
  it('a member proposes and opens, others vote, the count shows, the policy changes', async () => {
    const made = await joined.iris.call(wire.propose, { body: good() });
    expect(made.status).toBe(201);
    expect(made.answer.proposal).toMatchObject({
      state: 'draft',
      diff: [{ words: 'safeguards: living-artists' }],
    });
    id = made.answer.proposal.id;
    const opened = await joined.iris.call(wire.openProposal, { params: { id } });
    expect(opened.answer.proposal).toMatchObject({
      state: 'voting',
      eligible: 3,
      mine: { eligible: true, choice: null },
    });
    for (const choice of ['no', 'yes'] as const)
      await joined.ko.call(ballots.cast, { params: { id }, body: { choice } });
    const cast = await joined.iris.call(ballots.cast, { params: { id }, body: { choice: 'yes' } });
    expect(cast.answer).toMatchObject({ proposalId: id, choice: 'yes', replaced: null });
    expect((await visitor.call(wire.proposal, { params: { id } })).answer.proposal).toMatchObject({
      cast: 2,
      tally: null,
      ballots: [],
      mine: null,
    });
    platform.clock.advance(72 * hour);
    await due(platform);
    const { proposal } = (await visitor.call(wire.proposal, { params: { id } })).answer;
    expect(proposal.tally?.words).toMatch(/^2 yes, 0 no, 0 abstain, 3 eligible; /);
    expect(proposal.ballots.map((ballot) => ballot.choice)).toEqual(['yes', 'yes']);
    platform.clock.advance(24 * hour);
    await due(platform);
    const { proposals } = (await visitor.call(wire.proposals)).answer;
    expect(proposals).toMatchObject([{ id, state: 'enacted', enactedVersion: 2 }]);
  });

  it('the policy, its versions and their difference name the vote', async () => {
    const { answer: policy } = await visitor.call(wire.policy);
    expect(policy).toMatchObject({
      version: 2,
      previousHash: against,
      document: { safeguards: { 'living-artists': safeguard } },
    });
    expect(policy.origins.find((origin) => origin.path === '/safeguards/living-artists')?.proposal?.id).toBe(
      id,
    );
    const { versions } = (await visitor.call(wire.policyVersions)).answer;
    expect(versions.map((step) => [step.version, step.diff.length])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    const diff = (await visitor.call(wire.policyDiff, { query: { from: 1, to: 2 } })).answer;
    expect(diff.diff.map((line) => line.path)).toEqual(['/safeguards/living-artists']);
    expect((await visitor.call(wire.policyVersion, { params: { version: '1' } })).answer.hash).toBe(against);
  });

  it('each refusal has its code and status', async () => {
    const stale = { ...good(), against };
    against = (await visitor.call(wire.policy)).answer.hash;
    const draft = async (member: Caller) =>
      (await member.call(wire.propose, { body: { ...good(), kind: 'open', patch: [] } })).answer.proposal.id;
    const unopened = await draft(joined.iris);
    const open = await draft(joined.iris);
    await joined.iris.call(wire.openProposal, { params: { id: open } });
    const { code } = (await heron.call(people.invite)).answer;
    const late = caller(api);
    await late.call(people.join, { body: { code, pseudonym: 'late', password } });
    const pay = [{ op: 'replace', path: '/compensation/reviewRate', value: 1 }];
    const rows: [number, string, Caller, string, unknown][] = [
      [401, 'not_logged_in', visitor, '/api/proposals', good()],
      [409, 'stale_policy', heron, '/api/proposals', stale],
      [422, 'title_length', heron, '/api/proposals', { ...good(), title: '' }],
      [422, 'body_length', heron, '/api/proposals', { ...good(), body: 'x'.repeat(20_001) }],
      [
        422,
        'policy_patch_invalid',
        heron,
        '/api/proposals',
        { ...good(), patch: [{ op: 'remove', path: '/x' }] },
      ],
      [422, 'patch_changes_nothing', heron, '/api/proposals', { ...good(), patch: [] }],
      [422, 'patch_outside_kind', heron, '/api/proposals', { ...good(), patch: pay }],
      [422, 'open_question_has_patch', heron, '/api/proposals', { ...good(), kind: 'open', patch: pay }],
      [422, 'invalid_input', heron, '/api/proposals', { ...good(), kind: 'coup' }],
      [422, 'invalid_input', heron, '/api/proposals', { ...good(), patch: [{ op: 'add', path: '/x' }] }],
      [404, 'unknown_proposal', heron, '/api/proposals/nothing/open', {}],
      [403, 'not_author', heron, `/api/proposals/${unopened}/open`, {}],
      [409, 'already_opened', joined.iris, `/api/proposals/${open}/open`, {}],
      [409, 'vote_not_open', heron, `/api/proposals/${unopened}/ballots`, { choice: 'yes' }],
      [403, 'not_eligible', late, `/api/proposals/${open}/ballots`, { choice: 'yes' }],
      [422, 'invalid_input', heron, `/api/proposals/${open}/ballots`, { choice: 'maybe' }],
      [404, 'unknown_proposal', heron, '/api/proposals/nothing/ballots', { choice: 'yes' }],
      [409, 'vote_closed', heron, `/api/proposals/${id}/ballots`, { choice: 'no' }],
    ];
    for (const [status, refusal, who, path, body] of rows)
      expect([path, ...(await who.refused('POST', path, body))]).toEqual([path, status, refusal]);
    for (const [status, refusal, path] of [
      [404, 'unknown_proposal', '/api/proposals/nothing'],
      [404, 'unknown_policy_version', '/api/policy/versions/99'],
      [404, 'unknown_policy_version', '/api/policy/versions/one'],
      [404, 'unknown_policy_version', '/api/policy/diff?from=1&to=99'],
      [422, 'invalid_input', '/api/policy/diff?from=1'],
    ] as const)
      expect([path, ...(await visitor.refused('GET', path))]).toEqual([path, status, refusal]);
  });
});
