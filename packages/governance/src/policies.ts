import type { BookContext, Entry, Json } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { isYesNo } from './counts.ts';
import { canaryByHash } from './enactment.store.ts';
import { recordFact } from './facts.ts';
import { type ClauseOrigin, clauseOrigins, originOf, type PolicyStep } from './origins.ts';
import { type DiffLine, diffPolicies } from './patch.ts';
import * as store from './policies.store.ts';
import type { Policy, PolicyInForce } from './policy.ts';
import { policyHash } from './policy-hash.ts';
import * as proposals from './proposals.store.ts';
import { clauseWords } from './safeguards.ts';
import type { Tally } from './tally.ts';

/** A proposal as history names it. */
export interface ProposalBrief {
  id: string;
  number: number;
  title: string;
}

/** One version of the policy: its document, and the vote that made it (null at genesis). */
export interface PolicyVersion extends PolicyInForce {
  previousHash: string | null;
  at: Date;
  entryId: string;
  proposal: ProposalBrief | null;
  /** the measure that set it, or that ended with it, without a vote before */
  emergencyId: string | null;
}

function inForce(row: store.PolicyRow): PolicyInForce {
  return { version: row.version, hash: row.hash, document: row.document };
}

/** The policy in force, or null before the founding. */
export async function policyInForce(tx: Tx): Promise<PolicyInForce | null> {
  const row = await store.latest(tx);
  return row && inForce(row);
}

/** The same inside a collective that was founded; anything else is a broken invariant and throws. */
export async function requirePolicy(tx: Tx): Promise<PolicyInForce> {
  const policy = await policyInForce(tx);
  if (!policy) throw new Error('there is no policy: nothing was founded');
  return policy;
}

async function withProposals(tx: Tx, found: readonly store.PolicyRow[]): Promise<PolicyVersion[]> {
  const ids = found.flatMap((row) => row.proposalId ?? []);
  const briefs = new Map(
    (await proposals.byIds(tx, ids)).map(({ id, number, title }) => [id, { id, number, title }]),
  );
  return found.map((row) => ({
    ...inForce(row),
    previousHash: row.previousHash,
    at: row.enactedAt,
    entryId: row.entryId,
    proposal: row.proposalId === null ? null : (briefs.get(row.proposalId) ?? null),
    emergencyId: row.emergencyId,
  }));
}

/** The policy that something names by version and hash: one that was in force, or on trial beside that version. */
export async function policyNamed(tx: Tx, version: number, hash: string): Promise<PolicyInForce | null> {
  const row = await store.byVersion(tx, version);
  if (row?.hash === hash) return inForce(row);
  const canary = await canaryByHash(tx, hash);
  return canary && { version, hash, document: canary.document };
}

/** The last policy in force that had this hash; null where there was none. */
export async function policyOfHash(tx: Tx, hash: string): Promise<PolicyInForce | null> {
  const row = await store.byHash(tx, hash);
  return row && inForce(row);
}

/** The policy that was in force at a moment; null before the founding. */
export async function policyAt(tx: Tx, moment: Date): Promise<PolicyVersion | null> {
  const then = (await policyHistory(tx)).filter((version) => version.at <= moment);
  return then.at(-1) ?? null;
}

/** All versions from genesis on. */
export async function policyHistory(tx: Tx): Promise<PolicyVersion[]> {
  return withProposals(tx, await store.all(tx));
}

/** One version with where each of its clauses comes from; `null` stands for the one in force. */
export async function policyVersion(
  tx: Tx,
  version: number | null,
): Promise<
  | { ok: true; policy: PolicyVersion; origins: ClauseOrigin<ProposalBrief>[] }
  | { ok: false; code: 'unknown_policy_version' }
> {
  const history = await policyHistory(tx);
  const upTo = version === null ? history : history.filter((step) => step.version <= version);
  const policy = upTo.at(-1);
  if (!policy || (version !== null && policy.version !== version))
    return { ok: false, code: 'unknown_policy_version' };
  return { ok: true, policy, origins: clauseOrigins(upTo) };
}

