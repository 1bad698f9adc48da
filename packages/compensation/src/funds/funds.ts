import { balanceOf, balancesOf, type Entry, priorEntry, statementOf } from '@uncaged/book';
import { type SourceKind, sourceKinds } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { recordInput } from '../book-entry.ts';
import { atOneInstant, type GovernedContext, type IdempotencyConflict, type Idempotent } from '../context.ts';
import { largestAmount, type Minor } from '../money.ts';
import type { StatementLine } from '../statement/lines.ts';
import { type Deposit, type DepositRefusal, mainFund, type ProposedDeposit, readDeposit } from './deposit.ts';
import * as store from './funds.store.ts';
import { exchangeAccount, reversibleKinds } from './moving.ts';

const abs = (amount: Minor) => (amount < 0n ? -amount : amount);

/**
 * Writes down money that came in from outside: world:<source> → fund:<name>.
 * Errors, in the order they are tested: idempotency_conflict, those of `readDeposit`, source_undeclared (neither a kind
 * of money nor declared), amount_too_large (with what stands there already).
 */
export async function deposit(
  given: GovernedContext,
  proposed: ProposedDeposit & Idempotent,
): Promise<
  | { ok: true; deposit: Deposit; entry: Entry; replayed: boolean }
  | DepositRefusal
  | IdempotencyConflict
  | { ok: false; code: 'source_undeclared'; given: string }
> {
  const ctx = atOneInstant(given);
  const { idempotencyKey, fund, source, amount, currency } = proposed;
  const input = { what: 'deposit', fund, source, amount, currency };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const read = readDeposit(proposed);
    if (!read.ok) return read;
    if (prior.state === 'replayed')
      return { ok: true, deposit: read.deposit, entry: prior.entry, replayed: true };
    const isKind = sourceKinds.some((kind) => kind === source);
    if (!isKind && !(await store.sourceNamed(tx, source)))
      return { ok: false, code: 'source_undeclared', given: source };
    // A balance has 64 bits: what would not fit could be written, and then neither read nor spent.
    const stands = await Promise.all(
      [`fund:${fund}`, `world:${source}`].map((one) => balanceOf(tx, one, currency)),
    );
    if (stands.some((balance) => abs(balance) + read.deposit.amount > largestAmount))
      return { ok: false, code: 'amount_too_large', given: amount.slice(0, 60) };
    const fact = {
      kind: 'fund.deposited',
      actor: ctx.actor.memberId,
      subject: `fund:${fund}`,
      payload: { fund, source },
      visibility: 'public' as const,
      postings: [
        { account: `world:${source}`, currency, amount: -read.deposit.amount },
        { account: `fund:${fund}`, currency, amount: read.deposit.amount },
      ],
    };
    const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
    return { ok: true, deposit: read.deposit, entry, replayed: false };
  });
}

export interface Funds {
  funds: { name: string; balances: { currency: string; amount: Minor }[] }[];
  /** what came in from outside since the beginning */
  sources: {
    source: string;
    currency: string;
    amount: Minor;
    /** what kind of money it is; null for a source that nobody declared */
    kind: SourceKind | null;
    /** who a declared sponsor is, and what they ask in return */
    sponsor: string | null;
    asks: string | null;
  }[];
}

/** All funds with what stands in them, and what came from where; fund:main is there even when nothing came in. */
export async function fundsOf(tx: Tx): Promise<Funds> {
  const balances = await balancesOf(tx, 'fund:');
  const names = new Set([mainFund, ...balances.map(({ account }) => account.slice('fund:'.length))]);
  const funds = [...names].map((name) => ({
    name,
    balances: balances
      .filter(({ account }) => account === `fund:${name}`)
      .map(({ currency, balance }) => ({ currency, amount: balance })),
  }));
  const world = await balancesOf(tx, 'world:');
  // An account of the world stands below zero by what the world gave.
  const declared = new Map((await store.allSources(tx)).map((row) => [row.name, row]));
  const sources = world
    .filter(({ account }) => account !== exchangeAccount)
    .map(({ account, currency, balance }) => {
      const source = account.slice('world:'.length);
      const { kind, sponsor, asks } = declared.get(source) ?? {
        kind: sourceKinds.find((one) => one === source) ?? null,
        ...{ sponsor: null, asks: null },
      };
      return { source, currency, amount: -balance, kind, sponsor, asks };
    });
  return { funds, sources };
}

/** A movement on a fund, with what stands in it after. */
export interface Movement extends StatementLine {
  /** whether a mistake in it can still be taken back */
  reversible: boolean;
}

/** The last movements of a fund, newest first. */
export async function movementsOf(tx: Tx, fund: string, limit: number): Promise<Movement[]> {
  const lines = (await statementOf(tx, `fund:${fund}`, limit)).reverse();
  const reversed = await store.reversedAmong(
    tx,
    lines.map(({ entryId }) => entryId),
  );
  return lines.map(({ entryId, time, kind, subject, amount, currency, balance }) => {
    const reversible = reversibleKinds.includes(kind) && !reversed.has(entryId);
    return { entryId, time, kind, subject, amount, currency, balance, reversible };
  });
}
