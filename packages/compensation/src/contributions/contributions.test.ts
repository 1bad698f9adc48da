import { balanceOf, openingOf } from '@uncaged/book';
import { commitmentOf, fromHex, toHex } from '@uncaged/book/rules';
import { rows as query, sql } from '@uncaged/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callOf } from '../calls/calls.ts';
import { due } from '../due.ts';
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
import {
  contributionOf,
  contributionsOf,
  eraseWords,
  isUnderReview,
  reviewDesk,
  submit,
} from './contributions.ts';
import { review } from './reviews.ts';

let house: House;
let callId: string;
const read = () => house.platform.db.read;
const balance = (account: string) => balanceOf(read(), account, 'EUR');
const call = async () => {
  const found = await callOf(read(), callId, house.platform.clock.now());
  if (!found) throw new Error('the call is gone');
  return found;
};

beforeAll(async () => {
  house = await openHouse();
});
beforeEach(async () => {
  house.platform.clock.set(new Date('2026-03-01T12:00:00Z'));
  callId = await openGoodCall(house.heron);
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const accept = { verdict: 'accept' as const, reason: '' };
const reject = { verdict: 'reject' as const, reason: 'Seen on one machine only.' };

describe('a piece of work', () => {
  it('is taken with its clip’s seed and settings, and all it can cost is set aside', async () => {
    const generation = clipOf(house.salt);
    const submitted = await submit(house.iris, {
      callId,
      generationId: generation.id,
      generation,
      kind: 'bug',
      text: '  Frame 9 repeats.\n',
      atMs: 1125,
      frame: 9,
    });
    expect(submitted).toMatchObject({
      ok: true,
      entry: { kind: 'contribution.submitted', visibility: 'private' },
      contribution: {
        text: 'Frame 9 repeats.',
        atMs: 1125,
        frame: 9,
        amount: 3000n,
        state: 'waiting',
        mine: true,
        reviewBy: new Date('2026-03-08T12:00:00Z'),
        generation: {
          generationId: generation.id,
          seed: '18446744073709551615',
          settings: { steps: 30, guidance: '2.5', mode: 'clip' },
        },
      },
    });
    await drawWaiting(house.iris);
    expect((await call()).budget).toMatchObject({ held: 6000n, available: 20_000n });
    expect(await isUnderReview(read(), generation.id, house.ko.actor.memberId ?? '')).toBe(true);
    expect(await isUnderReview(read(), generation.id, house.iris.actor.memberId ?? '')).toBe(false);
    expect(await contributionsOf(read(), house.iris, { generationId: generation.id })).toHaveLength(1);
    expect(await contributionsOf(read(), house.iris, { mine: true })).toHaveLength(1);
    expect(await contributionsOf(read(), house.ko, { mine: true })).toHaveLength(0);
  });

  it('that the escrow could not pay is refused before the work, down to the last piece', async () => {
    for (let taken = 0; taken < 4; taken++) await submitBug(house.iris, callId);
    const generation = clipOf(house.iris);
    const fifth = { callId, generationId: generation.id, generation, kind: 'bug', text: 'One more.' };
    const refused = { ok: false, code: 'call_exhausted', available: 2000n, needed: 6000n };
    expect(await submit(house.iris, fifth)).toEqual(refused);
    expect((await call()).submissions.waiting).toBe(4);
  });

  it('sent twice under one key is taken once', async () => {
    const generation = clipOf(house.iris);
    const piece = { callId, generationId: generation.id, generation, kind: 'critique', text: 'Flat light.' };
    const keyed = { ...piece, idempotencyKey: 'iris:1' };
    const sent = await Promise.all([submit(house.iris, keyed), submit(house.iris, keyed)]);
    expect(sent.map((answer) => answer.ok && answer.replayed).sort()).toEqual([false, true]);
    expect(new Set(sent.map((answer) => answer.ok && answer.contribution.id)).size).toBe(1);
    expect((await call()).submissions.waiting).toBe(1);
    expect(await submit(house.iris, { ...keyed, text: 'Other words.' })).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
  });

  it('is refused under no call, about no clip, and after the deadline', async () => {
    const generation = clipOf(house.iris);
    const piece = { callId, generationId: generation.id, generation, kind: 'bug', text: 'x' };
    const unknown = await submit(house.iris, { ...piece, callId: 'none' });
    expect(unknown).toEqual({ ok: false, code: 'unknown_call' });
    const nothing = await submit(house.iris, { ...piece, generation: null });
    expect(nothing).toEqual({ ok: false, code: 'unknown_generation' });
    house.platform.clock.set(new Date('2026-04-01T00:00:00Z'));
    expect(await submit(house.iris, piece)).toMatchObject({ ok: false, code: 'call_over' });
  });
});

describe('two members who accept', () => {
  it('pay the author at the frozen rate in the entry that accepts, and are paid for it', async () => {
    const id = await submitBug(house.iris, callId);
    const before = await Promise.all(
      [house.iris, house.ko, house.nacht].map((ctx) => balance(`member:${ctx.actor.memberId}`)),
    );
    house.platform.clock.advance(hour);
    const first = await review(house.ko, { contributionId: id, ...accept });
    expect(first).toMatchObject({
      ok: true,
      paid: { amount: 500n },
      contribution: { state: 'waiting', answers: 1 },
    });
    house.platform.clock.advance(hour);
    const second = await review(house.nacht, { contributionId: id, ...accept });
    expect(second).toMatchObject({
      ok: true,
      contribution: { state: 'accepted', decidedBy: 'reviews', decidedAt: new Date('2026-03-01T14:00:00Z') },
    });
    const after = await Promise.all(
      [house.iris, house.ko, house.nacht].map((ctx) => balance(`member:${ctx.actor.memberId}`)),
    );
    expect(after.map((amount, who) => amount - (before[who] ?? 0n))).toEqual([3000n, 500n, 500n]);
    expect((await call()).budget).toEqual({
      escrowed: 26_000n,
      paid: 4000n,
      held: 0n,
      reserved: 0n,
      available: 22_000n,
      returned: 0n,
    });
  });

  it('keep the prompt out of the book, where its maker could not have it forgotten', async () => {
    const id = await submitBug(house.iris, callId);
    const piece = await contributionOf(read(), house.iris, id);
    const opened = (await openingOf(read(), [piece?.entryId ?? ''])).values().next().value;
    const generation = (opened?.payload as { generation: object } | undefined)?.generation;
    expect(generation).toMatchObject({ seed: piece?.generation?.seed });
    expect(generation).not.toHaveProperty('prompt');
    await review(house.ko, { contributionId: id, ...accept });
    await review(house.nacht, { contributionId: id, ...accept });
  });

  it('leave a decision from which anyone can open the commitments of their reviews', async () => {
    const id = await submitBug(house.iris, callId);
    await review(house.ko, { contributionId: id, ...accept });
    const last = await review(house.nacht, { contributionId: id, ...accept });
    if (!last.ok || !last.contribution.decisionEntryId) throw new Error('must be decided');
    const opening = (await openingOf(read(), [last.contribution.decisionEntryId])).values().next().value;
    const payload = opening?.payload as {
      reviews: Record<'entryId' | 'verdict' | 'reasonHash' | 'salt', string>[];
    };
    expect(payload.reviews).toHaveLength(2);
    for (const { entryId, verdict, reasonHash, salt } of payload.reviews) {
      const text = JSON.stringify({ contributionId: id, reasonHash, verdict });
      const [entry] = await query<{ commitment: string }>(
        read(),
        sql`select encode(commitment, 'hex') as commitment from book_entries where id = ${entryId}`,
      );
      expect(toHex(commitmentOf(fromHex(salt) ?? new Uint8Array(), text))).toBe(entry?.commitment);
    }
  });
});

describe('a rejection', () => {
  it('by two pays the reviewers, not the author, and keeps only what an appeal can need', async () => {
    const id = await submitBug(house.iris, callId);
    const before = await balance(`member:${house.iris.actor.memberId}`);
    await review(house.ko, { contributionId: id, ...reject });
    const last = await review(house.nacht, { contributionId: id, ...reject });
    expect(last).toMatchObject({ ok: true, contribution: { state: 'rejected', decidedBy: 'reviews' } });
    expect(await balance(`member:${house.iris.actor.memberId}`)).toBe(before);
    expect((await call()).budget).toMatchObject({ paid: 1000n, held: 4500n, available: 20_500n });
    const [own] = await contributionsOf(read(), house.iris, { callId, mine: true });
    expect(own?.reviews.map((one) => one.reason)).toEqual([reject.reason, reject.reason]);
  });

  it('decides though the second reviewer’s clock was read before the first had the lock', async () => {
    const id = await submitBug(house.iris, callId);
    house.platform.clock.advance(5_000);
    await review(house.ko, { contributionId: id, ...reject });
    house.platform.clock.advance(-3_000);
    const last = await review(house.nacht, { contributionId: id, ...reject });
    expect(last).toMatchObject({ ok: true, contribution: { state: 'rejected', decidedBy: 'reviews' } });
  });

  it('against an acceptance goes to a third member, whose verdict decides', async () => {
    const id = await submitBug(house.iris, callId);
    await review(house.ko, { contributionId: id, ...accept });
    const second = await review(house.nacht, { contributionId: id, ...reject });
    expect(second).toMatchObject({ contribution: { state: 'waiting', answers: 2 } });
    const third = await review(house.salt, { contributionId: id, ...accept });
    expect(third).toMatchObject({ contribution: { state: 'accepted' } });
    expect((await call()).budget).toMatchObject({ paid: 4500n, held: 0n });
  });
});

describe('silence', () => {
  it('accepts at the deadline by the machine, even against one rejection, and pays', async () => {
    const id = await submitBug(house.iris, callId);
    const before = await balance(`member:${house.iris.actor.memberId}`);
    await review(house.ko, { contributionId: id, ...reject });
    house.platform.clock.advance(7 * day - 1);
    expect(await due(house.heron)).toBe(0);
    house.platform.clock.advance(1);
    const late = await review(house.nacht, { contributionId: id, ...reject });
    expect(late).toEqual({ ok: false, code: 'review_late' });
    expect(await due(house.heron)).toBeGreaterThanOrEqual(1);
    expect(await contributionOf(read(), house.iris, id)).toMatchObject({
      state: 'accepted',
      decidedBy: 'silence',
      decidedAt: new Date('2026-03-08T12:00:00Z'),
    });
    expect((await balance(`member:${house.iris.actor.memberId}`)) - before).toBeGreaterThanOrEqual(3000n);
    expect((await call()).submissions).toEqual({ waiting: 0, accepted: 1, bySilence: 1, rejected: 0 });
    expect(await due(house.heron)).toBe(0);
  });

  it('is waited for before a call closes and gives back the rest', async () => {
    const short = await openGoodCall(house.heron, { deadline: '2026-03-02T12:00:00Z' });
    await submitBug(house.iris, short);
    house.platform.clock.set(new Date('2026-03-03T00:00:00Z'));
    await due(house.heron);
    expect(await callOf(read(), short, house.platform.clock.now())).toMatchObject({ state: 'reviewing' });
    house.platform.clock.set(new Date('2026-03-08T12:00:00Z'));
    await due(house.heron);
    expect(await callOf(read(), short, house.platform.clock.now())).toMatchObject({
      state: 'closed',
      budget: { escrowed: 26_000n, paid: 3000n, held: 0n, available: 0n, returned: 23_000n },
    });
  });
});

describe('a review', () => {
  it('has a code for each thing that may not be', async () => {
    const id = await submitBug(house.iris, callId);
    const codes = async (ctx = house.ko, change: object = {}) => {
      const answer = await review(ctx, { contributionId: id, ...reject, ...change });
      return answer.ok ? 'taken' : answer.code;
    };
    expect(await codes(house.ko, { contributionId: 'none' })).toBe('unknown_contribution');
    expect(await codes(house.iris)).toBe('own_work');
    expect(await codes(house.ko, { reason: ' ' })).toBe('reason_missing');
    expect(await codes(house.ko, { reason: 'x'.repeat(5001) })).toBe('reason_too_long');
    expect(await codes(house.ko, { reason: '\u0000' })).toBe('text_malformed');
    expect(await codes(house.ko, { idempotencyKey: 'ko:1' })).toBe('taken');
    expect(await codes(house.ko, { idempotencyKey: 'ko:1' })).toBe('taken');
    expect(await codes(house.ko, { idempotencyKey: 'ko:1', verdict: 'accept' })).toBe('idempotency_conflict');
    expect(await codes(house.ko)).toBe('already_reviewed');
    expect(await codes(house.nacht)).toBe('taken');
    expect(await codes(house.salt)).toBe('already_decided');
    expect((await call()).budget).toMatchObject({ paid: 1000n, held: 4500n });
  });

  it('is asked from every member but the author, soonest deadline first, and no more once given', async () => {
    const id = await submitBug(house.iris, callId);
    expect((await reviewDesk(read(), house.ko)).map((piece) => piece.id)).toContain(id);
    expect((await reviewDesk(read(), house.iris)).map((piece) => piece.id)).not.toContain(id);
    await review(house.ko, { contributionId: id, ...accept });
    expect((await reviewDesk(read(), house.ko)).map((piece) => piece.id)).not.toContain(id);
    expect((await reviewDesk(read(), house.nacht)).map((piece) => piece.id)).toContain(id);
  });

  it('sees the work and not the name, nor what others said before it', async () => {
    const id = await submitBug(house.iris, callId);
    await review(house.ko, { contributionId: id, ...reject });
    const asked = await contributionOf(read(), house.nacht, id);
    expect(asked).toMatchObject({
      text: 'Frame 9 repeats.',
      authorId: null,
      mayReview: true,
      answers: 1,
      reviews: [],
    });
    const author = await contributionOf(read(), house.iris, id);
    expect(author?.reviews).toMatchObject([{ verdict: 'reject', reason: reject.reason, reviewerId: null }]);
    const visitor = { ...house.nacht, actor: { memberId: null, roles: [], kind: 'visitor' as const } };
    expect(await contributionOf(read(), visitor, id)).toMatchObject({
      text: null,
      generation: null,
      authorId: null,
      reviews: [],
      mayReview: false,
    });
    await review(house.nacht, { contributionId: id, ...reject });
    const after = await contributionOf(read(), house.salt, id);
    expect(after).toMatchObject({ text: null, authorId: house.iris.actor.memberId, mayReview: false });
    expect(after?.reviews).toMatchObject([{ reason: null }, { reason: null }]);
    expect(await contributionOf(read(), house.nacht, 'none')).toBeNull();
  });
});

describe('a member who leaves', () => {
  it('takes their words along; decisions, money and what waits stay', async () => {
    const judged = await submitBug(house.iris, callId);
    await review(house.salt, { contributionId: judged, ...reject });
    const generation = clipOf(house.salt);
    const piece = { callId, generationId: generation.id, generation, kind: 'bug', text: 'My words.' };
    const submitted = await submit(house.salt, piece);
    if (!submitted.ok) throw new Error(submitted.code);
    const { id } = submitted.contribution;
    await drawWaiting(house.salt);
    const erase = () =>
      house.platform.db.transaction((tx) => eraseWords(tx, house.salt.actor.memberId ?? ''));
    expect(await erase()).toBeGreaterThanOrEqual(3);
    expect(await erase()).toBe(0);
    expect(await contributionOf(read(), house.ko, id)).toMatchObject({
      text: null,
      mayReview: true,
      generation: { prompt: '', seed: generation.seed },
    });
    const own = await contributionOf(read(), house.iris, judged);
    expect(own?.reviews).toMatchObject([{ verdict: 'reject', reason: null }]);
    await review(house.ko, { contributionId: id, ...accept });
    const last = await review(house.nacht, { contributionId: id, ...accept });
    expect(last).toMatchObject({ contribution: { state: 'accepted' } });
  });
});

describe('at the same moment', () => {
  it('four reviewers answer: the decision is made once, and who came after is told', async () => {
    const id = await submitBug(house.iris, callId);
    const reviewers = [house.ko, house.nacht, house.salt, house.heron];
    const answers = await Promise.all(reviewers.map((ctx) => review(ctx, { contributionId: id, ...accept })));
    expect(answers.map((answer) => (answer.ok ? 'taken' : answer.code)).sort()).toEqual([
      'already_decided',
      'already_decided',
      'taken',
      'taken',
    ]);
    expect((await call()).budget).toMatchObject({ paid: 4000n, held: 0n });
  });

  it('one member answers from two tabs: one answer counts', async () => {
    const id = await submitBug(house.iris, callId);
    const tabs = [accept, reject].map((answer) => review(house.ko, { contributionId: id, ...answer }));
    const answers = await Promise.all(tabs);
    expect(answers.map((answer) => (answer.ok ? 'taken' : answer.code)).sort()).toEqual([
      'already_reviewed',
      'taken',
    ]);
  });

  it('six pieces come for the last budget of four', async () => {
    const authors = [house.iris, house.ko, house.nacht, house.salt, house.iris, house.ko];
    const answers = await Promise.all(
      authors.map((ctx) => {
        const generation = clipOf(ctx);
        return submit(ctx, { callId, generationId: generation.id, generation, kind: 'bug', text: 'Frozen.' });
      }),
    );
    expect(answers.map((answer) => (answer.ok ? 'taken' : answer.code)).sort()).toEqual([
      'call_exhausted',
      'call_exhausted',
      'taken',
      'taken',
      'taken',
      'taken',
    ]);
    expect((await call()).budget).toMatchObject({ held: 24_000n, available: 2000n });
  });

  it('silence comes from two machines: it pays once', async () => {
    await submitBug(house.iris, callId);
    house.platform.clock.advance(7 * day);
    const before = await balance(`escrow:${callId}`);
    const changed = await Promise.all([due(house.heron), due(house.heron), due(house.heron)]);
    expect(changed.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(1);
    expect(await balance(`escrow:${callId}`)).toBe(before - 3000n);
  });
});
