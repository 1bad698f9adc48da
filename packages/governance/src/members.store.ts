import { asc, eq, type InferSelectModel, inArray, isNull, sql, type Tx } from '@uncaged/platform';
import { collective, members } from './tables.ts';

export type MemberRow = InferSelectModel<typeof members>;
export type CollectiveRow = Omit<InferSelectModel<typeof collective>, 'singleton'>;

/** Lets one transaction at a time change who belongs, or how the collective is governed. */
export async function lockCollective(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(7203, 1)`);
}

export async function theCollective(tx: Tx): Promise<CollectiveRow | null> {
  const [row] = await tx.select().from(collective);
  return row ?? null;
}

export async function insertCollective(tx: Tx, row: CollectiveRow): Promise<void> {
  await tx.insert(collective).values(row);
}

export async function insert(tx: Tx, row: MemberRow): Promise<void> {
  await tx.insert(members).values(row);
}

export async function byId(tx: Tx, id: string): Promise<MemberRow | null> {
  const [row] = await tx.select().from(members).where(eq(members.id, id));
  return row ?? null;
}

export async function byKey(tx: Tx, pseudonymKey: string): Promise<MemberRow | null> {
  const [row] = await tx.select().from(members).where(eq(members.pseudonymKey, pseudonymKey));
  return row ?? null;
}

/** Everybody who ever joined, in the order of joining. */
export async function all(tx: Tx): Promise<MemberRow[]> {
  return tx.select().from(members).orderBy(asc(members.joinedAt), asc(members.id));
}

/** Members who are not erased. */
export async function standing(tx: Tx): Promise<MemberRow[]> {
  return tx.select().from(members).where(isNull(members.erasedAt)).orderBy(asc(members.id));
}

export async function byIds(tx: Tx, ids: readonly string[]): Promise<MemberRow[]> {
  return ids.length === 0
    ? []
    : tx
        .select()
        .from(members)
        .where(inArray(members.id, [...ids]));
}

export async function setRoles(tx: Tx, id: string, roles: string[]): Promise<void> {
  await tx.update(members).set({ roles }).where(eq(members.id, id));
}

/** Takes the name away and keeps the row. */
export async function erase(tx: Tx, id: string, at: Date): Promise<void> {
  await tx
    .update(members)
    .set({ pseudonym: null, pseudonymKey: null, erasedAt: at })
    .where(eq(members.id, id));
}
