import { createHmac } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../database/types.ts';
import type { Secrets } from '../secrets.ts';
import * as store from './accounts.store.ts';
import { hashPassword, passwordFits } from './passwords.ts';

/** What logging in needs of the outside world; a `Platform` and a use-case context both fit. */
export interface AccountsWorld {
  db: Database;
  clock: Clock;
  secrets: Secrets;
}

export interface NewAccount {
  memberId: string;
  /** Compared byte by byte: the caller folds case and form, the same way here and at login. */
  login: string;
  password: string;
}

/**
 * Gives a member a login. The caller has checked the length of the password and that the login is free; a login
 * that is taken throws a `DatabaseError` on `accounts_login_key`.
 */
export async function createAccount(tx: Tx, account: NewAccount): Promise<void> {
  await store.insertAccount(tx, account.memberId, account.login, await hashPassword(account.password));
}

/** Clears login and password for good and ends every session; the member's id stays. */
export async function eraseAccount(tx: Tx, memberId: string): Promise<void> {
  await store.erase(tx, memberId);
}

export type PasswordVerified =
  | { ok: true; memberId: string }
  | { ok: false; code: 'wrong_login' }
  | { ok: false; code: 'too_many_attempts'; retryAt: Date };

/** Tries allowed in `windowMs`: of one login from one address, from one address, of one login from anywhere. */
export const loginLimits = { windowMs: 15 * 60_000, pair: 10, address: 60, login: 100 };

/**
 * Checks a login. An unknown login takes as long as a wrong password and gets the same answer. Every try counts
 * until it succeeds, so parallel guesses do not slip through. Not inside a transaction.
 * @param tried `address`: where the call comes from, as the server saw it
 */
export async function verifyPassword(
  world: AccountsWorld,
  tried: { login: string; password: string; address: string },
): Promise<PasswordVerified> {
  const keys = await keysOf(world.secrets, tried.login, tried.address);
  const admitted = await world.db.transaction((tx) => admit(tx, keys, world.clock.now()));
  if (!admitted.ok) return admitted;
  const account = await store.accountByLogin(world.db.read, tried.login);
  const fits = await passwordFits(account?.passwordHash ?? null, tried.password);
  if (!account || !fits) return { ok: false, code: 'wrong_login' };
  await world.db.transaction((tx) => store.forgetAttempts(tx, [keys.pair, keys.login]));
  return { ok: true, memberId: account.memberId };
}

export type PasswordChanged = { ok: true } | { ok: false; code: 'wrong_login' };

/** Sets a new password for somebody who knows the old one; other sessions go on until they are revoked. */
export async function changePassword(
  world: Pick<AccountsWorld, 'db'>,
  change: { memberId: string; current: string; next: string },
): Promise<PasswordChanged> {
  const account = await store.accountOf(world.db.read, change.memberId);
  if (!(await passwordFits(account?.passwordHash ?? null, change.current)))
    return { ok: false, code: 'wrong_login' };
  const passwordHash = await hashPassword(change.next);
  await world.db.transaction((tx) => store.setPassword(tx, change.memberId, passwordHash));
  return { ok: true };
}

interface AttemptKeys {
  pair: string;
  address: string;
  login: string;
}

async function keysOf(secrets: Secrets, login: string, address: string): Promise<AttemptKeys> {
  const secret = await secrets.get('login-attempts');
  const keyed = (kind: string, ...parts: string[]) =>
    `${kind}:${createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url')}`;
  return {
    pair: keyed('pair', login, address),
    address: keyed('address', address),
    login: keyed('login', login),
  };
}

type Admission = { ok: true } | { ok: false; code: 'too_many_attempts'; retryAt: Date };

async function admit(tx: Tx, keys: AttemptKeys, now: Date): Promise<Admission> {
  const since = new Date(now.getTime() - loginLimits.windowMs);
  await store.dropAttemptsBefore(tx, since);
  const found = await store.attemptsSince(tx, Object.values(keys), since);
  for (const kind of ['pair', 'address', 'login'] as const) {
    const tries = found.find((one) => one.key === keys[kind]);
    if (tries && tries.count >= loginLimits[kind]) {
      const retryAt = new Date(tries.first.getTime() + loginLimits.windowMs);
      return { ok: false, code: 'too_many_attempts', retryAt };
    }
  }
  await store.insertAttempts(tx, Object.values(keys), now);
  return { ok: true };
}
