import {
  and,
  asc,
  desc,
  eq,
  inArray,
  isNotNull,
  lte,
  ne,
  notExists,
  type SQL,
  sql,
  type Tx,
} from '@uncaged/platform';
import { contributionReviews, contributions } from '../tables.ts';

export type ContributionRow = typeof contributions.$inferSelect;
export type NewContribution = typeof contributions.$inferInsert;
export type ReviewRow = typeof contributionReviews.$inferSelect;

export async function insertContribution(tx: Tx, row: NewContribution): Promise<ContributionRow> {
  const [stored] = await tx.insert(contributions).values(row).returning();
  if (!stored) throw new Error('a contribution was inserted and not returned');
  return stored;
}

export async function contributionById(tx: Tx, id: string): Promise<ContributionRow | null> {
  const [row] = await tx.select().from(contributions).where(eq(contributions.id, id));
  return row ?? null;
}

/** The piece, with everyone else who would decide about it kept waiting until the transaction ends. */
export async function lockContribution(tx: Tx, id: string): Promise<ContributionRow | null> {
  const [row] = await tx.select().from(contributions).where(eq(contributions.id, id)).for('update');
  return row ?? null;
}

export interface Filter {
  callId?: string | undefined;
  generationId?: string | undefined;
  authorId?: string | undefined;
}

/** Newest first. */
export async function contributionsBy(tx: Tx, filter: Filter, limit: number): Promise<ContributionRow[]> {
  const wanted: SQL[] = [];
  if (filter.callId !== undefined) wanted.push(eq(contributions.callId, filter.callId));
  if (filter.generationId !== undefined) wanted.push(eq(contributions.generationId, filter.generationId));
  if (filter.authorId !== undefined) wanted.push(eq(contributions.authorId, filter.authorId));
  return tx
    .select()
    .from(contributions)
    .where(and(...wanted))
    .orderBy(desc(contributions.submittedAt), desc(contributions.id))
    .limit(limit);
}

/** What waits for an answer from this member, soonest deadline first. */
export async function waitingFor(
  tx: Tx,
  memberId: string,
  now: Date,
  limit: number,
): Promise<ContributionRow[]> {
  const given = tx
    .select({ id: contributionReviews.contributionId })
    .from(contributionReviews)
    .where(
      and(
        eq(contributionReviews.contributionId, contributions.id),
        eq(contributionReviews.reviewerId, memberId),
      ),
    );
  return tx
    .select()
    .from(contributions)
    .where(
      and(
        eq(contributions.state, 'waiting'),
        ne(contributions.authorId, memberId),
        sql`${contributions.reviewBy} > ${now.toISOString()}::timestamptz`,
        notExists(given),
      ),
    )
    .orderBy(asc(contributions.reviewBy), asc(contributions.id))
    .limit(limit);
}

/** Pieces whose review deadline has come without a decision, oldest deadline first. */
export async function overdue(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const found = await tx
    .select({ id: contributions.id })
    .from(contributions)
    .where(and(eq(contributions.state, 'waiting'), lte(contributions.reviewBy, now)))
    .orderBy(asc(contributions.reviewBy))
    .limit(limit);
  return found.map(({ id }) => id);
}

export async function storeDecision(
  tx: Tx,
  id: string,
  decision: { state: 'accepted' | 'rejected'; by: 'reviews' | 'silence'; at: Date; entryId: string },
): Promise<void> {
  await tx
    .update(contributions)
    .set({
      state: decision.state,
      decidedBy: decision.by,
      decidedAt: decision.at,
      decisionEntryId: decision.entryId,
      hold: 0n,
    })
    .where(eq(contributions.id, id));
}

/** Takes what a review was paid out of what is set aside for its piece. */
export async function reduceHold(tx: Tx, id: string, by: bigint): Promise<void> {
  await tx
    .update(contributions)
    .set({ hold: sql`${contributions.hold} - ${by}` })
    .where(eq(contributions.id, id));
}

export async function insertReview(tx: Tx, row: ReviewRow): Promise<void> {
  await tx.insert(contributionReviews).values(row);
}

/** The reviews of these pieces, in the order they were given. */
export async function reviewsOf(tx: Tx, ids: readonly string[]): Promise<ReviewRow[]> {
  if (ids.length === 0) return [];
  return tx
    .select()
    .from(contributionReviews)
    .where(inArray(contributionReviews.contributionId, [...ids]))
    .orderBy(asc(contributionReviews.reviewedAt), asc(contributionReviews.entryId));
}

/** Whether this member may be asked to judge a piece about this generation. */
export async function waitsOnGeneration(tx: Tx, generationId: string, memberId: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: contributions.id })
    .from(contributions)
    .where(
      and(
        eq(contributions.generationId, generationId),
        eq(contributions.state, 'waiting'),
        ne(contributions.authorId, memberId),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Blanks what this member wrote, and their prompts in the clips that pieces are about; answers how many rows. */
export async function eraseWords(tx: Tx, memberId: string): Promise<number> {
  const bodies = await tx
    .update(contributions)
    .set({ body: null })
    .where(and(eq(contributions.authorId, memberId), isNotNull(contributions.body)))
    .returning({ id: contributions.id });
  const prompts = await tx
    .update(contributions)
    .set({ generation: sql`${contributions.generation} || '{"prompt": ""}'::jsonb` })
    .where(
      sql`${contributions.generation} ->> 'makerId' = ${memberId} and ${contributions.generation} ->> 'prompt' <> ''`,
    )
    .returning({ id: contributions.id });
  const reasons = await tx
    .update(contributionReviews)
    .set({ reason: null, reasonSalt: null })
    .where(and(eq(contributionReviews.reviewerId, memberId), isNotNull(contributionReviews.reason)))
    .returning({ id: contributionReviews.entryId });
  return bodies.length + prompts.length + reasons.length;
}
