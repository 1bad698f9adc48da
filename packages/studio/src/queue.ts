import type { GovernedContext } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { estimateSeconds, queueOrder } from './dispatch.ts';
import * as store from './generations.store.ts';
import * as workers from './workers.store.ts';

export interface QueueView {
  /** 1 is next; null when it does not wait. */
  position: number | null;
  estimateSeconds: number | null;
}

/** Before the first clip was measured: what one takes on two cores. */
const firstGuessMs = 10_000;
/** A worker is thought to be there when it was heard of within this time. */
const presentMs = 60_000;

/** Start of the voted window over which machine time is counted. */
export function windowStart(ctx: GovernedContext): Date {
  const hours = ctx.policy.document.studio.fairWindowHours;
  return new Date(ctx.clock.now().getTime() - hours * 3_600_000);
}

/** Everybody's place in the queue now. Answers for one clip by its row. */
export async function queueView(
  tx: Tx,
  ctx: GovernedContext,
): Promise<{ get(row: { id: string; state: string }): QueueView }> {
  const now = ctx.clock.now();
  const typicalMs = (await store.typicalMs(tx)) ?? firstGuessMs;
  const served = await store.servedSince(tx, windowStart(ctx), now);
  const order = queueOrder(await store.waitingClips(tx), served, typicalMs);
  const positions = new Map(order.map(({ id }, index) => [id, index + 1]));
  const running = await store.runningCount(tx);
  const present = await workers.seenSince(tx, new Date(now.getTime() - presentMs));
  return {
    get({ id, state }) {
      if (state === 'leased' || state === 'sampling')
        return { position: null, estimateSeconds: estimateSeconds(1, 0, 1, typicalMs) };
      const position = positions.get(id);
      if (position === undefined) return { position: null, estimateSeconds: null };
      return { position, estimateSeconds: estimateSeconds(position, running, present, typicalMs) };
    },
  };
}
