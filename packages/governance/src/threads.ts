import { type Entry, erasePayload } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import * as store from './deliberation.store.ts';
import { at, recordFact } from './facts.ts';
import * as proposals from './proposals.store.ts';

/** Characters of a comment. */
const commentMax = 4_000;

export type CommentWritten =
  | { ok: true; commentId: string; entry: Entry }
  | { ok: false; code: 'not_allowed' | 'unknown_proposal' | 'unknown_comment' | 'clause_malformed' }
  | { ok: false; code: 'comment_length'; min: number; max: number };

const pointer = /^(\/([^~/]|~[01])+)+$/;

/**
 * Says something about a proposal, about one line of its diff (`clause`, a JSON Pointer), or to what somebody said; an
 * answer stands at the line of what it answers. Errors in this order: `not_allowed`, `unknown_proposal`,
 * `comment_length`, `clause_malformed`, `unknown_comment`.
 */
export async function writeComment(
  ctx: GovernedContext,
  given: { proposalId: string; body: string; clause?: string | undefined; parentId?: string | undefined },
): Promise<CommentWritten> {
  const { memberId } = ctx.actor;
  const body = given.body.trim();
  return ctx.db.transaction(async (tx) => {
    if (memberId === null) return { ok: false, code: 'not_allowed' };
    const proposal = await proposals.byId(tx, given.proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    if (body.length < 1 || body.length > commentMax)
      return { ok: false, code: 'comment_length', min: 1, max: commentMax };
    if (given.clause !== undefined && !pointer.test(given.clause))
      return { ok: false, code: 'clause_malformed' };
    const parent = given.parentId === undefined ? null : await store.commentById(tx, given.parentId);
    if (given.parentId !== undefined && parent?.proposalId !== proposal.id)
      return { ok: false, code: 'unknown_comment' };
    const id = ctx.ids.next();
    const clause = parent ? parent.clause : (given.clause ?? null);
    const parentId = parent?.id ?? null;
    const entry = await recordFact(tx, ctx, {
      kind: 'comment.written',
      actor: memberId,
      subject: `proposal:${proposal.id}`,
      payload: {
        commentId: id,
        proposalId: proposal.id,
        body,
        ...(clause !== null && { clause }),
        ...(parentId !== null && { parentId }),
      },
      // Its author can take the words back; that they were said stays.
      visibility: 'private',
    });
    await store.insertComment(tx, {
      ...{ id, proposalId: proposal.id, clause, parentId, memberId, body },
      ...{ writtenAt: entry.time, withdrawnAt: null, entryId: entry.id },
    });
    return { ok: true, commentId: id, entry };
  });
}

export type CommentWithdrawn =
  | { ok: true; entry: Entry }
  | { ok: false; code: 'unknown_comment' | 'not_author' | 'already_withdrawn' };

/** Takes one's own words back for good; that they were said stays. Errors in the order of their codes. */
export async function withdrawComment(ctx: GovernedContext, id: string): Promise<CommentWithdrawn> {
  return ctx.db.transaction(async (tx) => {
    const comment = await store.commentById(tx, id);
    if (!comment) return { ok: false, code: 'unknown_comment' };
    const { memberId, entryId } = comment;
    if (memberId !== ctx.actor.memberId) return { ok: false, code: 'not_author' };
    if (comment.withdrawnAt) return { ok: false, code: 'already_withdrawn' };
    const now = at(ctx, ctx.clock.now());
    const erased = await erasePayload(tx, now, { entryId, actor: memberId, reason: 'taken back' });
    if (!erased.ok) throw new Error(`a comment cannot be erased: ${erased.code}`);
    await store.withdrawComment(tx, id, now.clock.now());
    return { ok: true, entry: erased.entry };
  });
}

/** What was said about a proposal, in the order of writing. `body` is null where its author took it back or left. */
export async function commentsOf(
  tx: Tx,
  proposalId: string,
): Promise<{ ok: true; comments: store.CommentRow[] } | { ok: false; code: 'unknown_proposal' }> {
  if (!(await proposals.byId(tx, proposalId))) return { ok: false, code: 'unknown_proposal' };
  return { ok: true, comments: await store.commentsOf(tx, proposalId) };
}
