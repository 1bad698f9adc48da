import { weighPool } from '@uncaged/compensation';
import { changedDatasets, takeChanged } from '@uncaged/provenance';
import type { StudioContext } from './context.ts';

/**
 * Weighs the royalty pools of models anew where somebody claimed works that taught them, or took one back. Each dataset
 * in a transaction of its own. Answers how many checkpoints were written.
 */
export async function weighChanged(ctx: StudioContext): Promise<number> {
  let written = 0;
  for (const datasetId of await changedDatasets(ctx.db.read)) {
    written += await ctx.db.transaction(async (tx) => {
      let entries = 0;
      for (const taught of await takeChanged(tx, datasetId))
        entries += (await weighPool(tx, ctx, taught)).length;
      return entries;
    });
  }
  return written;
}
