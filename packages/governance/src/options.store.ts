import { and, asc, eq, type InferSelectModel, rows, sql, type Tx } from '@uncaged/platform';
import type { OptionState } from './options.ts';
import { proposalConsents, proposalDelegations, proposalOptions } from './tables.ts';

export type OptionRow = InferSelectModel<typeof proposalOptions>;
export type ConsentRow = InferSelectModel<typeof proposalConsents>;
export type CountedDelegationRow = InferSelectModel<typeof proposalDelegations>;

/** All options ever put, in the order in which they were put forward. */
export async function optionsOf(tx: Tx, proposalId: string): Promise<OptionRow[]> {
  return tx
    .select()
    .from(proposalOptions)
    .where(eq(proposalOptions.proposalId, proposalId))
    .orderBy(asc(proposalOptions.number));
}

/** Those that stand. */
export async function standingOf(tx: Tx, proposalId: string): Promise<OptionRow[]> {
  return (await optionsOf(tx, proposalId)).filter((option) => option.state === 'put');
}

export async function optionOf(tx: Tx, proposalId: string, key: string): Promise<OptionRow | null> {
  const [row] = await tx
    .select()
    .from(proposalOptions)
    .where(and(eq(proposalOptions.proposalId, proposalId), eq(proposalOptions.key, key)));
  return row ?? null;
}

export async function insertOption(tx: Tx, row: OptionRow): Promise<void> {
  await tx.insert(proposalOptions).values(row);
}

export async function setOptionState(
  tx: Tx,
  proposalId: string,
  key: string,
  state: OptionState,
): Promise<void> {
  await tx
    .update(proposalOptions)
    .set({ state })
    .where(and(eq(proposalOptions.proposalId, proposalId), eq(proposalOptions.key, key)));
}

/** How many options stand, for every proposal that has any. */
export async function standingCounts(tx: Tx): Promise<Map<string, number>> {
  const found = await rows<{ proposalId: string; n: number }>(
    tx,
    sql`select proposal_id as "proposalId", count(*)::int as n from proposal_options
        where state = 'put' group by proposal_id`,
  );
  return new Map(found.map(({ proposalId, n }) => [proposalId, n]));
}

/** Who answered when their own consent was asked, in the order of their ids. */
export async function consentsOf(tx: Tx, proposalId: string): Promise<ConsentRow[]> {
  return tx
    .select()
    .from(proposalConsents)
    .where(eq(proposalConsents.proposalId, proposalId))
    .orderBy(asc(proposalConsents.memberId));
}

/** Answers, or changes the answer given before. */
export async function answerConsent(tx: Tx, row: ConsentRow): Promise<void> {
  const { yes, answeredAt, entryId } = row;
  await tx
    .insert(proposalConsents)
    .values(row)
    .onConflictDoUpdate({
      target: [proposalConsents.proposalId, proposalConsents.memberId],
      set: { yes, answeredAt, entryId },
    });
}

/** The delegations that a count followed, in the order of who gave them. */
export async function countedDelegationsOf(tx: Tx, proposalId: string): Promise<CountedDelegationRow[]> {
  return tx
    .select()
    .from(proposalDelegations)
    .where(eq(proposalDelegations.proposalId, proposalId))
    .orderBy(asc(proposalDelegations.fromId));
}

export async function keepDelegations(tx: Tx, found: readonly CountedDelegationRow[]): Promise<void> {
  if (found.length > 0) await tx.insert(proposalDelegations).values([...found]);
}
