import { and, asc, eq, type InferSelectModel, type Tx } from '@uncaged/platform';
import type { SecretBallot } from './secret.ts';
import { ballotKeys, ballotPapers, secretBallots } from './tables.ts';

type PaperRow = InferSelectModel<typeof ballotPapers>;

export async function keepKey(tx: Tx, row: InferSelectModel<typeof ballotKeys>): Promise<void> {
  await tx.insert(ballotKeys).values(row);
}

export async function keyOf(tx: Tx, proposalId: string) {
  const [row] = await tx.select().from(ballotKeys).where(eq(ballotKeys.proposalId, proposalId));
  return row ?? null;
}

/** After the close nobody can sign a paper any more, and nobody needs to. */
export async function forgetKey(tx: Tx, proposalId: string): Promise<void> {
  await tx.update(ballotKeys).set({ privateKey: null }).where(eq(ballotKeys.proposalId, proposalId));
}

export async function keepPaper(tx: Tx, row: PaperRow): Promise<void> {
  await tx.insert(ballotPapers).values(row);
}

export async function paperOf(tx: Tx, proposalId: string, memberId: string): Promise<PaperRow | null> {
  const [row] = await tx
    .select()
    .from(ballotPapers)
    .where(and(eq(ballotPapers.proposalId, proposalId), eq(ballotPapers.memberId, memberId)));
  return row ?? null;
}

export async function papersGiven(tx: Tx, proposalId: string): Promise<number> {
  return tx.$count(ballotPapers, eq(ballotPapers.proposalId, proposalId));
}

export async function ballotBy(tx: Tx, proposalId: string, publicKey: string): Promise<SecretBallot | null> {
  const [row] = await tx
    .select()
    .from(secretBallots)
    .where(and(eq(secretBallots.proposalId, proposalId), eq(secretBallots.publicKey, publicKey)));
  return row?.ballot ?? null;
}

export async function keepBallot(tx: Tx, proposalId: string, ballot: SecretBallot): Promise<void> {
  await tx
    .insert(secretBallots)
    .values({ proposalId, publicKey: ballot.publicKey, ballot })
    .onConflictDoUpdate({ target: [secretBallots.proposalId, secretBallots.publicKey], set: { ballot } });
}

/** In the order of their keys, which says nothing about when they came. */
export async function secretBallotsOf(tx: Tx, proposalId: string): Promise<SecretBallot[]> {
  const found = await tx
    .select()
    .from(secretBallots)
    .where(eq(secretBallots.proposalId, proposalId))
    .orderBy(asc(secretBallots.publicKey));
  return found.map(({ ballot }) => ballot);
}
