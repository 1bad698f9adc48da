import { and, asc, desc, eq, type InferSelectModel, isNull, lte, type Tx } from '@uncaged/platform';
import { policyCanaries, policyDates } from './enactment.tables.ts';

export type CanaryRow = InferSelectModel<typeof policyCanaries>;
export type DateRow = InferSelectModel<typeof policyDates>;

export async function insertCanary(tx: Tx, row: CanaryRow): Promise<void> {
  await tx.insert(policyCanaries).values(row);
}

/** The change on trial now; null where there is none. */
export async function runningCanary(tx: Tx): Promise<CanaryRow | null> {
  const [row] = await tx.select().from(policyCanaries).where(isNull(policyCanaries.endedAt));
  return row ?? null;
}

/** Newest first. */
export async function canaries(tx: Tx): Promise<CanaryRow[]> {
  return tx.select().from(policyCanaries).orderBy(desc(policyCanaries.startedAt));
}

/** The trial of this policy, whether it runs or has ended; the newest where there were several. */
export async function canaryByHash(tx: Tx, hash: string): Promise<CanaryRow | null> {
  const found = await tx
    .select()
    .from(policyCanaries)
    .where(eq(policyCanaries.hash, hash))
    .orderBy(asc(policyCanaries.startedAt));
  return found.at(-1) ?? null;
}

export async function endCanary(
  tx: Tx,
  proposalId: string,
  ended: Required<Pick<CanaryRow, 'endedAt' | 'outcome' | 'measured'>>,
): Promise<void> {
  await tx.update(policyCanaries).set(ended).where(eq(policyCanaries.proposalId, proposalId));
}

export async function setDate(tx: Tx, row: Pick<DateRow, 'proposalId' | 'what' | 'dueAt'>): Promise<void> {
  await tx.insert(policyDates).values({ ...row, doneAt: null, entryId: null });
}

/** Dates that have come and were not yet kept, the first due first. */
export async function datesDue(tx: Tx, now: Date): Promise<DateRow[]> {
  return tx
    .select()
    .from(policyDates)
    .where(and(isNull(policyDates.doneAt), lte(policyDates.dueAt, now)))
    .orderBy(asc(policyDates.dueAt), asc(policyDates.proposalId), asc(policyDates.what));
}

/** The same date, kept from changing; null when it was kept meanwhile. */
export async function lockDate(tx: Tx, { proposalId, what }: DateRow): Promise<DateRow | null> {
  const [row] = await tx
    .select()
    .from(policyDates)
    .where(
      and(eq(policyDates.proposalId, proposalId), eq(policyDates.what, what), isNull(policyDates.doneAt)),
    )
    .for('update');
  return row ?? null;
}

export async function keepDate(tx: Tx, { proposalId, what }: DateRow, doneAt: Date, entryId: string) {
  await tx
    .update(policyDates)
    .set({ doneAt, entryId })
    .where(and(eq(policyDates.proposalId, proposalId), eq(policyDates.what, what)));
}

/** The first due first. */
export async function dates(tx: Tx): Promise<DateRow[]> {
  return tx.select().from(policyDates).orderBy(asc(policyDates.dueAt), asc(policyDates.proposalId));
}
