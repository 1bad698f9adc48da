import type { CallTerms, WorkKind } from '../calls/terms.ts';
import type { ContributionRow, ReviewRow } from './contributions.store.ts';
import type { Verdict } from './decision.ts';
import type { GenerationSnapshot } from './submission.ts';

/** Who looks. `mayReview` is whether policy lets their roles judge work at all. */
export interface Viewer {
  memberId: string | null;
  mayReview: boolean;
}

interface ReviewView {
  verdict: Verdict;
  reason: string | null;
  reviewerId: string | null;
  mine: boolean;
  at: Date;
  entryId: string;
}

export interface ContributionView {
  id: string;
  callId: string;
  callTitle: string;
  generationId: string;
  kind: WorkKind;
  text: string | null;
  atMs: number | null;
  frame: number | null;
  generation: GenerationSnapshot | null;
  authorId: string | null;
  mine: boolean;
  submittedAt: Date;
  reviewBy: Date;
  state: 'waiting' | 'accepted' | 'rejected';
  decidedAt: Date | null;
  decidedBy: 'reviews' | 'silence' | null;
  amount: bigint;
  currency: string;
  answers: number;
  reviews: ReviewView[];
  mayReview: boolean;
  entryId: string;
  decisionEntryId: string | null;
}

/**
 * A piece as this viewer may see it. The words, and the seed and settings with them, are for its author, for
 * whoever reviewed or may review it, and for the maker of the clip. While it waits nobody but the author sees who
 * wrote it, nobody sees who answered, and reviewers see no other verdict than their own: the work is judged, not
 * the name, and not by following the first who spoke.
 */
export function viewOf(
  row: ContributionRow,
  terms: Pick<CallTerms, 'title' | 'currency'>,
  reviews: readonly ReviewRow[],
  viewer: Viewer,
  now: Date,
): ContributionView {
  const { memberId } = viewer;
  const own = reviews.filter((review) => review.contributionId === row.id);
  const mine = memberId !== null && row.authorId === memberId;
  const reviewed = own.some((review) => review.reviewerId === memberId);
  const decided = row.state !== 'waiting';
  const inTime = !decided && now < row.reviewBy;
  const mayReview = memberId !== null && viewer.mayReview && inTime && !mine && !reviewed;
  const open = mine || reviewed || mayReview || (memberId !== null && row.generation.makerId === memberId);
  const shown = own.filter(
    (review) => mine || review.reviewerId === memberId || (decided && memberId !== null),
  );
  return {
    id: row.id,
    callId: row.callId,
    callTitle: terms.title,
    generationId: row.generationId,
    kind: row.kind,
    text: open ? row.body : null,
    atMs: row.atMs,
    frame: row.frame,
    generation: open ? row.generation : null,
    authorId: mine || decided ? row.authorId : null,
    mine,
    submittedAt: row.submittedAt,
    reviewBy: row.reviewBy,
    state: row.state,
    decidedAt: row.decidedAt,
    decidedBy: row.decidedBy,
    amount: row.amount,
    currency: terms.currency,
    answers: own.length,
    reviews: shown.map((review) => reviewView(review, memberId, { open, decided })),
    mayReview,
    entryId: row.entryId,
    decisionEntryId: row.decisionEntryId,
  };
}

function reviewView(
  review: ReviewRow,
  memberId: string | null,
  seen: { open: boolean; decided: boolean },
): ReviewView {
  const mine = memberId !== null && review.reviewerId === memberId;
  const { verdict, reason, reviewerId, reviewedAt, entryId } = review;
  return {
    verdict,
    reason: seen.open ? reason : null,
    reviewerId: mine || seen.decided ? reviewerId : null,
    mine,
    at: reviewedAt,
    entryId,
  };
}
