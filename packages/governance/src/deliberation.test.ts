import { entries, runChecks, sealStanding } from '@uncaged/book';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { governanceChecks } from './checks.ts';
import { delegate, delegationView, revokeDelegation } from './delegations.ts';
import { eraseMe } from './erasing.ts';
import { type Declaration, declareInterest, endInterest, interestsOf } from './interests.ts';
import { chainOf } from './methods/delegation.ts';
import { founded, type Stage } from './testing.ts';
import { voting } from './testing.votes.ts';
import { commentsOf, withdrawComment, writeComment } from './threads.ts';

let stage: Stage;
let votes: ReturnType<typeof voting>;
const ids: Record<string, string> = {};
const id = (name: string) => ids[name] ?? '';
beforeAll(async () => {
  stage = await founded();
  votes = voting(stage);
  ids.heron = stage.heron;
  for (const name of ['iris', 'ko', 'nacht', 'salt']) ids[name] = await stage.joined(name);
});
afterAll(() => stage[Symbol.asyncDispose]());
const as = (name: string) => stage.as(id(name));
const steps = (usual: number) => [{ op: 'replace' as const, path: '/studio/steps/usual', value: usual }];

describe('a thread', () => {
  it('stands at a proposal or at a line of its diff, and its words can be taken back for good', async () => {
    const proposalId = await votes.draft(id('iris'), 'feature', steps(20));
    const ctx = await as('ko');
    const clause = '/studio/steps/usual';
    const first = await writeComment(ctx, { proposalId, body: 'Why 20?', clause });
    if (!first.ok) throw new Error(first.code);
    const answer = await writeComment(await as('iris'), {
      proposalId,
      body: 'It is enough.',
      parentId: first.commentId,
    });
    expect(answer.ok).toBe(true);
    expect(await withdrawComment(await as('iris'), first.commentId)).toMatchObject({ code: 'not_author' });
    expect(await withdrawComment(ctx, first.commentId)).toMatchObject({ ok: true });
    expect(await withdrawComment(ctx, first.commentId)).toMatchObject({ code: 'already_withdrawn' });
    const read = await commentsOf(stage.platform.db.read, proposalId);
    expect(read).toMatchObject({
      comments: [
        { clause, body: null, memberId: id('ko') },
        { clause, body: 'It is enough.', parentId: first.commentId },
      ],
    });
    await sealStanding(stage.platform, 60_000);
    const page = await entries(
      stage.platform.db.read,
      { memberId: null, kind: 'operator' },
      {
        subject: `proposal:${proposalId}`,
      },
    );
    expect(JSON.stringify(page.ok && page.entries.map(({ payload }) => payload))).not.toContain('Why 20?');
  });

  it.each([
    ['unknown_proposal', { proposalId: 'none', body: 'x' }],
    ['comment_length', { body: ' ' }],
    ['comment_length', { body: 'x'.repeat(4001) }],
    ['clause_malformed', { body: 'x', clause: 'steps' }],
    ['unknown_comment', { body: 'x', parentId: 'none' }],
  ])('refuses: %s', async (code, given) => {
    const proposalId = await votes.draft(id('iris'), 'feature', steps(21));
    expect(await writeComment(await as('ko'), { proposalId, ...given })).toMatchObject({ ok: false, code });
  });
});

