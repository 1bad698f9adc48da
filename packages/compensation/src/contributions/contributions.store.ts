import {
  type AnyColumn,
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lte,
  ne,
  notExists,
  or,
  type SQL,
  sql,
  type Tx,
} from '@uncaged/platform';
import type { Share, SharedPiece } from '../calls/closing.ts';
import {
  calls,
  contributionAppeals,
  contributionAppealVotes,
  contributionReviews,
  contributions,
} from '../tables.ts';
import type { EarlierDraw } from './drawing.ts';

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

const isoTime = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/** Whether a panel, kept as an array of member ids, names this member. */
const names = (panel: AnyColumn, memberId: string) => sql`${panel} @> to_jsonb(${memberId}::text)`;

/** What waits for an answer from this member, reviews and appeals, soonest deadline first. */
export async function waitingFor(
  tx: Tx,
  memberId: string,
  now: Date,
  limit: number,
): Promise<ContributionRow[]> {
  const reviewed = tx
    .select({ id: contributionReviews.contributionId })
    .from(contributionReviews)
    .where(
      and(
        eq(contributionReviews.contributionId, contributions.id),
        eq(contributionReviews.reviewerId, memberId),
      ),
    );
  const judged = tx
    .select({ id: contributionAppealVotes.contributionId })
    .from(contributionAppealVotes)
    .where(
      and(
        eq(contributionAppealVotes.contributionId, contributions.id),
        eq(contributionAppealVotes.memberId, memberId),
      ),
    );
  // Three questions, so that each finds its index: an "or" over both reads every piece there ever was.
  const waits = and(
    eq(contributions.state, 'waiting'),
    ne(contributions.authorId, memberId),
    gt(contributions.reviewBy, now),
    notExists(reviewed),
  );
  const ask = (asked: SQL | undefined) =>
    tx
      .select({ piece: contributions, by: contributions.reviewBy })
      .from(contributions)
      .innerJoin(calls, eq(calls.id, contributions.callId))
      .where(asked)
      .orderBy(asc(contributions.reviewBy), asc(contributions.id))
      .limit(limit);
  const drawn = await ask(and(waits, names(contributions.panel, memberId)));
  const open = await ask(and(waits, isNull(contributions.panel), isNull(calls.reviewerSeats)));
  const judging = await tx
    .select({ piece: contributions, by: contributionAppeals.answersBy })
    .from(contributionAppeals)
    .innerJoin(contributions, eq(contributions.id, contributionAppeals.contributionId))
    .where(
      and(
        eq(contributionAppeals.state, 'judging'),
        gt(contributionAppeals.answersBy, now),
        names(contributionAppeals.panel, memberId),
        notExists(judged),
      ),
    )
    .limit(limit);
  return [...drawn, ...open, ...judging]
    .sort((a, b) => Number(a.by) - Number(b.by) || (a.piece.id < b.piece.id ? -1 : 1))
    .slice(0, limit)
    .map(({ piece }) => piece);
}

/** Calls in which reviewers are to be drawn. */
export async function callsUndrawn(tx: Tx): Promise<string[]> {
  const found = await tx
    .selectDistinct({ id: contributions.callId })
    .from(contributions)
    .innerJoin(calls, eq(calls.id, contributions.callId))
    .where(
      and(eq(contributions.state, 'waiting'), isNull(contributions.panel), isNotNull(calls.reviewerSeats)),
    );
  return found.map(({ id }) => id);
}

/** Pieces of a call whose reviewers are to be drawn, locked, in the order in which they came in. */
export async function lockUndrawn(
  tx: Tx,
  callId: string,
  limit: number,
): Promise<Pick<ContributionRow, 'id' | 'authorId' | 'entryId'>[]> {
  const { id, authorId, entryId } = contributions;
  return tx
    .select({ id, authorId, entryId })
    .from(contributions)
    .where(
      and(eq(contributions.callId, callId), eq(contributions.state, 'waiting'), isNull(contributions.panel)),
    )
    .orderBy(asc(contributions.submittedAt), asc(contributions.id))
    .limit(limit)
    .for('update');
}

/** What was drawn in a call so far. */
export async function earlierDraws(tx: Tx, callId: string): Promise<EarlierDraw[]> {
  const found = await tx
    .select({ authorId: contributions.authorId, panel: contributions.panel })
    .from(contributions)
    .where(and(eq(contributions.callId, callId), isNotNull(contributions.panel)));
  return found.map(({ authorId, panel }) => ({ authorId, panel: panel ?? [] }));
}

