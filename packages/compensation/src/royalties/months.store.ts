import { and, asc, eq, isNull, lt, sql, type Tx } from '@uncaged/platform';
import { royaltyCounted, royaltyMonthModels, royaltyMonths } from '../tables.ts';
import type { IndexStep } from './index-rule.ts';

export type MonthRow = typeof royaltyMonths.$inferSelect;
export type MonthModelRow = typeof royaltyMonthModels.$inferSelect;
export type CountedRow = typeof royaltyCounted.$inferSelect;

/** Makes the month where it is new. */
export async function beginMonth(tx: Tx, month: string): Promise<void> {
  await tx.insert(royaltyMonths).values({ month }).onConflictDoNothing();
}

/** The month, kept from being shared (`share`), or from being counted in too (`update`), until the transaction ends. */
export async function lockMonth(tx: Tx, month: string, kind: 'share' | 'update'): Promise<MonthRow> {
  const [row] = await tx.select().from(royaltyMonths).where(eq(royaltyMonths.month, month)).for(kind);
  if (!row) throw new Error(`the month ${month} was not begun`);
  return row;
}

export async function monthRow(tx: Tx, month: string): Promise<MonthRow | null> {
  const [row] = await tx.select().from(royaltyMonths).where(eq(royaltyMonths.month, month));
  return row ?? null;
}

/** One clip more of this model; answers how many there are now. */
export async function countOne(
  tx: Tx,
  counted: { month: string; modelId: string; works: bigint },
): Promise<bigint> {
  const [row] = await tx
    .insert(royaltyMonthModels)
    .values({ ...counted, clips: 1n })
    .onConflictDoUpdate({
      target: [royaltyMonthModels.month, royaltyMonthModels.modelId],
      set: { clips: sql`${royaltyMonthModels.clips} + 1` },
    })
    .returning({ clips: royaltyMonthModels.clips });
  if (!row) throw new Error('a clip was counted and is not there');
  return row.clips;
}

export async function insertCounted(tx: Tx, row: CountedRow): Promise<void> {
  await tx.insert(royaltyCounted).values(row);
}

export async function countedOf(tx: Tx, generationId: string): Promise<CountedRow | null> {
  const [row] = await tx.select().from(royaltyCounted).where(eq(royaltyCounted.generationId, generationId));
  return row ?? null;
}

/** Months that were over before this one and are not shared, oldest first. */
export async function monthsToShare(tx: Tx, before: string): Promise<string[]> {
  const found = await tx
    .select({ month: royaltyMonths.month })
    .from(royaltyMonths)
    .where(and(isNull(royaltyMonths.sharedAt), lt(royaltyMonths.month, before)))
    .orderBy(asc(royaltyMonths.month));
  return found.map(({ month }) => month);
}

/** The models that made clips in a month, sorted by id. */
export async function modelsOfMonth(tx: Tx, month: string): Promise<MonthModelRow[]> {
  return tx
    .select()
    .from(royaltyMonthModels)
    .where(eq(royaltyMonthModels.month, month))
    .orderBy(asc(royaltyMonthModels.modelId));
}

export async function storeOpened(
  tx: Tx,
  month: string,
  opened: { currency: string; fund: string; amount: bigint; openedEntryId: string },
): Promise<void> {
  await tx.update(royaltyMonths).set(opened).where(eq(royaltyMonths.month, month));
}

/** The step that a month's sum makes a pool's index go; none where the model got nothing. */
export async function storeShare(
  tx: Tx,
  key: { month: string; modelId: string },
  step: IndexStep,
): Promise<void> {
  await tx
    .update(royaltyMonthModels)
    .set({
      amount: step.amount,
      weights: step.weights,
      indexBefore: step.before.index.toString(),
      indexAfter: step.after.index.toString(),
      remainderBefore: step.before.remainder.toString(),
      remainderAfter: step.after.remainder.toString(),
    })
    .where(and(eq(royaltyMonthModels.month, key.month), eq(royaltyMonthModels.modelId, key.modelId)));
}

export async function storeShared(
  tx: Tx,
  month: string,
  shared: { returned: bigint; sharedAt: Date; sharedEntryId: string },
): Promise<void> {
  await tx.update(royaltyMonths).set(shared).where(eq(royaltyMonths.month, month));
}
