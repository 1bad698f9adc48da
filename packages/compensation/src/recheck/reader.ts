import { emptyPool, stepHolds } from '../royalties/index-rule.ts';
import { callRules } from './calls.ts';
import { fundRules } from './funds.ts';
import { pieceRules } from './pieces.ts';
import {
  type Around,
  type Finding,
  fields,
  moves,
  type ReadEntry,
  type Rule,
  type Seen,
  text,
} from './seen.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...fundRules,
  ...callRules,
  ...pieceRules,
  'royalty.accrued': accrued,
};

/**
 * Recomputes paid work from the log alone, without the database it was made in: call `read` with every entry in
 * order; it answers why an entry is wrong, or null. Terms, decisions, amounts, escrows and royalty steps all follow
 * from what stood in the log before them. Who was drawn is recomputed where `around` is given; without it, draws are
 * believed.
 */
export function paidWorkReader(around: Around | null = null): { read(entry: ReadEntry): Finding } {
  const seen: Seen = {
    around,
    ...{ calls: new Map(), pieces: new Map(), pools: new Map(), commitments: new Map(), draws: 0 },
    ...{ sources: new Set(), exchanges: new Map(), movements: new Map() },
  };
  return {
    read(entry) {
      const rule = rules[entry.kind];
      if (!rule) return entry.postings.length > 0 ? 'moves money without a rule for it' : null;
      try {
        return rule(seen, entry);
      } catch (error) {
        return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}

function accrued({ pools }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const pool = `pool:${text(payload, 'modelId')}`;
  const currency = text(payload, 'currency');
  const number = (name: string) => BigInt(text(payload, name));
  const before = { index: number('indexBefore'), remainder: number('remainderBefore') };
  const after = { index: number('indexAfter'), remainder: number('remainderAfter') };
  const amount = number('amount');
  const stood = pools.get(`${pool} ${currency}`) ?? emptyPool;
  if (before.index !== stood.index || before.remainder !== stood.remainder) {
    return 'does not start where the pool stood';
  }
  if (!stepHolds({ amount, weights: number('works'), before, after }))
    return 'does not follow from the index rule';
  const [payer] = entry.postings.filter((posting) => posting.amount < 0n);
  if (!payer?.account.startsWith('fund:') || !moves(entry, payer.account, pool, amount, currency)) {
    return 'does not pay into the pool what it accrues';
  }
  pools.set(`${pool} ${currency}`, after);
  return null;
}
