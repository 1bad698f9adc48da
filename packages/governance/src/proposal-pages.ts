import type { Tx } from '@uncaged/platform';
import { pseudonymsOf } from './members.ts';
import { type DiffLine, patchForKind } from './patch.ts';
import * as policies from './policies.store.ts';
import { policyHistory, requirePolicy } from './policies.ts';
import type { VoteRule } from './policy.ts';
import * as store from './proposals.store.ts';
import { writtenAgainst } from './proposals.ts';
import type { Choice, Tally } from './tally.ts';

/** Who, by id and by the name they go by now. */
interface Named {
  id: string;
  pseudonym: string | null;
}

/** A proposal as a list shows it. */
export interface ProposalSummary
  extends Pick<
    store.ProposalRow,
    | 'id'
    | 'number'
    | 'kind'
    | 'title'
    | 'state'
    | 'createdAt'
    | 'discussionEndsAt'
    | 'votingOpenedAt'
    | 'votingClosesAt'
    | 'enactsAt'
  > {
  author: Named;
  enactedVersion: number | null;
  /** null before the vote opened */
  eligible: number | null;
  cast: number;
  /** null before the close */
  tally: Tally | null;
}

/** A proposal as its page shows it. Ballots are empty until the close. */
export interface ProposalDetail extends ProposalSummary {
  body: string;
  patch: store.ProposalRow['patch'];
  against: { version: number; hash: string };
  againstInForce: boolean;
  diff: DiffLine[];
  rule: VoteRule;
  clashes: string[];
  ballots: { member: Named; choice: Choice; castAt: Date; entryId: string }[];
  mine: { eligible: boolean; choice: Choice | null } | null;
  entryId: string;
  tallyEntryId: string | null;
}

async function summaries(tx: Tx, found: readonly store.ProposalRow[]): Promise<ProposalSummary[]> {
  const turnouts = new Map((await store.turnouts(tx)).map((turnout) => [turnout.proposalId, turnout]));
  const versions = new Map((await policyHistory(tx)).map((step) => [step.proposal?.id, step.version]));
  const names = await pseudonymsOf(
    tx,
    found.map((row) => row.authorId),
  );
  return found.map((row) => ({
    id: row.id,
    number: row.number,
    kind: row.kind,
    title: row.title,
    author: { id: row.authorId, pseudonym: names.get(row.authorId) ?? null },
    state: row.state,
    createdAt: row.createdAt,
    discussionEndsAt: row.discussionEndsAt,
    votingOpenedAt: row.votingOpenedAt,
    votingClosesAt: row.votingClosesAt,
    enactsAt: row.enactsAt,
    enactedVersion: versions.get(row.id) ?? null,
    eligible: turnouts.get(row.id)?.eligible ?? null,
    cast: turnouts.get(row.id)?.cast ?? 0,
    tally: row.tally,
  }));
}

/** All proposals, newest first. */
export async function proposalsOf(tx: Tx): Promise<ProposalSummary[]> {
  return summaries(tx, await store.all(tx));
}

async function openBallots(tx: Tx, row: store.ProposalRow): Promise<ProposalDetail['ballots']> {
  if (row.tally === null) return [];
  const ballots = await store.ballotsOf(tx, row.id);
  const names = await pseudonymsOf(
    tx,
    ballots.map((ballot) => ballot.memberId),
  );
  return ballots.map(({ memberId, choice, castAt, entryId }) => ({
    member: { id: memberId, pseudonym: names.get(memberId) ?? null },
    choice,
    castAt,
    entryId,
  }));
}

async function standingOf(
  tx: Tx,
  row: store.ProposalRow,
  memberId: string | null,
): Promise<ProposalDetail['mine']> {
  if (memberId === null) return null;
  const ballot = await store.ballotOf(tx, row.id, memberId);
  return { eligible: await store.isVoter(tx, row.id, memberId), choice: ballot?.choice ?? null };
}

/** One proposal as the asking member (null: a visitor) may see it. Error: `unknown_proposal`. */
export async function proposalOf(
  tx: Tx,
  id: string,
  asking: string | null,
): Promise<{ ok: true; proposal: ProposalDetail } | { ok: false; code: 'unknown_proposal' }> {
  const row = await store.byId(tx, id);
  const [summary] = row ? await summaries(tx, [row]) : [];
  if (!row || !summary) return { ok: false, code: 'unknown_proposal' };
  const policy = await requirePolicy(tx);
  const against = await policies.byVersion(tx, row.againstVersion);
  const change = patchForKind(row.kind, await writtenAgainst(tx, row), row.patch);
  const proposal: ProposalDetail = {
    ...summary,
    body: row.body,
    patch: row.patch,
    against: { version: row.againstVersion, hash: against?.hash ?? '' },
    againstInForce: row.againstVersion === policy.version,
    diff: change.ok ? change.diff : [],
    rule: row.rule ?? policy.document.voting.kinds[row.kind],
    clashes: row.clashes ?? [],
    ballots: await openBallots(tx, row),
    mine: await standingOf(tx, row, asking),
    entryId: row.entryId,
    tallyEntryId: row.tallyEntryId,
  };
  return { ok: true, proposal };
}
