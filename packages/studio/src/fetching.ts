import { isMaterialOf } from '@uncaged/provenance';
import type { StudioContext } from './context.ts';
import * as trainings from './fine-tunes/fine-tunes.store.ts';
import * as store from './leases.store.ts';

/** A lease that lapsed may be taken up again; so long its job may still be fetched for. */
const graceMs = 300_000;

/**
 * Whether a worker may have the bytes of this hash: a job that it holds needs them, be it a model, an adapter or a work
 * to learn from. Hashes stand in the public book, so knowing one is no leave to fetch.
 */
export async function mayFetch(
  ctx: Pick<StudioContext, 'db' | 'clock'>,
  workerId: string,
  sha256: string,
): Promise<boolean> {
  const tx = ctx.db.read;
  const since = new Date(ctx.clock.now().getTime() - graceMs);
  const held = await store.heldNaming(tx, workerId, sha256, since);
  if (held.some(({ names }) => names)) return true;
  for (const { fineTuneId } of held) {
    const items = fineTuneId === null ? [] : await trainings.itemsOf(tx, fineTuneId);
    const workIds = items.map(({ workId }) => workId);
    if (await isMaterialOf(tx, workIds, sha256)) return true;
  }
  return false;
}