/** What changed from one version to another. */
export async function policyDiff(
  tx: Tx,
  from: number,
  to: number,
): Promise<{ ok: true; diff: DiffLine[] } | { ok: false; code: 'unknown_policy_version' }> {
  const [before, after] = [await store.byVersion(tx, from), await store.byVersion(tx, to)];
  if (!before || !after) return { ok: false, code: 'unknown_policy_version' };
  return { ok: true, diff: diffPolicies(before.document, after.document) };
}

/** Why the machine refused: the clause with its words, and the vote that set it. Genesis clauses name no proposal. */
export interface Enforcement {
  clause: string;
  text: string;
  policyVersion: number;
  policyHash: string;
  /** version in which the clause got its present words */
  setInVersion: number;
  proposalId: string | null;
  proposalNumber: number | null;
  proposalTitle: string | null;
  tally: Tally | null;
  /** the book entry that enacted the clause */
  entryId: string;
}

/**
 * Names clause, policy version, proposal and vote behind something that a policy enforces. `clause` is the JSON
 * Pointer of a clause that stands in this policy. Throws when the policy is not one of this collective's versions.
 */
export async function enforcementOf(tx: Tx, policy: PolicyInForce, clause: string): Promise<Enforcement> {
  const enacted = (await policyHistory(tx)).filter((step) => step.version <= policy.version);
  const trial = enacted.at(-1)?.hash === policy.hash ? null : await onTrial(tx, policy);
  const history = trial ? [...enacted, trial] : enacted;
  const origin = originOf<ProposalBrief>(history as PolicyStep<ProposalBrief>[], clause);
  const step = history.find((one) => one.version === origin?.version);
  if (!origin || !step)
    throw new Error(`policy version ${policy.version} is not in this collective's history`);
  const proposal = step.proposal && (await proposals.byId(tx, step.proposal.id));
  return {
    clause,
    text: clauseWords(policy.document, clause),
    policyVersion: policy.version,
    policyHash: policy.hash,
    setInVersion: origin.version,
    proposalId: proposal?.id ?? null,
    proposalNumber: proposal?.number ?? null,
    proposalTitle: proposal?.title ?? null,
    tally: proposal?.tally && isYesNo(proposal.tally) ? proposal.tally : null,
    entryId: step.entryId,
  };
}

/** The policy on trial, as if it were the version after the one in force; null where it was never on trial. */
async function onTrial(tx: Tx, { version, hash, document }: PolicyInForce): Promise<PolicyVersion | null> {
  const canary = await canaryByHash(tx, hash);
  if (!canary) return null;
  const proposal = await proposals.byId(tx, canary.proposalId);
  const { startedAt: at, entryId } = canary;
  const brief = proposal && { id: proposal.id, number: proposal.number, title: proposal.title };
  const previousHash = (await store.byVersion(tx, version))?.hash ?? null;
  return {
    version: version + 1,
    hash,
    document,
    previousHash,
    at,
    entryId,
    proposal: brief,
    emergencyId: null,
  };
}

/**
 * Puts a document in force as the next version and records it. The caller holds the lock on the collective and has
 * checked the document and, past genesis, that its proposal passed.
 */
export async function enactPolicy(
  tx: Tx,
  ctx: BookContext,
  enacted: {
    document: Policy;
    proposalId: string | null;
    actor: string | null;
    emergencyId?: string;
    /** that something is taken back: at its sunset, or because no vote kept it */
    why?: 'sunset' | 'emergency_ended';
  },
): Promise<{ policy: PolicyInForce; entry: Entry }> {
  const before = await store.latest(tx);
  const { document, proposalId, actor, emergencyId = null, why } = enacted;
  const more = { ...(emergencyId !== null && { emergencyId }), ...(why && { why }) };
  const version = (before?.version ?? 0) + 1;
  const hash = policyHash(document);
  const previousHash = before?.hash ?? null;
  const entry = await recordFact(tx, ctx, {
    kind: 'policy.enacted',
    actor,
    subject: `policy:${version}`,
    payload: { version, hash, previousHash, document: document as unknown as Json, proposalId, ...more },
    visibility: 'public',
  });
  const row = { version, hash, previousHash, document, proposalId, emergencyId };
  await store.append(tx, { ...row, entryId: entry.id, enactedAt: entry.time });
  return { policy: { version, hash, document }, entry };
}
