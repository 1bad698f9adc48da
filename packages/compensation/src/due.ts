import type { Tx } from '@uncaged/platform';
import { callsToClose, callsToDraw } from './calls/calls.store.ts';
import { closeCall } from './calls/calls.ts';
import { drawPlaces } from './calls/places.ts';
import { atOneInstant, type GovernedContext } from './context.ts';
import { undecided } from './contributions/appeals.store.ts';
import { appealDue, releaseUnappealed } from './contributions/appeals.ts';
import { looseAttachments, removeLoose } from './contributions/attachments.ts';
import { callsUndrawn, overdue, unappealed } from './contributions/contributions.store.ts';
import { drawReviewers } from './contributions/reviewers.ts';
import { acceptBySilence } from './contributions/reviews.ts';
import { payRoyalty, royaltiesDue } from './royalties/holders.ts';
import { monthsOver, monthToOpen, openMonth, shareMonth } from './royalties/months.ts';

/** Most transitions of one kind in one go, so that a tick stays short. */
const batch = 200;

/**
 * What time alone brings about: places and reviewers are drawn, silence accepts, appeals are heard, calls past their
 * deadline close when all is answered, and when a month begins the last one's sum is shared and royalties are paid. Each
 * in a transaction of its own, so that one that fails holds up no other; failures are thrown together at the end.
 * Answers how many things changed.
 */
export async function due(given: GovernedContext): Promise<number> {
  const ctx = atOneInstant(given);
  const failures: unknown[] = [];
  let changed = 0;
  type Change<One> = (tx: Tx, at: typeof ctx, id: One) => Promise<boolean | number>;
  const each = async <One>(ids: readonly One[], change: Change<One>) => {
    for (const id of ids) {
      try {
        changed += Number(await ctx.db.transaction((tx) => change(tx, ctx, id)));
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  const { read } = ctx.db;
  await each(await callsToDraw(read, ctx.now), drawPlaces);
  await each(await callsUndrawn(read), drawReviewers);
  await each(await overdue(read, ctx.now, batch), acceptBySilence);
  await each(await undecided(read), appealDue);
  await each(await unappealed(read, ctx.now, batch), releaseUnappealed);
  await each(await callsToClose(read, ctx.now, batch), closeCall);
  await each(await monthsOver(read, ctx.now), shareMonth);
  await each(await monthToOpen(read, ctx), openMonth);
  await each(await royaltiesDue(read, ctx.now, batch), payRoyalty);
  await each(await looseAttachments(read, ctx.now), removeLoose);
  if (failures.length > 0)
    throw new AggregateError(failures, 'paid work that is due could not be carried out');
  return changed;
}
