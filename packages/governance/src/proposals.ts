import { type Entry, type Json, priorEntry } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { type PolicyPatch, patchForKind, patchOnto } from './patch.ts';
import * as policies from './policies.store.ts';
import { requirePolicy } from './policies.ts';
import { mayDo, type PolicyInForce, type ProposalKind } from './policy.ts';
import * as store from './proposals.store.ts';
import type { Choice } from './tally.ts';
import { discussionEnd, takesBallots, votingWindow } from './timeline.ts';

const titleMax = 200;
const bodyMax = 20_000;

/** A proposal as its author writes it. */
export interface Draft {
  kind: ProposalKind;
  title: string;
  body: string;
  /** JSON Patch (RFC 6902) on the policy; empty for an open question */
  patch: PolicyPatch;
  /** hash of the policy that the patch was written against */
  against: string;
  idempotencyKey?: string | undefined;
}

type ProposeRefusal =
  | {
      ok: false;
      code: 'not_allowed' | 'patch_changes_nothing' | 'open_question_has_patch' | 'idempotency_conflict';
    }
  | { ok: false; code: 'title_length' | 'body_length'; min: number; max: number }
  | { ok: false; code: 'stale_policy'; inForce: string }
  | { ok: false; code: 'policy_patch_invalid' | 'rule_never_passes'; field: string; reason: string }
  | { ok: false; code: 'patch_outside_kind'; path: string };
export type Proposed = { ok: true; proposalId: string; entry: Entry } | ProposeRefusal;

function checkText(
  draft: Draft,
): { ok: true; title: string; body: string } | Extract<ProposeRefusal, { min: number }> {
  const [title, body] = [draft.title.trim(), draft.body.trim()];
  if (title.length < 1 || title.length > titleMax)
    return { ok: false, code: 'title_length', min: 1, max: titleMax };
  if (body.length > bodyMax) return { ok: false, code: 'body_length', min: 0, max: bodyMax };
  return { ok: true, title, body };
}

/**
 * Writes a draft. Everybody can read it; nothing is voted on until its author opens it. Errors in this order:
 * `idempotency_conflict`, `not_allowed`, `title_length`, `body_length`, `stale_policy` (written against another
 * version), then those of `patchForKind`.
 */
export async function propose(ctx: GovernedContext, draft: Draft): Promise<Proposed> {
  const { kind, patch, against, idempotencyKey } = draft;
  const input = { kind, title: draft.title, body: draft.body, patch, against } as unknown as Json;
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed')
      return { ok: true, proposalId: prior.entry.subject.slice('proposal:'.length), entry: prior.entry };
    await members.lockCollective(tx);
    const policy = await requirePolicy(tx);
    const { memberId, roles } = ctx.actor;
    if (memberId === null || !mayDo(policy.document, roles, 'propose'))
      return { ok: false, code: 'not_allowed' };
    const text = checkText(draft);
    if (!text.ok) return text;
    if (against !== policy.hash) return { ok: false, code: 'stale_policy', inForce: policy.hash };
    const fits = patchForKind(kind, policy.document, patch);
    if (!fits.ok) return fits;
    const { title, body } = text;
    const id = ctx.ids.next();
    const entry = await recordFact(tx, ctx, {
      kind: 'proposal.created',
      actor: memberId,
      subject: `proposal:${id}`,
      payload: { proposalId: id, kind, title, body, patch: patch as unknown as Json, against },
      visibility: 'public',
      idempotencyKey,
      input,
    });
    const written = { id, kind, title, body, patch, againstVersion: policy.version, authorId: memberId };
    await store.insert(tx, { ...written, ...fresh, createdAt: entry.time, entryId: entry.id });
    return { ok: true, proposalId: id, entry };
  });
}

const fresh = {
  state: 'draft',
  discussionEndsAt: null,
  votingOpenedAt: null,
  votingClosesAt: null,
  enactsAt: null,
  rule: null,
  tally: null,
  clashes: null,
  tallyEntryId: null,
  terms: {},
  definition: null,
  recused: [] as string[],
  affected: null,
  extendedAt: null,
  winners: null,
} as const;

export type Opened =
  | { ok: true; entry: Entry }
  | { ok: false; code: 'unknown_proposal' | 'not_author' | 'already_opened' }
  | { ok: false; code: 'stale_policy'; inForce: string };

/**
 * The author freezes the text: discussion begins, or the vote at once where the kind has none. Errors in this order:
 * `unknown_proposal`, `not_author`, `already_opened`, `stale_policy` (the policy has since changed under the patch).
 */
