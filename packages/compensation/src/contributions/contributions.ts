import { type Entry, priorEntry } from '@uncaged/book';
import { mayDo } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordInput } from '../book-entry.ts';
import { callsById, lockCall, moveCounters, type StoredCall } from '../calls/calls.store.ts';
import { availableIn } from '../calls/calls.ts';
import { reviewDeadline } from '../calls/terms.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import * as store from './contributions.store.ts';
import { type GenerationRef, type SubmissionRefusal, snapshotOf, takeSubmission } from './submission.ts';
import { type ContributionView, viewOf } from './view.ts';

/** Most pieces a list answers at once. */
const listLimit = 500;

export interface SubmissionGiven extends Idempotent {
  callId: string;
  kind: string;
  text: string;
  atMs?: number | undefined;
  frame?: number | undefined;
  generationId: string;
  /** the generation as whoever knows generations describes it to this member; null when there is none to see */
  generation: GenerationRef | null;
}

export type SubmitRefusal =
  | SubmissionRefusal
  | IdempotencyConflict
  | { ok: false; code: 'unknown_call' | 'unknown_generation' };

/**
 * Takes a piece of work under a call and sets aside what it and its reviews will be paid, so that acceptance can
 * always pay. Errors, in the order they are tested: idempotency_conflict, unknown_call, unknown_generation, those
 * of `takeSubmission`; then nothing is stored.
 */
export async function submit(
  given: GovernedContext,
  piece: SubmissionGiven,
): Promise<{ ok: true; contribution: ContributionView; entry: Entry; replayed: boolean } | SubmitRefusal> {
  const ctx = atOneInstant(given);
  const authorId = memberActing(ctx);
  const { idempotencyKey, callId, kind, text, generationId, atMs = null, frame = null } = piece;
  const input = { what: 'contribution', callId, generationId, kind, text, atMs, frame };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') {
      const id = prior.entry.subject.slice('contribution:'.length);
      const contribution = await contributionOf(tx, ctx, id);
      if (!contribution) return { ok: false, code: 'idempotency_conflict' };
      return { ok: true, contribution, entry: prior.entry, replayed: true };
    }
    const call = await lockCall(tx, callId);
    if (!call) return { ok: false, code: 'unknown_call' };
    const { generation } = piece;
    if (!generation || generation.id !== generationId) return { ok: false, code: 'unknown_generation' };
    const taken = takeSubmission(
      call.terms,
      { kind, text, atMs, frame },
      generation,
      availableIn(call.row),
      ctx.now,
    );
    if (!taken.ok) return taken;
    const id = ctx.ids.next();
    const row = {
      id,
      callId,
      kind: taken.kind,
      authorId,
      generationId,
      generation: snapshotOf(generation),
      body: text.trim(),
      atMs,
      frame,
      amount: taken.amount,
      hold: taken.hold,
      submittedAt: ctx.now,
      reviewBy: reviewDeadline(call.terms, ctx.now),
    };
    const entry = await recordInput(tx, ctx, { fact: submittedFact(row, call), idempotencyKey, input });
    const stored = await store.insertContribution(tx, { ...row, entryId: entry.id });
    await moveCounters(tx, callId, { held: taken.hold });
    return { ok: true, contribution: seenBy(ctx, stored, call, []), entry, replayed: false };
  });
}

/** The entry leaves out the prompt: it is its maker’s to have forgotten, and they erase no entry of another’s. */
function submittedFact(row: Omit<store.NewContribution, 'entryId'>, call: StoredCall) {
  const { prompt: _prompt, ...generation } = row.generation;
  return {
    kind: 'contribution.submitted',
    actor: row.authorId,
    subject: `contribution:${row.id}`,
    payload: {
      contributionId: row.id,
      callId: row.callId,
      termsHash: call.row.termsHash,
      kind: row.kind,
      text: row.body ?? null,
      atMs: row.atMs ?? null,
      frame: row.frame ?? null,
      generation,
      amount: row.amount.toString(),
      currency: call.terms.currency,
      reviewBy: row.reviewBy.toISOString(),
    },
    visibility: 'private' as const,
  };
}

/** A row as the member who acts may see it. */
function seenBy(
  ctx: GovernedContext & { now: Date },
  row: store.ContributionRow,
  call: StoredCall,
  reviews: readonly store.ReviewRow[],
): ContributionView {
  const { memberId, roles } = ctx.actor;
  const mayReview = mayDo(ctx.policy.document, roles, 'review');
  return viewOf(row, call.terms, reviews, { memberId, mayReview }, ctx.now);
}

async function viewsOf(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  found: store.ContributionRow[],
): Promise<ContributionView[]> {
  const reviews = await store.reviewsOf(
    tx,
    found.map((row) => row.id),
  );
  const calls = await callsById(
    tx,
    found.map((row) => row.callId),
  );
  return found.map((row) => {
    const call = calls.get(row.callId);
    if (!call) throw new Error(`contribution ${row.id} belongs to no call`);
    return seenBy(ctx, row, call, reviews);
  });
}

/** One piece as the one who acts may see it, or null. */
export async function contributionOf(
  tx: Tx,
  given: GovernedContext,
  id: string,
): Promise<ContributionView | null> {
  const row = await store.contributionById(tx, id);
  if (!row) return null;
  const [view] = await viewsOf(tx, atOneInstant(given), [row]);
  return view ?? null;
}

/** Pieces by call, by generation, or one's own; newest first, at most 500. */
export async function contributionsOf(
  tx: Tx,
  given: GovernedContext,
  filter: { callId?: string | undefined; generationId?: string | undefined; mine?: boolean | undefined },
): Promise<ContributionView[]> {
  const { callId, generationId } = filter;
  const authorId = filter.mine ? (given.actor.memberId ?? '') : undefined;
  const found = await store.contributionsBy(tx, { callId, generationId, authorId }, listLimit);
  return viewsOf(tx, atOneInstant(given), found);
}

/** What waits for an answer from the one who acts, soonest deadline first. */
export async function reviewDesk(tx: Tx, given: GovernedContext): Promise<ContributionView[]> {
  const ctx = atOneInstant(given);
  const found = await store.waitingFor(tx, memberActing(ctx), ctx.now, listLimit);
  return (await viewsOf(tx, ctx, found)).filter((view) => view.mayReview);
}

/** Whether this member may be asked to judge work on this generation, and so has a reason to see it unpublished. */
export async function isUnderReview(tx: Tx, generationId: string, memberId: string): Promise<boolean> {
  return store.waitsOnGeneration(tx, generationId, memberId);
}

/**
 * Erases the words a member wrote: their reports, the reasons of their reviews, and their prompts where pieces keep
 * them. What was decided and paid stays, as do the pieces that wait: their reviewers see that the words are gone.
 * The book's private payloads are erased by whoever forgets the member. Answers how many rows were blanked.
 */
export async function eraseWords(tx: Tx, memberId: string): Promise<number> {
  return store.eraseWords(tx, memberId);
}
