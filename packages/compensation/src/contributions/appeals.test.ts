import { balanceOf, sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callOf } from '../calls/calls.ts';
import { putDown } from '../calls/places.ts';
import { due } from '../due.ts';
import { whatWasPaid } from '../paid/paid.ts';
import {
  brokenInvariants,
  clipOf,
  day,
  drawWaiting,
  type House,
  hour,
  openGoodCall,
  openHouse,
  submitBug,
} from '../testing.ts';
import { appealRejection, judgeRejection } from './appeals.ts';
import { commitFinding } from './commitments.ts';
import { contributionOf, reviewDesk, type SubmissionGiven, submit } from './contributions.ts';
import { findingCommitment } from './finding.ts';
import { earlierFindings, review } from './reviews.ts';

let house: House;
let callId: string;
const read = () => house.platform.db.read;
const idOf = (ctx: House['iris']) => ctx.actor.memberId ?? '';
const earned = (ctx: House['iris']) => balanceOf(read(), `member:${idOf(ctx)}`, 'EUR');
const call = async (id = callId) => {
  const found = await callOf(read(), id, house.platform.clock.now());
  if (!found) throw new Error('the call is gone');
  return found;
};
const step = async () => {
  await sealStanding(house.platform, 60_000);
  return due(house.heron);
};
const code = (answer: { ok: true } | { ok: false; code: string }) => (answer.ok ? 'taken' : answer.code);

