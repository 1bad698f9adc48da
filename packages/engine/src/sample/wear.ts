/** Puts adapters on a loaded base. */
import { mixOf } from '../adapter/mix.ts';
import type { AdapterWish, ShelfResult } from '../adapter/shelf.ts';
import type { Sampler } from './sampler.ts';

/** From now on the sampler draws with these adapters and no others; when one is refused, with those of before. */
export async function wear(sampler: Sampler, wishes: readonly AdapterWish[]): Promise<ShelfResult> {
  const taken = await sampler.shelf.take(wishes);
  if (!taken.ok) return taken;
  sampler.mix = taken.weighed.length > 0 ? mixOf(taken.weighed, sampler.model.record.config) : undefined;
  return taken;
}
