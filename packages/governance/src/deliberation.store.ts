import { and, asc, desc, eq, type InferSelectModel, isNull, type Tx } from '@uncaged/platform';
import { comments, delegations, interests } from './deliberation.tables.ts';
import { appeals, appealVotes } from './enactment.tables.ts';

export type CommentRow = InferSelectModel<typeof comments>;
export type DelegationRow = InferSelectModel<typeof delegations>;
export type InterestRow = InferSelectModel<typeof interests>;

export async function insertComment(tx: Tx, row: CommentRow): Promise<void> {
  await tx.insert(comments).values(row);
}

export async function commentById(tx: Tx, id: string): Promise<CommentRow | null> {
  const [row] = await tx.select().from(comments).where(eq(comments.id, id)).for('update');
  return row ?? null;
}

/** In the order of writing. */
export async function commentsOf(tx: Tx, proposalId: string): Promise<CommentRow[]> {
  return tx
    .select()
    .from(comments)
    .where(eq(comments.proposalId, proposalId))
    .orderBy(asc(comments.writtenAt), asc(comments.id));
}

export async function withdrawComment(tx: Tx, id: string, withdrawnAt: Date): Promise<void> {
  await tx.update(comments).set({ body: null, withdrawnAt }).where(eq(comments.id, id));
}

/** Gives, or gives to somebody else. */
export async function give(tx: Tx, row: DelegationRow): Promise<void> {
  const { toId, givenAt, entryId } = row;
  await tx
    .insert(delegations)
    .values(row)
    .onConflictDoUpdate({
      target: [delegations.fromId, delegations.topic],
      set: { toId, givenAt, entryId },
    });
}

export async function revoke(tx: Tx, fromId: string, topic: string): Promise<boolean> {
  const gone = await tx
    .delete(delegations)
    .where(and(eq(delegations.fromId, fromId), eq(delegations.topic, topic)))
    .returning({ fromId: delegations.fromId });
  return gone.length > 0;
}

/** All delegations of one topic, in the order of who gave them. */
export async function delegationsOn(tx: Tx, topic: string): Promise<DelegationRow[]> {
  return tx.select().from(delegations).where(eq(delegations.topic, topic)).orderBy(asc(delegations.fromId));
}

export async function allDelegations(tx: Tx): Promise<DelegationRow[]> {
  return tx.select().from(delegations).orderBy(asc(delegations.topic), asc(delegations.fromId));
}

export async function insertInterest(tx: Tx, row: InterestRow): Promise<void> {
  await tx.insert(interests).values(row);
}

export async function interestById(tx: Tx, id: string): Promise<InterestRow | null> {
  const [row] = await tx.select().from(interests).where(eq(interests.id, id)).for('update');
  return row ?? null;
}

/** Newest first. */
export async function allInterests(tx: Tx): Promise<InterestRow[]> {
  return tx.select().from(interests).orderBy(desc(interests.declaredAt), desc(interests.id));
}

/** Interests that have not ended. */
export async function openInterests(tx: Tx): Promise<InterestRow[]> {
  return tx.select().from(interests).where(isNull(interests.endedAt)).orderBy(asc(interests.id));
}

export async function endInterest(tx: Tx, id: string, endedAt: Date, endedEntryId: string): Promise<void> {
  await tx.update(interests).set({ endedAt, endedEntryId }).where(eq(interests.id, id));
}

/** Takes the words of somebody who leaves; what was said, handed on and declared keeps its place. */
export async function forget(tx: Tx, memberId: string, now: Date): Promise<void> {
  await tx
    .update(comments)
    .set({ body: null, withdrawnAt: now })
    .where(and(eq(comments.memberId, memberId), isNull(comments.withdrawnAt)));
  await tx.update(interests).set({ counterpart: null, about: null }).where(eq(interests.memberId, memberId));
  await tx.delete(delegations).where(eq(delegations.fromId, memberId));
  await tx.update(appeals).set({ words: null, reason: null }).where(eq(appeals.memberId, memberId));
  await tx.update(appealVotes).set({ reason: '' }).where(eq(appealVotes.memberId, memberId));
}
