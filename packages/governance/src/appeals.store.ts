import { and, asc, desc, eq, type InferSelectModel, inArray, type Tx } from '@uncaged/platform';
import { appeals, appealVotes } from './enactment.tables.ts';

export type AppealRow = InferSelectModel<typeof appeals>;
export type AppealVoteRow = InferSelectModel<typeof appealVotes>;

export async function insert(tx: Tx, row: AppealRow): Promise<void> {
  await tx.insert(appeals).values(row);
}

export async function byId(tx: Tx, id: string): Promise<AppealRow | null> {
  const [row] = await tx.select().from(appeals).where(eq(appeals.id, id));
  return row ?? null;
}

export async function bySubject(tx: Tx, subject: string): Promise<AppealRow | null> {
  const [row] = await tx.select().from(appeals).where(eq(appeals.subject, subject));
  return row ?? null;
}

/** The same, kept from changing until the transaction ends. */
export async function lock(tx: Tx, id: string): Promise<AppealRow | null> {
  const [row] = await tx.select().from(appeals).where(eq(appeals.id, id)).for('update');
  return row ?? null;
}

/** Newest first. */
export async function all(tx: Tx): Promise<AppealRow[]> {
  return tx.select().from(appeals).orderBy(desc(appeals.openedAt), desc(appeals.id));
}

/** Appeals that are not decided, the oldest first. */
export async function undecided(tx: Tx): Promise<AppealRow[]> {
  return tx
    .select()
    .from(appeals)
    .where(inArray(appeals.state, ['opened', 'judging']))
    .orderBy(asc(appeals.openedAt), asc(appeals.id));
}

/** Appeals that succeeded for these words. */
export async function overturned(tx: Tx, wordsHashes: readonly string[]): Promise<AppealRow[]> {
  if (wordsHashes.length === 0) return [];
  return tx
    .select()
    .from(appeals)
    .where(and(eq(appeals.state, 'overturned'), inArray(appeals.wordsHash, [...wordsHashes])))
    .orderBy(asc(appeals.decidedAt), asc(appeals.id));
}

/** What every appeal that succeeded is good for. */
export async function overturnedHashes(tx: Tx): Promise<string[]> {
  const found = await tx
    .select({ hash: appeals.wordsHash })
    .from(appeals)
    .where(eq(appeals.state, 'overturned'));
  return found.map(({ hash }) => hash);
}

export async function update(tx: Tx, id: string, set: Partial<Omit<AppealRow, 'id'>>): Promise<void> {
  await tx.update(appeals).set(set).where(eq(appeals.id, id));
}

/** In the order of member ids. */
export async function votesOf(tx: Tx, id: string): Promise<AppealVoteRow[]> {
  return tx.select().from(appealVotes).where(eq(appealVotes.appealId, id)).orderBy(asc(appealVotes.memberId));
}

/** Judges, or changes what was judged before. */
export async function judge(tx: Tx, row: AppealVoteRow): Promise<void> {
  const { overturn, reason, votedAt, entryId } = row;
  await tx
    .insert(appealVotes)
    .values(row)
    .onConflictDoUpdate({
      target: [appealVotes.appealId, appealVotes.memberId],
      set: { overturn, reason, votedAt, entryId },
    });
}
