import type { Tx } from '@uncaged/platform';
import { consentTaken } from './consents.ts';
import { isYesNo } from './counts.ts';
import * as members from './members.store.ts';
import type { Definition, OptionTally, VoteMethod } from './methods/types.ts';
import * as options from './options.store.ts';
import {
  definitionOf,
  type OptionVote,
  optionMethod,
  original,
  statusQuo,
  statusQuoTitle,
} from './options.ts';
import { changesPolicy, type DiffLine, patchForKind } from './patch.ts';
import * as policies from './policies.store.ts';
import { type ProposalBrief, policyHistory, requirePolicy } from './policies.ts';
import { mayDo, type Policy, type VoteRule, voteRuleOf } from './policy.ts';
import * as store from './proposals.store.ts';
import * as secrets from './secret.store.ts';
import { isSecret, papersUntil, type SecretBallot } from './secret.ts';
import { writtenAgainst } from './standing.ts';
import type { Choice, Tally } from './tally.ts';
import { takesBallots } from './timeline.ts';

/** Who, by id and by the name they go by now. */
interface Named {
  id: string;
  pseudonym: string | null;
}

/** What a ballot may name. */
interface BallotOption {
  key: string;
  title: string;
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
  /** null: the machine opened the vote by itself */
  author: Named | null;
  enactedVersion: number | null;
  /** null before the vote opened */
  eligible: number | null;
  cast: number;
  /** nobody learns who voted how; then `cast` stays 0 */
  secretBallots: boolean;
  /** of a vote by yes and no; null before the close */
  tally: Tally | null;
  /** by which it is counted, or would be if the vote opened now */
  method: VoteMethod;
  /** of a vote among options; null before the close */
  optionTally: OptionTally | null;
  winners: BallotOption[];
  /** how many amendments, answers or candidates stand */
  standing: number;
}

interface OptionView
  extends Pick<options.OptionRow, 'key' | 'body' | 'patch' | 'state' | 'createdAt' | 'entryId'> {
  title: string;
  diff: DiffLine[];
  member: Named | null;
  author: Named;
  may: { withdraw: boolean; accept: boolean };
}

/** What the asking member has said, and can do now. */
interface Mine {
  eligible: boolean;
  choice: Choice | null;
  vote: OptionVote | null;
  recused: boolean;
  consent: boolean | null;
  may: Record<'open' | 'revise' | 'withdraw' | 'amend' | 'stand' | 'layDown' | 'cast' | 'consent', boolean>;
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
  ballots: { member: Named; choice: Choice | null; vote: OptionVote | null; castAt: Date; entryId: string }[];
  mine: Mine | null;
  entryId: string;
  tallyEntryId: string | null;
  terms: store.ProposalRow['terms'];
  options: OptionView[];
  ballotOptions: BallotOption[];
  definition: Definition | null;
  extendedAt: Date | null;
  recused: Named[];
  affected: { roles: readonly string[]; eligible: number } | null;
  consents: { member: Named; yes: boolean | null }[];
  delegations: { from: Named; to: Named; entryId: string }[];
  /** Of a secret vote, once it is open. */
  secret: SecretVote | null;
  rebases: ProposalBrief | null;
  rebasedBy: ProposalBrief | null;
}

/** What a voter needs to know of a secret vote, and after the close its opened ballots. */
export interface SecretVote {
  /** of the key that signs papers, as JWK writes it */
  modulus: string;
  papersUntil: Date;
  /** with fewer ballots than this none is opened */
  fewest: number;
  papersGiven: number;
  /** whether the asking member got a paper */
  mine: boolean;
  ballots: Omit<SecretBallot, 'signature' | 'token' | 'randomizer'>[];
}

async function secretOf(tx: Tx, row: store.ProposalRow, asking: string | null): Promise<SecretVote | null> {
  const { votingOpenedAt: opened, votingClosesAt: closes } = row;
  const key = await secrets.keyOf(tx, row.id);
  if (!key || !opened || !closes) return null;
  const found = row.tally === null ? [] : await secrets.secretBallotsOf(tx, row.id);
  return {
    modulus: key.modulus,
    papersUntil: papersUntil(opened, closes),
    fewest: key.fewest,
    papersGiven: await secrets.papersGiven(tx, row.id),
    mine: asking !== null && (await secrets.paperOf(tx, row.id, asking)) !== null,
    ballots: (found.length < key.fewest ? [] : found).map(({ publicKey, revision, choice, vote }) => {
      return { publicKey, revision, choice, vote };
    }),
  };
}

/** Everybody by id, in the name they go by now. */
async function namesOf(tx: Tx): Promise<(id: string) => Named> {
  const names = new Map((await members.all(tx)).map((row) => [row.id, row.pseudonym]));
  return (id) => ({ id, pseudonym: names.get(id) ?? null });
}

