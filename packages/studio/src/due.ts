import type { StudioContext } from './context.ts';
import * as clips from './generations.store.ts';
import * as store from './leases.store.ts';
import { endLease } from './leases.ts';

/**
 * What time does by itself: leases without a heartbeat lapse and their clips wait again; clips that wait
 * without a ticket in the carrier are offered again. Answers how many leases lapsed.
 */
export async function due(ctx: StudioContext): Promise<number> {
  const expiredAt = ctx.clock.now();
  const lapsed = await store.lapsed(ctx.db.read, expiredAt);
  for (const { id } of lapsed)
    await endLease(ctx, id, { outcome: 'lapsed', reason: 'the worker fell silent', expiredAt });
  const waiting = await clips.waitingClips(ctx.db.read);
  if (waiting.length > 0 && (await ctx.carrier.waiting()) < waiting.length)
    for (const { id } of waiting) await ctx.carrier.offer(id);
  return lapsed.length;
}
