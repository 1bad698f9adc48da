import { entries, runChecks, sealStanding } from '@uncaged/book';
import { sql } from '@uncaged/platform';
import { afterAll, describe, expect, it } from 'vitest';
import { acceptOption, putOption, stand, withdrawOption } from './amendments.ts';
import { governanceChecks } from './checks.ts';
import { consentToProposal } from './consents.ts';
import { eraseMe } from './erasing.ts';
import { memberOf } from './members.ts';
import type { PolicyPatch } from './patch.ts';
import { policyInForce } from './policies.ts';
import { openProposal, propose, reviseProposal, withdrawProposal } from './proposals.ts';
import { founded, hour, type Stage } from './testing.ts';
import { voting } from './testing.votes.ts';

const stage = await founded();
afterAll(() => stage[Symbol.asyncDispose]());
const { platform, heron } = stage;
const { db } = platform;
const iris = await stage.joined('iris');
const ko = await stage.joined('ko');
const salt = await stage.joined('salt');
const moss = await stage.joined('moss');
const { draft, open, say, pass, page } = voting(stage);

const pay = (value: number): PolicyPatch => [{ op: 'replace', path: '/compensation/reviewRate', value }];
const amend = async (member: string, proposalId: string, patch: PolicyPatch, title = 'Otherwise') =>
  putOption(await stage.as(member), { proposalId, title, body: 'Because.', patch });
const keyOf = async (put: ReturnType<typeof amend>) => {
  const made = await put;
  if (!made.ok) throw new Error(JSON.stringify(made));
  return made.key;
};
const kindsIn = async (on: Stage, id: string) => {
  await sealStanding(on.platform, 60_000);
  const operator = { memberId: null, kind: 'operator' as const };
  const found = await entries(on.platform.db.read, operator, { subject: `proposal:${id}`, limit: 100 });
  if (!found.ok) throw new Error(found.code);
  return new Map(found.entries.map((entry) => [entry.kind, entry.payload as Record<string, unknown>]));
};

