import type { Minor } from '../money.ts';
import { indexUnit, type PoolIndex } from './index-rule.ts';

/**
 * What one member holds of a model's pool. `claimed` counts the works of the model's dataset that are theirs,
 * `weight` those of them that are paid for now. What is owed is counted in 2⁻⁶⁴ minor units: `carried` up to the index
 * `since`, and weight times the way of the index from there.
 */
export interface Holding {
  claimed: bigint;
  weight: bigint;
  since: bigint;
  /** 0 ≤ carried; less than 2⁶⁴ after a payment */
  carried: bigint;
}

export const noHolding: Holding = { claimed: 0n, weight: 0n, since: 0n, carried: 0n };

/** What is owed when the pool's index stands at `index`, in 2⁻⁶⁴ minor units. Throws where the index went back. */
export function owedAt({ weight, since, carried }: Holding, index: bigint): bigint {
  if (index < since) throw new RangeError('an index never goes back');
  return carried + weight * (index - since);
}

/**
 * The holding after its works were weighed anew. A work that was nobody's until now has been counted since the pool
 * began, so its share of all that time waited, and comes with it. Null where it cannot be: works are never unclaimed,
 * and no more are paid for than are claimed.
 */
export function weighedAt(
  before: Holding,
  index: bigint,
  now: { claimed: bigint; weight: bigint },
): Holding | null {
  const { claimed, weight } = now;
  if (claimed < before.claimed || weight < 0n || weight > claimed) return null;
  const carried = owedAt(before, index) + (claimed - before.claimed) * index;
  return { claimed, weight, since: index, carried };
}

/** Pays out the whole minor units of what is owed; the rest is carried. */
export function paidAt(before: Holding, index: bigint): { amount: Minor; after: Holding } {
  const owed = owedAt(before, index);
  const after = { ...before, since: index, carried: owed % indexUnit };
  return { amount: owed / indexUnit, after };
}

/** A pool with what was weighed of it. */
export interface WeighedPool extends PoolIndex {
  /** all works that taught the model */
  works: bigint;
  /** S of the index: works less those claimed that are not paid for */
  weights: bigint;
}

/** S after these holdings: every work counts but the claimed ones that are not paid for. */
export function weightsOf(works: bigint, holdings: Iterable<Pick<Holding, 'claimed' | 'weight'>>): bigint {
  let weights = works;
  for (const { claimed, weight } of holdings) weights -= claimed - weight;
  return weights;
}