function titled(
  row: store.ProposalRow,
  put: readonly options.OptionRow[],
  named: (id: string) => Named,
): (key: string) => BallotOption {
  return (key) => {
    if (key === statusQuo) return { key, title: statusQuoTitle };
    if (key === original) return { key, title: row.title };
    const option = put.find((one) => one.key === key);
    const title = option?.memberId
      ? (named(option.memberId).pseudonym ?? 'somebody who left')
      : option?.title;
    return { key, title: title ?? key };
  };
}

/** The rule of the vote as it opened; before, the one in force; for a kind that no policy has any more, a change's. */
function ruleOf(row: store.ProposalRow, policy: Policy): VoteRule {
  return row.rule ?? voteRuleOf(policy, row.kind) ?? policy.voting.kinds.policy;
}

async function summaries(tx: Tx, found: readonly store.ProposalRow[]): Promise<ProposalSummary[]> {
  const turnouts = new Map((await store.turnouts(tx)).map((turnout) => [turnout.proposalId, turnout]));
  const versions = new Map<string, number>();
  for (const { proposal, version } of await policyHistory(tx))
    if (proposal && !versions.has(proposal.id)) versions.set(proposal.id, version);
  const standing = await options.standingCounts(tx);
  const named = await namesOf(tx);
  const { document } = await requirePolicy(tx);
  return Promise.all(
    found.map(async (row) => {
      const { winners, tally } = row;
      const title = titled(row, winners ? await options.optionsOf(tx, row.id) : [], named);
      const count = standing.get(row.id) ?? 0;
      return {
        id: row.id,
        number: row.number,
        kind: row.kind,
        title: row.title,
        author: row.authorId === null ? null : named(row.authorId),
        state: row.state,
        createdAt: row.createdAt,
        discussionEndsAt: row.discussionEndsAt,
        votingOpenedAt: row.votingOpenedAt,
        votingClosesAt: row.votingClosesAt,
        enactsAt: row.enactsAt,
        enactedVersion: versions.get(row.id) ?? null,
        eligible: turnouts.get(row.id)?.eligible ?? null,
        cast: turnouts.get(row.id)?.cast ?? 0,
        secretBallots: isSecret(ruleOf(row, document), row.terms),
        tally: tally && isYesNo(tally) ? tally : null,
        method: methodOf(row, ruleOf(row, document), count),
        optionTally: tally && !isYesNo(tally) ? tally : null,
        winners: (winners ?? []).map(title),
        standing: count,
      };
    }),
  );
}

function methodOf(row: store.ProposalRow, rule: VoteRule, standing: number): VoteMethod {
  if (row.rule) return row.definition?.method ?? 'yes_no';
  const among = row.kind === 'election' || standing > 0;
  return (among ? optionMethod(rule, row.terms) : null) ?? 'yes_no';
}

/** All proposals, newest first. */
export async function proposalsOf(tx: Tx): Promise<ProposalSummary[]> {
  return summaries(tx, await store.all(tx));
}

/**
 * What waits for a member: votes in which their ballot, or their paper for a secret one, is still to come, and proposals
 * that need their own yes. On a paper only its holder knows what was said, so a secret ballot waits for nobody.
 */
export async function waitingFor(tx: Tx, memberId: string, now: Date): Promise<string[]> {
  const unvoted = new Set(await store.unvoted(tx, memberId));
  const waits = async (row: store.ProposalRow): Promise<boolean> => {
    if ((row.terms.needsConsentOf ?? []).includes(memberId)) {
      const answers = await options.consentsOf(tx, row.id);
      if (!answers.some((one) => one.memberId === memberId)) return true;
    }
    if (!unvoted.has(row.id)) return false;
    const { rule, votingOpenedAt: opened, votingClosesAt: closes } = row;
    if (!rule || !opened || !closes || !isSecret(rule, row.terms)) return takesBallots(row, now);
    return now < papersUntil(opened, closes) && !(await secrets.paperOf(tx, row.id, memberId));
  };
  const found: string[] = [];
  for (const row of await store.inStates(tx, consentTaken)) if (await waits(row)) found.push(row.id);
  return found;
}

async function openBallots(
  tx: Tx,
  row: store.ProposalRow,
  named: (id: string) => Named,
): Promise<ProposalDetail['ballots']> {
  if (row.tally === null) return [];
  const ballots = await store.ballotsOf(tx, row.id);
  return ballots.map(({ memberId, ...ballot }) => ({ member: named(memberId), ...shown(ballot) }));
}

function shown({ choice, vote, castAt, entryId }: Omit<store.BallotRow, 'memberId'>) {
  return { choice, vote, castAt, entryId };
}

