import { runChecks, sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appealOf, appealsDue, judgeAppeal, liftedBy, openAppeal } from './appeals.ts';
import { inCanary, type Measured } from './canary.ts';
import { governanceChecks } from './checks.ts';
import { consentToProposal } from './consents.ts';
import { emergenciesDue, emergencyOf, openEmergency, signEmergency } from './emergencies.ts';
import { canaryDue, datesDue, policyForJob } from './enactments.ts';
import { eraseMe } from './erasing.ts';
import { recordFact } from './facts.ts';
import * as members from './members.store.ts';
import type { PolicyPatch } from './patch.ts';
import { enforcementOf, policyAt, policyInForce } from './policies.ts';
import type { Terms } from './terms.ts';
import { founded, type Stage } from './testing.ts';
import { voting } from './testing.votes.ts';

const name = 'Linnet';
const safeguard = (text: string): PolicyPatch => [
  {
    op: 'add',
    path: '/safeguards/living-artists',
    value: {
      kind: 'named_living_artist',
      names: [name],
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text,
    },
  },
];
const steps = (usual: number): PolicyPatch => [{ op: 'replace', path: '/studio/steps/usual', value: usual }];

let stage: Stage;
let iris: string;
let ko: string;
let days: ReturnType<typeof voting>;
beforeAll(async () => {
  stage = await founded();
  iris = await stage.joined('iris');
  ko = await stage.joined('ko');
  days = voting(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

const nothing: Measured = { jobs: 0, refused: 0, failed: 0 };
const inForce = async () => {
  const policy = await policyInForce(stage.platform.db.read);
  if (!policy) throw new Error('no policy');
  return policy;
};
/** Writes a proposal and lets everybody say yes; answers its id after it passed and its delay is over. */
async function pass(kind: 'safeguard' | 'feature', patch: PolicyPatch, terms = {}): Promise<string> {
  const id = await days.draft(stage.heron, kind, patch, { terms });
  await days.open(stage.heron, id);
  const rule = (await inForce()).document.voting.kinds[kind];
  if (!rule) throw new Error(`no rule for ${kind}`);
  if (rule.discussionHours > 0) await days.pass(rule.discussionHours);
  for (const member of [stage.heron, iris, ko]) {
    const cast = await days.say(member, id, 'yes');
    if (!cast.ok) throw new Error(cast.code);
  }
  await days.pass(rule.votingHours);
  await days.pass(rule.delayHours);
  return id;
}
const broken = async () => {
  await sealStanding(stage.platform, 60_000);
  const checked = await runChecks(stage.platform.db.read, stage.platform, governanceChecks);
  return checked.filter((check) => !check.ok);
};

describe('a change on trial', () => {
  const terms = { canary: { percent: 20, hours: 24, measure: 'refused_per_thousand', revertAbove: 100 } };
  const jobs = Array.from({ length: 200 }, (_, n) => `job-${n}`);

  it('holds for its part of all jobs, and a refusal under it names its vote', async () => {
    const before = await inForce();
    const id = await pass('safeguard', safeguard('Ask them first.'), terms);
    expect((await days.page(id)).state).toBe('canary');
    expect(await inForce()).toEqual(before);
    for (const job of jobs) {
      const policy = await policyForJob(stage.platform.db.read, job);
      expect('living-artists' in (policy?.document.safeguards ?? {})).toBe(inCanary(job, 20));
    }
    const job = jobs.find((one) => inCanary(one, 20)) ?? '';
    const policy = await policyForJob(stage.platform.db.read, job);
    if (!policy) throw new Error('no policy');
    const said = await enforcementOf(stage.platform.db.read, policy, '/safeguards/living-artists');
    expect(said).toMatchObject({ proposalId: id, text: 'Ask them first.' });
  });

  it('holds up other changes until it ends', async () => {
    const other = await pass('feature', steps(24));
    expect((await days.page(other)).state).toBe('passed');
    expect(await canaryDue(stage.platform, async () => nothing)).toBe(1);
    await days.pass(1);
    expect((await days.page(other)).state).toBe('enacted');
    const { document } = await inForce();
    expect(document.studio.steps.usual).toBe(24);
    expect(document.safeguards['living-artists']?.text).toBe('Ask them first.');
  });

  it('is taken back by itself when its measure is higher than the vote allowed', async () => {
    const before = await inForce();
    const patch: PolicyPatch = [{ op: 'replace', path: '/safeguards/living-artists/text', value: 'Never.' }];
    const id = await pass('safeguard', patch, terms);
    const asked: unknown[] = [];
    const measure = async (_: unknown, under: { policyHash: string; since: Date }): Promise<Measured> => {
      asked.push(under);
      return { jobs: 40, refused: 5, failed: 0 };
    };
    expect(await canaryDue(stage.platform, measure)).toBe(1);
    expect(asked).toHaveLength(1);
    expect((await days.page(id)).state).toBe('reverted');
    expect(await inForce()).toEqual(before);
    expect(await canaryDue(stage.platform, measure)).toBe(0);
  });
});

describe('a consent that a change needs', () => {
  it('can be taken back during its trial, and then it is not put in force', async () => {
    const before = await inForce();
    const canary = { percent: 10, hours: 24, measure: 'refused_per_thousand', revertAbove: 100 };
    const ctx = await stage.as(ko);
    const title = 'A trial that asks ko';
    const patch: PolicyPatch = [{ op: 'replace', path: '/safeguards/living-artists/text', value: 'Ask ko.' }];
    const id = await days.draft(stage.heron, 'safeguard', patch, {
      title,
      terms: { canary, needsConsentOf: [ko] } as Terms,
    });
    await days.open(stage.heron, id);
    const { rule } = await days.page(id);
    if (rule.discussionHours > 0) await days.pass(rule.discussionHours);
    for (const member of [stage.heron, iris, ko]) await days.say(member, id, 'yes');
    expect(await consentToProposal(ctx, id, true)).toMatchObject({ ok: true });
    await days.pass(rule.votingHours);
    await days.pass(rule.delayHours);
    expect((await days.page(id)).state).toBe('canary');
    expect(await consentToProposal(ctx, id, false)).toMatchObject({ ok: true });
    stage.platform.clock.advance(24 * 3_600_000);
    expect(await canaryDue(stage.platform, async () => nothing)).toBe(1);
    expect((await days.page(id)).state).toBe('vetoed');
    expect(await inForce()).toEqual(before);
  });
});

describe('a change with an end', () => {
  it('is taken back at its sunset, what a later vote set stays, and a review is called for', async () => {
    const first = await pass('feature', steps(40), { sunsetDays: 30, reviewDays: 10 });
    const second = await pass('feature', [{ op: 'replace', path: '/studio/outstandingPerMember', value: 7 }]);
    await days.pass(24 * 12);
    expect(await datesDue(stage.platform)).toBe(1);
    expect((await days.page(first)).state).toBe('enacted');
    const then = stage.platform.clock.now();
    await days.pass(24 * 20);
    expect(await datesDue(stage.platform)).toBe(1);
    expect(await datesDue(stage.platform)).toBe(0);
    const { document } = await inForce();
    expect([document.studio.steps.usual, document.studio.outstandingPerMember]).toEqual([24, 7]);
    expect((await days.page(first)).state).toBe('reverted');
    expect((await days.page(second)).state).toBe('enacted');
    const past = await policyAt(stage.platform.db.read, then);
    expect(past?.document.studio.steps.usual).toBe(40);
    expect(await policyAt(stage.platform.db.read, new Date(0))).toBeNull();
  });
});

describe('an emergency measure', () => {
  const patch: PolicyPatch = [{ op: 'replace', path: '/safeguards/living-artists/text', value: 'Stop.' }];
  const ask = async (member: string, more: object = {}) => {
    const ctx = await stage.as(member);
    const given = { title: 'Stop it', body: 'Now.', patch, against: ctx.policy.hash, hours: 48, ...more };
    return openEmergency(ctx, given);
  };
  beforeAll(async () => {
    // heron founded, and is a steward; ko is made one as an election would.
    await stage.platform.db.transaction(async (tx) => {
      await recordFact(tx, stage.platform, {
        kind: 'role.granted',
        actor: null,
        subject: `member:${ko}`,
        payload: { memberId: ko, role: 'steward' },
        visibility: 'public',
      });
      await members.setRoles(tx, ko, ['member', 'steward']);
    });
  });

  it.each([
    ['not_allowed', () => ask(iris)],
    ['title_length', () => ask(stage.heron, { title: ' ' })],
    ['stale_policy', () => ask(stage.heron, { against: '0'.repeat(64) })],
    ['policy_patch_invalid', () => ask(stage.heron, { patch: [{ op: 'remove', path: '/safeguards/x' }] })],
    ['outside_emergency_clauses', () => ask(stage.heron, { patch: steps(10) })],
    ['emergency_too_long', () => ask(stage.heron, { hours: 73 })],
    ['unknown_emergency', async () => signEmergency(await stage.as(ko), 'nothing')],
  ])('is refused: %s', async (code, act) => {
    expect(await act()).toMatchObject({ ok: false, code });
  });

  it('is in force when two have signed, once, and ends by itself when no vote keeps it', async () => {
    const before = await inForce();
    const asked = await ask(stage.heron);
    if (!asked.ok) throw new Error(asked.code);
    const id = asked.emergencyId;
    expect(await signEmergency(await stage.as(stage.heron), id)).toMatchObject({ code: 'already_signed' });
    expect(await inForce()).toEqual(before);
    const tabs = await Promise.all([
      signEmergency(await stage.as(ko), id),
      signEmergency(await stage.as(ko), id),
    ]);
    expect(tabs.filter((one) => one.ok)).toHaveLength(1);
    expect(tabs.find((one) => !one.ok)).toMatchObject({ code: 'already_signed' });
    const policy = await inForce();
    expect(policy.document.safeguards['living-artists']?.text).toBe('Stop.');
    const shown = await emergencyOf(stage.platform.db.read, policy, id);
    expect(shown).toMatchObject({ state: 'in_force', signersNeeded: 2 });
    expect(shown?.signatures).toHaveLength(2);
    await days.pass(48);
    expect(await emergenciesDue(stage.platform)).toBe(1);
    expect((await inForce()).document).toEqual(before.document);
    expect(await emergenciesDue(stage.platform)).toBe(0);
  });

  it('stays when its vote says so', async () => {
    const asked = await ask(stage.heron, { hours: 72 });
    if (!asked.ok) throw new Error(asked.code);
    await signEmergency(await stage.as(ko), asked.emergencyId);
    const shown = await emergencyOf(stage.platform.db.read, await inForce(), asked.emergencyId);
    const vote = shown?.proposalId ?? '';
    expect(await days.page(vote)).toMatchObject({ state: 'voting', kind: 'emergency', author: null });
    for (const member of [stage.heron, iris, ko]) await days.say(member, vote, 'yes');
    await days.pass(48);
    await days.pass(24);
    expect(await emergenciesDue(stage.platform)).toBe(0);
    expect((await inForce()).document.safeguards['living-artists']?.text).toBe('Stop.');
    expect(await emergencyOf(stage.platform.db.read, await inForce(), asked.emergencyId)).toMatchObject({
      state: 'ratified',
    });
  });

  it('lapses when nobody signs it within a day', async () => {
    const asked = await ask(stage.heron, {
      patch: [{ op: 'replace', path: '/safeguards/living-artists/text', value: 'Later.' }],
    });
    if (!asked.ok) throw new Error(asked.code);
    await days.pass(24);
    expect(await emergenciesDue(stage.platform)).toBe(1);
    expect(await signEmergency(await stage.as(ko), asked.emergencyId)).toMatchObject({
      code: 'emergency_over',
    });
  });
});

describe('an appeal', () => {
  const clause = '/safeguards/living-artists';
  const words = `a fox by ${name}`;
  const appealed = async (subject: string, reason = 'It is my own name.') => {
    const ctx = await stage.as(iris);
    const { version: policyVersion, hash: policyHash } = ctx.policy;
    return openAppeal(ctx, { subject, clause, policyVersion, policyHash, words }, reason);
  };
  const panelOf = async (id: string) => (await appealOf(stage.platform.db.read, id, iris))?.panel ?? [];
  const lifted = () => liftedBy(stage.platform.db.read, { memberId: iris, words, clauses: [clause] });

  it('waits for a checkpoint over it, then for its panel, and lifts the clause for those words', async () => {
    const made = await appealed('generation:g1');
    if (!made.ok) throw new Error(made.code);
    const id = made.appealId;
    expect(await appealed('generation:g1')).toMatchObject({ code: 'already_appealed' });
    expect(await appealed('generation:g2', ' ')).toMatchObject({ code: 'reason_length' });
    expect(await appealsDue(stage.platform)).toBe(0);
    await sealStanding(stage.platform, 60_000);
    expect(await appealsDue(stage.platform)).toBe(1);
    const panel = await panelOf(id);
    expect(panel.toSorted()).toEqual([stage.heron, ko].toSorted());
    const judge = async (member: string, overturn: boolean) =>
      judgeAppeal(await stage.as(member), id, { overturn, reason: 'They asked themself.' });
    expect(await judge(iris, true)).toMatchObject({ code: 'not_on_panel' });
    const seen = await appealOf(stage.platform.db.read, id, ko);
    expect(seen?.mine).toMatchObject({ onPanel: true, words });
    const stranger = await appealOf(stage.platform.db.read, id, null);
    expect(stranger?.mine).toBeNull();
    await judge(ko, true);
    expect(await appealsDue(stage.platform)).toBe(0);
    expect(await lifted()).toEqual([]);
    await judge(stage.heron, true);
    expect(await appealsDue(stage.platform)).toBe(1);
    expect(await judge(ko, false)).toMatchObject({ code: 'appeal_decided' });
    expect(await lifted()).toEqual([{ clause, appealId: id }]);
    const decided = await appealOf(stage.platform.db.read, id, iris);
    expect(decided).toMatchObject({ state: 'overturned', judged: 2, overturn: 2, mine: { words: null } });
  });

  it('is upheld by the silence of its panel', async () => {
    const made = await appealed('generation:g3');
    if (!made.ok) throw new Error(made.code);
    await sealStanding(stage.platform, 60_000);
    await appealsDue(stage.platform);
    await days.pass(24 * 7);
    expect(await appealsDue(stage.platform)).toBe(1);
    expect(await appealOf(stage.platform.db.read, made.appealId, null)).toMatchObject({
      state: 'upheld',
      judged: 0,
    });
  });
});

it('who leaves takes the words of their appeals along', async () => {
  const ctx = await stage.as(iris);
  const { version: policyVersion, hash: policyHash } = ctx.policy;
  const refused = {
    subject: 'generation:g9',
    clause: '/safeguards/x',
    policyVersion,
    policyHash,
    words: 'a name',
  };
  const made = await openAppeal(ctx, refused, 'My reason.');
  if (!made.ok) throw new Error(made.code);
  await eraseMe(ctx);
  const kept = await appealOf(stage.platform.db.read, made.appealId, iris);
  expect(kept?.mine).toMatchObject({ words: null, reason: null });
});

it('the named invariants hold after all this', async () => {
  expect(await broken()).toEqual([]);
});
