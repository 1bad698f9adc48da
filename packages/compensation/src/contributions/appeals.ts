import { checkpointOver, type Entry, type Json, openingOf, priorEntry } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import { lockMembership } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed, recordInput } from '../book-entry.ts';
import { moveCounters } from '../calls/calls.store.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import { appealPanel, appealVerdict } from './appeal.ts';
import * as store from './appeals.store.ts';
import * as pieces from './contributions.store.ts';
import { contributionOf } from './contributions.ts';
import { mayAnswer, type ReasonCode, type Verdict } from './decision.ts';
import { type Locked, lockPiece } from './locked.ts';
import { mayJudge } from './reviewers.ts';
import { decidedPayload, payment } from './settlement.ts';
import type { ContributionView } from './view.ts';

const day = 86_400_000;

export type AppealRefusal =
  | IdempotencyConflict
  | { ok: false; code: 'unknown_contribution' | 'not_yours' | 'not_rejected' | 'no_appeals_in_call' }
  | { ok: false; code: 'already_appealed' | 'appeal_late' | ReasonCode };
export type Appealed = { ok: true; contribution: ContributionView; entry: Entry; replayed: boolean };

/**
 * Asks for a panel to look again at one's rejected work; its pay and the panel's stay set aside meanwhile. Errors, in
 * the order they are tested: idempotency_conflict, unknown_contribution, not_yours, not_rejected, no_appeals_in_call,
 * already_appealed, appeal_late, reason_missing, reason_too_long, text_malformed.
 */
export async function appealRejection(
  given: GovernedContext,
  asked: { contributionId: string; reason: string } & Idempotent,
): Promise<Appealed | AppealRefusal> {
  const ctx = atOneInstant(given);
  const memberId = memberActing(ctx);
  const { contributionId, idempotencyKey } = asked;
  const reason = asked.reason.trim();
  const input = { what: 'appeal', contributionId, reason: asked.reason };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return shown(tx, ctx, contributionId, prior.entry, true);
    const locked = await lockPiece(tx, contributionId);
    if (!locked) return { ok: false, code: 'unknown_contribution' };
    const { piece, call } = locked;
    if (piece.authorId !== memberId) return { ok: false, code: 'not_yours' };
    if (piece.state !== 'rejected' || piece.decisionEntryId === null)
      return { ok: false, code: 'not_rejected' };
    if (call.terms.appeal === null) return { ok: false, code: 'no_appeals_in_call' };
    if (await store.byId(tx, contributionId)) return { ok: false, code: 'already_appealed' };
    if (piece.appealBy === null || ctx.now >= piece.appealBy) return { ok: false, code: 'appeal_late' };
    const answer = mayAnswer({ verdict: 'reject', reason });
    if (!answer.ok) return answer;
    const rejectedEntryId = piece.decisionEntryId;
    const fact = {
      kind: 'contribution.appealed',
      actor: memberId,
      subject: `contribution:${contributionId}`,
      payload: { contributionId, callId: piece.callId, rejectedEntryId },
      visibility: 'public' as const,
    };
    const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
    await store.insert(tx, { contributionId, reason, openedAt: ctx.now, entryId: entry.id, rejectedEntryId });
    return shown(tx, ctx, contributionId, entry, false);
  });
}

async function shown(
  tx: Tx,
  ctx: GovernedContext,
  contributionId: string,
  entry: Entry,
  replayed: boolean,
): Promise<Appealed> {
  const contribution = await contributionOf(tx, ctx, contributionId);
  if (!contribution) throw new Error(`contribution ${contributionId} vanished under its lock`);
  return { ok: true, contribution, entry, replayed };
}

export type JudgeRefusal =
  | IdempotencyConflict
  | { ok: false; code: 'unknown_contribution' | 'not_on_panel' | 'already_reviewed' | 'already_decided' }
  | { ok: false; code: 'review_late' | ReasonCode };

/**
 * A panel member says whether the work is to be paid after all, and is paid for looking as a reviewer is; the decision
 * follows when this makes it. Errors, in the order they are tested: idempotency_conflict, unknown_contribution (or not
 * appealed), not_on_panel, already_reviewed, already_decided, review_late, those of `mayAnswer`.
 */
export async function judgeRejection(
  given: GovernedContext,
  asked: { contributionId: string; verdict: Verdict; reason: string } & Idempotent,
): Promise<Appealed | JudgeRefusal> {
  const ctx = atOneInstant(given);
  const memberId = memberActing(ctx);
  const { contributionId, verdict, idempotencyKey } = asked;
  const reason = asked.reason.trim();
  const input = { what: 'judgement', contributionId, verdict, reason: asked.reason };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return shown(tx, ctx, contributionId, prior.entry, true);
    const locked = await lockPiece(tx, contributionId);
    const appeal = locked && (await store.byId(tx, contributionId));
    if (!locked || !appeal) return { ok: false, code: 'unknown_contribution' };
    if (!appeal.panel?.includes(memberId)) return { ok: false, code: 'not_on_panel' };
    const votes = await store.votesOf(tx, [contributionId]);
    if (votes.some((vote) => vote.memberId === memberId)) return { ok: false, code: 'already_reviewed' };
    if (appeal.state !== 'judging') return { ok: false, code: 'already_decided' };
    if (appeal.answersBy && ctx.now >= appeal.answersBy) return { ok: false, code: 'review_late' };
    const answer = mayAnswer({ verdict, reason });
    if (!answer.ok) return answer;
    const { piece, call } = locked;
    const { currency, reviewRate } = call.terms;
    const fact = {
      kind: 'contribution.judged',
      actor: memberId,
      subject: `contribution:${contributionId}`,
      payload: { contributionId, verdict },
      visibility: 'private' as const,
      postings: payment({ ...piece, authorId: memberId }, currency, reviewRate),
    };
    const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
    const vote = { contributionId, memberId, verdict, reason, paid: reviewRate, judgedAt: ctx.now };
    await store.insertVote(tx, { ...vote, entryId: entry.id });
    await pieces.reduceHold(tx, contributionId, reviewRate);
    await moveCounters(tx, piece.callId, { held: -reviewRate, paid: reviewRate });
    await decideAppeal(tx, ctx, contributionId);
    return shown(tx, ctx, contributionId, entry, false);
  });
}

