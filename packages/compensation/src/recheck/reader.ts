import { callRules } from './calls.ts';
import { fundRules, halfExchanges } from './funds.ts';
import { monthRules, passMonths, unsharedMonths } from './months.ts';
import { pieceRules } from './pieces.ts';
import { royaltyRules, weightsIn } from './royalties.ts';
import type { Around, Finding, ReadEntry, Rule, Seen } from './seen.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...fundRules,
  ...callRules,
  ...pieceRules,
  ...royaltyRules,
  ...monthRules,
};

export interface PaidWorkReader {
  /** Why the next entry is wrong; null when it is as it must be. */
  read(entry: ReadEntry): Finding;
  /** Why the log cannot end here: what was begun and is not finished. */
  unfinished(): readonly { entryId: string; why: string }[];
  /** S of a model's pool as it was weighed last; null before. */
  weightsIn(modelId: string, currency: string): bigint | null;
}

/**
 * Recomputes paid work from the log alone, without the database it was made in: call `read` with every entry in
 * order; it answers why an entry is wrong, or null. Terms, decisions, amounts, escrows and royalty steps all follow
 * from what stood in the log before them. Who was drawn is recomputed where `around` is given; without it, draws are
 * believed.
 */
export function paidWorkReader(around: Around | null = null): PaidWorkReader {
  const seen: Seen = {
    around,
    ...{
      calls: new Map(),
      pieces: new Map(),
      pools: new Map(),
      months: new Map(),
      commitments: new Map(),
      draws: 0,
    },
    ...{ sources: new Set(), exchanges: new Map(), movements: new Map() },
  };
  let last = new Date(0);
  return {
    read(entry) {
      last = entry.time;
      passMonths(seen, entry);
      const rule = rules[entry.kind];
      if (!rule) return entry.postings.length > 0 ? 'moves money without a rule for it' : null;
      try {
        return rule(seen, entry);
      } catch (error) {
        return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    unfinished: () => [...halfExchanges(seen), ...unsharedMonths(seen, last)],
    weightsIn: (modelId, currency) => weightsIn(seen, modelId, currency),
  };
}
