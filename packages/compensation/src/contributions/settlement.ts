import { type Entry, openingOf } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { moveCounters, type StoredCall } from '../calls/calls.store.ts';
import type { GovernedContext } from '../context.ts';
import * as store from './contributions.store.ts';
import type { Decision } from './decision.ts';

/** A review as the deciding entry shows it: with the salt, anyone can open the commitment in the review's leaf. */
type OpenedReview = {
  entryId: string;
  reviewerId: string;
  verdict: string;
  reasonHash: string;
  /** hex; null when the review's payload was erased meanwhile */
  salt: string | null;
};

/** What the payload of contribution.reviewed is: private until the decision opens it. */
export function reviewedPayload(review: Pick<store.ReviewRow, 'contributionId' | 'verdict' | 'reasonHash'>) {
  const { contributionId, verdict, reasonHash } = review;
  return { contributionId, verdict, reasonHash };
}

async function opened(tx: Tx, reviews: readonly store.ReviewRow[]): Promise<OpenedReview[]> {
  const openings = await openingOf(
    tx,
    reviews.map((review) => review.entryId),
  );
  return reviews.map(({ entryId, reviewerId, verdict, reasonHash }) => {
    return { entryId, reviewerId, verdict, reasonHash, salt: openings.get(entryId)?.salt ?? null };
  });
}

/**
 * Carries out a decision about a locked piece in a locked call: acceptance pays the frozen rate in the entry that
 * records it, rejection frees what was set aside. The machine acts, by rule; no hand can hold it up.
 */
export async function settle(
  tx: Tx,
  ctx: GovernedContext,
  piece: store.ContributionRow,
  call: StoredCall,
  reviews: readonly store.ReviewRow[],
  decision: Exclude<Decision, { state: 'waiting' }>,
): Promise<Entry> {
  const { currency } = call.terms;
  const accepted = decision.state === 'accepted';
  const entry = await recordAllowed(tx, ctx, {
    kind: `contribution.${decision.state}`,
    actor: null,
    subject: `contribution:${piece.id}`,
    payload: {
      contributionId: piece.id,
      callId: piece.callId,
      memberId: piece.authorId,
      kind: piece.kind,
      amount: accepted ? piece.amount.toString() : '0',
      currency,
      by: decision.by,
      submittedEntryId: piece.entryId,
      submittedAt: piece.submittedAt.toISOString(),
      decidedAt: decision.at.toISOString(),
      reviews: await opened(tx, reviews),
    },
    visibility: 'public',
    postings: accepted
      ? [
          { account: `escrow:${piece.callId}`, currency, amount: -piece.amount },
          { account: `member:${piece.authorId}`, currency, amount: piece.amount },
        ]
      : [],
    idempotencyKey: `contribution:${piece.id}:decided`,
  });
  await store.storeDecision(tx, piece.id, {
    state: decision.state,
    by: decision.by,
    at: decision.at,
    entryId: entry.id,
  });
  await moveCounters(tx, piece.callId, { held: -piece.hold, paid: accepted ? piece.amount : 0n });
  return entry;
}
