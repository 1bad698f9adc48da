import { and, asc, count, desc, eq, inArray, isNull, lte, notExists, sql, type Tx } from '@uncaged/platform';
import { callRates, calls, contributions } from '../tables.ts';
import type { CallTerms, Rate } from './terms.ts';

export type CallRow = typeof calls.$inferSelect;

export interface StoredCall {
  row: CallRow;
  terms: CallTerms;
}

function termsOf(row: CallRow, rates: readonly Rate[]): CallTerms {
  return {
    title: row.title,
    brief: row.brief,
    rates,
    budget: row.budget,
    currency: row.currency,
    deadline: row.deadline,
    reviewDays: row.reviewDays,
    reviewsNeeded: row.reviewsNeeded,
    reviewRate: row.reviewRate,
    mayJoin: row.mayJoin,
    policy: { version: row.policyVersion, hash: row.policyHash },
  };
}

async function withRates(tx: Tx, found: CallRow[]): Promise<StoredCall[]> {
  if (found.length === 0) return [];
  const ids = found.map((row) => row.id);
  const rates = await tx
    .select()
    .from(callRates)
    .where(inArray(callRates.callId, ids))
    .orderBy(asc(sql`${callRates.kind} collate "C"`));
  return found.map((row) => {
    const own = rates.filter((rate) => rate.callId === row.id);
    return {
      row,
      terms: termsOf(
        row,
        own.map(({ kind, amount }) => ({ kind, amount })),
      ),
    };
  });
}

export async function insertCall(
  tx: Tx,
  terms: CallTerms,
  facts: Pick<CallRow, 'id' | 'openedBy' | 'openedAt' | 'entryId' | 'termsHash'>,
): Promise<StoredCall> {
  const { rates, policy, ...promised } = terms;
  const row = { ...facts, ...promised, policyVersion: policy.version, policyHash: policy.hash };
  const [stored] = await tx
    .insert(calls)
    .values({ ...row, held: 0n, paid: 0n, returned: 0n })
    .returning();
  if (!stored) throw new Error('a call was inserted and not returned');
  await tx.insert(callRates).values(rates.map((rate) => ({ callId: facts.id, ...rate })));
  return { row: stored, terms };
}

export async function callById(tx: Tx, id: string): Promise<StoredCall | null> {
  const [call] = await withRates(tx, await tx.select().from(calls).where(eq(calls.id, id)));
  return call ?? null;
}

export async function callsById(tx: Tx, ids: readonly string[]): Promise<Map<string, StoredCall>> {
  if (ids.length === 0) return new Map();
  const found = await withRates(
    tx,
    await tx
      .select()
      .from(calls)
      .where(inArray(calls.id, [...new Set(ids)])),
  );
  return new Map(found.map((call) => [call.row.id, call]));
}

/** The call, with its counters kept from changing until the transaction ends. */
export async function lockCall(tx: Tx, id: string): Promise<StoredCall | null> {
  const [call] = await withRates(tx, await tx.select().from(calls).where(eq(calls.id, id)).for('update'));
  return call ?? null;
}

/** All calls, newest first. */
export async function allCalls(tx: Tx): Promise<StoredCall[]> {
  return withRates(tx, await tx.select().from(calls).orderBy(desc(calls.openedAt), desc(calls.id)));
}

/** Moves a locked call's counters; what leaves `held` and is not paid is available again. */
export async function moveCounters(tx: Tx, id: string, by: { held?: bigint; paid?: bigint }): Promise<void> {
  await tx
    .update(calls)
    .set({ held: sql`${calls.held} + ${by.held ?? 0n}`, paid: sql`${calls.paid} + ${by.paid ?? 0n}` })
    .where(eq(calls.id, id));
}

/** Calls past their deadline in which nothing waits for an answer, oldest deadline first. */
export async function callsToClose(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const waiting = tx
    .select({ id: contributions.id })
    .from(contributions)
    .where(and(eq(contributions.callId, calls.id), eq(contributions.state, 'waiting')));
  const found = await tx
    .select({ id: calls.id })
    .from(calls)
    .where(and(isNull(calls.closedAt), lte(calls.deadline, now), notExists(waiting)))
    .orderBy(asc(calls.deadline))
    .limit(limit);
  return found.map(({ id }) => id);
}

export async function waitingIn(tx: Tx, callId: string): Promise<number> {
  const [row] = await tx
    .select({ waiting: count() })
    .from(contributions)
    .where(and(eq(contributions.callId, callId), eq(contributions.state, 'waiting')));
  return Number(row?.waiting ?? 0);
}

export async function storeClosed(
  tx: Tx,
  id: string,
  closing: { returned: bigint; at: Date; entryId: string },
): Promise<void> {
  await tx
    .update(calls)
    .set({ returned: closing.returned, closedAt: closing.at, closedEntryId: closing.entryId })
    .where(eq(calls.id, id));
}

export interface SubmissionCounts {
  waiting: number;
  accepted: number;
  bySilence: number;
  rejected: number;
}

/** How many pieces came in to each of these calls, by what became of them. */
export async function submissionCounts(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, SubmissionCounts>> {
  if (ids.length === 0) return new Map();
  const { callId, state, decidedBy } = contributions;
  const found = await tx
    .select({ callId, state, decidedBy, pieces: count() })
    .from(contributions)
    .where(inArray(callId, [...ids]))
    .groupBy(callId, state, decidedBy);
  const counts = new Map(ids.map((id) => [id, { waiting: 0, accepted: 0, bySilence: 0, rejected: 0 }]));
  for (const row of found) {
    const own = counts.get(row.callId);
    if (!own) continue;
    own[row.state] += Number(row.pieces);
    if (row.decidedBy === 'silence') own.bySilence += Number(row.pieces);
  }
  return counts;
}

/** What stands in the escrows of all calls together, by currency, as the calls count it. */
export async function escrowedByCurrency(tx: Tx): Promise<{ currency: string; amount: bigint }[]> {
  const left = sql<string>`sum(${calls.budget} - ${calls.paid} - ${calls.returned})`;
  const summed = await tx
    .select({ currency: calls.currency, amount: left })
    .from(calls)
    .groupBy(calls.currency)
    .orderBy(asc(calls.currency));
  return summed.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) }));
}