beforeAll(async () => {
  house = await openHouse();
});
beforeEach(async () => {
  house.platform.clock.set(new Date('2026-03-01T12:00:00Z'));
  callId = await openGoodCall(house.heron, { budget: '60000' });
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const reject = { verdict: 'reject' as const, reason: 'Seen on one machine only.' };
const accept = { verdict: 'accept' as const, reason: '' };

/** A bug of iris that ko and nacht reject. */
async function rejected(): Promise<string> {
  const id = await submitBug(house.iris, callId);
  for (const ctx of [house.ko, house.nacht]) await review(ctx, { contributionId: id, ...reject });
  return id;
}

describe('a rejection that its author does not accept', () => {
  it('goes to members who did not judge it, is paid when they say so, and they are paid for looking', async () => {
    const id = await rejected();
    const appealed = await appealRejection(house.iris, {
      contributionId: id,
      reason: 'It is on all of mine.',
    });
    expect(appealed).toMatchObject({ ok: true, contribution: { appeal: { state: 'opened', seats: 0 } } });
    expect(await step()).toBe(1);
    const view = await contributionOf(read(), house.salt, id);
    expect(view?.appeal).toMatchObject({ state: 'judging', seats: 2, reason: 'It is on all of mine.' });
    expect(view).toMatchObject({ text: 'Frame 9 repeats.', state: 'rejected' });
    expect((await reviewDesk(read(), house.salt)).map((piece) => piece.id)).toEqual([id]);
    expect((await contributionOf(read(), house.ko, id))?.appeal).toMatchObject({ mayJudge: false });
    const before = await Promise.all([house.iris, house.salt, house.heron].map(earned));
    await judgeRejection(house.salt, { contributionId: id, ...accept });
    const last = await judgeRejection(house.heron, { contributionId: id, ...accept });
    expect(last).toMatchObject({
      ok: true,
      contribution: { state: 'accepted', decidedBy: 'appeal', appeal: { state: 'accepted', answers: 2 } },
    });
    const after = await Promise.all([house.iris, house.salt, house.heron].map(earned));
    expect(after.map((amount, who) => amount - (before[who] ?? 0n))).toEqual([3000n, 500n, 500n]);
    expect((await call()).budget).toMatchObject({ paid: 5000n, held: 0n });
  });

  it('stands when the panel says so, and frees the rest', async () => {
    const id = await rejected();
    await appealRejection(house.iris, { contributionId: id, reason: 'Look again.' });
    await step();
    const before = await earned(house.iris);
    await judgeRejection(house.salt, { contributionId: id, ...reject });
    const last = await judgeRejection(house.heron, { contributionId: id, ...reject });
    expect(last).toMatchObject({ contribution: { state: 'rejected', appeal: { state: 'rejected' } } });
    expect(await earned(house.iris)).toBe(before);
    expect((await call()).budget).toMatchObject({ paid: 2000n, held: 0n, available: 58_000n });
    const own = await contributionOf(read(), house.iris, id);
    expect(own?.appeal?.judgements.map(({ reason }) => reason)).toEqual([reject.reason, reject.reason]);
  });

  it('is paid when the panel lets its time pass', async () => {
    const id = await rejected();
    await appealRejection(house.iris, { contributionId: id, reason: 'Look again.' });
    await step();
    const before = await earned(house.iris);
    house.platform.clock.advance(7 * day - 1);
    expect(await step()).toBe(0);
    house.platform.clock.advance(1);
    expect(code(await judgeRejection(house.salt, { contributionId: id, ...reject }))).toBe('review_late');
    expect(await step()).toBe(1);
    expect((await earned(house.iris)) - before).toBe(3000n);
    expect(await contributionOf(read(), house.iris, id)).toMatchObject({ state: 'accepted', paid: 3000n });
  });

  it('is over when nobody appeals in time: what was set aside for it is free again', async () => {
    const id = await rejected();
    expect((await call()).budget.held).toBe(4500n);
    expect((await contributionOf(read(), house.iris, id))?.appealBy).toEqual(
      new Date('2026-03-08T12:00:00Z'),
    );
    house.platform.clock.advance(7 * day);
    expect(code(await appealRejection(house.iris, { contributionId: id, reason: 'Late.' }))).toBe(
      'appeal_late',
    );
    expect(await step()).toBe(1);
    expect((await call()).budget).toMatchObject({ held: 0n, available: 59_000n });
  });

  it('holds its call open until it is settled', async () => {
    house.platform.clock.set(new Date('2026-03-31T20:00:00Z'));
    const id = await rejected();
    house.platform.clock.advance(day);
    await appealRejection(house.iris, { contributionId: id, reason: 'Look again.' });
    await step();
    expect((await call()).state).toBe('reviewing');
    for (const ctx of [house.salt, house.heron]) await judgeRejection(ctx, { contributionId: id, ...accept });
    await step();
    expect(await call()).toMatchObject({ state: 'closed', budget: { paid: 5000n, returned: 55_000n } });
  });

  it('has a code for each thing that may not be', async () => {
    const waiting = await submitBug(house.iris, callId);
    const id = await rejected();
    const ask = async (ctx = house.iris, contributionId = id, reason = 'Look again.') =>
      code(await appealRejection(ctx, { contributionId, reason }));
    expect(await ask(house.iris, 'none')).toBe('unknown_contribution');
    expect(await ask(house.ko)).toBe('not_yours');
    expect(await ask(house.iris, waiting)).toBe('not_rejected');
    expect(await ask(house.iris, id, ' ')).toBe('reason_missing');
    expect(await ask(house.iris, id, 'x'.repeat(5001))).toBe('reason_too_long');
    expect(await ask(house.iris, id, '\u0000')).toBe('text_malformed');
    expect(await ask()).toBe('taken');
    expect(await ask()).toBe('already_appealed');
    const judge = async (ctx = house.salt, change: object = {}) =>
      code(await judgeRejection(ctx, { contributionId: id, ...reject, ...change }));
    expect(await judge()).toBe('not_on_panel');
    await step();
    expect(await judge(house.ko)).toBe('not_on_panel');
    expect(await judge(house.salt, { contributionId: waiting })).toBe('unknown_contribution');
    expect(await judge(house.salt, { reason: '' })).toBe('reason_missing');
    expect(await judge(house.salt, { idempotencyKey: 'salt:1' })).toBe('taken');
    expect(await judge(house.salt, { idempotencyKey: 'salt:1' })).toBe('taken');
    expect(await judge(house.salt, { idempotencyKey: 'salt:1', verdict: 'accept' })).toBe(
      'idempotency_conflict',
    );
    expect(await judge()).toBe('already_reviewed');
    expect(await judge(house.heron)).toBe('taken');
  });

  it('answered by the whole panel at the same second is decided once', async () => {
    const id = await rejected();
    await appealRejection(house.iris, { contributionId: id, reason: 'Look again.' });
    await step();
    const before = await earned(house.iris);
    const answers = [house.salt, house.heron].map((ctx) =>
      judgeRejection(ctx, { contributionId: id, ...accept }),
    );
    expect((await Promise.all(answers)).map(code)).toEqual(['taken', 'taken']);
    expect((await earned(house.iris)) - before).toBe(3000n);
  });
});

/** Hands in a bug about a clip of one's own. */
async function bug(ctx: House['iris'], change: Partial<SubmissionGiven> = {}) {
  const generation = clipOf(ctx);
  const taken = await submit(ctx, {
    ...{ callId, kind: 'bug', text: 'Frame 9 repeats.\nFor half a second.', generation },
    generationId: generation.id,
    ...change,
  });
  await drawWaiting(house.heron);
  return taken;
}
async function bugId(ctx: House['iris'], change: Partial<SubmissionGiven> = {}): Promise<string> {
  const taken = await bug(ctx, change);
  if (!taken.ok) throw new Error(taken.code);
  return taken.contribution.id;
}

describe('a bug that two found', () => {
  const salt = 'ab'.repeat(32);

  it('is first whose commitment is first, though handed in later; the other is paid its share', async () => {
    const commitment = findingCommitment(idOf(house.iris), salt, 'Frame 9 repeats.');
    const claimed = await commitFinding(house.iris, { callId, commitment });
    expect(claimed).toMatchObject({ ok: true, entry: { kind: 'finding.committed', visibility: 'public' } });
    house.platform.clock.advance(hour);
    const second = await bugId(house.ko);
    house.platform.clock.advance(hour);
    const first = await bugId(house.iris, { salt });
    expect(await contributionOf(read(), house.iris, first)).toMatchObject({
      committed: true,
      foundAt: new Date('2026-03-01T12:00:00Z'),
    });
    expect((await earlierFindings(read(), house.nacht, second)).map(({ id }) => id)).toEqual([first]);
    expect(await earlierFindings(read(), house.ko, second)).toEqual([]);
    const before = await earned(house.ko);
    for (const ctx of [house.nacht, house.salt])
      expect(code(await review(ctx, { contributionId: second, ...accept, duplicateOf: first }))).toBe(
        'taken',
      );
    expect((await earned(house.ko)) - before).toBe(1500n);
    expect(await contributionOf(read(), house.ko, second)).toMatchObject({
      state: 'accepted',
      duplicateOf: first,
      amount: 3000n,
      paid: 1500n,
    });
    for (const ctx of [house.nacht, house.salt]) await review(ctx, { contributionId: first, ...accept });
    expect(await contributionOf(read(), house.iris, first)).toMatchObject({ paid: 3000n, duplicateOf: null });
  });

  it('is two bugs when reviewers do not agree', async () => {
    const first = await bugId(house.iris);
    house.platform.clock.advance(hour);
    const second = await bugId(house.ko);
    await review(house.salt, { contributionId: second, ...accept, duplicateOf: first });
    await review(house.heron, { contributionId: second, ...accept });
    expect(await contributionOf(read(), house.ko, second)).toMatchObject({ paid: 3000n, duplicateOf: null });
  });

  it('is paid in full to the second when the first was rejected meanwhile', async () => {
    callId = await openGoodCall(house.heron, { budget: '60000', reviewsNeeded: 3 });
    const first = await bugId(house.iris);
    house.platform.clock.advance(hour);
    const second = await bugId(house.nacht);
    for (const ctx of [house.salt, house.heron])
      await review(ctx, { contributionId: second, ...accept, duplicateOf: first });
    for (const ctx of [house.salt, house.heron, house.ko])
      await review(ctx, { contributionId: first, ...reject });
    expect(code(await review(house.ko, { contributionId: second, ...accept, duplicateOf: first }))).toBe(
      'duplicate_unknown',
    );
    await review(house.ko, { contributionId: second, ...accept });
    expect(await contributionOf(read(), house.nacht, second)).toMatchObject({
      paid: 3000n,
      duplicateOf: null,
    });
  });

  it('has a code for each claim that does not hold', async () => {
    const commit = async (ctx: House['iris'], commitment: string, id = callId) =>
      code(await commitFinding(ctx, { callId: id, commitment }));
    const good = findingCommitment(idOf(house.iris), salt, 'Frame 9 repeats.');
    expect(await commit(house.iris, good, 'none')).toBe('unknown_call');
    expect(await commit(house.iris, 'not a hash')).toBe('commitment_malformed');
    expect(await commit(house.iris, good)).toBe('taken');
    expect(await commit(house.iris, good.toUpperCase())).toBe('already_committed');
    expect(code(await bug(house.iris, { salt: 'cd'.repeat(32) }))).toBe('commitment_unknown');
    expect(code(await bug(house.iris, { salt, text: 'Frame 8 repeats.' }))).toBe('commitment_unknown');
    // Whoever copies the commitment cannot open it as theirs.
    expect(await commit(house.ko, good)).toBe('taken');
    expect(code(await bug(house.ko, { salt }))).toBe('commitment_unknown');
    house.platform.clock.set(new Date('2026-04-01T00:00:00Z'));
    expect(await commit(house.iris, 'ef'.repeat(32))).toBe('call_over');
  });

  it('cannot be pinned on what was found later, or by the same member, or by nobody', async () => {
    const first = await bugId(house.iris);
    house.platform.clock.advance(hour);
    const second = await bugId(house.ko);
    const call1 = async (contributionId: string, duplicateOf: string) =>
      code(await review(house.salt, { contributionId, ...accept, duplicateOf }));
    expect(await call1(first, second)).toBe('duplicate_not_earlier');
    expect(await call1(second, second)).toBe('duplicate_unknown');
    expect(await call1(second, 'none')).toBe('duplicate_unknown');
  });
});

describe('work that is not paid by the piece', () => {
  const rates = [
    { kind: 'recaptioning', amount: '10000' },
    { kind: 'translation', amount: '3600', mostMinutes: 120 },
  ];
  const work = (ctx: House['iris'], id: string, change: object) =>
    submit(ctx, { callId: id, kind: 'recaptioning', text: 'Done.', generation: null, ...change });

  it('by weight shares its sum when the call closes, to the cent; by the hour is paid its minutes', async () => {
    const id = await openGoodCall(house.heron, { rates, budget: '60000', deadline: '2026-03-05T00:00:00Z' });
    expect((await call(id)).budget).toMatchObject({ reserved: 10_000n, available: 50_000n });
    const pieces = [];
    for (const ctx of [house.iris, house.ko, house.nacht]) {
      const taken = await work(ctx, id, { units: 7 });
      if (!taken.ok) throw new Error(taken.code);
      pieces.push({ ctx, id: taken.contribution.id });
    }
    const hours = await work(house.salt, id, { kind: 'translation', minutes: 45 });
    expect(hours).toMatchObject({ ok: true, contribution: { amount: 2700n, minutes: 45 } });
    house.platform.clock.set(new Date('2026-03-20T00:00:00Z'));
    await step();
    const paid = await Promise.all(
      pieces.map(async (piece) => (await contributionOf(read(), piece.ctx, piece.id))?.paid),
    );
    // A third of 100.00 each, and the odd cent to the piece whose id sorts first.
    expect(paid).toEqual([3334n, 3333n, 3333n]);
    expect(await call(id)).toMatchObject({
      state: 'closed',
      budget: { paid: 12_700n, reserved: 0n, held: 0n, returned: 47_300n },
    });
    const report = await whatWasPaid(read(), house.heron);
    expect(report.paid.find(({ kind }) => kind === 'recaptioning')).toMatchObject({
      pieces: 3,
      total: 10_000n,
    });
    expect(report.owed.acceptedUnpaid).toEqual([]);
  });

  it('by weight gives its sum back when nothing was accepted', async () => {
    const id = await openGoodCall(house.heron, { rates, budget: '20000', deadline: '2026-03-05T00:00:00Z' });
    house.platform.clock.set(new Date('2026-03-06T00:00:00Z'));
    await step();
    expect(await call(id)).toMatchObject({ state: 'closed', budget: { returned: 20_000n, reserved: 0n } });
  });

  it('of a grant is paid milestone by milestone, each once, to whom it was given', async () => {
    const id = await openGoodCall(house.heron, {
      form: 'grant',
      rates: [],
      milestones: [
        { title: 'A first cut', amount: '10000' },
        { title: 'The film', amount: '20000' },
      ],
      budget: '36000',
      mayJoin: { invited: [idOf(house.iris)] },
    });
    const cut = { kind: 'milestone', milestone: '1' };
    expect(code(await work(house.ko, id, cut))).toBe('may_not_join');
    const taken = await work(house.iris, id, cut);
    expect(taken).toMatchObject({ ok: true, contribution: { milestone: { title: 'A first cut' } } });
    expect(code(await work(house.iris, id, cut))).toBe('milestone_taken');
    expect(code(await work(house.iris, id, { kind: 'milestone', milestone: '3' }))).toBe('milestone_unknown');
    await drawWaiting(house.heron);
    const before = await earned(house.iris);
    const contributionId = taken.ok ? taken.contribution.id : '';
    for (const ctx of [house.ko, house.nacht]) await review(ctx, { contributionId, ...accept });
    expect((await earned(house.iris)) - before).toBe(10_000n);
    expect(code(await work(house.iris, id, cut))).toBe('milestone_taken');
  });

  it('of a milestone that was rejected can be handed in again, once it is settled', async () => {
    const id = await openGoodCall(house.heron, {
      ...{ form: 'commission', rates: [], milestones: [{ title: 'A poster', amount: '10000' }] },
      ...{ budget: '13000', mayJoin: { invited: [idOf(house.iris)] } },
    });
    const poster = { kind: 'milestone', milestone: '1' };
    const taken = await work(house.iris, id, poster);
    await drawWaiting(house.heron);
    const contributionId = taken.ok ? taken.contribution.id : '';
    for (const ctx of [house.ko, house.nacht]) await review(ctx, { contributionId, ...reject });
    expect(code(await work(house.iris, id, poster))).toBe('milestone_taken');
    house.platform.clock.advance(7 * day);
    await step();
    // The reviews have been paid from what one milestone had set aside: the refusal says so before the work.
    expect(await work(house.iris, id, poster)).toMatchObject({ ok: false, code: 'call_exhausted' });
  });
});

describe('a call with places', () => {
  it('takes names, closes the list, and draws by a checkpoint that nobody knew', async () => {
    const mayJoin = { drawn: { seats: 2, joinBy: '2026-03-05T00:00:00Z' } };
    const id = await openGoodCall(house.heron, { mayJoin });
    for (const ctx of [house.iris, house.ko, house.nacht]) expect(code(await putDown(ctx, id))).toBe('taken');
    expect(code(await putDown(house.ko, id))).toBe('already_joined');
    expect(code(await putDown(house.ko, 'none'))).toBe('unknown_call');
    expect(code(await putDown(house.ko, callId))).toBe('nothing_is_drawn');
    expect(code(await bug(house.iris, { callId: id }))).toBe('places_not_drawn');
    house.platform.clock.set(new Date('2026-03-05T00:00:00Z'));
    expect(code(await putDown(house.salt, id))).toBe('joining_over');
    expect(await step()).toBe(1);
    expect((await call(id)).places).toEqual({ joined: 3, mine: false, drawn: null });
    for (const [ctx, mine] of [
      [house.iris, true],
      [house.salt, false],
    ] as const)
      expect((await callOf(read(), id, house.platform.clock.now(), idOf(ctx)))?.places.mine).toBe(mine);
    expect(await step()).toBe(1);
    const { places } = await call(id);
    expect(places.drawn).toHaveLength(2);
    for (const ctx of [house.iris, house.ko, house.nacht, house.salt]) {
      const allowed = places.drawn?.includes(idOf(ctx));
      expect(code(await bug(ctx, { callId: id }))).toBe(allowed ? 'taken' : 'may_not_join');
    }
  });
});
