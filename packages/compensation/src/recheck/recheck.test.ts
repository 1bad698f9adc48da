import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { review } from '../contributions/reviews.ts';
import { due } from '../due.ts';
import { accrueRoyalty } from '../royalties/royalties.ts';
import { day, type House, openGoodCall, openHouse, submitBug } from '../testing.ts';
import {
  bent,
  type Change,
  field,
  fieldOfEach,
  firstWrong,
  logOf,
  scaled,
  toMallory,
} from './bending.testing.ts';
import type { ReadEntry } from './seen.ts';

let house: House;
let log: ReadEntry[];

/** A month in which everything happens: accepted, rejected, decided by a third, by silence; closed; royalties. */
beforeAll(async () => {
  house = await openHouse();
  const { db } = house.platform;
  const callId = await openGoodCall(house.heron, { budget: '40000' });
  const answers = {
    1: ['accept', 'accept'],
    2: ['reject', 'reject'],
    3: ['accept', 'reject', 'accept'],
  } as const;
  for (const verdicts of Object.values(answers)) {
    const contributionId = await submitBug(house.iris, callId);
    for (const [place, verdict] of verdicts.entries()) {
      house.platform.clock.advance(1000);
      const reviewer = [house.ko, house.nacht, house.salt][place] ?? house.ko;
      const taken = await review(reviewer, { contributionId, verdict, reason: 'Seen before.' });
      if (!taken.ok) throw new Error(taken.code);
    }
  }
  await submitBug(house.ko, callId);
  for (const generationId of ['g1', 'g2']) {
    await db.transaction((tx) =>
      accrueRoyalty(tx, house.heron, { generationId, modelId: 'commons-2', works: 3 }),
    );
  }
  house.platform.clock.advance(40 * day);
  await due(house.heron);
  log = await logOf(house);
});
afterAll(() => house[Symbol.asyncDispose]());

describe('the log of paid work', () => {
  it('recomputes without the database, by somebody who sees only what is public', () => {
    const kinds = new Set(log.map((entry) => entry.kind));
    for (const kind of ['call.closed', 'contribution.accepted', 'contribution.rejected', 'royalty.accrued']) {
      expect(kinds).toContain(kind);
    }
    expect(
      log.filter((entry) => entry.kind === 'contribution.reviewed').every((one) => one.payload === null),
    ).toBe(true);
    expect(firstWrong(log)).toBeNull();
  });

  const otherVerdict = fieldOfEach('reviews', 'verdict', 'accept');
  const rows: [string, string, Change, number, string][] = [
    ['a budget', 'call.opened', field('budget', '50000'), 0, 'names a hash'],
    ['a rate', 'call.opened', field('rates', [{ kind: 'bug', amount: '1' }]), 0, 'names a hash'],
    ['a deadline', 'call.opened', field('deadline', '2027-01-01T00:00:00.000Z'), 0, 'names a hash'],
    ['an escrow', 'call.opened', scaled, 0, 'does not escrow'],
    ['an amount', 'contribution.accepted', field('amount', '9000'), 0, 'does not pay the 3000'],
    ['a kind', 'contribution.accepted', field('kind', 'critique'), 0, 'does not pay the 2500'],
    ['a payment', 'contribution.accepted', scaled, 0, 'does not pay the 3000'],
    ['who is paid', 'contribution.accepted', toMallory, 0, 'does not pay the 3000'],
    ['whose work it was', 'contribution.accepted', field('memberId', 'mallory'), 0, 'is about another piece'],
    ['how it was decided', 'contribution.accepted', field('by', 'silence'), 0, 'does not follow'],
    ['that silence decided', 'contribution.accepted', field('by', 'reviews'), 2, 'does not follow'],
    [
      'when it was decided',
      'contribution.accepted',
      field('decidedAt', '2026-03-01T12:00:00.000Z'),
      0,
      'does not follow',
    ],
    ['the reviews', 'contribution.accepted', field('reviews', []), 0, 'does not list'],
    ['a verdict', 'contribution.rejected', otherVerdict, 0, 'committed to'],
    [
      'a rejection',
      'contribution.rejected',
      (entry) => ({ ...entry, kind: 'contribution.accepted' }),
      0,
      'does not follow',
    ],
    [
      'an author',
      'contribution.submitted',
      (entry) => ({ ...entry, actor: 'mallory' }),
      0,
      'is about another piece',
    ],
    ['what a review is paid', 'contribution.reviewed', scaled, 0, 'does not pay its reviewer'],
    ['who is paid for a review', 'contribution.reviewed', toMallory, 0, 'does not pay its reviewer'],
    ['what goes back', 'call.closed', scaled, 0, 'does not return'],
    [
      'when it closed',
      'call.closed',
      (entry) => ({ ...entry, time: new Date('2026-03-02T00:00:00Z') }),
      0,
      'before its deadline',
    ],
    ['a royalty', 'royalty.accrued', field('amount', '3'), 0, 'does not follow from the index'],
    ['a pool', 'royalty.accrued', field('modelId', 'commons-9'), 0, 'does not pay into the pool'],
    ['a step', 'royalty.accrued', field('remainderBefore', '1'), 1, 'does not start'],
    [
      'an escrow by an unknown kind',
      'call.closed',
      (entry) => ({ ...entry, kind: 'call.raided' }),
      0,
      'without a rule',
    ],
    ['a payload away', 'call.opened', (entry) => ({ ...entry, payload: null }), 0, 'cannot be read'],
  ];
  it.each(rows)('with %s changed is found out', (_, kind, change, nth, finding) => {
    expect(firstWrong(bent(log, kind, change, nth))).toContain(finding);
  });

  it('with a decision told twice, or a review dropped, is found out', () => {
    const accepted = log.find((entry) => entry.kind === 'contribution.accepted');
    if (!accepted) throw new Error('nothing was accepted');
    expect(firstWrong(log.flatMap((entry) => (entry === accepted ? [entry, entry] : [entry])))).toContain(
      'does not wait',
    );
    const first = log.find((entry) => entry.kind === 'contribution.reviewed');
    expect(firstWrong(log.filter((entry) => entry !== first))).toContain('does not list');
  });
});
