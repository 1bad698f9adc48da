import {
  balanceOf,
  type Entry,
  type Posting,
  priorEntry,
  provenEntry,
  record,
  recordBatch,
} from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { atOneInstant, type GovernedContext, type IdempotencyConflict, type Idempotent } from '../context.ts';
import { isKeepable, largestAmount, type Minor } from '../money.ts';
import * as store from './funds.store.ts';
import {
  type Exchange,
  type ExchangeRefusal,
  exchangeAccount,
  opposite,
  type ProposedExchange,
  type ProposedSource,
  type ProposedTransfer,
  readExchange,
  readSource,
  readTransfer,
  reversibleKinds,
  type Source,
  type SourceRefusal,
  type Transfer,
  type TransferRefusal,
  wordsLimit,
} from './moving.ts';

type Refused<Code extends string> = { ok: false; code: Code };

/** Whether an account has room for so much more: a balance has 64 bits. */
async function hasRoom(tx: Tx, account: string, currency: string, amount: Minor): Promise<boolean> {
  return (await balanceOf(tx, account, currency)) + amount <= largestAmount;
}

export type Declared =
  | { ok: true; source: Source; entry: Entry }
  | SourceRefusal
  | Refused<'already_declared'>;

/**
 * Writes down what a source of money is: its kind, and what a sponsor asks in return. Errors, in the order they are
 * tested: those of `readSource`, already_declared.
 */
export async function declareSource(given: GovernedContext, proposed: ProposedSource): Promise<Declared> {
  const ctx = atOneInstant(given);
  const read = readSource(proposed);
  if (!read.ok) return read;
  const { source } = read;
  return ctx.db.transaction(async (tx) => {
    if (await store.sourceNamed(tx, source.name)) return { ok: false, code: 'already_declared' };
    const entry = await recordAllowed(tx, ctx, {
      kind: 'source.declared',
      actor: ctx.actor.memberId,
      subject: `source:${source.name}`,
      payload: { ...source },
      visibility: 'public',
      idempotencyKey: `source:${source.name}`,
    });
    await store.insertSource(tx, { ...source, declaredAt: ctx.now, entryId: entry.id });
    return { ok: true, source, entry };
  });
}

export type Transferred =
  | { ok: true; transfer: Transfer; entry: Entry; replayed: boolean }
  | TransferRefusal
  | IdempotencyConflict
  | Refused<'insufficient_funds'>;

/**
 * Moves money from one fund to another, for a purpose. Errors, in the order they are tested: idempotency_conflict,
 * those of `readTransfer`, amount_too_large (with what stands there), insufficient_funds.
 */
export async function transfer(
  given: GovernedContext,
  proposed: ProposedTransfer & Idempotent,
): Promise<Transferred> {
  const ctx = atOneInstant(given);
  const { idempotencyKey, ...words } = proposed;
  const input = { what: 'transfer', ...words };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const read = readTransfer(proposed);
    if (!read.ok) return read;
    const { from, to, amount, currency, purpose } = read.transfer;
    if (prior.state === 'replayed')
      return { ok: true, transfer: read.transfer, entry: prior.entry, replayed: true };
    if (!(await hasRoom(tx, `fund:${to}`, currency, amount)))
      return { ok: false, code: 'amount_too_large', given: proposed.amount.slice(0, 60) };
    const recorded = await record(tx, ctx, {
      kind: 'fund.transferred',
      actor: ctx.actor.memberId,
      subject: `fund:${from}`,
      payload: { from, to, amount: amount.toString(), currency, purpose },
      visibility: 'public',
      postings: [
        { account: `fund:${from}`, currency, amount: -amount },
        { account: `fund:${to}`, currency, amount },
      ],
      idempotencyKey,
      input,
    });
    if (recorded.ok) return { ok: true, transfer: read.transfer, entry: recorded.entry, replayed: false };
    return refusedBy(recorded);
  });
}

/** The one refusal of the book that is no broken invariant here. */
function refusedBy({ code, what }: { code: string; what: string }): Refused<'insufficient_funds'> {
  if (code === 'insufficient_funds') return { ok: false, code };
  throw new Error(`the book refused a movement of ${what}: ${code}`);
}

export type Exchanged =
  | { ok: true; exchange: Exchange; out: Entry; in: Entry; replayed: boolean }
  | ExchangeRefusal
  | IdempotencyConflict
  | Refused<'insufficient_funds'>;

