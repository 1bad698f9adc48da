import { type Entry, priorEntry } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { recordInput } from '../book-entry.ts';
import { moveCounters } from '../calls/calls.store.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
  notBefore,
} from '../context.ts';
import type { Minor } from '../money.ts';
import * as store from './contributions.store.ts';
import { contributionOf } from './contributions.ts';
import { decide, mayReview, type ReviewRefusal, reasonHash, type Verdict } from './decision.ts';
import { type DuplicateCode, type Found, mayCallLater } from './finding.ts';
import { type Locked, lockPiece } from './locked.ts';
import { reviewedPayload, settle } from './settlement.ts';
import type { ContributionView } from './view.ts';

export interface ReviewGiven extends Idempotent {
  contributionId: string;
  verdict: Verdict;
  reason: string;
  /** with an accept: the piece in which another found the same before */
  duplicateOf?: string | undefined;
}

export interface ReviewTaken {
  ok: true;
  contribution: ContributionView;
  verdict: Verdict;
  paid: { amount: Minor; currency: string };
  entry: Entry;
  replayed: boolean;
}

const asRules = (reviews: readonly store.ReviewRow[]) =>
  reviews.map(({ reviewerId, verdict, reviewedAt }) => ({ reviewerId, verdict, at: reviewedAt }));

/**
 * Takes a member's verdict on another's work, pays the review, and carries out the decision when this verdict
 * makes it. Errors, in the order they are tested: idempotency_conflict, unknown_contribution, those of
 * `mayReview`, those of `mayCallLater`.
 */
export async function review(
  given: GovernedContext,
  asked: ReviewGiven,
): Promise<
  | ReviewTaken
  | ReviewRefusal
  | IdempotencyConflict
  | { ok: false; code: 'unknown_contribution' | DuplicateCode }
> {
  const asking = atOneInstant(given);
  const reviewerId = memberActing(asking);
  const { idempotencyKey, contributionId, verdict, reason } = asked;
  const duplicateOf = verdict === 'accept' ? (asked.duplicateOf ?? null) : null;
  const named = duplicateOf === null ? {} : { duplicateOf };
  const input = { what: 'review', contributionId, verdict, reason, ...named };
  return asking.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return replayed(tx, asking, asked, reviewerId, prior.entry);
    const locked = await lockPiece(tx, contributionId);
    if (!locked) return { ok: false, code: 'unknown_contribution' };
    const { piece, call } = locked;
    const ctx = notBefore(
      asking,
      locked.reviews.map(({ reviewedAt }) => reviewedAt),
    );
    const reviewable = { ...piece, reviews: asRules(locked.reviews) };
    const allowed = mayReview(call.terms, reviewable, { reviewerId, verdict, reason }, ctx.now);
    if (!allowed.ok) return allowed;
    const later = duplicateOf === null ? null : await callsLater(tx, piece, duplicateOf);
    if (later?.ok === false) return later;
    const { row, entry } = await take(tx, ctx, locked, { ...asked, reviewerId, duplicateOf, input });
    const reviews = [...locked.reviews, row];
    const decision = decide(call.terms, piece.submittedAt, asRules(reviews), ctx.now);
    if (decision.state !== 'waiting')
      await settle(tx, ctx, { ...locked, reviews }, decision, piece.hold - row.paid);
    const contribution = await contributionOf(tx, ctx, contributionId);
    if (!contribution) throw new Error(`contribution ${contributionId} vanished under its lock`);
    const paid = { amount: row.paid, currency: call.terms.currency };
    return { ok: true, contribution, verdict, paid, entry, replayed: false };
  });
}

async function take(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  { piece, call }: Locked,
  asked: Omit<ReviewGiven, 'duplicateOf'> & {
    reviewerId: string;
    duplicateOf: string | null;
    input: { [key: string]: string };
  },
): Promise<{ row: store.ReviewRow; entry: Entry }> {
  const { reviewerId, verdict, duplicateOf, idempotencyKey, input } = asked;
  const { currency, reviewRate } = call.terms;
  const reason = asked.reason.trim();
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const facts = {
    contributionId: piece.id,
    reviewerId,
    verdict,
    reason,
    reasonSalt: salt,
    reasonHash: reasonHash(salt, reason),
    duplicateOf,
    paid: reviewRate,
    reviewedAt: ctx.now,
  };
  const fact = {
    kind: 'contribution.reviewed',
    actor: reviewerId,
    subject: `contribution:${piece.id}`,
    payload: reviewedPayload(facts),
    visibility: 'private' as const,
    postings:
      reviewRate === 0n
        ? []
        : [
            { account: `escrow:${piece.callId}`, currency, amount: -reviewRate },
            { account: `member:${reviewerId}`, currency, amount: reviewRate },
          ],
  };
  const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
  const row = { ...facts, entryId: entry.id };
  await store.insertReview(tx, row);
  await store.reduceHold(tx, piece.id, reviewRate);
  await moveCounters(tx, piece.callId, { held: -reviewRate, paid: reviewRate });
  return { row, entry };
}

async function replayed(
  tx: Tx,
  ctx: GovernedContext,
  asked: ReviewGiven,
  reviewerId: string,
  entry: Entry,
): Promise<ReviewTaken | IdempotencyConflict> {
  const contribution = await contributionOf(tx, ctx, asked.contributionId);
  const reviews = await store.reviewsOf(tx, [asked.contributionId]);
  const own = reviews.find((row) => row.reviewerId === reviewerId);
  if (!contribution || own?.entryId !== entry.id) return { ok: false, code: 'idempotency_conflict' };
  const paid = { amount: own.paid, currency: contribution.currency };
  return { ok: true, contribution, verdict: own.verdict, paid, entry, replayed: true };
}

/** Accepts by silence a piece whose reviewers let the deadline pass. False when it was decided meanwhile. */
export async function acceptBySilence(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  contributionId: string,
): Promise<boolean> {
  const locked = await lockPiece(tx, contributionId);
  if (locked?.piece.state !== 'waiting') return false;
  const { piece, call, reviews } = locked;
  const decision = decide(call.terms, piece.submittedAt, asRules(reviews), ctx.now);
  if (decision.state === 'waiting') return false;
  await settle(tx, ctx, locked, decision, piece.hold);
  return true;
}

function asFound(row: store.ContributionRow): Found {
  return { ...row, foundAt: row.foundAt ?? row.submittedAt };
}

async function callsLater(tx: Tx, piece: store.ContributionRow, duplicateOf: string) {
  const first = await store.contributionById(tx, duplicateOf);
  return mayCallLater(asFound(piece), first && asFound(first));
}

/** What a reviewer can point at as found before a piece. */
export interface EarlierFinding {
  id: string;
  foundAt: Date;
  text: string | null;
  generationId: string | null;
}

/** Most findings that are shown beside one. */
const earlierLimit = 200;

/**
 * What others found before this piece in the same call, for whoever is asked to review it now: so that a later finding
 * is known for one. Empty for everybody else, and where nobody is first at such work.
 */
export async function earlierFindings(
  tx: Tx,
  given: GovernedContext,
  contributionId: string,
): Promise<EarlierFinding[]> {
  const view = await contributionOf(tx, given, contributionId);
  const piece = view?.mayReview ? await store.contributionById(tx, contributionId) : null;
  if (!piece) return [];
  const earlier = await store.foundBefore(tx, piece, earlierLimit);
  return earlier
    .filter((first) => mayCallLater(asFound(piece), asFound(first)).ok)
    .map(({ id, foundAt, submittedAt, body, generationId }) => {
      return { id, foundAt: foundAt ?? submittedAt, text: body, generationId };
    });
}
