import {
  and,
  asc,
  count,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  lte,
  notExists,
  or,
  sql,
  type Tx,
} from '@uncaged/platform';
import { callJoins, callRates, calls, contributions } from '../tables.ts';
import type { CallTerms, Joining } from './terms.ts';

export type CallRow = typeof calls.$inferSelect;

export interface StoredCall {
  row: CallRow;
  terms: CallTerms;
}

type RateRow = typeof callRates.$inferSelect;

function joiningOf({ mayJoin, invited, seats, joinBy }: CallRow): Joining {
  if (mayJoin === 'invited') return { who: 'invited', members: invited ?? [] };
  if (mayJoin === 'drawn' && joinBy) return { who: 'drawn', seats: seats ?? 0, joinBy };
  return { who: 'members' };
}

function termsOf(row: CallRow, rates: readonly RateRow[]): CallTerms {
  const { appealSeats, appealDays, laterNumerator, laterDenominator } = row;
  return {
    form: row.form,
    title: row.title,
    brief: row.brief,
    rates: rates
      .filter(({ milestone }) => milestone === '')
      .map(({ kind, pay, amount, mostMinutes }) => ({ kind, pay, amount, mostMinutes })),
    milestones: rates
      .filter(({ milestone }) => milestone !== '')
      .map(({ milestone, title, amount, due }) => ({ key: milestone, title: title ?? '', amount, due }))
      .sort((a, b) => Number(a.key) - Number(b.key)),
    budget: row.budget,
    currency: row.currency,
    deadline: row.deadline,
    reviewDays: row.reviewDays,
    reviewsNeeded: row.reviewsNeeded,
    reviewRate: row.reviewRate,
    reviewerSeats: row.reviewerSeats,
    appeal: appealSeats !== null && appealDays !== null ? { seats: appealSeats, days: appealDays } : null,
    laterShare:
      laterNumerator !== null && laterDenominator !== null
        ? { numerator: laterNumerator, denominator: laterDenominator }
        : null,
    joining: joiningOf(row),
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
  const byCall = Map.groupBy(rates, ({ callId }) => callId);
  return found.map((row) => ({ row, terms: termsOf(row, byCall.get(row.id) ?? []) }));
}

export async function insertCall(
  tx: Tx,
  terms: CallTerms,
  facts: Pick<CallRow, 'id' | 'openedBy' | 'openedAt' | 'entryId' | 'termsHash' | 'reserved'>,
): Promise<StoredCall> {
  const { rates, milestones, policy, joining, appeal, laterShare, ...promised } = terms;
  const [stored] = await tx
    .insert(calls)
    .values({
      ...facts,
      ...promised,
      mayJoin: joining.who,
      invited: joining.who === 'invited' ? [...joining.members] : null,
      seats: joining.who === 'drawn' ? joining.seats : null,
      joinBy: joining.who === 'drawn' ? joining.joinBy : null,
      appealSeats: appeal?.seats ?? null,
      appealDays: appeal?.days ?? null,
      laterNumerator: laterShare?.numerator ?? null,
      laterDenominator: laterShare?.denominator ?? null,
      policyVersion: policy.version,
      policyHash: policy.hash,
      ...{ held: 0n, paid: 0n, returned: 0n },
    })
    .returning();
  if (!stored) throw new Error('a call was inserted and not returned');
  const callId = facts.id;
  await tx.insert(callRates).values([
    ...rates.map((rate) => ({ callId, milestone: '', ...rate })),
    ...milestones.map(({ key, title, amount, due }) => {
      return {
        callId,
        kind: 'milestone' as const,
        pay: 'fixed' as const,
        milestone: key,
        title,
        amount,
        due,
      };
    }),
  ]);
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

/** Pieces that wait for an answer, or that an appeal can still change. */
const unsettled = or(eq(contributions.state, 'waiting'), isNotNull(contributions.appealBy));

/** Calls past their deadline in which nothing waits for an answer, oldest deadline first. */
export async function callsToClose(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const waiting = tx
    .select({ id: contributions.id })
    .from(contributions)
    .where(and(eq(contributions.callId, calls.id), unsettled));
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
    .where(and(eq(contributions.callId, callId), unsettled));
  return Number(row?.waiting ?? 0);
}

export async function storeClosed(
  tx: Tx,
  id: string,
  closing: { shared: bigint; returned: bigint; at: Date; entryId: string },
): Promise<void> {
  const { shared, returned, at, entryId } = closing;
  await tx
    .update(calls)
    .set({
      paid: sql`${calls.paid} + ${shared}`,
      ...{ returned, reserved: 0n, closedAt: at, closedEntryId: entryId },
    })
    .where(eq(calls.id, id));
}

/** Who put their name down for a call whose places are drawn, in the order of their ids. */
export async function joinsOf(tx: Tx, callId: string): Promise<string[]> {
  const found = await tx
    .select({ memberId: callJoins.memberId })
    .from(callJoins)
    .where(eq(callJoins.callId, callId))
    .orderBy(asc(sql`${callJoins.memberId} collate "C"`));
  return found.map(({ memberId }) => memberId);
}

/** How many put their name down, by call. */
export async function joinCounts(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const found = await tx
    .select({ callId: callJoins.callId, joined: count() })
    .from(callJoins)
    .where(inArray(callJoins.callId, [...ids]))
    .groupBy(callJoins.callId);
  return new Map(found.map(({ callId, joined }) => [callId, Number(joined)]));
}

/** In which of these calls a member's name is down. */
export async function joinedBy(tx: Tx, ids: readonly string[], memberId: string): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { callId } = callJoins;
  const found = await tx
    .select({ callId })
    .from(callJoins)
    .where(and(inArray(callId, [...ids]), eq(callJoins.memberId, memberId)));
  return new Set(found.map((row) => row.callId));
}

export async function insertJoin(tx: Tx, row: typeof callJoins.$inferInsert): Promise<void> {
  await tx.insert(callJoins).values(row);
}

/** Calls whose places are to be drawn: those that take no more names, and whose draw has not been made. */
export async function callsToDraw(tx: Tx, now: Date): Promise<string[]> {
  const found = await tx
    .select({ id: calls.id })
    .from(calls)
    .where(and(eq(calls.mayJoin, 'drawn'), isNull(calls.drawn), lte(calls.joinBy, now)))
    .orderBy(asc(calls.joinBy));
  return found.map(({ id }) => id);
}

export async function storePlaces(
  tx: Tx,
  id: string,
  places: { joiningEntryId: string } | { drawn: string[]; drawnEntryId: string },
): Promise<void> {
  await tx.update(calls).set(places).where(eq(calls.id, id));
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
