import { sha256 } from '@noble/hashes/sha2.js';
import { framed, toHex } from '@uncaged/book/rules';
import { type CallTerms, reviewDeadline } from '../calls/terms.ts';
import { isKeepable } from '../money.ts';

export type Verdict = 'accept' | 'reject';
/** What decided: those who looked at it, nobody in time, or a panel after an appeal. */
export type DecidedBy = 'reviews' | 'silence' | 'appeal';

export interface Review {
  reviewerId: string;
  verdict: Verdict;
  at: Date;
}

export type Decision =
  | { state: 'waiting' }
  | { state: 'accepted' | 'rejected'; by: 'reviews' | 'silence'; at: Date };

/**
 * Decides about one piece of work from its reviews and the time alone. Whichever verdict first comes from
 * `reviewsNeeded` reviewers decides, at the time of the review that completed it. Without that, silence accepts
 * at the review deadline. Reviews at or after the deadline are not looked at; nothing here reads what a review
 * says or who wrote the piece.
 */
export function decide(
  terms: Pick<CallTerms, 'reviewsNeeded' | 'reviewDays'>,
  submittedAt: Date,
  reviews: readonly Review[],
  now: Date,
): Decision {
  const deadline = reviewDeadline(terms, submittedAt);
  const counts = { accept: 0, reject: 0 };
  const inTime = reviews.filter((review) => review.at < deadline && review.at <= now);
  for (const review of inTime.sort((a, b) => a.at.getTime() - b.at.getTime())) {
    counts[review.verdict] += 1;
    if (counts[review.verdict] === terms.reviewsNeeded) {
      const state = review.verdict === 'accept' ? 'accepted' : 'rejected';
      return { state, by: 'reviews', at: review.at };
    }
  }
  return now >= deadline ? { state: 'accepted', by: 'silence', at: deadline } : { state: 'waiting' };
}

/** A piece as far as a review has to know it. */
export interface Reviewable {
  authorId: string;
  /** who was drawn to review it; null while nobody is */
  panel: readonly string[] | null;
  submittedAt: Date;
  reviews: readonly Review[];
  /** what the store says: a decided piece takes no further review, whatever the clock says */
  state: 'waiting' | 'accepted' | 'rejected';
}

export type ReviewRefusal = {
  ok: false;
  code:
    | 'own_work'
    | 'reviewers_not_drawn'
    | 'not_drawn'
    | 'already_reviewed'
    | 'already_decided'
    | 'review_late'
    | 'reason_missing'
    | 'reason_too_long'
    | 'text_malformed';
};

export const reasonLimit = 5_000;

/**
 * Whether this member may give this verdict now.
 * Errors, in the order they are tested: own_work, already_reviewed, already_decided, reviewers_not_drawn, not_drawn,
 * review_late, reason_missing, reason_too_long, text_malformed.
 */
export function mayReview(
  terms: Pick<CallTerms, 'reviewsNeeded' | 'reviewDays' | 'reviewerSeats'>,
  piece: Reviewable,
  review: { reviewerId: string; verdict: Verdict; reason: string },
  now: Date,
): { ok: true } | ReviewRefusal {
  if (piece.authorId === review.reviewerId) return { ok: false, code: 'own_work' };
  if (piece.reviews.some((given) => given.reviewerId === review.reviewerId)) {
    return { ok: false, code: 'already_reviewed' };
  }
  if (piece.state !== 'waiting') return { ok: false, code: 'already_decided' };
  if (terms.reviewerSeats !== null && piece.panel === null) return { ok: false, code: 'reviewers_not_drawn' };
  if (terms.reviewerSeats !== null && !piece.panel?.includes(review.reviewerId))
    return { ok: false, code: 'not_drawn' };
  if (now >= reviewDeadline(terms, piece.submittedAt)) return { ok: false, code: 'review_late' };
  return mayAnswer(review);
}

export type ReasonCode = 'reason_missing' | 'reason_too_long' | 'text_malformed';

/** Whether an answer says why as it must. Errors in this order: reason_missing (of a no), reason_too_long, text_malformed. */
export function mayAnswer(answer: {
  verdict: Verdict;
  reason: string;
}): { ok: true } | { ok: false; code: ReasonCode } {
  const reason = answer.reason.trim();
  if (answer.verdict === 'reject' && reason === '') return { ok: false, code: 'reason_missing' };
  if (reason.length > reasonLimit) return { ok: false, code: 'reason_too_long' };
  return isKeepable(reason) ? { ok: true } : { ok: false, code: 'text_malformed' };
}

/**
 * SHA-256, in hex, over salt and reason: stands in the review's entry in place of the reason, which only the
 * author and reviewers of the piece may read, and which can be erased.
 */
export function reasonHash(salt: Uint8Array, reason: string): string {
  return toHex(sha256(framed('uncaged/review-reason/v1', salt, reason)));
}
