import type { Entry } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { recordFact } from './facts.ts';
import * as options from './options.store.ts';
import * as store from './proposals.store.ts';
import type { ProposalState } from './timeline.ts';

/** Until a change is in force, whoever was asked can answer, and answer otherwise. */
export const consentTaken: readonly ProposalState[] = ['draft', 'discussion', 'voting', 'passed', 'canary'];

export type Consented =
  | { ok: true; entry: Entry }
  | { ok: false; code: 'unknown_proposal' | 'consent_not_asked' | 'decision_made' };

/**
 * Answers where one's own consent was asked for; no answer is a no. Errors in this order: `unknown_proposal`,
 * `consent_not_asked`, `decision_made` (it is in force, or will never be).
 */
export async function consentToProposal(
  ctx: GovernedContext,
  proposalId: string,
  yes: boolean,
): Promise<Consented> {
  return ctx.db.transaction(async (tx) => {
    const proposal = await store.lock(tx, proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const { memberId } = ctx.actor;
    if (memberId === null || !proposal.terms.needsConsentOf?.includes(memberId))
      return { ok: false, code: 'consent_not_asked' };
    if (!consentTaken.includes(proposal.state)) return { ok: false, code: 'decision_made' };
    const entry = await recordFact(tx, ctx, {
      kind: 'proposal.consent',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, memberId, yes },
      visibility: 'public',
    });
    const row = { proposalId, memberId, yes, answeredAt: entry.time, entryId: entry.id };
    await options.answerConsent(tx, row);
    return { ok: true, entry };
  });
}

/**
 * Ends a passed proposal that lacks the own yes of somebody it asked, whatever the vote said. Answers whether it did.
 */
export async function vetoWithoutConsent(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  proposal: store.ProposalRow,
): Promise<boolean> {
  const { id, terms } = proposal;
  const answers = await options.consentsOf(tx, id);
  const missing = (terms.needsConsentOf ?? []).filter(
    (asked) => !answers.some(({ memberId, yes }) => memberId === asked && yes),
  );
  if (missing.length === 0) return false;
  await recordFact(tx, ctx, {
    kind: 'proposal.vetoed',
    actor: null,
    subject: `proposal:${id}`,
    payload: { proposalId: id, without: missing },
    visibility: 'public',
  });
  await store.advance(tx, id, { state: 'vetoed' });
  return true;
}
