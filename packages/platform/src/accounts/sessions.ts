import { createHash } from 'node:crypto';
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database, Tx } from '../database/types.ts';
import type { Ids } from '../ids.ts';
import * as store from './sessions.store.ts';

declare module 'lucia' {
  interface Register {
    DatabaseSessionAttributes: SessionAttributes;
  }
}

interface SessionAttributes {
  publicId: string;
  createdAt: Date;
  lastSeenAt: Date;
  userAgent: string;
}

/** What sessions need of the outside world; a `Platform` fits. */
export interface SessionsWorld {
  db: Database;
  clock: Clock;
  ids: Ids;
  config: Pick<Config, 'publicUrl'>;
}

/** A session as its member may see it. */
export interface Session {
  /** Names it for revoking; opens nothing. */
  id: string;
  memberId: string;
  createdAt: Date;
  /** To the minute. */
  lastSeen: Date;
  expiresAt: Date;
  userAgent: string;
}

/** A session lives as long after its last use (it is renewed in the second half of that time). */
export const sessionDays = 30;
const seenEveryMs = 60_000;
const longestUserAgent = 300;

/** Opens a session. `token` goes into the cookie and is kept nowhere; the database holds its SHA-256. */
export async function createSession(
  world: SessionsWorld,
  given: { memberId: string; userAgent: string },
): Promise<{ token: string; session: Session }> {
  const now = world.clock.now();
  const attributes: SessionAttributes = {
    publicId: world.ids.next(),
    createdAt: now,
    lastSeenAt: now,
    userAgent: given.userAgent.slice(0, longestUserAgent),
  };
  await store.deleteExpired(world.db.read, now);
  const made = await luciaOver(world).createSession(given.memberId, attributes);
  const row = await store.sessionOf(world.db.read, digestOf(made.id));
  if (!row) throw new Error('a session that was just stored is gone');
  return { token: made.id, session: shown(row.session) };
}

/**
 * The session of a token, or null when it is unknown, expired, revoked, or its member is erased. `renewed` says
 * that its expiry moved: send the cookie again.
 */
export async function validateSession(
  world: SessionsWorld,
  token: string,
): Promise<{ session: Session; renewed: boolean } | null> {
  const { session } = await luciaOver(world).validateSession(token);
  if (!session) return null;
  const found = await store.sessionOf(world.db.read, digestOf(token));
  if (!found) return null;
  const now = world.clock.now();
  if (now.getTime() - found.session.lastSeenAt.getTime() >= seenEveryMs) {
    await store.setSeen(world.db.read, found.session.id, now);
    found.session.lastSeenAt = now;
  }
  return { session: shown(found.session), renewed: session.fresh };
}

/** A member's sessions that are still good, last used first. */
export async function listSessions(world: SessionsWorld, memberId: string): Promise<Session[]> {
  return (await store.sessionsOf(world.db.read, memberId, world.clock.now())).map(shown);
}

/** Ends one of the member's sessions by its `id`. False: the member has no such session. */
export async function revokeSession(
  world: Pick<SessionsWorld, 'db'>,
  given: { memberId: string; id: string },
): Promise<boolean> {
  return store.deleteByPublicId(world.db.read, given.memberId, given.id);
}

/** Ends every session of a member. */
export async function revokeSessions(tx: Tx, memberId: string): Promise<void> {
  await store.deleteSessionsOf(tx, memberId);
}

/** The `Set-Cookie` value that carries a token (HttpOnly, SameSite=Lax, Secure when people come by https). */
export function sessionCookie(world: SessionsWorld, token: string): string {
  return luciaOver(world).createSessionCookie(token).serialize();
}

/** The `Set-Cookie` value that takes the cookie away. */
export function blankSessionCookie(world: SessionsWorld): string {
  return luciaOver(world).createBlankSessionCookie().serialize();
}

/** The token in a `Cookie` header, or null. */
export function readSessionCookie(world: SessionsWorld, header: string | null | undefined): string | null {
  return header ? luciaOver(world).readSessionCookie(header) : null;
}

function shown(row: store.SessionRow): Session {
  const { publicId, memberId, createdAt, lastSeenAt, expiresAt, userAgent } = row;
  return { id: publicId, memberId, createdAt, lastSeen: lastSeenAt, expiresAt, userAgent };
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

const known = new WeakMap<Database, Lucia>();

function luciaOver(world: SessionsWorld): Lucia {
  const before = known.get(world.db);
  if (before) return before;
  const secure = world.config.publicUrl?.startsWith('https:') ?? false;
  const lucia = new Lucia(adapterOver(world.db, world.clock), {
    sessionExpiresIn: new TimeSpan(sessionDays, 'd'),
    sessionCookie: { name: 'uncaged_session', attributes: { secure, sameSite: 'lax', path: '/' } },
  });
  known.set(world.db, lucia);
  return lucia;
}

/**
 * Lucia's adapter over our tables. Lucia hands over session ids in plain text: only their SHA-256 is stored.
 * Lucia reads the machine's clock: expiries are moved by what our clock differs from it.
 */
function adapterOver(db: Database, clock: Clock): Adapter {
  const ahead = () => clock.now().getTime() - Date.now();
  const toOurs = (time: Date) => new Date(time.getTime() + ahead());
  const toLucia = (time: Date) => new Date(time.getTime() - ahead());
  const asLucia = (row: store.SessionRow, id: string): DatabaseSession => {
    const { memberId, expiresAt, publicId, createdAt, lastSeenAt, userAgent } = row;
    const attributes = { publicId, createdAt, lastSeenAt, userAgent };
    return { id, userId: memberId, expiresAt: toLucia(expiresAt), attributes };
  };
  return {
    async getSessionAndUser(token) {
      const found = await store.sessionOf(db.read, digestOf(token));
      if (!found) return [null, null];
      const user = found.erased ? null : { id: found.session.memberId, attributes: {} };
      return [asLucia(found.session, token), user];
    },
    async getUserSessions(memberId) {
      return (await store.sessionsOf(db.read, memberId, clock.now())).map((row) => asLucia(row, row.id));
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const row = { id: digestOf(id), memberId: userId, expiresAt: toOurs(expiresAt), ...attributes };
      await store.insertSession(db.read, row);
    },
    updateSessionExpiration: (token, expiresAt) =>
      store.setExpiry(db.read, digestOf(token), toOurs(expiresAt)),
    deleteSession: (token) => store.deleteSession(db.read, digestOf(token)),
    deleteUserSessions: (memberId) => store.deleteSessionsOf(db.read, memberId),
    deleteExpiredSessions: () => store.deleteExpired(db.read, clock.now()),
  };
}