export async function openProposal(ctx: GovernedContext, id: string): Promise<Opened> {
  return ctx.db.transaction(async (tx) => {
    // Nobody joins and nothing is enacted between reading the rule and the voters and writing them down.
    await members.lockCollective(tx);
    const proposal = await store.lock(tx, id);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    if (proposal.authorId !== ctx.actor.memberId) return { ok: false, code: 'not_author' };
    if (proposal.state !== 'draft') return { ok: false, code: 'already_opened' };
    const policy = await requirePolicy(tx);
    if (proposal.kind !== 'open') {
      const standing = patchOnto(await writtenAgainst(tx, proposal), policy.document, proposal.patch);
      if (!standing.ok) return { ok: false, code: 'stale_policy', inForce: policy.hash };
    }
    const until = discussionEnd(policy.document.voting.kinds[proposal.kind], ctx.clock.now());
    if (until === null) return { ok: true, entry: await openVote(tx, ctx, proposal, policy) };
    const entry = await recordFact(tx, ctx, {
      kind: 'proposal.submitted',
      actor: proposal.authorId,
      subject: `proposal:${id}`,
      payload: { proposalId: id, discussionEndsAt: until.toISOString() },
      visibility: 'public',
    });
    await store.advance(tx, id, { state: 'discussion', discussionEndsAt: until });
    return { ok: true, entry };
  });
}

/** The policy document a proposal was written against. */
export async function writtenAgainst(tx: Tx, proposal: store.ProposalRow) {
  const row = await policies.byVersion(tx, proposal.againstVersion);
  if (!row) throw new Error(`proposal ${proposal.number} was written against no policy`);
  return row.document;
}

/** Opens the vote now, under the rule in force, for whoever is eligible now. */
export async function openVote(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  proposal: store.ProposalRow,
  policy: PolicyInForce,
): Promise<Entry> {
  const { id, kind, title, patch, authorId } = proposal;
  const { kinds, eligibleRoles } = policy.document.voting;
  const rule = kinds[kind];
  const { opensAt, closesAt } = votingWindow(rule, ctx.clock.now());
  const standing = await members.standing(tx);
  const eligible = standing
    .filter((member) => member.roles.some((role) => eligibleRoles.includes(role)))
    .map((member) => member.id);
  const against = await policies.byVersion(tx, proposal.againstVersion);
  const entry = await recordFact(tx, at(ctx, opensAt), {
    kind: 'proposal.opened',
    actor: authorId,
    subject: `proposal:${id}`,
    payload: {
      proposalId: id,
      kind,
      title,
      patch: patch as unknown as Json,
      against: against?.hash ?? '',
      rule: rule as unknown as Json,
      eligible,
      opensAt: opensAt.toISOString(),
      closesAt: closesAt.toISOString(),
    },
    visibility: 'public',
  });
  await store.advance(tx, id, { state: 'voting', votingOpenedAt: opensAt, votingClosesAt: closesAt, rule });
  await store.insertVoters(tx, id, eligible);
  return entry;
}

export type Cast =
  | { ok: true; replaced: Choice | null; closesAt: Date; entry: Entry }
  | {
      ok: false;
      code: 'idempotency_conflict' | 'unknown_proposal' | 'vote_not_open' | 'vote_closed' | 'not_eligible';
    };

/**
 * Casts a ballot, or changes the one cast before; both stand in the book, closed to everybody's eyes until the count.
 * Errors in this order: `idempotency_conflict`, `unknown_proposal`, `vote_not_open`, `vote_closed`, `not_eligible`
 * (not a member when the vote opened).
 */
export async function castBallot(
  ctx: GovernedContext,
  asked: { proposalId: string; choice: Choice; idempotencyKey?: string | undefined },
): Promise<Cast> {
  const { proposalId, choice, idempotencyKey } = asked;
  const memberId = ctx.actor.memberId ?? '';
  return ctx.db.transaction(async (tx) => {
    const input = { proposalId, choice };
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const proposal = await store.lock(tx, proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const { votingClosesAt: closesAt } = proposal;
    if (prior.state === 'replayed' && closesAt)
      return { ok: true, replaced: null, closesAt, entry: prior.entry };
    if (!closesAt) return { ok: false, code: 'vote_not_open' };
    const now = ctx.clock.now();
    if (!takesBallots(proposal, now)) return { ok: false, code: 'vote_closed' };
    if (!(await store.isVoter(tx, proposalId, memberId))) return { ok: false, code: 'not_eligible' };
    const standing = await store.ballotOf(tx, proposalId, memberId);
    // One instant decides and is recorded: a ballot in time never stands in the book as a late one.
    const entry = await recordFact(tx, at(ctx, now), {
      kind: 'ballot.cast',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, memberId, choice },
      visibility: 'private',
      idempotencyKey,
      input,
    });
    await store.cast(tx, { proposalId, memberId, choice, vote: null, castAt: entry.time, entryId: entry.id });
    return { ok: true, replaced: standing?.choice ?? null, closesAt, entry };
  });
}