export async function storePanels(
  tx: Tx,
  panels: readonly { id: string; panel: string[]; entryId: string }[],
): Promise<void> {
  await tx.execute(
    sql`update contributions c set panel = d -> 'panel', drawn_entry_id = d ->> 'entryId'
        from jsonb_array_elements(${JSON.stringify(panels)}::text::jsonb) d where c.id = d ->> 'id'`,
  );
}

/** The milestones of a call for which something waits or is accepted. */
export async function milestonesTaken(tx: Tx, callId: string): Promise<string[]> {
  const found = await tx
    .select({ milestone: contributions.milestone })
    .from(contributions)
    .where(
      and(
        eq(contributions.callId, callId),
        ne(contributions.milestone, ''),
        or(ne(contributions.state, 'rejected'), isNotNull(contributions.appealBy)),
      ),
    );
  return found.map(({ milestone }) => milestone);
}

/** Keeps pieces of a call whose sum is shared from changing until the transaction ends. */
export async function lockShared(tx: Tx, callId: string): Promise<void> {
  const { id, units } = contributions;
  await tx
    .select({ id })
    .from(contributions)
    .where(and(eq(contributions.callId, callId), isNotNull(units)))
    .orderBy(asc(id))
    .for('update');
}

/** Accepted pieces of kinds whose sum is shared when the call closes. */
export async function acceptedShared(tx: Tx, callId: string): Promise<SharedPiece[]> {
  const { id, authorId, kind, units } = contributions;
  const found = await tx
    .select({ contributionId: id, memberId: authorId, kind, units })
    .from(contributions)
    .where(and(eq(contributions.callId, callId), eq(contributions.state, 'accepted'), isNotNull(units)));
  return found.map((row) => ({ ...row, units: row.units ?? 0 }));
}

export async function storeShares(tx: Tx, shares: readonly Share[]): Promise<void> {
  if (shares.length === 0) return;
  const paid = JSON.stringify(
    shares.map(({ contributionId, amount }) => ({ contributionId, amount: String(amount) })),
  );
  await tx.execute(
    sql`update contributions c set paid = (s ->> 'amount')::int8
        from jsonb_array_elements(${paid}::text::jsonb) s where c.id = s ->> 'contributionId'`,
  );
}

/** Rejected pieces whose time to appeal is over without an appeal. */
export async function unappealed(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const found = await tx
    .select({ id: contributions.id })
    .from(contributions)
    .leftJoin(contributionAppeals, eq(contributionAppeals.contributionId, contributions.id))
    .where(and(lte(contributions.appealBy, now), isNull(contributionAppeals.contributionId)))
    .orderBy(asc(contributions.appealBy))
    .limit(limit);
  return found.map(({ id }) => id);
}

/** Pieces of a call and kind by others than this member that were found before a moment and are not rejected. */
export async function foundBefore(
  tx: Tx,
  { callId, kind, authorId, foundAt, submittedAt }: ContributionRow,
  limit: number,
): Promise<ContributionRow[]> {
  const found = sql`coalesce(${contributions.foundAt}, ${contributions.submittedAt})`;
  return tx
    .select()
    .from(contributions)
    .where(
      and(
        eq(contributions.callId, callId),
        eq(contributions.kind, kind),
        ne(contributions.authorId, authorId),
        ne(contributions.state, 'rejected'),
        sql`${found} < ${isoTime(foundAt ?? submittedAt)}`,
      ),
    )
    .orderBy(asc(found))
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
  decision: Pick<
    ContributionRow,
    'state' | 'decidedBy' | 'decidedAt' | 'decisionEntryId' | 'hold' | 'paid' | 'duplicateOf' | 'appealBy'
  >,
): Promise<void> {
  await tx.update(contributions).set(decision).where(eq(contributions.id, id));
}

/** Nothing more is set aside for a piece: nobody can appeal any more. */
export async function release(tx: Tx, id: string): Promise<void> {
  await tx.update(contributions).set({ hold: 0n, appealBy: null }).where(eq(contributions.id, id));
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

/** Whether this member is asked to judge a piece about this generation, or an appeal about one. */
export async function waitsOnGeneration(tx: Tx, generationId: string, memberId: string): Promise<boolean> {
  const toReview = and(
    eq(contributions.state, 'waiting'),
    ne(contributions.authorId, memberId),
    or(isNull(calls.reviewerSeats), names(contributions.panel, memberId)),
  );
  const toJudge = and(eq(contributionAppeals.state, 'judging'), names(contributionAppeals.panel, memberId));
  const [row] = await tx
    .select({ id: contributions.id })
    .from(contributions)
    .innerJoin(calls, eq(calls.id, contributions.callId))
    .leftJoin(contributionAppeals, eq(contributionAppeals.contributionId, contributions.id))
    .where(and(eq(contributions.generationId, generationId), or(toReview, toJudge)))
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
