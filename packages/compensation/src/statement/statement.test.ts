import { rows as query, sql } from '@uncaged/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { review } from '../contributions/reviews.ts';
import { due } from '../due.ts';
import { whatWasPaid } from '../paid/paid.ts';
import { type Piece, paidByKind } from '../paid/report.ts';
import { day, type House, openGoodCall, openHouse, submitBug } from '../testing.ts';
import { statementOf } from './statement.ts';

let house: House;
const read = () => house.platform.db.read;
const memberOf = (ctx: House['iris']) => ctx.actor.memberId ?? '';

beforeAll(async () => {
  house = await openHouse();
  const callId = await openGoodCall(house.heron);
  const first = await submitBug(house.iris, callId);
  for (const ctx of [house.ko, house.nacht]) {
    house.platform.clock.advance(1000);
    await review(ctx, { contributionId: first, verdict: 'accept', reason: '' });
  }
  await submitBug(house.iris, callId);
  house.platform.clock.advance(7 * day);
  await due(house.heron);
  await submitBug(house.ko, callId);
});
afterAll(() => house[Symbol.asyncDispose]());

describe('a statement', () => {
  it('lists each line with what it was for, its entry and the balance after it', async () => {
    const statement = await statementOf(read(), memberOf(house.iris));
    expect(
      statement.lines.map(({ kind, what, amount, balance }) => ({ kind, what, amount, balance })),
    ).toEqual([
      {
        kind: 'contribution.accepted',
        what: 'bug for “Break the night model”',
        amount: 3000n,
        balance: 3000n,
      },
      {
        kind: 'contribution.accepted',
        what: 'bug for “Break the night model”, accepted by silence',
        amount: 3000n,
        balance: 6000n,
      },
    ]);
    expect(statement.balances).toEqual([{ currency: 'EUR', amount: 6000n, lines: 2 }]);
    expect(statement.lines.every((line) => line.contributionId !== null && line.callId !== null)).toBe(true);
  });

  it('shows what a review was paid', async () => {
    const statement = await statementOf(read(), memberOf(house.ko));
    expect(statement.lines).toMatchObject([
      {
        kind: 'contribution.reviewed',
        what: 'review of a bug for “Break the night model”',
        amount: 500n,
        balance: 500n,
      },
    ]);
  });

  it('of somebody who was never paid is empty', async () => {
    expect(await statementOf(read(), memberOf(house.salt))).toMatchObject({ lines: [], balances: [] });
  });
});

describe('what was paid', () => {
  it('is reported by kind with what is owed, and never about fewer people than policy allows', async () => {
    const report = await whatWasPaid(read(), house.heron);
    expect(report.paid).toEqual([
      { kind: 'bug', currency: 'EUR', pieces: 2, median: null, total: 6000n },
      { kind: 'review', currency: 'EUR', pieces: 2, median: null, total: 1000n },
    ]);
    expect(report.totals).toEqual([{ currency: 'EUR', pieces: 4, total: 7000n }]);
    expect(report.owed).toEqual({
      acceptedUnpaid: [],
      submittedUnanswered: [{ currency: 'EUR', pieces: 1, total: 3000n, oldest: house.platform.clock.now() }],
    });
    const text = JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    for (const ctx of [house.iris, house.ko, house.nacht, house.heron])
      expect(text).not.toContain(memberOf(ctx));
  });

  it('is what the pure rule makes of the same pieces', async () => {
    const { document } = house.heron.policy;
    const open = {
      ...house.heron.policy,
      document: { ...document, privacy: { ...document.privacy, minGroupSize: 1 } },
    };
    const report = await whatWasPaid(read(), { ...house.heron, policy: open });
    const pieces = await query<Piece>(
      read(),
      sql`select c.kind, 'EUR' as currency, c.amount, c.author_id as member from contributions c where state = 'accepted'
          union all select 'review', 'EUR', paid, reviewer_id from contribution_reviews`,
    );
    expect(report.paid).toEqual(paidByKind(pieces, 1));
  });
});
