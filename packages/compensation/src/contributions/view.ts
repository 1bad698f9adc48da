import type { WorkKind } from '../calls/kinds.ts';
import type { CallTerms } from '../calls/terms.ts';
import type { AppealRow, AppealVoteRow } from './appeals.store.ts';
import type { AttachmentHead } from './attachments.store.ts';
import type { ContributionRow, ReviewRow } from './contributions.store.ts';
import type { DecidedBy, Verdict } from './decision.ts';
import type { GenerationSnapshot, Region } from './submission.ts';

/** Who looks. `mayReview` is whether policy lets their roles judge work at all. */
export interface Viewer {
  memberId: string | null;
  mayReview: boolean;
}

interface ReviewView {
  verdict: Verdict;
  reason: string | null;
  reviewerId: string | null;
  duplicateOf: string | null;
  mine: boolean;
  at: Date;
  entryId: string;
}

/** An appeal against a rejection; why, and what the panel says, is for its author and for the panel. */
export interface AppealView {
  state: AppealRow['state'];
  openedAt: Date;
  reason: string | null;
  answersBy: Date | null;
  decidedAt: Date | null;
  seats: number;
  answers: number;
  judgements: { verdict: Verdict; reason: string | null; mine: boolean }[];
  /** whether the one who looks is asked to judge now */
  mayJudge: boolean;
  entryId: string;
  decidedEntryId: string | null;
}

export interface ContributionView {
  id: string;
  callId: string;
  callTitle: string;
  generationId: string | null;
  modelId: string | null;
  kind: WorkKind;
  /** of a milestone */
  milestone: { key: string; title: string } | null;
  minutes: number | null;
  units: number | null;
  text: string | null;
  /** pictures that came with it, for whoever sees its words, but for those that were erased */
  attachments: { id: string; sha256: string }[];
  atMs: number | null;
  frame: number | null;
  region: Region | null;
  generation: GenerationSnapshot | null;
  authorId: string | null;
  mine: boolean;
  submittedAt: Date;
  /** when it was committed to, where it was; else when it was handed in */
  foundAt: Date;
  committed: boolean;
  reviewBy: Date;
  /** how many were drawn to review it; null while nobody is, and where anybody may */
  reviewers: number | null;
  state: 'waiting' | 'accepted' | 'rejected';
  decidedAt: Date | null;
  decidedBy: DecidedBy | null;
  /** what it is paid when it is accepted; 0 where a sum is shared at the close of the call */
  amount: bigint;
  /** what it was paid; null while it waits, and while a sum is not shared yet */
  paid: bigint | null;
  currency: string;
  duplicateOf: string | null;
  answers: number;
  reviews: ReviewView[];
  mayReview: boolean;
  /** whether its author can ask a panel to look again, and until when */
  appealBy: Date | null;
  appeal: AppealView | null;
  entryId: string;
  decisionEntryId: string | null;
}

/** What came with a piece, and what was answered to it. */
export interface Came {
  pictures: readonly AttachmentHead[];
  reviews: readonly ReviewRow[];
  appeal: AppealRow | null;
  votes: readonly AppealVoteRow[];
}

/**
 * A piece as this viewer may see it. The words, and the seed and settings with them, are for its author, for
 * whoever reviewed or may review it, and for the maker of the clip. While it waits nobody but the author sees who
 * wrote it, nobody sees who answered, and reviewers see no other verdict than their own: the work is judged, not
 * the name, and not by following the first who spoke. Of its author's standing nothing is shown to anybody.
 */