function optionViews(
  row: store.ProposalRow,
  put: readonly options.OptionRow[],
  base: Policy,
  asking: string | null,
  named: (id: string) => Named,
): OptionView[] {
  const title = titled(row, put, named);
  const open = wordsOpen(row);
  return put.map((option) => {
    const { key, body, patch, state, createdAt, entryId, memberId, authorId } = option;
    const change = patch && patchForKind(row.kind, base, patch);
    const stands = open && state === 'put';
    const may = {
      withdraw: stands && asking === authorId,
      accept: stands && patch !== null && asking !== null && asking === row.authorId,
    };
    return {
      ...{ key, body, patch, state, createdAt, entryId, title: title(key).title, may },
      diff: change?.ok ? change.diff : [],
      member: memberId === null ? null : named(memberId),
      author: named(authorId),
    };
  });
}

function wordsOpen({ state }: store.ProposalRow): boolean {
  return state === 'draft' || state === 'discussion';
}

async function mineOf(
  tx: Tx,
  row: store.ProposalRow,
  policy: Policy,
  put: readonly options.OptionRow[],
  asking: string | null,
): Promise<Mine | null> {
  const member = asking === null ? null : await members.byId(tx, asking);
  if (!member) return null;
  const { id } = member;
  const ballot = await store.ballotOf(tx, row.id, id);
  const eligible = await store.isVoter(tx, row.id, id);
  const answer = (await options.consentsOf(tx, row.id)).find(({ memberId }) => memberId === id);
  const [own, open] = [row.authorId === id, wordsOpen(row)];
  const [elects, stands] = [
    row.kind === 'election',
    put.some((one) => one.memberId === id && one.state === 'put'),
  ];
  const takesOptions =
    ruleOf(row, policy).options !== undefined &&
    (changesPolicy(row.kind) || (row.kind === 'open' && put.length > 0));
  const may = {
    open: own && row.state === 'draft',
    revise: own && open,
    withdraw: own && open,
    amend: open && takesOptions && mayDo(policy, member.roles, 'propose'),
    stand: open && elects && !stands && member.roles.some((one) => policy.voting.eligibleRoles.includes(one)),
    layDown: open && stands,
    cast: row.state === 'voting' && eligible,
    consent: (row.terms.needsConsentOf ?? []).includes(id) && consentTaken.includes(row.state),
  };
  return {
    ...{ eligible, may, choice: ballot?.choice ?? null, vote: ballot?.vote ?? null },
    recused: row.recused.includes(id),
    consent: answer?.yes ?? null,
  };
}

function brief(row: store.ProposalRow | null): ProposalBrief | null {
  return row && { id: row.id, number: row.number, title: row.title };
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
  const rule = ruleOf(row, policy.document);
  const against = await policies.byVersion(tx, row.againstVersion);
  const base = await writtenAgainst(tx, row);
  const change = patchForKind(row.kind, base, row.patch);
  const named = await namesOf(tx);
  const put = await options.optionsOf(tx, id);
  const keys = put.filter(({ state }) => state === 'put').map(({ key }) => key);
  const definition = row.rule ? row.definition : definitionOf(row.kind, rule, row.terms, keys);
  const answers = await options.consentsOf(tx, id);
  const followed = await options.countedDelegationsOf(tx, id);
  const proposal: ProposalDetail = {
    ...summary,
    body: row.body,
    patch: row.patch,
    against: { version: row.againstVersion, hash: against?.hash ?? '' },
    againstInForce: row.againstVersion === policy.version,
    diff: change.ok ? change.diff : [],
    rule,
    clashes: row.clashes ?? [],
    ballots: await openBallots(tx, row, named),
    mine: await mineOf(tx, row, policy.document, put, asking),
    entryId: row.entryId,
    tallyEntryId: row.tallyEntryId,
    terms: row.terms,
    options: optionViews(row, put, base, asking, named),
    ballotOptions: (definition?.options ?? []).map(titled(row, put, named)),
    definition: row.definition,
    extendedAt: row.extendedAt,
    recused: row.recused.map(named),
    affected: row.affected && { roles: row.affected.roles, eligible: row.affected.eligible.length },
    consents: (row.terms.needsConsentOf ?? []).map((asked) => ({
      member: named(asked),
      yes: answers.find(({ memberId }) => memberId === asked)?.yes ?? null,
    })),
    delegations: followed.map(({ fromId, toId, entryId }) => ({
      from: named(fromId),
      to: named(toId),
      entryId,
    })),
    secret: await secretOf(tx, row, asking),
    rebases: row.terms.rebases === undefined ? null : brief(await store.byId(tx, row.terms.rebases)),
    rebasedBy: brief(await store.rebaseOf(tx, id)),
  };
  return { ok: true, proposal };
}
