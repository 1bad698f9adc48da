import { type Entry, priorEntry } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { recordInput } from '../book-entry.ts';
import { lockCall, moveCounters, type StoredCall } from '../calls/calls.store.ts';
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
import { reviewedPayload, settle } from './settlement.ts';
import type { ContributionView } from './view.ts';

export interface ReviewGiven extends Idempotent {
  contributionId: string;
  verdict: Verdict;
  reason: string;
}

export interface ReviewTaken {
  ok: true;
  contribution: ContributionView;
  verdict: Verdict;
  paid: { amount: Minor; currency: string };
  entry: Entry;
  replayed: boolean;
}

type Locked = { piece: store.ContributionRow; call: StoredCall; reviews: store.ReviewRow[] };

/** Locks in one order everywhere, piece then call, so that two decisions never wait for each other crosswise. */
async function lockPiece(tx: Tx, id: string): Promise<Locked | null> {
  const piece = await store.lockContribution(tx, id);
  if (!piece) return null;
  const call = await lockCall(tx, piece.callId);
  if (!call) throw new Error(`contribution ${id} belongs to no call`);
  return { piece, call, reviews: await store.reviewsOf(tx, [id]) };
}

const asRules = (reviews: readonly store.ReviewRow[]) =>
  reviews.map(({ reviewerId, verdict, reviewedAt }) => ({ reviewerId, verdict, at: reviewedAt }));

/**
 * Takes a member's verdict on another's work, pays the review, and carries out the decision when this verdict
 * makes it. Errors, in the order they are tested: idempotency_conflict, unknown_contribution, those of
 * `mayReview`.
 */
export async function review(
  given: GovernedContext,
  asked: ReviewGiven,
): Promise<ReviewTaken | ReviewRefusal | IdempotencyConflict | { ok: false; code: 'unknown_contribution' }> {
  const asking = atOneInstant(given);
  const reviewerId = memberActing(asking);
  const { idempotencyKey, contributionId, verdict, reason } = asked;
  const input = { what: 'review', contributionId, verdict, reason };
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
    const { row, entry } = await take(tx, ctx, locked, { ...asked, reviewerId, input });
    const reviews = [...locked.reviews, row];
    const decision = decide(call.terms, piece.submittedAt, asRules(reviews), ctx.now);
    if (decision.state !== 'waiting') {
      const left = { ...piece, hold: piece.hold - row.paid };
      await settle(tx, ctx, left, call, reviews, decision);
    }
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
  asked: ReviewGiven & { reviewerId: string; input: { [key: string]: string } },
): Promise<{ row: store.ReviewRow; entry: Entry }> {
  const { reviewerId, verdict, idempotencyKey, input } = asked;
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
  await settle(tx, ctx, piece, call, reviews, decision);
  return true;
}
