import { type Entry, erasePayload, privatePayloadsOf } from '@uncaged/book';
import { eraseAccount, type Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { recordFact } from './facts.ts';
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

export function memberFrom(row: store.MemberRow): Member {
  const { id, pseudonym, roles, joinedAt } = row;
  return { id, pseudonym, roles: row.erasedAt ? [] : roles, joinedAt };
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

/**
 * Forgets a member: pseudonym, login, sessions, and the words of every private payload they put into the book,
 * but for ballots, which carry no name and which a recount needs. Their id, their roles in history, their money
 * and every proof stay. Errors, in this order: `not_logged_in` (nobody acts), `already_erased`.
 */
export async function eraseMe(
  ctx: GovernedContext,
): Promise<
  { ok: true; payloadsErased: number; entry: Entry } | { ok: false; code: 'not_logged_in' | 'already_erased' }
> {
  const { memberId } = ctx.actor;
  if (memberId === null) return { ok: false, code: 'not_logged_in' };
  return ctx.db.transaction(async (tx) => {
    await store.lockCollective(tx);
    const row = await store.byId(tx, memberId);
    if (!row || row.erasedAt) return { ok: false, code: 'already_erased' };
    const theirs = (await privatePayloadsOf(tx, memberId)).filter(({ kind }) => kind !== 'ballot.cast');
    for (const { entryId } of theirs) {
      const erased = await erasePayload(tx, ctx, { entryId, actor: memberId, reason: 'the member left' });
      if (!erased.ok) throw new Error(`a payload cannot be erased: ${erased.code}`);
    }
    await store.erase(tx, memberId, ctx.clock.now());
    await eraseAccount(tx, memberId);
    const entry = await recordFact(tx, ctx, {
      kind: 'member.erased',
      actor: memberId,
      subject: `member:${memberId}`,
      payload: { payloads: theirs.length },
      visibility: 'public',
    });
    return { ok: true, payloadsErased: theirs.length, entry };
  });
}
