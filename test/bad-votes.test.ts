// What a vote gets that it should not: each with its code and status, over HTTP, and nothing changed by it.
import type { Problem } from '@uncaged/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deciding, gather, HOUR } from './support/deciding.ts';
import { raise, type Stage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const names = ['heron', 'nacht', 'iris', 'ko'] as const;
type Name = (typeof names)[number];
const days = [{ op: 'replace', path: '/compensation/reviewDays', value: 5 }];
let stage: Stage;
let reeds: Deciding<Name>;
let late: Visitor;
let first: string;
let closed: string;
let running: string;
/** What a secret vote was answered while there were only four. */
let amongFour: Response;

beforeAll(async () => {
  stage = await raise();
  reeds = await gather(stage, 'Reed Bed', names);
  first = await reeds.hash();
  closed = (await reeds.pass('iris', 'rate_card', days)).id;
  running = await reeds.propose('iris', 'safeguard', [
    {
      op: 'add',
      path: '/safeguards/living-artists',
      value: {
        kind: 'named_living_artist',
        names: ['Linnet'],
        unlessConsent: 'style_name_prompting',
        action: 'refuse',
        text: 'Ask first.',
      },
    },
  ]);
  await reeds.open('iris', running);
  await reeds.members.nacht.post('/api/delegations', { topic: 'safeguard', to: reeds.ids.ko });
  amongFour = await proposes({ kind: 'open', patch: [], terms: { secret: true } });
  const { code } = await reeds.members.heron.post<{ code: string }>('/api/invitations', {});
  late = stage.visitor();
  await late.post('/api/members', { code, pseudonym: 'wren', password: 'a reed by the water' });
});
afterAll(() => stage[Symbol.asyncDispose]());

const send = (who: Visitor, path: string, body: unknown) =>
  who.raw('POST', path, JSON.stringify(body), { 'content-type': 'application/json' });
const proposes = async (change: object) => {
  const words = { kind: 'policy', title: 'A change', body: '', patch: days, against: await reeds.hash() };
  return send(reeds.members.ko, '/api/proposals', { ...words, ...change });
};
const rule = '/voting/kinds/open';

const table: [string, number, string, () => Promise<Response>][] = [
  ['a proposal against an old hash', 409, 'stale_policy', () => proposes({ against: first })],
  [
    'a patch that breaks the policy’s own schema',
    422,
    'policy_patch_invalid',
    () => proposes({ patch: [{ op: 'replace', path: '/studio/steps/min', value: 'few' }] }),
  ],
  [
    'a patch of a clause that is not there',
    422,
    'policy_patch_invalid',
    () => proposes({ patch: [{ op: 'remove', path: '/safeguards/nobody' }] }),
  ],
  [
    'a quorum that nobody can reach',
    422,
    'rule_never_passes',
    () => proposes({ patch: [{ op: 'replace', path: `${rule}/quorum/numerator`, value: 999 }] }),
  ],
  [
    'a threshold that no vote can pass',
    422,
    'rule_never_passes',
    () =>
      proposes({
        patch: [
          { op: 'replace', path: `${rule}/threshold/numerator`, value: 2 },
          { op: 'replace', path: `${rule}/threshold/denominator`, value: 2 },
        ],
      }),
  ],
  [
    'more ballots than there are members',
    422,
    'rule_never_passes',
    () => proposes({ patch: [{ op: 'replace', path: `${rule}/quorum/atLeast`, value: 50 }] }),
  ],
  [
    'a window in the past',
    422,
    'window_in_past',
    () => proposes({ terms: { discussUntil: '2020-01-01T00:00:00Z' } }),
  ],
  [
    'a vote after the close',
    409,
    'vote_closed',
    () => send(reeds.members.ko, `/api/proposals/${closed}/ballots`, { choice: 'yes' }),
  ],
  [
    'a vote by one who joined after the snapshot',
    403,
    'not_eligible',
    () => send(late, `/api/proposals/${running}/ballots`, { choice: 'yes' }),
  ],
  [
    'a vote before the opening',
    409,
    'vote_not_open',
    async () => {
      const draft = await reeds.propose('ko', 'open', [], { title: 'Soup?' });
      return send(reeds.members.ko, `/api/proposals/${draft}/ballots`, { choice: 'yes' });
    },
  ],
  [
    'a ballot of another method',
    422,
    'ballot_invalid',
    () => send(reeds.members.ko, `/api/proposals/${running}/ballots`, { vote: { ranking: [['original']] } }),
  ],
  [
    'a delegation to oneself',
    422,
    'delegation_to_self',
    () => send(reeds.members.ko, '/api/delegations', { topic: 'safeguard', to: reeds.ids.ko }),
  ],
  [
    'a circular delegation',
    409,
    'delegation_circular',
    () => send(reeds.members.ko, '/api/delegations', { topic: 'safeguard', to: reeds.ids.nacht }),
  ],
  [
    'a vote by a visitor',
    401,
    'not_logged_in',
    () => send(stage.visitor(), `/api/proposals/${running}/ballots`, { choice: 'yes' }),
  ],
  [
    'a clause outside what the kind may change',
    422,
    'patch_outside_kind',
    () => proposes({ kind: 'safeguard', patch: [{ ...days[0], value: 6 }] }),
  ],
  ['a secret vote among too few', 422, 'too_few_for_secrecy', async () => amongFour.clone()],
  ['secrecy where the rules know none', 422, 'terms_do_not_fit', () => proposes({ terms: { secret: true } })],
  [
    'an emergency about money',
    422,
    'outside_emergency_clauses',
    async () =>
      send(reeds.members.heron, '/api/emergencies', {
        title: 'Now',
        body: 'Because.',
        patch: [{ op: 'replace', path: '/compensation/reviewDays', value: 9 }],
        against: await reeds.hash(),
        hours: 24,
      }),
  ],
];

describe('a vote that should not be', () => {
  test.each(table)('%s: %i %s', async (_, status, code, act) => {
    const before = await reeds.page(running);
    const response = await act();
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.code]).toEqual([status, code]);
    expect(problem.next.length).toBeGreaterThan(10);
    expect((await reeds.page(running)).cast).toBe(before.cast);
  });

  test('two tabs of one steward: both are kept in the book, the later counts, once', async () => {
    const tab = (choice: string) =>
      send(reeds.members.heron, `/api/proposals/${running}/ballots`, { choice });
    const replies = await Promise.all([tab('yes'), tab('no')]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect((await reeds.page(running)).cast).toBe(1);
    await reeds.vote('iris', running, { choice: 'yes' });
    await stage.pass(100 * HOUR);
    const counted = await reeds.page(running);
    expect(counted.ballots.filter(({ member }) => member.pseudonym === 'heron')).toHaveLength(1);
    expect((counted.tally?.yes ?? 0) + (counted.tally?.no ?? 0)).toBe(2);
    await stage.check();
  });
});
