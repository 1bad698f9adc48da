import type { Minor } from '../money.ts';

/**
 * Royalties by a cumulative index: one step a generation, whatever the number of holders. The index is what one
 * unit of weight has been owed since the pool began, in 2⁻⁶⁴ minor units; what does not divide is carried as
 * `remainder` (also in 2⁻⁶⁴ minor units), so nothing is lost and nothing is minted.
 */
export const indexUnit = 1n << 64n;

export interface PoolIndex {
  index: bigint;
  /** 0 ≤ remainder */
  remainder: bigint;
}

export const emptyPool: PoolIndex = { index: 0n, remainder: 0n };

/** What the entry royalty.accrued holds, so that anyone recomputes the step: (pool, before, after, S). */
export interface IndexStep {
  amount: Minor;
  /** S: the sum of all weights at that moment */
  weights: bigint;
  before: PoolIndex;
  after: PoolIndex;
}

/**
 * I ← I + (amount·2⁶⁴ + remainder) div S; the new remainder is what is left.
 * Throws when nothing is accrued or nobody holds a weight: such an accrual has nobody to go to.
 */
export function stepIndex(before: PoolIndex, amount: Minor, weights: bigint): IndexStep {
  if (amount <= 0n) throw new RangeError('an accrual needs an amount above 0');
  if (weights <= 0n) throw new RangeError('an accrual needs weights above 0');
  const owed = amount * indexUnit + before.remainder;
  return {
    amount,
    weights,
    before,
    after: { index: before.index + owed / weights, remainder: owed % weights },
  };
}

/** Whether the step follows from what it says it started from. */
export function stepHolds(step: IndexStep): boolean {
  if (step.amount <= 0n || step.weights <= 0n) return false;
  const { after } = stepIndex(step.before, step.amount, step.weights);
  return after.index === step.after.index && after.remainder === step.after.remainder;
}

/** What a holder of `weight` has been owed while the index went from `since` to `now`, in whole minor units. */
export function shareOf(weight: bigint, since: bigint, now: bigint): Minor {
  if (weight < 0n || now < since)
    throw new RangeError('weights and the index never go below where they were');
  return (weight * (now - since)) / indexUnit;
}
