import { sql, type Tx } from '@uncaged/platform';
import * as store from './accounts.store.ts';
import { isCurrency } from './currency.ts';
import { isAccount, mayOverdraw } from './postings.ts';

export type Balance = store.BalanceRow;
export type StatementLine = store.PostingRow;

/** What an account holds in minor units; 0 when it has never been posted to. For `world:` accounts, what the world gave, negative. */
export async function balanceOf(tx: Tx, account: string, currency: string): Promise<bigint> {
  const [row] = await store.balances(
    tx,
    sql`account = ${account} and currency = ${currency}`,
    mayOverdraw(account),
  );
  return row?.balance ?? 0n;
}

/** All balances of the accounts that begin with `prefix` (e.g. 'fund:', or '' for all), by account and currency. */
export async function balancesOf(tx: Tx, prefix: string): Promise<Balance[]> {
  const world = prefix.startsWith('world:') || 'world:'.startsWith(prefix);
  return store.balances(tx, sql`starts_with(account, ${prefix})`, world);
}

/** The balance sheet: what each class of accounts (fund, escrow, pool, member, world) holds, in each currency. Sums to zero. */
export function balanceSheet(
  tx: Tx,
): Promise<{ class: string; currency: string; accounts: bigint; balance: bigint }[]> {
  return store.classTotals(tx);
}

/**
 * Opens an account so that it shows, with nothing in it. Not needed before posting. Errors in this order:
 * `unknown_account` (not of the grammar), `unknown_currency`.
 */
export async function ensureAccount(
  tx: Tx,
  account: string,
  currency: string,
): Promise<{ ok: true } | { ok: false; code: 'unknown_account' | 'unknown_currency' }> {
  if (!isAccount(account)) return { ok: false, code: 'unknown_account' };
  if (!isCurrency(currency)) return { ok: false, code: 'unknown_currency' };
  if (!mayOverdraw(account)) await store.insertBalance(tx, account, currency);
  return { ok: true };
}

/** An account's lines in book order, oldest first, each with its running balance; with `last`, so many of the newest. */
export async function statementOf(tx: Tx, account: string, last?: number): Promise<StatementLine[]> {
  return store.linesOf(tx, account, last);
}

/** Adds waiting credits to the balances; spending works without, this keeps it quick. Answers how many accounts. */
export async function foldCredits(tx: Tx): Promise<number> {
  const waiting = await store.waitingCredits(tx);
  for (const { account, currency } of waiting) await store.fold(tx, account, currency);
  return waiting.length;
}
