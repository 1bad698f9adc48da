import { checkpointOver, sealStanding } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putDown } from '../calls/places.ts';
import { appealRejection, judgeRejection } from '../contributions/appeals.ts';
import { commitFinding } from '../contributions/commitments.ts';
import { type SubmissionGiven, submit } from '../contributions/contributions.ts';
import { findingCommitment } from '../contributions/finding.ts';
import { review } from '../contributions/reviews.ts';
import { due } from '../due.ts';
import { clipOf, day, drawWaiting, type House, hour, openGoodCall, openHouse } from '../testing.ts';
import { bent, firstWrong, logOf } from './bending.testing.ts';
import { paidWorkReader } from './reader.ts';
import type { Around, ReadEntry } from './seen.ts';

let house: House;
let log: ReadEntry[];
let around: Around;
const idOf = (ctx: House['iris']) => ctx.actor.memberId ?? '';
const salt = 'ab'.repeat(32);

async function handIn(ctx: House['iris'], callId: string, change: Partial<SubmissionGiven> = {}) {
  const generation = clipOf(ctx);
  const piece = { callId, kind: 'bug', text: 'Frame 9 repeats.', generation, generationId: generation.id };
  const taken = await submit(ctx, { ...piece, ...change });
  if (!taken.ok) throw new Error(taken.code);
  await drawWaiting(house.heron);
  house.platform.clock.advance(hour);
  return taken.contribution.id;
}

async function say(
  ctx: House['iris'],
  contributionId: string,
  verdict: 'accept' | 'reject',
  duplicateOf?: string,
) {
  const taken = await review(ctx, { contributionId, verdict, reason: 'As I saw it.', duplicateOf });
  if (!taken.ok) throw new Error(taken.code);
}

/** A month with claims, a later finding, two appeals, a shared sum, a grant and places by lot. */
beforeAll(async () => {
  house = await openHouse();
  const { heron, iris, ko, nacht, salt: sal, platform } = house;
  const rates = [
    { kind: 'bug', amount: '3000' },
    { kind: 'recaptioning', amount: '10000' },
  ];
  const callId = await openGoodCall(heron, { rates, budget: '90000' });
  const commitment = findingCommitment(idOf(iris), salt, 'Frame 9 repeats.');
  await commitFinding(iris, { callId, commitment });
  platform.clock.advance(hour);
  const second = await handIn(ko, callId);
  const first = await handIn(iris, callId, { salt });
  for (const ctx of [nacht, sal]) await say(ctx, second, 'accept', first);
  for (const ctx of [nacht, sal]) await say(ctx, first, 'accept');
  for (const verdict of ['accept', 'reject'] as const) {
    const id = await handIn(iris, callId);
    for (const ctx of [nacht, sal]) await say(ctx, id, 'reject');
    await appealRejection(iris, { contributionId: id, reason: 'Look again.' });
    await sealStanding(platform, 60_000);
    await due(heron);
    for (const ctx of [ko, heron])
      await judgeRejection(ctx, { contributionId: id, verdict, reason: 'So it is.' });
  }
  for (const ctx of [iris, ko]) {
    const about = { kind: 'recaptioning', generationId: undefined, generation: null };
    await handIn(ctx, callId, { ...about, units: ctx === iris ? 1 : 2 });
  }
  const places = { drawn: { seats: 1, joinBy: '2026-03-05T00:00:00Z' } };
  const drawn = await openGoodCall(heron, { mayJoin: places });
  for (const ctx of [iris, ko]) await putDown(ctx, drawn);
  const grant = await openGoodCall(heron, {
    ...{ form: 'grant', rates: [], milestones: [{ title: 'A film', amount: '5000' }], budget: '20000' },
    mayJoin: { invited: [idOf(iris)] },
  });
  const film = { kind: 'milestone', milestone: '1', generationId: undefined, generation: null };
  await handIn(iris, grant, film);
  for (let week = 0; week < 8; week++) {
    platform.clock.advance(7 * day);
    await sealStanding(platform, 60_000);
    while ((await due(heron)) > 0);
  }
  log = await logOf(house);
  const roots = new Map<bigint, { size: string; root: string }>();
  for (const entry of log) {
    const over = await checkpointOver(platform.db.read, entry.id);
    if (over && entry.position !== null)
      roots.set(entry.position, { size: String(over.size), root: toHex(over.root) });
  }
  const members = [heron, iris, ko, nacht, sal].map(idOf).sort();
  around = { rootOver: (position) => roots.get(position) ?? null, mayJudge: () => members };
});
afterAll(() => house[Symbol.asyncDispose]());

type Change = (payload: Record<string, unknown>) => object;
const bend =
  (kind: string, change: Change, nth = 0) =>
  () => {
    return bent(
      log,
      kind,
      (entry) => {
        const payload = structuredClone(entry.payload) as Record<string, unknown>;
        return { ...entry, payload: { ...payload, ...change(payload) } as ReadEntry['payload'] };
      },
      nth,
    );
  };
