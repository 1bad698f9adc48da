import { type Entry, type Json, priorEntry, record } from '@uncaged/book';
import { collectiveOf, memberOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import { acceptedShared, lockShared, storeShares } from '../contributions/contributions.store.ts';
import { mainFund } from '../funds/deposit.ts';
import type { Minor } from '../money.ts';
import * as store from './calls.store.ts';
import { callPolicyOf } from './card.ts';
import { closingPostings, sharePayload, sharesAtClose } from './closing.ts';
import { termsHash, termsPayload } from './payload.ts';
import {
  type CallPolicy,
  type CallTerms,
  type ProposedTerms,
  readTerms,
  reservedIn,
  type TermsRefusal,
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
  /** escrowed = paid + held + reserved + available + returned */
  budget: {
    escrowed: Minor;
    paid: Minor;
    held: Minor;
    reserved: Minor;
    available: Minor;
    returned: Minor;
  };
  /** how many put their name down where places are drawn, whether the one who asks did, and who was drawn */
  places: { joined: number; mine: boolean; drawn: string[] | null };
  submissions: store.SubmissionCounts;
}

/** What stands in the call's escrow and is not promised to anyone. */
export function availableIn(row: store.CallRow): Minor {
  return row.budget - row.paid - row.returned - row.held - row.reserved;
}

function stateAt(row: store.CallRow, now: Date): Call['state'] {
  if (row.closedAt !== null) return 'closed';
  return now < row.deadline ? 'open' : 'reviewing';
}

function callFrom(
  { row, terms }: store.StoredCall,
  counts: store.SubmissionCounts | undefined,
  names: { joined: number; mine: boolean },
  now: Date,
): Call {
  const { id, openedBy, openedAt, entryId, closedAt, closedEntryId, paid, held, reserved, returned } = row;
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
    budget: { escrowed: row.budget, paid, held, reserved, available: availableIn(row), returned },
    places: { ...names, drawn: row.drawn },
    submissions: counts ?? { waiting: 0, accepted: 0, bySilence: 0, rejected: 0 },
  };
}

async function callPolicy(tx: Tx, ctx: GovernedContext): Promise<CallPolicy> {
  const collective = await collectiveOf(tx);
  if (!collective) throw new Error('a policy is in force where no collective was founded');
  return callPolicyOf(ctx.policy, collective.currency);
}

export type OpenRefusal =
  | TermsRefusal
  | IdempotencyConflict
  | { ok: false; code: 'insufficient_funds'; what: string }
  | { ok: false; code: 'invited_unknown'; given: string };

/**
 * Opens a call for testing: freezes its terms and moves the whole budget from fund:main into its escrow, in one
 * entry, before anyone can submit. Errors, in the order they are tested: idempotency_conflict, those of
 * `readTerms`, invited_unknown (no such member), insufficient_funds; then nothing is stored.
 */
export async function openCall(
  given: GovernedContext,
  proposed: ProposedTerms & Idempotent,
): Promise<{ ok: true; call: Call; entry: Entry; replayed: boolean } | OpenRefusal> {
  const ctx = atOneInstant(given);
  const openedBy = memberActing(ctx);
  const { idempotencyKey, title, brief, budget, currency, deadline } = proposed;
  const { reviewDays = null, reviewsNeeded = null } = proposed;
  const rates = proposed.rates.map(({ kind, amount, mostMinutes }) => {
    return { kind, amount, ...(mostMinutes === undefined ? {} : { mostMinutes }) };
  });
  const terms = { title, brief, rates, budget, currency, deadline, reviewDays, reviewsNeeded };
  const input = { what: 'call', ...terms, ...formInput(proposed) };
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
    const stranger = await strangerIn(tx, terms);
    if (stranger !== null) return { ok: false, code: 'invited_unknown', given: stranger };
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
    const reserved = reservedIn(terms);
    const facts = { id, openedBy, openedAt: ctx.now, entryId: entry.id, termsHash: hash, reserved };
    const stored = await store.insertCall(tx, terms, facts);
    return {
      ok: true,
      call: callFrom(stored, undefined, { joined: 0, mine: false }, ctx.now),
      entry,
      replayed: false,
    };
  });
}

