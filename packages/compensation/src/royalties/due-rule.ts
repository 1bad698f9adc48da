import { allocate } from '@uncaged/book/rules';
import type { Minor } from '../money.ts';

/** What policy says works are paid: minor units, and in which parts they go to the works and stay in the fund. */
export interface RoyaltyRule {
  perGeneration: number;
  /** a sum that all clips of a month share; left out, there is none */
  perMonth?: number;
  split: { works: number; fund: number };
}

/** What one generation owes the works its model learnt from; the fund's part never leaves it. */
export function royaltyDue(rule: Pick<RoyaltyRule, 'perGeneration' | 'split'>): Minor {
  return partOfWorks(rule.perGeneration, rule.split);
}

/** What all clips of a month share, for the works their models learnt from. */
export function monthlyDue(rule: Pick<RoyaltyRule, 'perMonth' | 'split'>): Minor {
  return partOfWorks(rule.perMonth ?? 0, rule.split);
}

/** By largest remainder. */
function partOfWorks(amount: number, split: RoyaltyRule['split']): Minor {
  const parts = allocate(BigInt(amount), [
    { key: 'works', weight: BigInt(split.works) },
    { key: 'fund', weight: BigInt(split.fund) },
  ]);
  if (!parts.ok) throw new Error(`the policy splits a royalty among nobody: ${parts.code}`);
  return parts.allotments.find((part) => part.key === 'works')?.amount ?? 0n;
}
