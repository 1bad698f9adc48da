import type { Context, Tx } from '@uncaged/platform';
import { checkPatch } from './drafts.ts';
import { recordFact } from './facts.ts';
import { rebasedPatch } from './patch.ts';
import { requirePolicy } from './policies.ts';
import { voteRuleOf } from './policy.ts';
import * as store from './proposals.store.ts';
import { openDiscussion, writeDraft } from './proposals.ts';
import { patchVoted, writtenAgainst } from './standing.ts';
import { discussionEnd } from './timeline.ts';

/** Says that what passed cannot take effect: something else changed these clauses first. */
export async function recordClash(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  proposalId: string,
  clauses: string[],
  inForce: string,
): Promise<void> {
  await recordFact(tx, ctx, {
    kind: 'proposal.clashed',
    actor: null,
    subject: `proposal:${proposalId}`,
    payload: { proposalId, clauses, inForce },
    visibility: 'public',
  });
  await store.advance(tx, proposalId, { state: 'clash', clashes: clauses });
}

/** A kind without discussion gets this much of one, so that there is time for amendments that reconcile the two. */
const discussionHours = 24;

/**
 * Opens the vote that a clash needs, by itself and with no author: the passed words put over the policy as it now
 * stands, or that policy as it is, or whatever members put beside them in its discussion. Answers its id; null where
 * there is nothing to vote on: the words say what is in force already, or make no policy of it any more.
 */
export async function openRebase(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  clashed: store.ProposalRow,
): Promise<string | null> {
  const policy = await requirePolicy(tx);
  const { kind, number, title, body } = clashed;
  const rule = voteRuleOf(policy.document, kind);
  const patch = rebasedPatch(
    await writtenAgainst(tx, clashed),
    policy.document,
    await patchVoted(tx, clashed),
  );
  if (!rule || !patch || !(await checkPatch(tx, kind, policy.document, patch)).ok) return null;
  const until =
    discussionEnd(rule, ctx.clock.now()) ?? discussionEnd({ ...rule, discussionHours }, ctx.clock.now());
  if (!until) throw new Error('a rebase vote has no discussion');
  const { id } = await writeDraft(tx, ctx, {
    kind,
    title,
    body: `Proposal ${number} passed, and something else changed the same clause first. This vote settles it.\n\n${body}`,
    patch,
    against: policy.hash,
    terms: { ...kept(clashed), rebases: clashed.id },
    authorId: null,
    answers: [],
    policy,
  });
  await openDiscussion(tx, ctx, { id, authorId: null }, until);
  return id;
}

/** What the first vote was told of what follows holds for the second too. */
function kept({ terms }: store.ProposalRow) {
  const { method, canary, sunsetDays, reviewDays, needsConsentOf } = terms;
  return {
    ...(method && { method }),
    ...(canary && { canary }),
    ...(sunsetDays && { sunsetDays }),
    ...(reviewDays && { reviewDays }),
    ...(needsConsentOf && { needsConsentOf }),
  };
}
