import { entries, openingOf, runChecks, sealStanding } from '@uncaged/book';
import { commitmentOf, fromHex, sameBytes } from '@uncaged/book/rules';
import { rows, sql } from '@uncaged/platform';
import { afterAll, describe, expect, it } from 'vitest';
import { castBallot } from './casting.ts';
import { governanceChecks } from './checks.ts';
import { due } from './decisions.ts';
import { eraseMe } from './erasing.ts';
import type { PolicyPatch } from './patch.ts';
import { enforcementOf, policyDiff, policyHistory, policyInForce, policyVersion } from './policies.ts';
import type { ProposalKind, Safeguard } from './policy.ts';
import { proposalOf, proposalsOf } from './proposal-pages.ts';
import { openProposal, propose } from './proposals.ts';
import { evaluateSafeguards } from './safeguards.ts';
import { type Choice, tallyYesNo } from './tally.ts';
import { founded, hour, type Stage } from './testing.ts';

const stage = await founded();
afterAll(() => stage[Symbol.asyncDispose]());
const { platform, heron } = stage;
const { db, clock } = platform;
const iris = await stage.joined('iris');
const ko = await stage.joined('ko');

const safeguard: Safeguard = {
  kind: 'named_living_artist',
  names: ['Iris Nacht'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text: 'We make nothing in the name of a living artist who has not said yes.',
};
const protect: PolicyPatch = [{ op: 'add', path: '/safeguards/living-artists', value: safeguard }];
const pay = (value: number): PolicyPatch => [{ op: 'replace', path: '/compensation/reviewRate', value }];

async function draft(
  on: Stage,
  author: string,
  kind: ProposalKind,
  patch: PolicyPatch,
  title = 'A change',
): Promise<string> {
  const ctx = await on.as(author);
  const made = await propose(ctx, { kind, title, body: 'Because.', patch, against: ctx.policy.hash });
  if (!made.ok) throw new Error(JSON.stringify(made));
  return made.proposalId;
}
const vote = async (on: Stage, member: string, proposalId: string, choice: Choice) =>
  castBallot(await on.as(member), { proposalId, choice });
const stateOf = async (on: Stage, id: string) => {
  const found = await proposalOf(on.platform.db.read, id, null);
  return found.ok ? found.proposal.state : found.code;
};
const pass = async (ms: number) => {
  clock.advance(ms);
  return due(platform);
};

describe('a safeguard, from draft to refusal', () => {
  let id = '';
  const prompt = 'a lighthouse in the style of iris nacht';

  it('is drafted by a member, with its diff, against the policy in force', async () => {
    id = await draft(stage, iris, 'safeguard', protect, 'Ask living artists first');
    const found = await proposalOf(db.read, id, ko);
    expect(found).toMatchObject({
      ok: true,
      proposal: {
        number: 1,
        state: 'draft',
        author: { id: iris, pseudonym: 'iris' },
        against: { version: 1 },
        againstInForce: true,
        diff: [{ path: '/safeguards/living-artists', after: safeguard }],
        eligible: null,
        cast: 0,
        tally: null,
        ballots: [],
        mine: { eligible: false, choice: null },
      },
    });
    expect(await vote(stage, ko, id, 'yes')).toEqual({ ok: false, code: 'vote_not_open' });
  });

  it('is opened by its author only, and once', async () => {
    expect(await openProposal(await stage.as(ko), id)).toEqual({ ok: false, code: 'not_author' });
    expect(await openProposal(await stage.as(iris), id)).toMatchObject({
      ok: true,
      entry: { kind: 'proposal.opened' },
    });
    expect(await openProposal(await stage.as(iris), id)).toEqual({ ok: false, code: 'already_opened' });
    expect(await stateOf(stage, id)).toBe('voting');
  });

  it('is voted on by those who were members when the vote opened, who can change their minds', async () => {
    const late = await stage.joined('late');
    expect(await vote(stage, late, id, 'no')).toEqual({ ok: false, code: 'not_eligible' });
    expect(await castBallot(await stage.as(null), { proposalId: id, choice: 'no' })).toEqual({
      ok: false,
      code: 'not_eligible',
    });
    expect(await vote(stage, ko, id, 'no')).toMatchObject({ ok: true, replaced: null });
    expect(await vote(stage, ko, id, 'yes')).toMatchObject({ ok: true, replaced: 'no' });
    expect(await vote(stage, iris, id, 'yes')).toMatchObject({ ok: true });
    const seen = await proposalOf(db.read, id, ko);
    expect(seen).toMatchObject({
      proposal: { eligible: 3, cast: 2, tally: null, ballots: [], mine: { eligible: true, choice: 'yes' } },
    });
  });

  it('is counted at its close, and not before', async () => {
    expect(await pass(72 * hour - 1)).toBe(0);
    clock.advance(1);
    expect(await vote(stage, heron, id, 'no')).toEqual({ ok: false, code: 'vote_closed' });
    expect(await due(platform)).toBe(1);
    expect(await proposalOf(db.read, id, null)).toMatchObject({
      proposal: {
        state: 'passed',
        tally: { yes: 2, no: 0, abstain: 0, eligible: 3, passed: true },
        ballots: expect.arrayContaining([
          expect.objectContaining({ member: { id: ko, pseudonym: 'ko' }, choice: 'yes' }),
        ]),
      },
    });
    expect(await vote(stage, heron, id, 'no')).toEqual({ ok: false, code: 'vote_closed' });
  });

  it('opens the counted ballots in the book, so that a stranger can count again', async () => {
    await sealStanding(platform, 60_000);
    const operator = { memberId: null, kind: 'operator' as const };
    const page = await entries(db.read, operator, { subject: `proposal:${id}`, limit: 50 });
    if (!page.ok) throw new Error(page.code);
    const payloadOf = (kind: string) => page.entries.find((entry) => entry.kind === kind)?.payload as never;
    const opened: { eligible: string[]; rule: Parameters<typeof tallyYesNo>[2] } =
      payloadOf('proposal.opened');
    const closed: {
      tally: unknown;
      outcome: string;
      ballots: { entryId: string; memberId: string; choice: Choice; salt: string }[];
    } = payloadOf('proposal.closed');
    expect(closed.outcome).toBe('passed');
    expect(tallyYesNo(closed.ballots, opened.eligible, opened.rule)).toEqual(closed.tally);
    for (const { entryId, memberId, choice, salt } of closed.ballots) {
      const opens = commitmentOf(
        fromHex(salt) as Uint8Array,
        JSON.stringify({ choice, memberId, proposalId: id }),
      );
      const [cast] = await rows<{ commitment: Uint8Array }>(
        db.read,
        sql`select commitment from book_entries where id = ${entryId}`,
      );
      expect(cast && sameBytes(cast.commitment, opens)).toBe(true);
    }
  });

  it('takes effect after its delay, and then the prompt is refused with clause, version, proposal and vote', async () => {
    const before = await policyInForce(db.read);
    expect(before && evaluateSafeguards(before.document, { prompt, consents: [] })).toEqual({ ok: true });
    expect(await pass(24 * hour - 1)).toBe(0);
    expect(await pass(1)).toBe(1);
    expect(await stateOf(stage, id)).toBe('enacted');
    const policy = await policyInForce(db.read);
    if (!policy) throw new Error('no policy');
    const verdict = evaluateSafeguards(policy.document, { prompt, consents: [] });
    if (verdict.ok) throw new Error('it was let through');
    expect(await enforcementOf(db.read, policy, verdict.clause)).toMatchObject({
      clause: '/safeguards/living-artists',
      text: safeguard.text,
      policyVersion: 2,
      policyHash: policy.hash,
      setInVersion: 2,
      proposalId: id,
      proposalNumber: 1,
      proposalTitle: 'Ask living artists first',
      tally: {
        words: expect.stringMatching(/^2 yes, 0 no, 0 abstain, 3 eligible; quorum 1\/2 of eligible: 2 of 3/),
      },
    });
    expect(await enforcementOf(db.read, policy, '/studio/promptMaxCharacters')).toMatchObject({
      text: 'studio: prompt max characters',
      setInVersion: 1,
      proposalId: null,
      tally: null,
    });
  });

  it('shows in the history', async () => {
    expect(await policyHistory(db.read)).toMatchObject([
      { version: 1, proposal: null },
      { version: 2, proposal: { id, number: 1, title: 'Ask living artists first' } },
    ]);
    expect(await policyDiff(db.read, 1, 2)).toMatchObject({ diff: [{ path: '/safeguards/living-artists' }] });
    expect(await policyDiff(db.read, 2, 9)).toEqual({ ok: false, code: 'unknown_policy_version' });
    const now = await policyVersion(db.read, null);
    expect(
      now.ok && now.origins.find((origin) => origin.path === '/safeguards/living-artists'),
    ).toMatchObject({
      version: 2,
      proposal: { id },
    });
    expect(await policyVersion(db.read, 1)).toMatchObject({ ok: true, policy: { version: 1 } });
    expect(await policyVersion(db.read, 0)).toEqual({ ok: false, code: 'unknown_policy_version' });
  });
});

describe('other ends of a proposal', () => {
  it('too few took part: it lapses; more no than yes: it is rejected', async () => {
    const quiet = await draft(stage, iris, 'open', []);
    const unloved = await draft(stage, iris, 'open', []);
    for (const id of [quiet, unloved]) await openProposal(await stage.as(iris), id);
    await vote(stage, iris, quiet, 'yes');
    await vote(stage, iris, unloved, 'yes');
    await vote(stage, ko, unloved, 'no');
    expect(await pass(72 * hour)).toBe(2);
    expect([await stateOf(stage, quiet), await stateOf(stage, unloved)]).toEqual(['lapsed', 'rejected']);
  });

  it('an open question that passes is answered and changes no rule', async () => {
    const id = await draft(stage, iris, 'open', [], 'Shall we meet in spring?');
    await openProposal(await stage.as(iris), id);
    for (const member of [iris, ko, heron]) await vote(stage, member, id, 'yes');
    const before = await policyInForce(db.read);
    await pass(1000 * hour);
    expect(await stateOf(stage, id)).toBe('passed');
    expect(await policyInForce(db.read)).toEqual(before);
  });

  it('a change of policy is talked over first; its voters are those at the opening of the vote', async () => {
    const id = await draft(stage, iris, 'policy', pay(600));
    const opened = await openProposal(await stage.as(iris), id);
    expect(opened).toMatchObject({ ok: true, entry: { kind: 'proposal.submitted' } });
    expect(await vote(stage, iris, id, 'yes')).toEqual({ ok: false, code: 'vote_not_open' });
    const early = await stage.joined('early');
    expect(await pass(24 * hour)).toBe(1);
    expect(await vote(stage, early, id, 'yes')).toMatchObject({ ok: true });
    expect(await stateOf(stage, id)).toBe('voting');
    await pass(120 * hour);
    expect(await stateOf(stage, id)).toBe('lapsed');
  });

  it('a draft nobody opened lapses', async () => {
    const id = await draft(stage, iris, 'open', []);
    await pass(30 * 24 * hour);
    expect(await stateOf(stage, id)).toBe('lapsed');
  });

  it('one who leaves during a vote has voted', async () => {
    const moth = await stage.joined('moth');
    const id = await draft(stage, moth, 'open', []);
    await openProposal(await stage.as(moth), id);
    await vote(stage, moth, id, 'yes');
    await eraseMe(await stage.as(moth));
    for (const member of [iris, ko]) await vote(stage, member, id, 'yes');
    await pass(72 * hour);
    expect(await proposalOf(db.read, id, null)).toMatchObject({
      proposal: { state: 'passed', author: { id: moth, pseudonym: null }, tally: { yes: 3 } },
    });
  });

  it('a machine that was off does every step in its turn', async () => {
    const id = await draft(stage, iris, 'safeguard', [{ op: 'remove', path: '/safeguards/living-artists' }]);
    await openProposal(await stage.as(iris), id);
    for (const member of [iris, ko, heron]) await vote(stage, member, id, 'yes');
    expect(await pass(1000 * hour)).toBe(2);
    expect(await stateOf(stage, id)).toBe('enacted');
    expect((await policyInForce(db.read))?.document.safeguards).toEqual({});
  });

  it('is listed, newest first', async () => {
    const numbers = (await proposalsOf(db.read)).map((proposal) => proposal.number);
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  });

  it('leaves every invariant standing', async () => {
    const checked = await runChecks(db.read, platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
    expect((await runChecks(db.read, platform)).filter((check) => !check.ok)).toEqual([]);
  });
});

describe('two that passed against one policy', () => {
  it('both stand when they change different clauses; else the second is a clash and the first stays', async () => {
    await using own = await founded();
    const nacht = await own.joined('nacht');
    const all = [
      await draft(own, nacht, 'policy', pay(700), 'Pay reviews better'),
      await draft(own, nacht, 'policy', pay(900), 'Pay reviews much better'),
      await draft(
        own,
        nacht,
        'policy',
        [{ op: 'replace', path: '/compensation/rates/bug', value: 3000 }],
        'Pay bugs',
      ),
    ];
    const wait = async (ms: number) => {
      own.platform.clock.advance(ms);
      await due(own.platform);
    };
    for (const id of all) await openProposal(await own.as(nacht), id);
    await wait(24 * hour);
    for (const id of all) for (const member of [own.heron, nacht]) await vote(own, member, id, 'yes');
    await wait(120 * hour);
    await wait(48 * hour);
    expect(await Promise.all(all.map((id) => stateOf(own, id)))).toEqual(['enacted', 'clash', 'enacted']);
    const policy = await policyInForce(own.platform.db.read);
    expect(policy).toMatchObject({
      version: 3,
      document: { compensation: { reviewRate: 700, rates: { bug: 3000 } } },
    });
    expect(await proposalOf(own.platform.db.read, all[1] ?? '', null)).toMatchObject({
      proposal: { clashes: ['/compensation/reviewRate'], againstInForce: false },
    });
    const checked = await runChecks(own.platform.db.read, own.platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });
});

describe('a proposal that is not in order', () => {
  it.each<[string, Partial<Parameters<typeof propose>[1]>, string]>([
    ['without a title', { title: ' ' }, 'title_length'],
    ['with a title of 201 characters', { title: 'x'.repeat(201) }, 'title_length'],
    ['with a book for a body', { body: 'x'.repeat(20_001) }, 'body_length'],
    ['against another policy', { against: '0'.repeat(64) }, 'stale_policy'],
    ['that breaks the policy', { patch: [{ op: 'remove', path: '/roles' }] }, 'policy_patch_invalid'],
    ['that changes nothing', { patch: [] }, 'patch_changes_nothing'],
    ['that is more than a safeguard', { kind: 'safeguard', patch: pay(1) }, 'patch_outside_kind'],
    ['that asks and changes', { kind: 'open', patch: pay(1) }, 'open_question_has_patch'],
  ])('%s is refused', async (_, wrong, code) => {
    const ctx = await stage.as(iris);
    const good = { kind: 'policy' as const, title: 'Pay', body: '', patch: pay(1), against: ctx.policy.hash };
    expect(await propose(ctx, { ...good, ...wrong })).toMatchObject({ ok: false, code });
  });

  it('is not for visitors; unknown ones cannot be opened or voted on', async () => {
    const ctx = await stage.as(null);
    const asked = { kind: 'open' as const, title: 'x', body: '', patch: [], against: ctx.policy.hash };
    expect(await propose(ctx, asked)).toEqual({ ok: false, code: 'not_allowed' });
    const unknown = { ok: false, code: 'unknown_proposal' };
    expect(await openProposal(await stage.as(iris), 'nothing')).toEqual(unknown);
    expect(await vote(stage, iris, 'nothing', 'yes')).toEqual(unknown);
    expect(await proposalOf(db.read, 'nothing', null)).toEqual(unknown);
  });

  it('that the policy has moved under cannot be opened', async () => {
    await using own = await founded();
    const [first, second] = [
      await draft(own, own.heron, 'safeguard', protect),
      await draft(own, own.heron, 'safeguard', [
        { ...protect[0], value: { ...safeguard, names: ['Ko'] } } as never,
      ]),
    ];
    await openProposal(await own.as(own.heron), first);
    await vote(own, own.heron, first, 'yes');
    own.platform.clock.advance(96 * hour);
    expect(await due(own.platform)).toBe(2);
    const hash = (await policyInForce(own.platform.db.read))?.hash;
    expect(await openProposal(await own.as(own.heron), second)).toEqual({
      ok: false,
      code: 'stale_policy',
      inForce: hash,
    });
  });
});

describe('the same request twice', () => {
  it('proposes and votes once; another body under the same key is refused', async () => {
    const ctx = await stage.as(iris);
    const asked = { kind: 'open' as const, title: 'Again?', body: '', patch: [], against: ctx.policy.hash };
    const key = { idempotencyKey: `${iris}:again` };
    const [one, two] = [await propose(ctx, { ...asked, ...key }), await propose(ctx, { ...asked, ...key })];
    if (!one.ok || !two.ok) throw new Error('refused');
    expect(two.proposalId).toBe(one.proposalId);
    expect(two.entry.id).toBe(one.entry.id);
    const conflict = { ok: false, code: 'idempotency_conflict' };
    expect(await propose(ctx, { ...asked, ...key, title: 'Other' })).toEqual(conflict);
    await openProposal(ctx, one.proposalId);
    const ballot = { proposalId: one.proposalId, choice: 'yes' as const, idempotencyKey: `${iris}:ballot` };
    const [cast, recast] = [await castBallot(ctx, ballot), await castBallot(ctx, ballot)];
    if (!cast.ok || !recast.ok) throw new Error('refused');
    expect(recast.entry.id).toBe(cast.entry.id);
    expect(await castBallot(ctx, { ...ballot, choice: 'no' })).toEqual(conflict);
  });

  it('from two tabs at once counts one ballot', async () => {
    const id = await draft(stage, ko, 'open', []);
    await openProposal(await stage.as(ko), id);
    await Promise.all([vote(stage, ko, id, 'yes'), vote(stage, ko, id, 'no')]);
    expect(await proposalOf(db.read, id, ko)).toMatchObject({ proposal: { cast: 1 } });
  });
});

describe('at the same time', () => {
  it('two machines take each step once', async () => {
    const id = await draft(stage, iris, 'open', []);
    await openProposal(await stage.as(iris), id);
    await due(platform);
    clock.advance(72 * hour);
    const waiting = (await proposalsOf(db.read)).filter((proposal) => proposal.state === 'voting').length;
    const taken = await Promise.all([due(platform), due(platform), due(platform)]);
    expect(taken.reduce((sum, one) => sum + one)).toBe(waiting);
  });

  it('a ballot decided on just before the close stands in the book as cast before the close', async () => {
    const id = await draft(stage, iris, 'open', []);
    await openProposal(await stage.as(iris), id);
    const found = await proposalOf(db.read, id, iris);
    const closesAt = found.ok ? found.proposal.votingClosesAt : null;
    if (!closesAt) throw new Error('no vote');
    const instants = [new Date(closesAt.getTime() - 1), new Date(closesAt.getTime() + 1)];
    const ticking = { now: () => (instants.length > 1 ? instants.shift() : instants[0]) as Date };
    const ctx = { ...(await stage.as(iris)), clock: ticking };
    const cast = await castBallot(ctx, { proposalId: id, choice: 'yes' });
    expect(cast.ok && cast.entry.time < closesAt).toBe(true);
  });
});

describe('the database, when the program is gone round', () => {
  const broken = async (statement: ReturnType<typeof sql>) =>
    db.transaction(async (tx) => {
      await tx.execute(statement);
    });
  it.each([
    ['a policy version changed', sql`update policy_versions set document = '{}'`],
    ['a policy version taken away', sql`delete from policy_versions where version = 1`],
    [
      'a version out of the chain',
      sql`insert into policy_versions select 99, hash, hash, document, enacted_at, null, 'x' from policy_versions where version = 1`,
    ],
    ['a counted ballot changed', sql`update ballots set choice = 'no' where choice = 'yes'`],
    ['a tally changed', sql`update proposals set tally = '{}' where tally is not null`],
    ['a text changed', sql`update proposals set title = 'other'`],
    [
      'a ballot of one who may not vote',
      sql`insert into ballots select id, 'stranger', 'yes', now(), 'y' from proposals where state = 'voting' limit 1`,
    ],
    [
      'a second collective',
      sql`insert into collective (singleton, name, currency, founder_id, founded_at, entry_id) select false, 'x', 'EUR', id, now(), 'z' from members limit 1`,
    ],
  ])('refuses %s', async (_, statement) => {
    await expect(broken(statement)).rejects.toMatchObject({ name: 'DatabaseError' });
  });

  it('cannot hide a changed eligibility from the checks', async () => {
    await db
      .transaction(async (tx) => {
        await tx.execute(sql`delete from proposal_voters v where not exists
        (select from ballots b where b.proposal_id = v.proposal_id and b.member_id = v.member_id)`);
        const failed = (await runChecks(tx, platform, governanceChecks)).filter((check) => !check.ok);
        expect(failed.map((check) => check.name)).toEqual(['every tally counts again to what is stored']);
        throw new Error('undone');
      })
      .catch((error: Error) => expect(error.message).toBe('undone'));
  });

  it('keeps the salts of counted ballots', async () => {
    const counted = (await proposalsOf(db.read)).find((proposal) => proposal.tally?.yes === 3);
    const found = await proposalOf(db.read, counted?.id ?? '', null);
    const ids = found.ok ? found.proposal.ballots.map((ballot) => ballot.entryId) : [];
    expect((await openingOf(db.read, ids)).size).toBe(3);
  });
});
