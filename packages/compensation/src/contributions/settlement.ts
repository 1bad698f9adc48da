import { type Entry, type Json, openingOf } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { moveCounters, type StoredCall } from '../calls/calls.store.ts';
import { appealDeadline, appealHold } from '../calls/terms.ts';
import type { GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import * as store from './contributions.store.ts';
import type { DecidedBy, Decision } from './decision.ts';
import { agreedDuplicate, laterAmount } from './finding.ts';
import type { Locked } from './locked.ts';

/** A review as the deciding entry shows it: with the salt, anyone can open the commitment in the review's leaf. */
type OpenedReview = {
  entryId: string;
  reviewerId: string;
  verdict: string;
  reasonHash: string;
  duplicateOf?: string;
  /** hex; null when the review's payload was erased meanwhile */
  salt: string | null;
};

/** What the payload of contribution.reviewed is: private until the decision opens it. */
export function reviewedPayload(
  review: Pick<store.ReviewRow, 'contributionId' | 'verdict' | 'reasonHash' | 'duplicateOf'>,
) {
  const { contributionId, verdict, reasonHash, duplicateOf } = review;
  return { contributionId, verdict, reasonHash, ...(duplicateOf === null ? {} : { duplicateOf }) };
}

async function opened(tx: Tx, reviews: readonly store.ReviewRow[]): Promise<OpenedReview[]> {
  const openings = await openingOf(
    tx,
    reviews.map((review) => review.entryId),
  );
  return reviews.map(({ entryId, reviewerId, verdict, reasonHash, duplicateOf }) => {
    const salt = openings.get(entryId)?.salt ?? null;
    return {
      entryId,
      reviewerId,
      verdict,
      reasonHash,
      ...(duplicateOf === null ? {} : { duplicateOf }),
      salt,
    };
  });
}

/** What the entry that drew a piece's reviewers said, opened: with the salt, anyone can check it against its leaf. */
async function openedDraw(tx: Tx, entryId: string | null): Promise<{ [key: string]: Json }> {
  if (entryId === null) return {};
  const opening = (await openingOf(tx, [entryId])).get(entryId);
  return {
    drawn: opening ? { entryId, said: opening.payload, salt: opening.salt } : { entryId, said: null },
  };
}

/** What a decision says of the piece: all that its payment can be recomputed from. */
export function decidedPayload(
  piece: store.ContributionRow,
  { currency }: StoredCall['terms'],
  decision: { by: DecidedBy; at: Date; paid: Minor },
): { [key: string]: Json } {
  return {
    contributionId: piece.id,
    callId: piece.callId,
    memberId: piece.authorId,
    kind: piece.kind,
    amount: decision.paid.toString(),
    currency,
    by: decision.by,
    submittedEntryId: piece.entryId,
    submittedAt: piece.submittedAt.toISOString(),
    decidedAt: decision.at.toISOString(),
    ...(piece.milestone === '' ? {} : { milestone: piece.milestone }),
    ...(piece.minutes === null ? {} : { minutes: piece.minutes }),
    ...(piece.units === null ? {} : { units: piece.units }),
    ...(piece.commitmentId === null ? {} : { commitmentId: piece.commitmentId }),
  };
}

export function payment(piece: store.ContributionRow, currency: string, amount: Minor) {
  if (amount === 0n) return [];
  return [
    { account: `escrow:${piece.callId}`, currency, amount: -amount },
    { account: `member:${piece.authorId}`, currency, amount },
  ];
}

/** What was found before, where more than half of those who accepted say so and it was not rejected since. */
async function foundBefore(
  tx: Tx,
  { call, reviews }: Locked,
  decision: Exclude<Decision, { state: 'waiting' }>,
): Promise<string | null> {
  if (decision.state !== 'accepted' || decision.by !== 'reviews' || !call.terms.laterShare) return null;
  const named = agreedDuplicate(reviews.filter(({ verdict }) => verdict === 'accept'));
  if (named === null) return null;
  const first = await store.contributionById(tx, named);
  return first === null || first.state === 'rejected' ? null : named;
}

/**
 * Carries out a decision about a locked piece in a locked call: acceptance pays the frozen rate in the entry that
 * records it, or the share of it that a later finding is paid; rejection frees what was set aside but for what an appeal
 * can need. The machine acts, by rule; no hand can hold it up. `held`: what is still set aside for the piece.
 */
export async function settle(
  tx: Tx,
  ctx: GovernedContext,
  locked: Locked,
  decision: Exclude<Decision, { state: 'waiting' }>,
  held: Minor,
): Promise<Entry> {
  const { piece, call, reviews } = locked;
  const { terms } = call;
  const accepted = decision.state === 'accepted';
  const duplicateOf = await foundBefore(tx, locked, decision);
  const due = duplicateOf === null ? piece.amount : laterAmount(piece.amount, terms.laterShare);
  const paid = accepted ? due : 0n;
  const entry = await recordAllowed(tx, ctx, {
    kind: `contribution.${decision.state}`,
    actor: null,
    subject: `contribution:${piece.id}`,
    payload: {
      ...decidedPayload(piece, terms, { ...decision, paid }),
      ...(duplicateOf === null ? {} : { duplicateOf }),
      reviews: await opened(tx, reviews),
      ...(await openedDraw(tx, piece.drawnEntryId)),
    },
    visibility: 'public',
    postings: payment(piece, terms.currency, paid),
    idempotencyKey: `contribution:${piece.id}:decided`,
  });
  const hold = accepted ? 0n : appealHold(terms, piece.amount);
  await store.storeDecision(tx, piece.id, {
    state: decision.state,
    decidedBy: decision.by,
    decidedAt: decision.at,
    decisionEntryId: entry.id,
    ...{ hold, duplicateOf },
    // Its part of a shared sum is known when the call closes.
    paid: accepted && piece.units !== null ? null : paid,
    appealBy: accepted ? null : appealDeadline(terms, decision.at),
  });
  await moveCounters(tx, piece.callId, { held: hold - held, paid });
  return entry;
}
