import { and, asc, desc, eq, type InferSelectModel, inArray, rows, sql, type Tx } from '@uncaged/platform';
import type { Affected, Count } from './counts.ts';
import type { Definition } from './methods/types.ts';
import type { VoteRule } from './policy.ts';
import { ballots, proposals, proposalVoters } from './tables.ts';
import type { ProposalState } from './timeline.ts';

export type ProposalRow = InferSelectModel<typeof proposals>;
export type BallotRow = InferSelectModel<typeof ballots>;

export async function insert(tx: Tx, row: Omit<ProposalRow, 'number'>): Promise<ProposalRow> {
  const [last] = await rows<{ n: number }>(tx, sql`select coalesce(max(number), 0)::int as n from proposals`);
  const numbered = { ...row, number: (last?.n ?? 0) + 1 };
  await tx.insert(proposals).values(numbered);
  return numbered;
}

export async function byId(tx: Tx, id: string): Promise<ProposalRow | null> {
  const [row] = await tx.select().from(proposals).where(eq(proposals.id, id));
  return row ?? null;
}

/** The same, kept from changing until the transaction ends. */
export async function lock(tx: Tx, id: string): Promise<ProposalRow | null> {
  const [row] = await tx.select().from(proposals).where(eq(proposals.id, id)).for('update');
  return row ?? null;
}

/** Newest first. */
export async function all(tx: Tx): Promise<ProposalRow[]> {
  return tx.select().from(proposals).orderBy(desc(proposals.number));
}

export async function inStates(tx: Tx, states: readonly ProposalState[]): Promise<ProposalRow[]> {
  return tx
    .select()
    .from(proposals)
    .where(inArray(proposals.state, [...states]))
    .orderBy(asc(proposals.number));
}

/** The vote that a clash opened; null where there is none. */
export async function rebaseOf(tx: Tx, id: string): Promise<ProposalRow | null> {
  const [row] = await tx.select().from(proposals).where(sql`${proposals.terms} ->> 'rebases' = ${id}`);
  return row ?? null;
}

export async function byIds(tx: Tx, ids: readonly string[]): Promise<ProposalRow[]> {
  return ids.length === 0
    ? []
    : tx
        .select()
        .from(proposals)
        .where(inArray(proposals.id, [...ids]));
}

/** New words, before the vote. The database refuses them after. */
export async function rewrite(
  tx: Tx,
  id: string,
  words: Pick<ProposalRow, 'title' | 'body' | 'patch' | 'terms' | 'againstVersion'>,
): Promise<void> {
  await tx.update(proposals).set(words).where(eq(proposals.id, id));
}

/** What happens to a proposal over time. */
export interface Progress {
  state: ProposalState;
  definition?: Definition | null;
  recused?: string[];
  affected?: Affected | null;
  extendedAt?: Date;
  winners?: string[] | null;
  discussionEndsAt?: Date;
  votingOpenedAt?: Date;
  votingClosesAt?: Date;
  enactsAt?: Date | null;
  rule?: VoteRule;
  tally?: Count;
  tallyEntryId?: string;
  clashes?: string[];
}
export async function advance(tx: Tx, id: string, progress: Progress): Promise<void> {
  await tx.update(proposals).set(progress).where(eq(proposals.id, id));
}

export async function insertVoters(tx: Tx, proposalId: string, memberIds: readonly string[]): Promise<void> {
  if (memberIds.length === 0) return;
  await tx.insert(proposalVoters).values(memberIds.map((memberId) => ({ proposalId, memberId })));
}

/** The snapshot of who may vote, in the order of their ids. */
export async function votersOf(tx: Tx, proposalId: string): Promise<string[]> {
  const found = await tx
    .select()
    .from(proposalVoters)
    .where(eq(proposalVoters.proposalId, proposalId))
    .orderBy(asc(proposalVoters.memberId));
  return found.map(({ memberId }) => memberId);
}

export async function isVoter(tx: Tx, proposalId: string, memberId: string): Promise<boolean> {
  const found = await tx
    .select()
    .from(proposalVoters)
    .where(and(eq(proposalVoters.proposalId, proposalId), eq(proposalVoters.memberId, memberId)));
  return found.length > 0;
}

/** Open votes in which a member may vote and no ballot of theirs stands. */
export async function unvoted(tx: Tx, memberId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    tx,
    sql`select p.id from proposals p
        join proposal_voters v on v.proposal_id = p.id and v.member_id = ${memberId}
        where p.state = 'voting' and not exists (
          select from ballots b where b.proposal_id = p.id and b.member_id = ${memberId})`,
  );
  return found.map(({ id }) => id);
}

/** The ballots that count, in the order of member ids. */
export async function ballotsOf(tx: Tx, proposalId: string): Promise<BallotRow[]> {
  return tx.select().from(ballots).where(eq(ballots.proposalId, proposalId)).orderBy(asc(ballots.memberId));
}

export async function ballotOf(tx: Tx, proposalId: string, memberId: string): Promise<BallotRow | null> {
  const [row] = await tx
    .select()
    .from(ballots)
    .where(and(eq(ballots.proposalId, proposalId), eq(ballots.memberId, memberId)));
  return row ?? null;
}

/** Casts, or changes what was cast before. */
export async function cast(tx: Tx, row: BallotRow): Promise<void> {
  const { choice, vote, castAt, entryId } = row;
  await tx
    .insert(ballots)
    .values(row)
    .onConflictDoUpdate({
      target: [ballots.proposalId, ballots.memberId],
      set: { choice, vote, castAt, entryId },
    });
}

export interface Turnout {
  proposalId: string;
  eligible: number;
  cast: number;
}
/** How many may vote and how many did, for every proposal whose vote was opened. */
export async function turnouts(tx: Tx): Promise<Turnout[]> {
  return rows<Turnout>(
    tx,
    sql`select v.proposal_id as "proposalId", count(*)::int as eligible, count(b.member_id)::int as cast
        from proposal_voters v
        left join ballots b on b.proposal_id = v.proposal_id and b.member_id = v.member_id
        group by v.proposal_id`,
  );
}
