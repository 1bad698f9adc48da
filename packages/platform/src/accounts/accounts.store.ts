import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Tx } from '../database/types.ts';
import { accounts, loginAttempts, sessions } from './tables.ts';

export async function insertAccount(
  tx: Tx,
  memberId: string,
  login: string,
  passwordHash: string,
): Promise<void> {
  await tx.insert(accounts).values({ memberId, login, passwordHash });
}

export async function accountByLogin(tx: Tx, login: string) {
  const [found] = await tx.select().from(accounts).where(eq(accounts.login, login));
  return found ?? null;
}

export async function accountOf(tx: Tx, memberId: string) {
  const [found] = await tx.select().from(accounts).where(eq(accounts.memberId, memberId));
  return found ?? null;
}

export async function setPassword(tx: Tx, memberId: string, passwordHash: string): Promise<void> {
  await tx.update(accounts).set({ passwordHash }).where(eq(accounts.memberId, memberId));
}

/** Clears login and password and ends every session. */
export async function erase(tx: Tx, memberId: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.memberId, memberId));
  await tx
    .update(accounts)
    .set({ login: null, passwordHash: null, erasedAt: sql`now()` })
    .where(eq(accounts.memberId, memberId));
}

export async function insertAttempts(tx: Tx, keys: string[], at: Date): Promise<void> {
  await tx.insert(loginAttempts).values(keys.map((key) => ({ key, at })));
}

/** How often each key was tried since `since`, and when first. */
export async function attemptsSince(tx: Tx, keys: string[], since: Date) {
  return tx
    .select({
      key: loginAttempts.key,
      count: sql<number>`count(*)`.mapWith(Number),
      first: sql<Date>`min(${loginAttempts.at})`,
    })
    .from(loginAttempts)
    .where(and(inArray(loginAttempts.key, keys), sql`${loginAttempts.at} > ${since}`))
    .groupBy(loginAttempts.key);
}

export async function forgetAttempts(tx: Tx, keys: string[]): Promise<void> {
  await tx.delete(loginAttempts).where(inArray(loginAttempts.key, keys));
}

export async function dropAttemptsBefore(tx: Tx, before: Date): Promise<void> {
  await tx.delete(loginAttempts).where(lt(loginAttempts.at, before));
}
