import { callsToClose } from './calls/calls.store.ts';
import { closeCall } from './calls/calls.ts';
import { atOneInstant, type GovernedContext } from './context.ts';
import { overdue } from './contributions/contributions.store.ts';
import { acceptBySilence } from './contributions/reviews.ts';

/** Most transitions of one kind in one go, so that a tick stays short. */
const batch = 200;

/**
 * What time alone brings about: silence accepts, and calls past their deadline close when all is answered. Each in
 * a transaction of its own, so that one that fails holds up no other; failures are thrown together at the end.
 * Answers how many things changed.
 */
export async function due(given: GovernedContext): Promise<number> {
  const ctx = atOneInstant(given);
  const failures: unknown[] = [];
  let changed = 0;
  const each = async (ids: readonly string[], change: typeof acceptBySilence) => {
    for (const id of ids) {
      try {
        if (await ctx.db.transaction((tx) => change(tx, ctx, id))) changed += 1;
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await each(await overdue(ctx.db.read, ctx.now, batch), acceptBySilence);
  await each(await callsToClose(ctx.db.read, ctx.now, batch), closeCall);
  if (failures.length > 0)
    throw new AggregateError(failures, 'paid work that is due could not be carried out');
  return changed;
}
