import { and, eq, type Tx } from '@uncaged/platform';
import { findingCommitments } from '../tables.ts';

export type CommitmentRow = typeof findingCommitments.$inferSelect;

export async function insertCommitment(tx: Tx, row: CommitmentRow): Promise<void> {
  await tx.insert(findingCommitments).values(row);
}

export async function commitmentOf(
  tx: Tx,
  { callId, memberId, commitment }: Pick<CommitmentRow, 'callId' | 'memberId' | 'commitment'>,
): Promise<CommitmentRow | null> {
  const [row] = await tx
    .select()
    .from(findingCommitments)
    .where(
      and(
        eq(findingCommitments.callId, callId),
        eq(findingCommitments.memberId, memberId),
        eq(findingCommitments.commitment, commitment),
      ),
    );
  return row ?? null;
}