export function viewOf(
  row: ContributionRow,
  terms: Pick<CallTerms, 'title' | 'currency' | 'reviewerSeats' | 'milestones'>,
  { pictures, reviews, appeal, votes }: Came,
  viewer: Viewer,
  now: Date,
): ContributionView {
  const { memberId } = viewer;
  const mine = memberId !== null && row.authorId === memberId;
  const reviewed = reviews.some((review) => review.reviewerId === memberId);
  const decided = row.state !== 'waiting';
  const inTime = !decided && now < row.reviewBy;
  const asked =
    terms.reviewerSeats === null || (memberId !== null && (row.panel?.includes(memberId) ?? false));
  const mayReview = memberId !== null && viewer.mayReview && asked && inTime && !mine && !reviewed;
  const onPanel = memberId !== null && (appeal?.panel?.includes(memberId) ?? false);
  const open =
    mine || reviewed || mayReview || onPanel || (memberId !== null && row.generation?.makerId === memberId);
  const shown = reviews.filter(
    (review) => mine || review.reviewerId === memberId || (decided && memberId !== null),
  );
  const milestone = terms.milestones.find(({ key }) => key === row.milestone);
  return {
    id: row.id,
    callId: row.callId,
    callTitle: terms.title,
    generationId: row.generationId,
    modelId: row.modelId,
    kind: row.kind,
    milestone: milestone ? { key: milestone.key, title: milestone.title } : null,
    minutes: row.minutes,
    units: row.units,
    text: open ? row.body : null,
    attachments: pictures.filter(({ erased }) => open && !erased).map(({ id, sha256 }) => ({ id, sha256 })),
    atMs: row.atMs,
    frame: row.frame,
    region: row.region,
    generation: open ? row.generation : null,
    authorId: mine || decided ? row.authorId : null,
    mine,
    submittedAt: row.submittedAt,
    foundAt: row.foundAt ?? row.submittedAt,
    committed: row.commitmentId !== null,
    reviewBy: row.reviewBy,
    reviewers: row.panel?.length ?? null,
    state: row.state,
    decidedAt: row.decidedAt,
    decidedBy: row.decidedBy,
    amount: row.amount,
    paid: row.state === 'accepted' ? paidOf(row) : null,
    currency: terms.currency,
    duplicateOf: row.duplicateOf,
    answers: reviews.length,
    reviews: shown.map((review) => reviewView(review, memberId, { open, decided })),
    mayReview,
    appealBy: mine && appeal === null && row.appealBy !== null && now < row.appealBy ? row.appealBy : null,
    appeal: appeal && appealView(appeal, votes, memberId, { mine, onPanel, now }),
    entryId: row.entryId,
    decisionEntryId: row.decisionEntryId,
  };
}

/** What acceptance paid; null while its sum is not shared yet. */
function paidOf({ paid, amount, units }: ContributionRow): bigint | null {
  return paid === null && units === null ? amount : paid;
}

function reviewView(
  review: ReviewRow,
  memberId: string | null,
  seen: { open: boolean; decided: boolean },
): ReviewView {
  const mine = memberId !== null && review.reviewerId === memberId;
  const { verdict, reason, reviewerId, duplicateOf, reviewedAt, entryId } = review;
  return {
    verdict,
    reason: seen.open ? reason : null,
    reviewerId: mine || seen.decided ? reviewerId : null,
    duplicateOf,
    mine,
    at: reviewedAt,
    entryId,
  };
}

function appealView(
  appeal: AppealRow,
  votes: readonly AppealVoteRow[],
  memberId: string | null,
  { mine, onPanel, now }: { mine: boolean; onPanel: boolean; now: Date },
): AppealView {
  const { state, openedAt, answersBy, decidedAt, entryId, decidedEntryId } = appeal;
  const decided = decidedAt !== null;
  const judged = votes.some((vote) => vote.memberId === memberId);
  const shown = votes.filter((vote) => vote.memberId === memberId || (mine && decided));
  return {
    ...{ state, openedAt, answersBy, decidedAt, entryId, decidedEntryId },
    reason: mine || onPanel ? appeal.reason : null,
    seats: appeal.panel?.length ?? 0,
    answers: votes.length,
    judgements: shown.map((vote) => {
      return { verdict: vote.verdict, reason: vote.reason, mine: vote.memberId === memberId };
    }),
    mayJudge: onPanel && !judged && state === 'judging' && answersBy !== null && now < answersBy,
  };
}
