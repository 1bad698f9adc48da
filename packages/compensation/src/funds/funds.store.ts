import { asc, eq, inArray, type Tx } from '@uncaged/platform';
import { fundReversals, fundSources } from '../tables.ts';

export type SourceRow = typeof fundSources.$inferSelect;

export async function insertSource(tx: Tx, row: SourceRow): Promise<void> {
  await tx.insert(fundSources).values(row);
}

export async function sourceNamed(tx: Tx, name: string): Promise<SourceRow | null> {
  const [row] = await tx.select().from(fundSources).where(eq(fundSources.name, name));
  return row ?? null;
}

export async function allSources(tx: Tx): Promise<SourceRow[]> {
  return tx.select().from(fundSources).orderBy(asc(fundSources.name));
}

export async function insertReversal(tx: Tx, row: typeof fundReversals.$inferInsert): Promise<void> {
  await tx.insert(fundReversals).values(row);
}

/** The entry that took another back; null where nothing did. */
export async function reversalOf(tx: Tx, entryId: string): Promise<string | null> {
  const [row] = await tx.select().from(fundReversals).where(eq(fundReversals.reversedEntryId, entryId));
  return row?.entryId ?? null;
}

/** Which of these entries were taken back. */
export async function reversedAmong(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { reversedEntryId } = fundReversals;
  const found = await tx
    .select({ id: reversedEntryId })
    .from(fundReversals)
    .where(inArray(reversedEntryId, [...ids]));
  return new Set(found.map(({ id }) => id));
}
