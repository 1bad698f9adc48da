import { and, desc, eq, gt, lte } from 'drizzle-orm';
import type { Tx } from '../database/types.ts';
import { accounts, sessions } from './tables.ts';

export type SessionRow = typeof sessions.$inferSelect;

export async function insertSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.insert(sessions).values(row);
}

/** The session and whether its member still has an account. */
export async function sessionOf(
  tx: Tx,
  id: string,
): Promise<{ session: SessionRow; erased: boolean } | null> {
  const [found] = await tx
    .select({ session: sessions, erasedAt: accounts.erasedAt })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.memberId, sessions.memberId))
    .where(eq(sessions.id, id));
  return found ? { session: found.session, erased: found.erasedAt !== null } : null;
}

export async function sessionsOf(tx: Tx, memberId: string, now: Date): Promise<SessionRow[]> {
  return tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.memberId, memberId), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.publicId));
}

export async function setExpiry(tx: Tx, id: string, expiresAt: Date): Promise<void> {
  await tx.update(sessions).set({ expiresAt }).where(eq(sessions.id, id));
}

export async function setSeen(tx: Tx, id: string, lastSeenAt: Date): Promise<void> {
  await tx.update(sessions).set({ lastSeenAt }).where(eq(sessions.id, id));
}

export async function deleteSession(tx: Tx, id: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.id, id));
}

export async function deleteSessionsOf(tx: Tx, memberId: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.memberId, memberId));
}

export async function deleteByPublicId(tx: Tx, memberId: string, publicId: string): Promise<boolean> {
  const gone = await tx
    .delete(sessions)
    .where(and(eq(sessions.memberId, memberId), eq(sessions.publicId, publicId)))
    .returning({ id: sessions.id });
  return gone.length > 0;
}

export async function deleteExpired(tx: Tx, now: Date): Promise<void> {
  await tx.delete(sessions).where(lte(sessions.expiresAt, now));
}