/** What makes two uses of a key the same, of what older calls did not have: left out where it is not given. */
function formInput({ form, milestones, mayJoin }: ProposedTerms): { [key: string]: Json } {
  const steps = (milestones ?? []).map(({ title, amount, due }) => ({ title, amount, due: due ?? null }));
  return {
    ...(form === undefined ? {} : { form }),
    ...(milestones === undefined ? {} : { milestones: steps }),
    ...(mayJoin === undefined ? {} : { mayJoin: mayJoin as Json }),
  };
}

/** An invited id that no member has; null when all are members. */
async function strangerIn(tx: Tx, { joining }: CallTerms): Promise<string | null> {
  if (joining.who !== 'invited') return null;
  for (const id of joining.members) {
    const member = await memberOf(tx, id);
    if (!member || member.roles.length === 0) return id.slice(0, 60);
  }
  return null;
}

/** One call as it stands at `now` to a member, or to nobody; null where there is none. */
export async function callOf(
  tx: Tx,
  id: string,
  now: Date,
  asking: string | null = null,
): Promise<Call | null> {
  const stored = await store.callById(tx, id);
  const [call] = stored ? await stand(tx, [stored], now, asking) : [];
  return call ?? null;
}

/** All calls as they stand at `now` to a member, or to nobody, newest first. */
export async function callsOf(tx: Tx, now: Date, asking: string | null = null): Promise<Call[]> {
  return stand(tx, await store.allCalls(tx), now, asking);
}

/** Calls with what came in to them. */
async function stand(
  tx: Tx,
  found: readonly store.StoredCall[],
  now: Date,
  asking: string | null,
): Promise<Call[]> {
  const ids = found.map(({ row }) => row.id);
  const counts = await store.submissionCounts(tx, ids);
  const joined = await store.joinCounts(tx, ids);
  const own = asking === null ? new Set<string>() : await store.joinedBy(tx, ids, asking);
  return found.map((stored) => {
    const { id } = stored.row;
    return callFrom(stored, counts.get(id), { joined: joined.get(id) ?? 0, mine: own.has(id) }, now);
  });
}

/**
 * Closes a call whose deadline has passed and in which everything is answered: sums that are shared are paid out by
 * weight, and what nobody earned goes back to the fund. False when it is not that far, or was closed meanwhile.
 */
export async function closeCall(tx: Tx, ctx: GovernedContext & { now: Date }, id: string): Promise<boolean> {
  // Pieces before their call, as everywhere: what is shared is written to them below.
  await lockShared(tx, id);
  const call = await store.lockCall(tx, id);
  if (!call || call.row.closedAt !== null || ctx.now < call.row.deadline) return false;
  if ((await store.waitingIn(tx, id)) > 0) return false;
  const { currency } = call.terms;
  const shared = sharesAtClose(call.terms, await acceptedShared(tx, id));
  const given = shared.reduce((sum, { amount }) => sum + amount, 0n);
  const returned = availableIn(call.row) + call.row.reserved - given;
  const counts = (await store.submissionCounts(tx, [id])).get(id);
  const entry = await recordAllowed(tx, ctx, {
    kind: 'call.closed',
    actor: null,
    subject: `call:${id}`,
    payload: {
      callId: id,
      paid: (call.row.paid + given).toString(),
      returned: returned.toString(),
      currency,
      accepted: counts?.accepted ?? 0,
      bySilence: counts?.bySilence ?? 0,
      rejected: counts?.rejected ?? 0,
      ...(shared.length === 0 ? {} : { shared: shared.map(sharePayload) }),
    },
    visibility: 'public',
    postings: closingPostings(id, currency, shared, returned),
    idempotencyKey: `call:${id}:closed`,
  });
  await storeShares(tx, shared);
  await store.storeClosed(tx, id, { shared: given, returned, at: ctx.now, entryId: entry.id });
  return true;
}
