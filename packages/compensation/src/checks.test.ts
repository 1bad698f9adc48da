import { runChecks } from '@uncaged/book';
import { rows as query, sql } from '@uncaged/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compensationChecks } from './checks.ts';
import { review } from './contributions/reviews.ts';
import { due } from './due.ts';
import { accrueRoyalty } from './royalties/royalties.ts';
import { brokenInvariants, day, type House, openGoodCall, openHouse, submitBug } from './testing.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const callId = await openGoodCall(house.heron);
  const decided = await submitBug(house.iris, callId);
  for (const ctx of [house.ko, house.nacht]) {
    await review(ctx, { contributionId: decided, verdict: 'accept', reason: '' });
  }
  await submitBug(house.ko, callId);
  house.platform.clock.advance(7 * day);
  await due(house.heron);
  await submitBug(house.nacht, callId);
  await house.platform.db.transaction((tx) =>
    accrueRoyalty(tx, house.heron, { generationId: 'g1', modelId: 'commons-2', works: 3 }),
  );
});
afterAll(() => house[Symbol.asyncDispose]());

class Undo extends Error {}

/** What the checks find after somebody with every right on the database did this; it is undone. */
async function findingsAfter(tampering: readonly string[]): Promise<string[]> {
  let broken: string[] = [];
  const tampered = house.platform.db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    for (const statement of tampering) await tx.execute(sql.raw(statement));
    const checked = await runChecks(tx, house.platform, compensationChecks);
    broken = checked.filter((check) => !check.ok).map((check) => check.name);
    throw new Undo();
  });
  await expect(tampered).rejects.toThrow(Undo);
  return broken;
}

it('all hold', async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  const [row] = await query<{ pieces: bigint }>(
    house.platform.db.read,
    sql`select count(*) as pieces from contributions`,
  );
  expect(row?.pieces).toBe(3n);
});

const names = compensationChecks.map((check) => check.name);
const [counts, escrows, holds, card, payments, reviews, decisions, royalties] = names;

const waiting = "state = 'waiting'";
const bySilence = "decided_by = 'silence'";
const rows: [string | undefined, string, string[]][] = [
  [counts, 'a counter', ['update calls set held = held + 1']],
  [
    escrows,
    'money in an escrow',
    ["update book_balances set balance = balance - 1 where account like 'escrow:%'"],
  ],
  [escrows, 'an escrow of no call', ["insert into book_credits values ('escrow:none', 'EUR', 5)"]],
  [
    holds,
    'too little set aside',
    [`update contributions set hold = hold - 1 where ${waiting}`, 'update calls set held = held - 1'],
  ],
  [card, 'a price', [`update contributions set amount = amount - 1 where ${waiting}`]],
  [
    payments,
    'an acceptance without its payment',
    [`update contributions set decision_entry_id = 'x' where ${bySilence}`],
  ],
  [
    payments,
    'a payment for what was rejected',
    [`update contributions set state = 'rejected' where decided_by = 'reviews'`],
  ],
  [
    payments,
    'a payment for what waits',
    [
      `update contributions set state = 'waiting', decided_by = null, decided_at = null, decision_entry_id = null where ${bySilence}`,
    ],
  ],
  [
    reviews,
    'a review of one’s own work',
    [
      'update contribution_reviews r set reviewer_id = c.author_id from contributions c where c.id = r.contribution_id and r.reviewer_id = (select min(reviewer_id) from contribution_reviews)',
    ],
  ],
  [
    reviews,
    'a rejection without a reason',
    ["update contribution_reviews set verdict = 'reject', reason = ''"],
  ],
  [decisions, 'a decision', ["update contributions set decided_by = 'silence' where decided_by = 'reviews'"]],
  [decisions, 'a verdict', ["update contribution_reviews set verdict = 'reject'"]],
  [royalties, 'an index', ['update royalty_pools set index = index + 1']],
  [
    royalties,
    'a step',
    [
      'alter table royalty_accruals drop constraint royalty_accruals_check2',
      'update royalty_accruals set remainder_after = remainder_after + 1',
    ],
  ],
  [royalties, 'money in a pool', ["update book_credits set amount = amount + 1 where account like 'pool:%'"]],
];
it.each(rows)('“%s” finds %s changed behind everybody’s back', async (name, _, tampering) => {
  expect(await findingsAfter(tampering)).toContain(name);
});
