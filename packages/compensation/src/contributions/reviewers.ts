import { checkpointOver, recordBatch } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import { lockMembership, mayDo, membersOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { lockCall } from '../calls/calls.store.ts';
import type { GovernedContext } from '../context.ts';
import * as store from './contributions.store.ts';
import { EarlierDraws, reviewersOf } from './drawing.ts';

/** The ids of those who may judge work now, sorted. */
export async function mayJudge(tx: Tx, ctx: GovernedContext): Promise<string[]> {
  const { document } = ctx.policy;
  const members = await membersOf(tx);
  return members
    .filter(({ roles }) => mayDo(document, roles, 'review'))
    .map(({ id }) => id)
    .sort();
}

/** Most pieces of a call that are drawn for in one transaction. */
const batch = 200;

/**
 * Draws who reviews the pieces of a call that wait for it, each by the root of the first checkpoint over its
 * submission. Who was drawn is for them and the machine to know until the decision: nobody can lean on them. Answers
 * for how many pieces it drew; those that no checkpoint stands over yet wait for it.
 */
export async function drawReviewers(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  callId: string,
): Promise<number> {
  await lockMembership(tx);
  const pieces = await store.lockUndrawn(tx, callId, batch);
  const call = await lockCall(tx, callId);
  if (!call || call.terms.reviewerSeats === null || pieces.length === 0) return 0;
  const rule = { seats: call.terms.reviewerSeats, needed: call.terms.reviewsNeeded };
  const candidates = await mayJudge(tx, ctx);
  const earlier = new EarlierDraws(await store.earlierDraws(tx, callId));
  const draws: { id: string; panel: string[]; size: string; seed: string }[] = [];
  for (const piece of pieces) {
    const checkpoint = await checkpointOver(tx, piece.entryId);
    // In the order in which they came in: a later one waits, or its draw would not follow from those before it.
    if (!checkpoint) break;
    const seed = toHex(checkpoint.root);
    const panel = reviewersOf(piece, candidates, rule, earlier, seed);
    earlier.push({ authorId: piece.authorId, panel });
    draws.push({ id: piece.id, panel, size: String(checkpoint.size), seed });
  }
  if (draws.length === 0) return 0;
  const facts = draws.map(({ id, panel, size, seed }) => ({
    kind: 'contribution.assigned',
    actor: null,
    subject: `contribution:${id}`,
    payload: { contributionId: id, size, seed, panel },
    visibility: 'private' as const,
  }));
  const recorded = await recordBatch(tx, ctx, facts);
  if (!recorded.ok) throw new Error(`the book refused a draw in call ${callId}: ${recorded.code}`);
  const panels = draws.map(({ id, panel }, at) => {
    const entryId = recorded.entries[at]?.entry.id;
    if (!entryId) throw new Error(`the draw for ${id} was not written`);
    return { id, panel, entryId };
  });
  await store.storePanels(tx, panels);
  return draws.length;
}
