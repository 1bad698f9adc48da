import { and, asc, eq, inArray, isNotNull, type Tx } from '@uncaged/platform';
import { contributionAppeals, contributionAppealVotes, contributions } from '../tables.ts';

export type AppealRow = typeof contributionAppeals.$inferSelect;
export type AppealVoteRow = typeof contributionAppealVotes.$inferSelect;

export async function insert(
  tx: Tx,
  row: Pick<AppealRow, 'contributionId' | 'reason' | 'openedAt' | 'entryId' | 'rejectedEntryId'>,
): Promise<void> {
  await tx.insert(contributionAppeals).values({ ...row, state: 'opened' });
}

export async function byId(tx: Tx, contributionId: string): Promise<AppealRow | null> {
  return (await byIds(tx, [contributionId])).get(contributionId) ?? null;
}

export async function byIds(tx: Tx, ids: readonly string[]): Promise<Map<string, AppealRow>> {
  if (ids.length === 0) return new Map();
  const found = await tx
    .select()
    .from(contributionAppeals)
    .where(inArray(contributionAppeals.contributionId, [...ids]));
  return new Map(found.map((row) => [row.contributionId, row]));
}

/** Appeals that are not decided, the oldest first. */
export async function undecided(tx: Tx): Promise<string[]> {
  const found = await tx
    .select({ id: contributionAppeals.contributionId })
    .from(contributionAppeals)
    .where(inArray(contributionAppeals.state, ['opened', 'judging']))
    .orderBy(asc(contributionAppeals.openedAt));
  return found.map(({ id }) => id);
}

export async function update(tx: Tx, contributionId: string, set: Partial<AppealRow>): Promise<void> {
  await tx.update(contributionAppeals).set(set).where(eq(contributionAppeals.contributionId, contributionId));
}

export async function insertVote(tx: Tx, row: AppealVoteRow): Promise<void> {
  await tx.insert(contributionAppealVotes).values(row);
}

/** What the panels of these pieces said, in the order in which they did. */
export async function votesOf(tx: Tx, ids: readonly string[]): Promise<AppealVoteRow[]> {
  if (ids.length === 0) return [];
  return tx
    .select()
    .from(contributionAppealVotes)
    .where(inArray(contributionAppealVotes.contributionId, [...ids]))
    .orderBy(asc(contributionAppealVotes.judgedAt), asc(contributionAppealVotes.entryId));
}

/** Blanks why a member appealed, and what they said on panels; answers how many rows. */
export async function eraseWords(tx: Tx, memberId: string): Promise<number> {
  const own = tx
    .select({ id: contributions.id })
    .from(contributions)
    .where(eq(contributions.authorId, memberId));
  const reasons = await tx
    .update(contributionAppeals)
    .set({ reason: null })
    .where(and(inArray(contributionAppeals.contributionId, own), isNotNull(contributionAppeals.reason)))
    .returning({ id: contributionAppeals.contributionId });
  const votes = await tx
    .update(contributionAppealVotes)
    .set({ reason: null })
    .where(and(eq(contributionAppealVotes.memberId, memberId), isNotNull(contributionAppealVotes.reason)))
    .returning({ id: contributionAppealVotes.contributionId });
  return reasons.length + votes.length;
}
