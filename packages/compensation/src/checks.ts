import { balancesOf, type Check, statementOf, type Violation } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import * as store from './checks.store.ts';
import { reviewsOf } from './contributions/contributions.store.ts';
import { decide } from './contributions/decision.ts';
import { emptyPool, type PoolIndex, stepHolds } from './royalties/index-rule.ts';
import { monthAccount } from './royalties/month-rule.ts';

const few = 100;

/** Invariants of paid work, each recomputed on another path than the one that wrote it. */
export const compensationChecks: readonly Check[] = [
  { name: 'what a call counts is the sum of its pieces and reviews', run: store.wrongCounters },
  { name: 'an escrow holds what its call says, and all that is promised', run: escrowsCoverHolds },
  { name: 'enough is set aside for every piece that waits', run: store.shortHolds },
  { name: 'every piece is priced by the card of its call', run: store.wrongRates },
  { name: 'every accepted piece is paid once, at its rate, and nothing else is', run: paymentsMatch },
  {
    name: 'no review of one’s own work, none too late, no rejection without a reason',
    run: store.forbiddenReviews,
  },
  { name: 'every decision follows from its reviews and the time', run: decisionsFollow },
  {
    name: 'royalty indexes recompute from their steps, and pools hold what accrued and is not paid',
    run: royaltiesRecompute,
  },
  { name: 'nobody is owed more of a pool than it holds', run: store.wrongHoldings },
  { name: 'a month is shared whole, by the clips that were counted in it', run: store.wrongMonths },
];

async function escrowsCoverHolds(tx: Tx): Promise<Violation[]> {
  const balances = await balancesOf(tx, 'escrow:');
  const standing = new Map(balances.map((row) => [`${row.account} ${row.currency}`, row.balance]));
  const found: Violation[] = [];
  for (const { id, currency, left, held } of await store.callMoney(tx)) {
    const key = `escrow:${id} ${currency}`;
    const balance = standing.get(key) ?? 0n;
    standing.delete(key);
    if (balance !== left) found.push({ what: key, detail: `holds ${balance}, its call says ${left}` });
    else if (balance < held) found.push({ what: key, detail: `holds ${balance}, promised are ${held}` });
  }
  for (const { month, currency, left } of await store.monthMoney(tx)) {
    const key = `${monthAccount(month)} ${currency}`;
    const balance = standing.get(key) ?? 0n;
    standing.delete(key);
    if (balance !== left) found.push({ what: key, detail: `holds ${balance}, its month says ${left}` });
  }
  for (const [key, balance] of standing) {
    if (balance !== 0n) found.push({ what: key, detail: `holds ${balance} for no call and no month` });
  }
  return found.slice(0, few);
}

async function paymentsMatch(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  const decided = await store.decided(tx);
  const byCall = Map.groupBy(decided, (piece) => piece.callId);
  for (const { id: callId } of await store.callMoney(tx)) {
    const lines = await statementOf(tx, `escrow:${callId}`);
    const payments = Map.groupBy(
      lines.filter((line) => line.kind === 'contribution.accepted'),
      (line) => line.subject,
    );
    for (const piece of byCall.get(callId) ?? []) {
      const what = `contribution:${piece.id}`;
      const paid = payments.get(what) ?? [];
      payments.delete(what);
      if (piece.state === 'rejected') {
        if (paid.length > 0) found.push({ what, detail: 'was rejected, and paid' });
      } else if (paid.length !== (piece.amount === 0n ? 0 : 1)) {
        found.push({ what, detail: `was accepted, and paid ${paid.length} times` });
      } else if (
        piece.amount > 0n &&
        (paid[0]?.amount !== -piece.amount || paid[0]?.entryId !== piece.decisionEntryId)
      ) {
        found.push({
          what,
          detail: `was paid ${-(paid[0]?.amount ?? 0n)} in ${paid[0]?.entryId}, not its rate`,
        });
      }
    }
    for (const what of payments.keys()) found.push({ what, detail: 'was paid, and is not accepted' });
  }
  return found.slice(0, few);
}

async function decisionsFollow(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = await store.wrongAppeals(tx);
  for (const piece of await store.decided(tx)) {
    if (piece.decidedBy === 'appeal') continue;
    const reviews = await reviewsOf(tx, [piece.id]);
    const given = reviews.map(({ reviewerId, verdict, reviewedAt }) => ({
      reviewerId,
      verdict,
      at: reviewedAt,
    }));
    const again = decide(piece, piece.submittedAt, given, piece.decidedAt);
    if (
      again.state !== piece.state ||
      again.by !== piece.decidedBy ||
      again.at.getTime() !== piece.decidedAt.getTime()
    ) {
      const what = `contribution:${piece.id}`;
      found.push({ what, detail: `was ${piece.state} by ${piece.decidedBy}, the rule says ${again.state}` });
    }
  }
  return found.slice(0, few);
}

async function royaltiesRecompute(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  const ends = new Map<string, PoolIndex & { accrued: bigint }>();
  for (const row of await store.royaltySteps(tx)) {
    const pool = `${row.modelId} ${row.currency}`;
    const from = ends.get(pool) ?? { ...emptyPool, accrued: 0n };
    const before = { index: BigInt(row.indexBefore), remainder: BigInt(row.remainderBefore) };
    const after = { index: BigInt(row.indexAfter), remainder: BigInt(row.remainderAfter) };
    const { what } = row;
    const chained = before.index === from.index && before.remainder === from.remainder;
    if (!chained) found.push({ what, detail: 'does not start where the step before ended' });
    const step = { amount: row.amount, weights: row.works, before, after };
    if (row.amount > 0n && !stepHolds(step))
      found.push({ what, detail: 'does not follow from the index rule' });
    ends.set(pool, { ...after, accrued: from.accrued + row.amount });
  }
  for (const row of await store.royaltyPoolRows(tx)) {
    const end = ends.get(`${row.modelId} ${row.currency}`) ?? { ...emptyPool, accrued: 0n };
    const same =
      end.index === BigInt(row.index) &&
      end.remainder === BigInt(row.remainder) &&
      end.accrued === row.accrued;
    const balances = await balancesOf(tx, `pool:${row.modelId}`);
    const own = balances.find(
      (one) => one.account === `pool:${row.modelId}` && one.currency === row.currency,
    );
    const holds = own?.balance ?? 0n;
    if (!same) found.push({ what: `pool:${row.modelId}`, detail: 'is not where its steps end' });
    const left = row.accrued - row.paid;
    if (holds !== left)
      found.push({ what: `pool:${row.modelId}`, detail: `holds ${holds}, of what accrued is left ${left}` });
  }
  return found.slice(0, few);
}