describe('a voice handed on', () => {
  const give = async (from: string, to: string, topic: 'feature' | 'safeguard' = 'feature') =>
    delegate(await as(from), topic, id(to));

  it('counts through others, and is opened at the count', async () => {
    expect(await give('iris', 'iris')).toMatchObject({ code: 'delegation_to_self' });
    expect(await delegate(await as('iris'), 'feature', 'nobody')).toMatchObject({ code: 'unknown_member' });
    expect((await give('iris', 'ko')).ok).toBe(true);
    expect((await give('ko', 'nacht')).ok).toBe(true);
    expect(await give('nacht', 'iris')).toMatchObject({ code: 'delegation_circular' });
    const view = await delegationView(stage.platform.db.read, id('iris'));
    expect(view.given).toMatchObject([{ topic: 'feature', to: id('ko'), chain: [id('ko'), id('nacht')] }]);
    const received = await delegationView(stage.platform.db.read, id('nacht'));
    expect(received).toMatchObject({ given: [], received: [{ topic: 'feature', voices: 2 }] });

    const proposalId = await votes.draft(id('heron'), 'feature', steps(22));
    await votes.open(id('heron'), proposalId);
    const { rule } = await votes.page(proposalId);
    await votes.pass(rule.discussionHours);
    await votes.say(id('nacht'), proposalId, 'yes');
    // An own ballot goes before a delegation.
    await votes.say(id('ko'), proposalId, 'no');
    await votes.pass(rule.votingHours);
    const page = await votes.page(proposalId);
    expect(page.tally).toMatchObject({ yes: 1, no: 2, represented: 1 });
    expect(page.delegations).toMatchObject([{ from: { id: id('iris') }, to: { id: id('ko') } }]);
    expect(page.tally?.words).toContain('1 of these voices given through somebody else');
  });

  it('can be taken back until the close', async () => {
    const proposalId = await votes.draft(id('heron'), 'feature', steps(25));
    await votes.open(id('heron'), proposalId);
    const { rule } = await votes.page(proposalId);
    await votes.pass(rule.discussionHours);
    await votes.say(id('ko'), proposalId, 'no');
    expect((await revokeDelegation(await as('iris'), 'feature')).ok).toBe(true);
    expect(await revokeDelegation(await as('iris'), 'feature')).toMatchObject({ code: 'nothing_delegated' });
    await votes.pass(rule.votingHours);
    expect((await votes.page(proposalId)).tally).toMatchObject({ yes: 0, no: 1 });
  });

  it('never closes a ring, whoever gives to whom in whatever order', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 40 });
    fc.assert(
      fc.property(pairs, (asked) => {
        const given = new Map<string, string>();
        const list = () => [...given].map(([from, to]) => ({ from, to }));
        for (const [from, to] of asked) {
          const others = list().filter((one) => one.from !== from);
          if (from !== to && !chainOf(others, to).includes(from)) given.set(from, to);
        }
        for (const name of names) {
          const chain = chainOf(list(), name);
          expect(new Set([name, ...chain]).size).toBe(chain.length + 1);
          expect(given.has(chain.at(-1) ?? name)).toBe(false);
        }
      }),
    );
  });
});

describe('a declared interest', () => {
  const sponsor: Declaration = {
    of: 'me',
    kind: 'sponsor',
    counterpart: 'A maker of pens',
    about: 'They lend me pens.',
    since: '2020-01-01',
    touches: { clauses: ['/studio'] },
  };

  it('stands beside what it touches, and leaves its member out of that vote', async () => {
    const declared = await declareInterest(await as('ko'), sponsor);
    if (!declared.ok) throw new Error(declared.code);
    const proposalId = await votes.draft(id('heron'), 'feature', steps(26));
    const beside = await interestsOf(stage.platform.db.read, proposalId);
    expect(beside).toMatchObject([{ memberId: id('ko'), touching: true, counterpart: 'A maker of pens' }]);
    await votes.open(id('heron'), proposalId);
    const { rule } = await votes.page(proposalId);
    await votes.pass(rule.discussionHours);
    expect(await votes.page(proposalId, id('ko'))).toMatchObject({
      recused: [{ pseudonym: 'ko' }],
      mine: { recused: true, eligible: false },
    });
    expect(await votes.say(id('ko'), proposalId, 'yes')).toMatchObject({ code: 'not_eligible' });
    expect(await endInterest(await as('iris'), declared.interestId)).toMatchObject({ code: 'not_allowed' });
    expect((await endInterest(await as('ko'), declared.interestId)).ok).toBe(true);
    expect(await endInterest(await as('ko'), declared.interestId)).toMatchObject({ code: 'already_ended' });
  });

  it.each([
    ['not_allowed', { of: 'collective' }],
    ['counterpart_length', { counterpart: '' }],
    ['about_length', { about: ' ' }],
    ['since_in_future', { since: '2999-01-01' }],
    ['unknown_proposal', { touches: { proposalIds: ['none'] } }],
  ] as [string, Partial<Declaration>][])('is refused: %s', async (code, more) => {
    expect(await declareInterest(await as('iris'), { ...sponsor, ...more })).toMatchObject({
      ok: false,
      code,
    });
  });

  it('of the collective is declared by whoever may bring money in', async () => {
    const made = await declareInterest(await as('heron'), { ...sponsor, of: 'collective' });
    expect(made.ok).toBe(true);
    const [newest] = await interestsOf(stage.platform.db.read, null);
    expect(newest).toMatchObject({ memberId: null, kind: 'sponsor' });
  });
});

it('who leaves takes their words along, and every proof holds', async () => {
  const proposalId = await votes.draft(id('heron'), 'feature', steps(27));
  await writeComment(await as('ko'), { proposalId, body: 'Mine alone.' });
  await eraseMe(await as('ko'));
  const read = await commentsOf(stage.platform.db.read, proposalId);
  expect(read).toMatchObject({ comments: [{ body: null }] });
  const about = (await interestsOf(stage.platform.db.read, null)).find(
    ({ memberId }) => memberId === id('ko'),
  );
  expect(about).toMatchObject({ counterpart: null, about: null });
  await sealStanding(stage.platform, 60_000);
  const checked = await runChecks(stage.platform.db.read, stage.platform, governanceChecks);
  expect(checked.filter((check) => !check.ok)).toEqual([]);
});
