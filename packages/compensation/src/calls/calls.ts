import { type Entry, priorEntry, record } from '@uncaged/book';
import { collectiveOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import { mainFund } from '../funds/funds.ts';
import type { Minor } from '../money.ts';
import * as store from './calls.store.ts';
import {
  type CallPolicy,
  type CallTerms,
  type ProposedTerms,
  readTerms,
  type TermsRefusal,
  termsHash,
  termsPayload,
} from './terms.ts';

/** A call as it stands: its frozen terms, what became of the money, and what came in. */
export interface Call {
  id: string;
  terms: CallTerms;
  termsHash: string;
  state: 'open' | 'reviewing' | 'closed';
  openedBy: string;
  openedAt: Date;
  entryId: string;
  closedAt: Date | null;
  closedEntryId: string | null;
  /** escrowed = paid + held + available + returned */
  budget: { escrowed: Minor; paid: Minor; held: Minor; available: Minor; returned: Minor };
  submissions: store.SubmissionCounts;
}

/** What stands in the call's escrow and is not promised to anyone. */
export function availableIn(row: store.CallRow): Minor {
  return row.budget - row.paid - row.returned - row.held;
}

function stateAt(row: store.CallRow, now: Date): Call['state'] {
  if (row.closedAt !== null) return 'closed';
  return now < row.deadline ? 'open' : 'reviewing';
}

function callFrom(
  { row, terms }: store.StoredCall,
  counts: store.SubmissionCounts | undefined,
  now: Date,
): Call {
  const { id, openedBy, openedAt, entryId, closedAt, closedEntryId, paid, held, returned } = row;
  return {
    id,
    terms,
    termsHash: row.termsHash,
    state: stateAt(row, now),
    openedBy,
    openedAt,
    entryId,
    closedAt,
    closedEntryId,
    budget: { escrowed: row.budget, paid, held, available: availableIn(row), returned },
    submissions: counts ?? { waiting: 0, accepted: 0, bySilence: 0, rejected: 0 },
  };
}

async function callPolicy(tx: Tx, ctx: GovernedContext): Promise<CallPolicy> {
  const collective = await collectiveOf(tx);
  if (!collective) throw new Error('a policy is in force where no collective was founded');
  const { compensation } = ctx.policy.document;
  const { bug, critique, experiment } = compensation.rates;
  return {
    version: ctx.policy.version,
    hash: ctx.policy.hash,
    currency: collective.currency,
    reviewDays: compensation.reviewDays,
    reviewsNeeded: compensation.reviewsNeeded,
    reviewRate: BigInt(compensation.reviewRate),
    rates: {
      bug: BigInt(bug),
      critique: BigInt(critique),
      experiment: BigInt(experiment),
      'red-team': BigInt(compensation.rates['red-team']),
    },
  };
}

export type OpenRefusal =
  | TermsRefusal
  | IdempotencyConflict
  | { ok: false; code: 'insufficient_funds'; what: string };

/**
 * Opens a call for testing: freezes its terms and moves the whole budget from fund:main into its escrow, in one
 * entry, before anyone can submit. Errors, in the order they are tested: idempotency_conflict, those of
 * `readTerms`, insufficient_funds; then nothing is stored.
 */
export async function openCall(
  given: GovernedContext,
  proposed: ProposedTerms & Idempotent,
): Promise<{ ok: true; call: Call; entry: Entry; replayed: boolean } | OpenRefusal> {
  const ctx = atOneInstant(given);
  const openedBy = memberActing(ctx);
  const { idempotencyKey, title, brief, budget, currency, deadline } = proposed;
  const { reviewDays = null, reviewsNeeded = null } = proposed;
  const rates = proposed.rates.map(({ kind, amount }) => ({ kind, amount }));
  const input = { what: 'call', title, brief, rates, budget, currency, deadline, reviewDays, reviewsNeeded };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') {
      const call = await callOf(tx, prior.entry.subject.slice('call:'.length), ctx.now);
      if (!call) return { ok: false, code: 'idempotency_conflict' };
      return { ok: true, call, entry: prior.entry, replayed: true };
    }
    const read = readTerms(proposed, await callPolicy(tx, ctx), ctx.now);
    if (!read.ok) return read;
    const { terms } = read;
    const id = ctx.ids.next();
    const hash = termsHash(terms);
    const recorded = await record(tx, ctx, {
      kind: 'call.opened',
      actor: openedBy,
      subject: `call:${id}`,
      payload: { callId: id, ...termsPayload(terms), fund: mainFund, termsHash: hash },
      visibility: 'public',
      postings: [
        { account: `fund:${mainFund}`, currency: terms.currency, amount: -terms.budget },
        { account: `escrow:${id}`, currency: terms.currency, amount: terms.budget },
      ],
      idempotencyKey,
      input,
    });
    if (!recorded.ok) {
      if (recorded.code === 'insufficient_funds')
        return { ok: false, code: recorded.code, what: recorded.what };
      throw new Error(`the book refused call.opened: ${recorded.code} ${recorded.what}`);
    }
    const { entry } = recorded;
    const facts = { id, openedBy, openedAt: ctx.now, entryId: entry.id, termsHash: hash };
    const stored = await store.insertCall(tx, terms, facts);
    return { ok: true, call: callFrom(stored, undefined, ctx.now), entry, replayed: false };
  });
}

/** One call as it stands at `now`, or null. */
export async function callOf(tx: Tx, id: string, now: Date): Promise<Call | null> {
  const stored = await store.callById(tx, id);
  if (!stored) return null;
  return callFrom(stored, (await store.submissionCounts(tx, [id])).get(id), now);
}

/** All calls as they stand at `now`, newest first. */
export async function callsOf(tx: Tx, now: Date): Promise<Call[]> {
  const found = await store.allCalls(tx);
  const counts = await store.submissionCounts(
    tx,
    found.map(({ row }) => row.id),
  );
  return found.map((stored) => callFrom(stored, counts.get(stored.row.id), now));
}

/**
 * Closes a call whose deadline has passed and in which everything is answered: what nobody earned goes back to the
 * fund. False when it is not that far, or was closed meanwhile.
 */
export async function closeCall(tx: Tx, ctx: GovernedContext & { now: Date }, id: string): Promise<boolean> {
  const call = await store.lockCall(tx, id);
  if (!call || call.row.closedAt !== null || ctx.now < call.row.deadline) return false;
  if ((await store.waitingIn(tx, id)) > 0) return false;
  const { currency } = call.terms;
  const returned = availableIn(call.row);
  const counts = (await store.submissionCounts(tx, [id])).get(id);
  const entry = await recordAllowed(tx, ctx, {
    kind: 'call.closed',
    actor: null,
    subject: `call:${id}`,
    payload: {
      callId: id,
      paid: call.row.paid.toString(),
      returned: returned.toString(),
      currency,
      accepted: counts?.accepted ?? 0,
      bySilence: counts?.bySilence ?? 0,
      rejected: counts?.rejected ?? 0,
    },
    visibility: 'public',
    postings:
      returned === 0n
        ? []
        : [
            { account: `escrow:${id}`, currency, amount: -returned },
            { account: `fund:${mainFund}`, currency, amount: returned },
          ],
    idempotencyKey: `call:${id}:closed`,
  });
  await store.storeClosed(tx, id, { returned, at: ctx.now, entryId: entry.id });
  return true;
}