/**
 * Draws the panel of an appeal that a checkpoint has closed over, or decides one that its panel has judged or whose time
 * is over. False when there was nothing to do yet.
 */
export async function appealDue(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  contributionId: string,
): Promise<boolean> {
  await lockMembership(tx);
  const locked = await lockPiece(tx, contributionId);
  const appeal = locked && (await store.byId(tx, contributionId));
  if (!locked || !appeal) return false;
  if (appeal.state === 'judging') return decideAppeal(tx, ctx, contributionId);
  return appeal.state === 'opened' && drawPanel(tx, ctx, locked, appeal);
}

async function drawPanel(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  { piece, call, reviews }: Locked,
  appeal: store.AppealRow,
): Promise<boolean> {
  const checkpoint = await checkpointOver(tx, appeal.entryId);
  if (!checkpoint) return false;
  const { seats, days } = call.terms.appeal ?? { seats: 0, days: 0 };
  const judged = new Set([piece.authorId, ...reviews.map(({ reviewerId }) => reviewerId)]);
  const candidates = (await mayJudge(tx, ctx)).filter((id) => !judged.has(id));
  const seed = toHex(checkpoint.root);
  const panel = appealPanel(piece.id, candidates, seats, seed);
  const answersBy = new Date(ctx.now.getTime() + days * day);
  await recordAllowed(tx, ctx, {
    kind: 'contribution.panel-drawn',
    actor: null,
    subject: `contribution:${piece.id}`,
    payload: {
      contributionId: piece.id,
      size: String(checkpoint.size),
      seed,
      panel,
      answersBy: answersBy.toISOString(),
    },
    visibility: 'public',
  });
  await store.update(tx, piece.id, { state: 'judging', panel, answersBy });
  return true;
}

async function decideAppeal(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  contributionId: string,
): Promise<boolean> {
  const locked = await lockPiece(tx, contributionId);
  const appeal = await store.byId(tx, contributionId);
  if (!locked || appeal?.state !== 'judging' || !appeal.panel || !appeal.answersBy) return false;
  const votes = await store.votesOf(tx, [contributionId]);
  const verdict = appealVerdict(appeal.panel, votes, appeal.answersBy <= ctx.now);
  if (verdict === null) return false;
  const { piece, call } = locked;
  const paid = verdict === 'accepted' ? piece.amount : 0n;
  const decision = { by: 'appeal' as const, at: ctx.now, paid };
  const entry = await recordAllowed(tx, ctx, {
    kind: verdict === 'accepted' ? 'contribution.accepted' : 'contribution.appeal-rejected',
    actor: null,
    subject: `contribution:${contributionId}`,
    payload: {
      ...decidedPayload(piece, call.terms, decision),
      rejectedEntryId: appeal.rejectedEntryId,
      judgements: await openedVotes(tx, votes),
    },
    visibility: 'public',
    postings: payment(piece, call.terms.currency, paid),
    idempotencyKey: `contribution:${contributionId}:appeal`,
  });
  const decided = { decidedAt: ctx.now, decidedEntryId: entry.id };
  await store.update(tx, contributionId, { state: verdict, ...decided });
  if (verdict === 'accepted')
    await pieces.storeDecision(tx, contributionId, {
      state: 'accepted',
      ...{ decidedBy: 'appeal', decidedAt: ctx.now, decisionEntryId: entry.id },
      ...{ hold: 0n, paid, duplicateOf: null, appealBy: null },
    });
  else await pieces.release(tx, contributionId);
  await moveCounters(tx, piece.callId, { held: -piece.hold, paid });
  return true;
}

async function openedVotes(tx: Tx, votes: readonly store.AppealVoteRow[]): Promise<Json> {
  const openings = await openingOf(
    tx,
    votes.map(({ entryId }) => entryId),
  );
  return votes.map(({ entryId, memberId, verdict }) => {
    return { entryId, memberId, verdict, salt: openings.get(entryId)?.salt ?? null };
  });
}

/** Lets go of what was set aside for a rejected piece whose author did not appeal in time. */
export async function releaseUnappealed(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  contributionId: string,
): Promise<boolean> {
  const locked = await lockPiece(tx, contributionId);
  if (!locked?.piece.appealBy || ctx.now < locked.piece.appealBy) return false;
  if (await store.byId(tx, contributionId)) return false;
  await pieces.release(tx, contributionId);
  await moveCounters(tx, locked.piece.callId, { held: -locked.piece.hold });
  return true;
}