describe('competing amendments', () => {
  let id = '';
  it('are put by anybody while the text is open, each a whole patch', async () => {
    id = await draft(iris, 'rate_card', pay(700), { title: 'Pay reviews better' });
    await open(iris, id);
    expect(await keyOf(amend(ko, id, pay(600), 'A little better'))).toBe('o1');
    expect(await keyOf(amend(salt, id, pay(900), 'Much better'))).toBe('o2');
    expect(await keyOf(amend(moss, id, pay(999)))).toBe('o3');
    expect(await withdrawOption(await stage.as(moss), id, 'o3')).toMatchObject({ ok: true });
    const seen = await page(id, ko);
    expect(seen).toMatchObject({
      state: 'discussion',
      method: 'schulze',
      standing: 2,
      definition: null,
      mine: { may: { amend: true, revise: false, open: false, cast: false } },
    });
    expect(seen.ballotOptions).toEqual([
      { key: 'status_quo', title: 'Leave it as it is' },
      { key: 'original', title: 'Pay reviews better' },
      { key: 'o1', title: 'A little better' },
      { key: 'o2', title: 'Much better' },
    ]);
    expect(seen.options.map(({ key, state, may }) => [key, state, may])).toEqual([
      ['o1', 'put', { withdraw: true, accept: false }],
      ['o2', 'put', { withdraw: false, accept: false }],
      ['o3', 'withdrawn', { withdraw: false, accept: false }],
    ]);
    expect(seen.options[0]?.diff).toMatchObject([{ path: '/compensation/reviewRate', after: 600 }]);
  });

  it('are voted on beside the change and the status quo, and the ballots say so', async () => {
    await pass(48);
    expect(await page(id)).toMatchObject({
      state: 'voting',
      definition: {
        method: 'schulze',
        options: ['status_quo', 'original', 'o1', 'o2'],
        unranked: 'implicit',
      },
    });
    expect(await say(ko, id, 'yes')).toMatchObject({ ok: false, code: 'ballot_invalid' });
    expect(await say(ko, id, { approve: ['o1'] })).toMatchObject({ ok: false, code: 'ballot_invalid' });
    expect(await say(ko, id, { ranking: [['o3']] })).toMatchObject({ ok: false, code: 'ballot_invalid' });
    expect(await say(ko, id, { ranking: [['status_quo']] })).toMatchObject({ ok: true, replacedVote: null });
    expect(await say(ko, id, { ranking: [['o1'], ['original']] })).toMatchObject({
      ok: true,
      replaced: null,
      replacedVote: { ranking: [['status_quo']] },
    });
    await say(iris, id, { ranking: [['original'], ['o1']] });
    await say(salt, id, { ranking: [['o2'], ['o1']] });
    await say(moss, id, { ranking: [['o1'], ['status_quo']] });
    await say(heron, id, { abstain: true });
    expect(await page(id, ko)).toMatchObject({
      cast: 5,
      optionTally: null,
      winners: [],
      ballots: [],
      mine: { vote: { ranking: [['o1'], ['original']] }, choice: null },
    });
  });

  it('are counted by the rule, and the winner is what is put in force', async () => {
    await pass(120);
    const seen = await page(id);
    expect(seen).toMatchObject({
      state: 'passed',
      tally: null,
      optionTally: { method: 'schulze', winners: ['o1'], passed: true, eligible: 5, abstain: 1 },
      winners: [{ key: 'o1', title: 'A little better' }],
    });
    expect(seen.ballots).toHaveLength(5);
    const book = await kindsIn(stage, id);
    expect(book.get('proposal.opened')).toMatchObject({
      method: 'schulze',
      unranked: 'implicit',
      tie: 'listed_order',
      options: [
        { key: 'status_quo', title: 'Leave it as it is' },
        { key: 'original', title: 'Pay reviews better', patch: pay(700) },
        { key: 'o1', title: 'A little better', patch: pay(600) },
        { key: 'o2', title: 'Much better', patch: pay(900) },
      ],
    });
    expect(book.get('proposal.closed')).toMatchObject({ outcome: 'passed', winner: 'o1' });
    await pass(48);
    expect(await page(id)).toMatchObject({ state: 'enacted', enactedVersion: 2 });
    expect((await policyInForce(db.read))?.document.compensation.reviewRate).toBe(600);
  });

  it('lose to the status quo where it beats them all', async () => {
    const other = await draft(iris, 'rate_card', pay(1));
    await open(iris, other);
    await amend(ko, other, pay(2));
    await pass(48);
    for (const member of [heron, iris, ko]) await say(member, other, { ranking: [['status_quo'], ['o1']] });
    await pass(120);
    expect(await page(other)).toMatchObject({ state: 'rejected', optionTally: { passed: false } });
  });

  it('keep every invariant', async () => {
    const checked = await runChecks(db.read, platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });
});

describe('an author', () => {
  it('accepts an amendment: its words become the proposal’s own, the others stay, discussion begins anew', async () => {
    const id = await draft(iris, 'rate_card', pay(710));
    await open(iris, id);
    const first = (await page(id)).discussionEndsAt as Date;
    await amend(ko, id, pay(720));
    await amend(salt, id, pay(730));
    await pass(10);
    expect(await acceptOption(await stage.as(ko), id, 'o1')).toEqual({ ok: false, code: 'not_author' });
    expect(await acceptOption(await stage.as(iris), id, 'o1')).toMatchObject({
      ok: true,
      entry: { kind: 'proposal.revised' },
    });
    expect(await acceptOption(await stage.as(iris), id, 'o1')).toEqual({
      ok: false,
      code: 'already_accepted',
    });
    const seen = await page(id);
    expect(seen).toMatchObject({ patch: pay(720), diff: [{ after: 720 }], standing: 1 });
    expect(seen.discussionEndsAt?.getTime()).toBe(first.getTime() + 10 * hour);
    expect((await kindsIn(stage, id)).get('proposal.revised')).toMatchObject({ from: 'o1', patch: pay(720) });
    await pass(48);
    expect((await page(id)).ballotOptions.map(({ key }) => key)).toEqual(['status_quo', 'original', 'o2']);
    for (const code of ['text_frozen']) {
      const refused = { ok: false, code };
      const ctx = await stage.as(iris);
      const words = { title: 'x', body: '', patch: pay(3), against: ctx.policy.hash };
      expect(await reviseProposal(ctx, id, words)).toEqual(refused);
      expect(await withdrawProposal(ctx, id)).toEqual(refused);
      expect(await acceptOption(ctx, id, 'o2')).toEqual(refused);
      expect(await amend(ko, id, pay(4))).toEqual(refused);
      expect(await withdrawOption(await stage.as(salt), id, 'o2')).toEqual(refused);
    }
    await pass(120);
  });

  it('revises the words before the vote; amendments that no longer fit are dropped by name', async () => {
    const id = await draft(iris, 'policy', pay(800));
    const bug: PolicyPatch = [
      { op: 'test', path: '/studio/fairWindowHours', value: 24 },
      { op: 'replace', path: '/compensation/rates/bug', value: 3100 },
    ];
    await amend(ko, id, bug);
    await amend(ko, id, pay(810));
    const other = await draft(heron, 'feature', [
      { op: 'replace', path: '/studio/fairWindowHours', value: 48 },
    ]);
    await open(heron, other);
    await pass(24);
    for (const member of [heron, iris, ko]) await say(member, other, 'yes');
    await pass(72);
    await pass(24);
    expect((await page(other)).state).toBe('enacted');
    const ctx = await stage.as(iris);
    const words = { title: 'Better', body: 'Yes.', patch: pay(820), against: ctx.policy.hash };
    const terms = { reviewDays: 30 };
    expect(await reviseProposal(ctx, id, { ...words, against: '0'.repeat(64) })).toMatchObject({
      code: 'stale_policy',
    });
    expect(await reviseProposal(ctx, id, { ...words, terms })).toMatchObject({ ok: true });
    expect(await page(id)).toMatchObject({ title: 'Better', terms, againstInForce: true, standing: 1 });
    expect((await kindsIn(stage, id)).get('proposal.revised')).toMatchObject({ dropped: ['o1'], terms });
  });

  it('withdraws it before the vote, once', async () => {
    const id = await draft(iris, 'policy', pay(830));
    expect(await withdrawProposal(await stage.as(ko), id)).toEqual({ ok: false, code: 'not_author' });
    expect(await withdrawProposal(await stage.as(iris), id)).toMatchObject({ ok: true });
    expect(await withdrawProposal(await stage.as(iris), id)).toEqual({
      ok: false,
      code: 'already_withdrawn',
    });
    expect(await openProposal(await stage.as(iris), id)).toEqual({ ok: false, code: 'already_opened' });
    expect((await page(id)).state).toBe('withdrawn');
  });

  it('can ask for a longer discussion, which then holds', async () => {
    const until = new Date(platform.clock.now().getTime() + 60 * hour);
    const id = await draft(iris, 'safeguard', protect, { terms: { discussUntil: until.toISOString() } });
    await open(iris, id);
    expect(await page(id)).toMatchObject({ state: 'discussion', discussionEndsAt: until });
    const late = await draft(iris, 'safeguard', protect, { terms: { discussUntil: until.toISOString() } });
    await pass(60);
    expect((await page(id)).state).toBe('voting');
    expect(await openProposal(await stage.as(iris), late)).toMatchObject({ code: 'window_in_past' });
  });
});

const protect: PolicyPatch = [
  {
    op: 'add',
    path: '/safeguards/living-artists',
    value: {
      kind: 'named_living_artist',
      names: ['Iris Nacht'],
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text: 'Not without a yes.',
    },
  },
];

describe('a question with answers', () => {
  const answers = [{ title: 'In spring' }, { title: 'In autumn', body: 'When it rains.' }];
  it('is counted by the method its author chose, takes more answers, and changes no rule', async () => {
    const id = await draft(iris, 'open', [], { options: answers, terms: { method: 'approval' } });
    expect(await amend(ko, id, [], 'In winter')).toMatchObject({ ok: true, key: 'o3' });
    expect(await amend(ko, id, [], 'In spring')).toEqual({ ok: false, code: 'option_exists' });
    await open(iris, id);
    await say(iris, id, { approve: ['o1', 'o3'] });
    await say(ko, id, { approve: ['o3'] });
    await say(salt, id, { approve: [] });
    await pass(72);
    expect(await page(id)).toMatchObject({
      state: 'passed',
      optionTally: { method: 'approval', winners: ['o3'] },
      winners: [{ title: 'In winter' }],
      enactsAt: null,
    });
  });

  it('needs two of them when its vote opens', async () => {
    const id = await draft(iris, 'open', [], { options: answers });
    await withdrawOption(await stage.as(iris), id, 'o2');
    expect(await openProposal(await stage.as(iris), id)).toEqual({ ok: false, code: 'options_needed' });
  });

  it('can share out a budget', async () => {
    const id = await draft(iris, 'open', [], { options: answers, terms: { method: 'budget', total: 100 } });
    await open(iris, id);
    expect(await say(iris, id, { amounts: { o1: 99 } })).toMatchObject({ code: 'ballot_invalid' });
    await say(iris, id, { amounts: { o1: 75, o2: 25 } });
    await say(ko, id, { amounts: { o1: 50, o2: 50 } });
    await pass(72);
    expect(await page(id)).toMatchObject({
      state: 'passed',
      optionTally: {
        detail: {
          allocation: [
            { option: 'o1', amount: 63 },
            { option: 'o2', amount: 37 },
          ],
        },
      },
    });
  });
});

describe('an election', () => {
  let id = '';
  const stands = async (member: string | null) => stand(await stage.as(member), id, 'I have time.');
  it('is stood for by each for themself, until its vote opens', async () => {
    id = await draft(ko, 'election', [], { title: 'Stewards', terms: { role: 'steward', seats: 2 } });
    await open(ko, id);
    for (const member of [ko, salt, moss, iris]) expect(await stands(member)).toMatchObject({ ok: true });
    expect(await stands(ko)).toEqual({ ok: false, code: 'already_standing' });
    expect(await stands(null)).toEqual({ ok: false, code: 'not_eligible_to_stand' });
    expect(await amend(ko, id, [])).toEqual({ ok: false, code: 'takes_no_options' });
    expect(await withdrawOption(await stage.as(ko), id, 'o4')).toEqual({ ok: false, code: 'not_author' });
    expect(await withdrawOption(await stage.as(iris), id, 'o4')).toMatchObject({
      entry: { kind: 'candidacy.withdrawn' },
    });
    const nacht = await stage.joined('nacht');
    expect(await stands(nacht)).toMatchObject({ ok: true, key: 'o5' });
    await eraseMe(await stage.as(nacht));
    expect(await page(id, salt)).toMatchObject({
      method: 'stv',
      mine: { may: { stand: false, layDown: true } },
    });
    await pass(72);
    expect((await page(id)).ballotOptions).toEqual([
      { key: 'o1', title: 'ko' },
      { key: 'o2', title: 'salt' },
      { key: 'o3', title: 'moss' },
    ]);
    expect(await stands(iris)).toEqual({ ok: false, code: 'text_frozen' });
  });

  it('is counted by single transferable vote; whoever is elected gets the role, and the others lay it down', async () => {
    await say(heron, id, { ranking: [['o1'], ['o2']] });
    await say(iris, id, { ranking: [['o1'], ['o2']] });
    await say(ko, id, { ranking: [['o1']] });
    await say(salt, id, { ranking: [['o2'], ['o3']] });
    await say(moss, id, { ranking: [['o3']] });
    await pass(120);
    expect(await page(id)).toMatchObject({ state: 'passed', winners: [{ title: 'ko' }, { title: 'salt' }] });
    expect((await memberOf(db.read, heron))?.roles).toContain('steward');
    await pass(24);
    const roles = await Promise.all([heron, ko, salt, moss].map((member) => memberOf(db.read, member)));
    expect(roles.map((member) => member?.roles)).toEqual([
      ['member'],
      ['member', 'steward'],
      ['member', 'steward'],
      ['member'],
    ]);
    expect(await page(id)).toMatchObject({ state: 'enacted', enactedVersion: null });
    await sealStanding(platform, 60_000);
    const operator = { memberId: null, kind: 'operator' as const };
    const found = await entries(db.read, operator, { subject: `member:${heron}`, limit: 100 });
    expect(found.ok && found.entries.find(({ kind }) => kind === 'role.ended')?.payload).toEqual({
      memberId: heron,
      role: 'steward',
      proposalId: id,
    });
  });

  it('for which nobody stands lapses', async () => {
    const empty = await draft(ko, 'election', [], { terms: { role: 'steward' } });
    await open(ko, empty);
    await pass(72);
    expect((await page(empty)).state).toBe('lapsed');
    expect((await kindsIn(stage, empty)).get('proposal.lapsed')).toMatchObject({ why: 'options' });
  });
});

describe('a change that needs somebody’s own consent', () => {
  const passed = async (patch: PolicyPatch) => {
    const id = await draft(iris, 'policy', patch, { terms: { needsConsentOf: [moss] } });
    await open(iris, id);
    await pass(24);
    for (const member of [heron, iris, ko, salt]) await say(member, id, 'yes');
    await pass(120);
    return id;
  };
  it('is vetoed without it, whatever the vote', async () => {
    const id = await passed(pay(840));
    expect(await consentToProposal(await stage.as(ko), id, true)).toEqual({
      ok: false,
      code: 'consent_not_asked',
    });
    await pass(48);
    expect(await page(id)).toMatchObject({
      state: 'vetoed',
      consents: [{ member: { pseudonym: 'moss' }, yes: null }],
    });
    expect((await kindsIn(stage, id)).get('proposal.vetoed')).toMatchObject({ without: [moss] });
    expect(await consentToProposal(await stage.as(moss), id, true)).toEqual({
      ok: false,
      code: 'decision_made',
    });
  });
  it('is put in force with it', async () => {
    const id = await passed(pay(850));
    for (const yes of [false, true])
      expect(await consentToProposal(await stage.as(moss), id, yes)).toMatchObject({ ok: true });
    await pass(48);
    expect((await page(id, moss)).mine?.consent).toBe(true);
    expect((await page(id)).state).toBe('enacted');
  });
});

describe('a late quorum', () => {
  it('moves the close, once', async () => {
    const id = await draft(iris, 'policy', pay(860));
    await open(iris, id);
    await pass(24);
    const closesAt = (await page(id)).votingClosesAt as Date;
    await say(iris, id, 'yes');
    await say(ko, id, 'yes');
    await pass(119);
    const moved = new Date(closesAt.getTime() + 24 * hour);
    expect(await say(salt, id, 'no')).toMatchObject({ ok: true, closesAt: moved });
    expect(await page(id)).toMatchObject({ votingClosesAt: moved, extendedAt: platform.clock.now() });
    expect((await kindsIn(stage, id)).get('proposal.extended')).toEqual({
      proposalId: id,
      closesAt: moved.toISOString(),
      why: 'late_quorum',
    });
    await pass(24);
    expect((await page(id)).state).toBe('voting');
    expect(await say(moss, id, 'yes')).toMatchObject({ ok: true, closesAt: moved });
    await pass(1);
    expect(await page(id)).toMatchObject({ state: 'passed', tally: { yes: 3, no: 1 } });
  });
});

describe('a clash', () => {
  it('opens a vote of its own, with no author, on the later words put over what is in force', async () => {
    await using own = await founded();
    const nacht = await own.joined('nacht');
    const on = voting(own);
    const all = [
      await on.draft(nacht, 'policy', pay(700)),
      await on.draft(nacht, 'policy', pay(900), { title: 'Much better' }),
    ];
    for (const id of all) await on.open(nacht, id);
    await on.pass(24);
    for (const id of all) for (const member of [own.heron, nacht]) await on.say(member, id, 'yes');
    await on.pass(120);
    await on.pass(48);
    const [, second = ''] = all;
    const clashed = await on.page(second);
    expect(clashed).toMatchObject({ state: 'clash', rebasedBy: { number: 3 } });
    const rebase = clashed.rebasedBy?.id ?? '';
    expect(await on.page(rebase, nacht)).toMatchObject({
      author: null,
      kind: 'policy',
      title: 'Much better',
      state: 'discussion',
      terms: { rebases: second },
      rebases: { id: second, number: 2 },
      againstInForce: true,
      diff: [{ path: '/compensation/reviewRate', before: 700, after: 900 }],
      mine: { may: { amend: true, revise: false, withdraw: false } },
    });
    const ctx = await own.as(nacht);
    expect(await withdrawProposal(ctx, rebase)).toEqual({ ok: false, code: 'not_author' });
    expect(
      await putOption(ctx, { proposalId: rebase, title: 'Between', body: '', patch: pay(800) }),
    ).toMatchObject({
      ok: true,
    });
    await on.pass(24);
    for (const member of [own.heron, nacht])
      await on.say(member, rebase, { ranking: [['o1'], ['original']] });
    await on.pass(120);
    await on.pass(48);
    expect((await on.page(rebase)).state).toBe('enacted');
    expect((await policyInForce(own.platform.db.read))?.document.compensation.reviewRate).toBe(800);
    const checked = await runChecks(own.platform.db.read, own.platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });
});

describe('a proposal that asks too much', () => {
  const rows: [string, Partial<Parameters<typeof propose>[1]>, object][] = [
    ['of a kind the machine opens', { kind: 'emergency', patch: [] }, { code: 'emergency_opens_itself' }],
    [
      'with a discussion that is over',
      { terms: { discussUntil: '2020-01-01T00:00:00.000Z' } },
      { code: 'window_in_past' },
    ],
    [
      'of terms that do not fit',
      { terms: { seats: 2 } },
      { code: 'terms_do_not_fit', field: '/terms/seats' },
    ],
    ['for the consent of nobody here', { terms: { needsConsentOf: ['x'] } }, { code: 'unknown_member' }],
    [
      'with a quorum that more people would have to reach than there are',
      { patch: [{ op: 'replace', path: '/voting/kinds/open/quorum/atLeast', value: 99 }] },
      { code: 'rule_never_passes', field: '/voting/kinds/open/quorum/atLeast' },
    ],
    [
      'with a threshold over everybody',
      { patch: [{ op: 'replace', path: '/voting/kinds/open/threshold/numerator', value: 3 }] },
      { code: 'rule_never_passes', field: '/voting/kinds/open/threshold' },
    ],
    ['with answers to a change', { options: [{ title: 'a' }, { title: 'b' }] }, { code: 'takes_no_options' }],
    ['with one answer', { kind: 'open', patch: [], options: [{ title: 'a' }] }, { code: 'options_needed' }],
    [
      'with one answer twice',
      { kind: 'open', patch: [], options: [{ title: 'a' }, { title: 'a ' }] },
      { code: 'option_exists' },
    ],
    [
      'with too many answers',
      { kind: 'open', patch: [], options: Array.from({ length: 21 }, (_, i) => ({ title: `${i}` })) },
      { code: 'too_many_options' },
    ],
    [
      'with an empty answer',
      { kind: 'open', patch: [], options: [{ title: 'a' }, { title: ' ' }] },
      { code: 'title_length' },
    ],
  ];
  it.each(rows)('%s is refused', async (_, wrong, refusal) => {
    const ctx = await stage.as(iris);
    const good = { kind: 'policy' as const, title: 'Pay', body: '', patch: pay(1), against: ctx.policy.hash };
    expect(await propose(ctx, { ...good, ...wrong })).toMatchObject({ ok: false, ...refusal });
  });

  it('of a kind that the policy in force lacks is refused', async () => {
    const { safeguard, policy, open: question } = stage.genesis.voting.kinds;
    const older = {
      ...stage.genesis,
      voting: { ...stage.genesis.voting, kinds: { safeguard, policy, open: question } },
    };
    await using own = await founded({ genesis: older });
    const ctx = await own.as(own.heron);
    const asked = {
      kind: 'rate_card' as const,
      title: 'Pay',
      body: '',
      patch: pay(1),
      against: ctx.policy.hash,
    };
    expect(await propose(ctx, asked)).toEqual({ ok: false, code: 'kind_not_in_policy' });
    const plain = await voting(own).draft(own.heron, 'policy', pay(1));
    expect(await putOption(ctx, { proposalId: plain, title: 'x', body: '', patch: pay(2) })).toMatchObject({
      ok: true,
    });
  });

  it.each<[string, PolicyPatch, string]>([
    ['that is the change itself', pay(1), 'option_exists'],
    ['that changes nothing', [], 'patch_changes_nothing'],
    ['of another kind', [{ op: 'replace', path: '/privacy/minGroupSize', value: 9 }], 'patch_outside_kind'],
    ['that breaks the policy', [{ op: 'remove', path: '/compensation' }], 'policy_patch_invalid'],
  ])('an amendment %s is refused', async (_, patch, code) => {
    const id = await draft(iris, 'rate_card', pay(1));
    expect(await amend(ko, id, patch)).toMatchObject({ ok: false, code });
  });

  it('amendments stop at the number the rule allows', async () => {
    const id = await draft(iris, 'rate_card', pay(1));
    for (let i = 2; i <= 8; i++) expect(await amend(ko, id, pay(i))).toMatchObject({ ok: true });
    expect(await amend(ko, id, pay(9))).toEqual({ ok: false, code: 'too_many_options' });
  });

  it('unknown proposals and options are not found', async () => {
    const ctx = await stage.as(iris);
    const id = await draft(iris, 'rate_card', pay(1));
    const unknown = { ok: false, code: 'unknown_proposal' };
    expect(await amend(ko, 'nothing', pay(2))).toEqual(unknown);
    expect(await stand(ctx, 'nothing', '')).toEqual(unknown);
    expect(await stand(ctx, id, '')).toEqual({ ok: false, code: 'not_an_election' });
    expect(await withdrawOption(ctx, 'nothing', 'o1')).toEqual(unknown);
    expect(await consentToProposal(ctx, 'nothing', true)).toEqual(unknown);
    expect(await acceptOption(ctx, id, 'o9')).toEqual({ ok: false, code: 'unknown_option' });
    expect(await withdrawOption(ctx, id, 'o9')).toEqual({ ok: false, code: 'unknown_option' });
    expect(await amend(await stage.joined('early'), id, pay(2))).toMatchObject({ ok: true });
  });

  it('the same amendment under one key is put once', async () => {
    const ctx = await stage.as(ko);
    const id = await draft(iris, 'rate_card', pay(1));
    const asked = { proposalId: id, title: 'x', body: '', patch: pay(2), idempotencyKey: `${ko}:amend` };
    const [one, two] = [await putOption(ctx, asked), await putOption(ctx, asked)];
    expect(one).toMatchObject({ ok: true, key: 'o1' });
    expect(two).toMatchObject({ ok: true, key: 'o1' });
    expect(await putOption(ctx, { ...asked, title: 'y' })).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
    expect((await page(id)).options).toHaveLength(1);
  });
});

describe('the database, when the program is gone round', () => {
  it.each([
    ['an option taken away', sql`delete from proposal_options`],
    ['an option changed', sql`update proposal_options set title = 'other'`],
    [
      'an option put into an open vote',
      sql`insert into proposal_options (proposal_id, key, number, title, body, author_id, state, created_at, entry_id)
        select id, 'o999', 999, 'x', '', ${heron}, 'put', now(), 'z' from proposals where rule is not null limit 1`,
    ],
    [
      'a close moved nearer',
      sql`update proposals set voting_closes_at = voting_closes_at - interval '1 second', extended_at = now() where rule is not null`,
    ],
    [
      'a close moved twice',
      sql`update proposals set voting_closes_at = voting_closes_at + interval '1 day' where extended_at is not null`,
    ],
    ['a ballot of two contents', sql`update ballots set vote = '{"abstain": true}' where choice is not null`],
    ['another winner', sql`update proposals set winners = '["original"]' where winners is not null`],
  ])('refuses %s', async (_, statement) => {
    await expect(db.transaction((tx) => tx.execute(statement))).rejects.toMatchObject({
      name: 'DatabaseError',
    });
  });
  it('leaves every invariant standing', async () => {
    const checked = await runChecks(db.read, platform, governanceChecks);
    expect(checked.filter((check) => !check.ok)).toEqual([]);
  });
});
