import { checkpointOver } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import { lockMembership, mayDo, membersOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import type { GovernedContext } from '../context.ts';
import * as store from './contributions.store.ts';
import { reviewersOf } from './drawing.ts';
import { lockPiece } from './locked.ts';

/** The ids of those who may judge work now, sorted. */
export async function mayJudge(tx: Tx, ctx: GovernedContext): Promise<string[]> {
  const { document } = ctx.policy;
  const members = await membersOf(tx);
  return members
    .filter(({ roles }) => mayDo(document, roles, 'review'))
    .map(({ id }) => id)
    .sort();
}

/** What the payload of contribution.assigned is: private until the decision opens it. */
export interface DrawnPayload {
  contributionId: string;
  /** leaves under the root, and the root in hex */
  size: string;
  seed: string;
  panel: string[];
}

/**
 * Draws who reviews a piece, by the root of the first checkpoint over its submission. Who was drawn is for them and the
 * machine to know until the decision: nobody can lean on them. False when no checkpoint stands over it yet, or it was
 * drawn meanwhile.
 */
export async function drawReviewers(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  contributionId: string,
): Promise<boolean> {
  await lockMembership(tx);
  const locked = await lockPiece(tx, contributionId);
  if (!locked || locked.piece.panel !== null || locked.piece.state !== 'waiting') return false;
  const { piece, call } = locked;
  const { reviewerSeats, reviewsNeeded } = call.terms;
  if (reviewerSeats === null) return false;
  const checkpoint = await checkpointOver(tx, piece.entryId);
  if (!checkpoint) return false;
  const seed = toHex(checkpoint.root);
  const earlier = await store.earlierDraws(tx, piece.callId);
  const rule = { seats: reviewerSeats, needed: reviewsNeeded };
  const panel = reviewersOf(piece, await mayJudge(tx, ctx), rule, earlier, seed);
  const payload: DrawnPayload = { contributionId, size: String(checkpoint.size), seed, panel };
  const entry = await recordAllowed(tx, ctx, {
    kind: 'contribution.assigned',
    actor: null,
    subject: `contribution:${contributionId}`,
    payload: { ...payload },
    visibility: 'private',
  });
  await store.storePanel(tx, contributionId, panel, entry.id);
  return true;
}
