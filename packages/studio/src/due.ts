import type { StudioContext } from './context.ts';
import * as adapters from './fine-tunes/adapters.store.ts';
import * as fineTunes from './fine-tunes/fine-tunes.store.ts';
import * as clips from './generations.store.ts';
import * as store from './leases.store.ts';
import { endLease } from './leases.ts';
import { weighChanged } from './weighing.ts';

/**
 * What time does by itself: leases without a heartbeat lapse and their jobs wait again; jobs that wait without a
 * ticket in the carrier are offered again; files of what was thrown away are deleted; royalty
 * pools whose holders changed are weighed anew. Answers how many leases lapsed and pools were weighed.
 */
export async function due(ctx: StudioContext): Promise<number> {
  const expiredAt = ctx.clock.now();
  const lapsed = await store.lapsed(ctx.db.read, expiredAt);
  for (const { id } of lapsed)
    await endLease(ctx, id, { outcome: 'lapsed', reason: 'the worker fell silent', expiredAt });
  const waiting = [...(await clips.waitingClips(ctx.db.read)), ...(await fineTunes.waiting(ctx.db.read))];
  if (waiting.length > 0 && (await ctx.carrier.waiting()) < waiting.length)
    for (const { id } of waiting) await ctx.carrier.offer(id);
  await deleteFiles(ctx);
  return lapsed.length + (await weighChanged(ctx));
}

/** Deletes the files of discarded fine-tunes and adapters that nothing else stands on. */
async function deleteFiles(ctx: StudioContext): Promise<void> {
  for (const { id, files } of await fineTunes.leftovers(ctx.db.read)) {
    for (const sha256 of files) await ctx.blobs.delete(sha256);
    await ctx.db.transaction((tx) => fineTunes.forgetFiles(tx, id));
  }
  for (const { id, sha256, others } of await adapters.leftovers(ctx.db.read)) {
    if (others === 0n) await ctx.blobs.delete(sha256);
    await ctx.db.transaction((tx) => adapters.update(tx, id, { hasFile: false }));
  }
}