const as =
  (kind: string, change: Partial<ReadEntry>, nth = 0) =>
  () =>
    bent(log, kind, (entry) => ({ ...entry, ...change }), nth);
const without =
  (kind: string, nth = 0) =>
  () => {
    const dropped = log.filter((entry) => entry.kind === kind)[nth];
    return log.filter((entry) => entry !== dropped);
  };
const twice = (kind: string) => () =>
  log.flatMap((entry) => (entry.kind === kind ? [entry, entry] : [entry]));

describe('what is drawn, shared and heard again', () => {
  it('recomputes by somebody who sees only what is public', () => {
    const kinds = new Set(log.map(({ kind }) => kind));
    for (const kind of [
      'call.drawn',
      'finding.committed',
      'contribution.appeal-rejected',
      'contribution.assigned',
    ])
      expect(kinds).toContain(kind);
    expect(firstWrong(log, around)).toBeNull();
  });

  const other = { entryId: 'x' };
  const rows: [string, () => ReadEntry[], string][] = [
    ['a claim of another', as('finding.committed', { actor: 'mallory' }), 'its author did not make'],
    ['a claim taken away', without('finding.committed'), 'its author did not make'],
    ['a claim twice', twice('finding.committed'), 'commits to a finding again'],
    [
      'the first finding named as nobody',
      bend('contribution.accepted', () => ({ duplicateOf: null })),
      'names another first finding',
    ],
    [
      'the whole rate for a later finding',
      bend('contribution.accepted', () => ({ amount: '3000' })),
      'does not pay the 1500',
    ],
    [
      'a draw opened otherwise',
      bend('contribution.accepted', (payload) => ({
        drawn: { ...(payload.drawn as object), said: { panel: ['mallory'] } },
      })),
      'opens another draw',
    ],
    [
      'a draw of another entry',
      bend('contribution.accepted', (payload) => ({ drawn: { ...(payload.drawn as object), ...other } })),
      'does not open who was drawn',
    ],
    [
      'a draw hidden',
      bend('contribution.accepted', () => ({ drawn: undefined })),
      'does not open who was drawn',
    ],
    ['a draw taken away', without('contribution.assigned'), 'whom nobody drew'],
    ['a second draw', twice('contribution.assigned'), 'draws reviewers for a piece that does not wait'],
    ['an appeal by somebody else', as('contribution.appealed', { actor: 'mallory' }), 'by somebody else'],
    [
      'an appeal against nothing',
      bend('contribution.appealed', () => ({ rejectedEntryId: 'x' })),
      'against no rejection',
    ],
    ['an appeal too late', as('contribution.appealed', { time: new Date('2027-01-01') }), 'too late'],
    ['a panel of friends', bend('contribution.panel-drawn', () => ({ panel: ['mallory'] })), 'another panel'],
    [
      'a panel with more time',
      bend('contribution.panel-drawn', () => ({ answersBy: '2027-01-01T00:00:00.000Z' })),
      'another time',
    ],
    ['a panel by another root', bend('contribution.panel-drawn', () => ({ size: '1' })), 'first checkpoint'],
    [
      'a judgement by somebody else',
      as('contribution.judged', { actor: 'mallory' }),
      'without being on the panel',
    ],
    ['a judgement twice', twice('contribution.judged'), 'judges twice'],
    ['a judgement left out', without('contribution.judged', 1), 'does not list its judgements'],
    [
      'a judgement turned round',
      bend('contribution.appeal-rejected', (payload) => ({
        judgements: (payload.judgements as object[]).map((one) => ({ ...one, verdict: 'accept' })),
      })),
      'another verdict than judgement',
    ],
    [
      'a panel overruled',
      as('contribution.appeal-rejected', { kind: 'contribution.accepted' }),
      'does not follow',
    ],
    ['a name put down too late', as('call.joined', { time: new Date('2027-01-01') }), 'too late'],
    ['a name put down twice', twice('call.joined'), 'puts a name down twice'],
    ['a name left out', without('call.joined'), 'other names than were put down'],
    ['places for friends', bend('call.drawn', () => ({ drawn: ['mallory'] })), 'draws others than its seed'],
    ['places by another root', bend('call.drawn', () => ({ size: '1' })), 'first checkpoint'],
    [
      'a shared sum shared otherwise',
      bend('call.closed', () => ({ shared: [] }), 0),
      'otherwise than by weight',
    ],
    [
      'a milestone that is none',
      bend('contribution.accepted', () => ({ milestone: '7' }), 5),
      'does not pay the nothing',
    ],
  ];
  it.each(rows)('with %s is found out', (_, lie, finding) => {
    expect(firstWrong(lie(), around)).toContain(finding);
  });

  it('with reviewers whom the rule does not draw is found out when the call closes', () => {
    const strangers = [...around.mayJudge(), 'zzz-somebody-else'];
    const reader = paidWorkReader({ ...around, mayJudge: () => strangers.slice(2) });
    const said = log.map((entry) => reader.read(entry)).filter((finding) => finding !== null);
    expect(said.some((finding) => finding?.includes('that the rule does not draw'))).toBe(true);
  });
});
