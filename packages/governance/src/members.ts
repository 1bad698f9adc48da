import type { Tx } from '@uncaged/platform';
import * as store from './members.store.ts';

/** A member as everybody may see them. */
export interface Member {
  id: string;
  /** null once they had themself erased */
  pseudonym: string | null;
  roles: string[];
  joinedAt: Date;
}

/** The collective as it was founded. */
export interface Collective {
  name: string;
  /** ISO 4217 code of the money it counts in */
  currency: string;
  founderId: string;
  foundedAt: Date;
}

function memberFrom(row: store.MemberRow): Member {
  const { id, pseudonym, roles, joinedAt } = row;
  return { id, pseudonym, roles: row.erasedAt ? [] : roles, joinedAt };
}

/** Keeps who belongs from changing until the transaction ends: whoever is drawn is drawn among those the book names. */
export async function lockMembership(tx: Tx): Promise<void> {
  await store.lockCollective(tx);
}

/** The collective, or null before its founding. */
export async function collectiveOf(tx: Tx): Promise<Collective | null> {
  const row = await store.theCollective(tx);
  if (!row) return null;
  const { name, currency, founderId, foundedAt } = row;
  return { name, currency, founderId, foundedAt };
}

/** Everybody who ever joined, in that order; the erased without a name or roles. */
export async function membersOf(tx: Tx): Promise<Member[]> {
  return (await store.all(tx)).map(memberFrom);
}

/** One member, the erased too; null for an id that nobody has. */
export async function memberOf(tx: Tx, id: string): Promise<Member | null> {
  const row = await store.byId(tx, id);
  return row && memberFrom(row);
}

/** The pseudonyms of these members by id; null for the erased. Ids that nobody has are left out. */
export async function pseudonymsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string | null>> {
  return new Map((await store.byIds(tx, ids)).map((row) => [row.id, row.pseudonym]));
}
