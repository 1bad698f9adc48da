import { allocate } from '@uncaged/book/rules';
import type { Minor } from '../money.ts';

/** What policy says a generation pays: minor units, and in which parts they go to the works and stay in the fund. */
export interface RoyaltyRule {
  perGeneration: number;
  split: { works: number; fund: number };
}

/** What one generation owes the works its model learnt from, by largest remainder; the fund's part never leaves it. */
export function royaltyDue(rule: RoyaltyRule): Minor {
  const parts = allocate(BigInt(rule.perGeneration), [
    { key: 'works', weight: BigInt(rule.split.works) },
    { key: 'fund', weight: BigInt(rule.split.fund) },
  ]);
  if (!parts.ok) throw new Error(`the policy splits a royalty among nobody: ${parts.code}`);
  return parts.allotments.find((part) => part.key === 'works')?.amount ?? 0n;
}