/**
 * Changes money of a fund into another currency: two entries, one in each, that name each other's amount, the rate and
 * who says so. Errors, in the order they are tested: idempotency_conflict, those of `readExchange`, amount_too_large
 * (with what stands there), insufficient_funds; then neither is written.
 */
export async function exchange(
  given: GovernedContext,
  proposed: ProposedExchange & Idempotent,
): Promise<Exchanged> {
  const ctx = atOneInstant(given);
  const { idempotencyKey, ...words } = proposed;
  const input = { what: 'exchange', ...words };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const read = readExchange(proposed);
    if (!read.ok) return read;
    const { fund, amount, currency, into, rate, rateSource, received } = read.exchange;
    const account = `fund:${fund}`;
    if (prior.state === 'new' && !(await hasRoom(tx, account, into, received)))
      return { ok: false, code: 'amount_too_large', given: proposed.amount.slice(0, 60) };
    const id = ctx.ids.next();
    const said = {
      ...{ exchangeId: id, fund, amount: amount.toString(), currency },
      ...{ received: received.toString(), into, rate, rateSource },
    };
    const fact = (kind: string, unit: string, moved: Minor, key: string) => ({
      kind,
      actor: ctx.actor.memberId,
      subject: `exchange:${id}`,
      payload: said,
      visibility: 'public' as const,
      postings: [
        { account, currency: unit, amount: moved },
        { account: exchangeAccount, currency: unit, amount: -moved },
      ],
      ...(idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}${key}`, input }),
    });
    const recorded = await recordBatch(tx, ctx, [
      fact('fund.exchanged-out', currency, -amount, ''),
      fact('fund.exchanged-in', into, received, ':in'),
    ]);
    if (!recorded.ok) return refusedBy(recorded);
    const [out, back] = recorded.entries;
    if (!out || !back) throw new Error('an exchange was written by halves');
    return { ok: true, exchange: read.exchange, out: out.entry, in: back.entry, replayed: out.replayed };
  });
}

export type ReversalCode =
  | 'unknown_entry'
  | 'reversal_of_reversal'
  | 'not_reversible'
  | 'already_reversed'
  | 'purpose_missing'
  | 'insufficient_funds';
export type Reversed = { ok: true; entry: Entry; postings: readonly Posting[] } | Refused<ReversalCode>;

/**
 * Takes back a deposit or a transfer that was a mistake, by an entry with the opposite postings: what was written
 * stays. Errors, in the order they are tested: purpose_missing (no reason), unknown_entry, reversal_of_reversal,
 * not_reversible, already_reversed, insufficient_funds (it is spent).
 */
export async function reverseMovement(
  given: GovernedContext,
  asked: { entryId: string; reason: string },
): Promise<Reversed> {
  const ctx = atOneInstant(given);
  const reason = asked.reason.trim();
  if (reason === '' || reason.length > wordsLimit || !isKeepable(reason))
    return { ok: false, code: 'purpose_missing' };
  return ctx.db.transaction(async (tx) => {
    const found = await provenEntry(tx, ctx, { memberId: null, kind: 'operator' }, asked.entryId);
    if (!found.ok) return { ok: false, code: 'unknown_entry' };
    const { kind, subject, postings } = found.entry;
    if (kind === 'fund.reversed') return { ok: false, code: 'reversal_of_reversal' };
    if (!reversibleKinds.includes(kind)) return { ok: false, code: 'not_reversible' };
    if (await store.reversalOf(tx, asked.entryId)) return { ok: false, code: 'already_reversed' };
    const back = opposite(postings);
    const recorded = await record(tx, ctx, {
      kind: 'fund.reversed',
      actor: ctx.actor.memberId,
      subject,
      payload: { reversedEntryId: asked.entryId, reason },
      visibility: 'public',
      postings: back,
      idempotencyKey: `reversed:${asked.entryId}`,
    });
    if (!recorded.ok)
      return recorded.code === 'idempotency_conflict'
        ? { ok: false, code: 'already_reversed' }
        : refusedBy(recorded);
    if (recorded.replayed) return { ok: false, code: 'already_reversed' };
    const entryId = recorded.entry.id;
    await store.insertReversal(tx, { reversedEntryId: asked.entryId, entryId, reason });
    return { ok: true, entry: recorded.entry, postings: back };
  });
}
