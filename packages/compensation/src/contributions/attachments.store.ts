import { and, asc, eq, inArray, isNotNull, isNull, lt, type Tx } from '@uncaged/platform';
import { contributionAttachments as attachments } from '../tables.ts';

export type AttachmentRow = typeof attachments.$inferSelect;
/** Without its bytes. */
export type AttachmentHead = { id: string; contributionId: string | null; sha256: string; erased: boolean };

const head = {
  id: attachments.id,
  contributionId: attachments.contributionId,
  sha256: attachments.sha256,
  gone: isNull(attachments.webp),
};
const headOf = ({ gone, ...row }: { gone: unknown } & Omit<AttachmentHead, 'erased'>): AttachmentHead => {
  return { ...row, erased: gone === true };
};

export async function insert(tx: Tx, row: AttachmentRow): Promise<void> {
  await tx.insert(attachments).values(row);
}

export async function byId(tx: Tx, id: string): Promise<AttachmentRow | null> {
  const [row] = await tx.select().from(attachments).where(eq(attachments.id, id));
  return row ?? null;
}

/** Those of some pieces, in their order. */
export async function ofPieces(tx: Tx, ids: readonly string[]): Promise<AttachmentHead[]> {
  const found = await tx
    .select(head)
    .from(attachments)
    .where(inArray(attachments.contributionId, [...ids]))
    .orderBy(asc(attachments.contributionId), asc(attachments.place));
  return found.map(headOf);
}

/** Those of this member that are not handed in, locked. */
export async function lockLoose(tx: Tx, memberId: string): Promise<AttachmentHead[]> {
  const found = await tx
    .select(head)
    .from(attachments)
    .where(and(eq(attachments.memberId, memberId), isNull(attachments.contributionId)))
    .orderBy(asc(attachments.id))
    .for('update');
  return found.map(headOf);
}

export async function attach(
  tx: Tx,
  id: string,
  to: { contributionId: string; place: number },
): Promise<void> {
  await tx.update(attachments).set(to).where(eq(attachments.id, id));
}

/** Blanks a member's; answers how many. */
export async function erase(tx: Tx, memberId: string): Promise<number> {
  const blanked = await tx
    .update(attachments)
    .set({ webp: null })
    .where(and(eq(attachments.memberId, memberId), isNotNull(attachments.webp)))
    .returning({ id: attachments.id });
  return blanked.length;
}

/** Those that were added before a moment and never handed in; 200 at most. */
export async function stray(tx: Tx, before: Date): Promise<string[]> {
  const found = await tx
    .select({ id: attachments.id })
    .from(attachments)
    .where(and(isNull(attachments.contributionId), lt(attachments.addedAt, before)))
    .limit(200);
  return found.map(({ id }) => id);
}

/** Throws one away that is not handed in; false where it is. */
export async function removeLoose(tx: Tx, id: string): Promise<boolean> {
  const gone = await tx
    .delete(attachments)
    .where(and(eq(attachments.id, id), isNull(attachments.contributionId)))
    .returning({ id: attachments.id });
  return gone.length > 0;
}
