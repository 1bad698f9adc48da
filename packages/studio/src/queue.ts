import type { GovernedContext } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { estimateSeconds, queueOrder } from './dispatch.ts';
import * as trainings from './fine-tunes/fine-tunes.store.ts';
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

/** Everybody's place in the queue now, clips and fine-tunes in one line. Answers for one by its row. */
export async function queueView(
  tx: Tx,
  ctx: GovernedContext,
): Promise<{ get(row: { id: string; state: string }): QueueView }> {
  const now = ctx.clock.now();
  const typicalMs = (await store.typicalMs(tx)) ?? firstGuessMs;
  const served = await store.servedSince(tx, windowStart(ctx), now);
  const waiting = [...(await store.waitingClips(tx)), ...(await trainings.waiting(tx))];
  const running = await store.runningCount(tx);
  const present = await workers.seenSince(tx, new Date(now.getTime() - presentMs));
  const views = new Map<string, QueueView>();
  // What fine-tunes take beyond a clip's time, those under way and those ahead.
  let longerMs = await trainings.runningMs(tx);
  for (const [index, { id, costMs = typicalMs }] of queueOrder(waiting, served, typicalMs).entries()) {
    longerMs += costMs - typicalMs;
    const seconds = estimateSeconds(index + 1, running, present, typicalMs, longerMs);
    views.set(id, { position: index + 1, estimateSeconds: seconds });
  }
  return {
    get({ id, state }) {
      if (state === 'leased' || state === 'sampling')
        return { position: null, estimateSeconds: estimateSeconds(1, 0, 1, typicalMs) };
      return views.get(id) ?? { position: null, estimateSeconds: null };
    },
  };
}
