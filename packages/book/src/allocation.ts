export interface Weight {
  readonly key: string;
  readonly weight: bigint;
}
export interface Allotment {
  readonly key: string;
  readonly amount: bigint;
}
export type AllocationCode = 'negative_total' | 'negative_weight' | 'duplicate_key' | 'no_weight';

/**
 * Hamilton's method (largest remainder) in exact integers: each key first gets floor(total · weight / Σ weight); what
 * is left goes, one minor unit each, to the largest remainders. The published tie rule: among equal remainders the
 * key that sorts first by UTF-16 code unit. Answers in the order asked; the amounts sum to `total` exactly. Errors in
 * this order: `negative_total`, `negative_weight`, `duplicate_key`, `no_weight` (all are zero, or there is none).
 */
export function allocate(
  total: bigint,
  weights: readonly Weight[],
): { ok: true; allotments: Allotment[] } | { ok: false; code: AllocationCode } {
  const sum = weights.reduce((before, { weight }) => before + weight, 0n);
  if (total < 0n) return { ok: false, code: 'negative_total' };
  if (weights.some(({ weight }) => weight < 0n)) return { ok: false, code: 'negative_weight' };
  if (new Set(weights.map(({ key }) => key)).size < weights.length)
    return { ok: false, code: 'duplicate_key' };
  if (sum === 0n) return { ok: false, code: 'no_weight' };

  const shares = weights.map(({ key, weight }, index) => ({
    key,
    index,
    amount: (total * weight) / sum,
    remainder: (total * weight) % sum,
  }));
  let left = total - shares.reduce((before, { amount }) => before + amount, 0n);
  for (const share of shares.toSorted(byRemainderThenKey)) {
    if (left === 0n) break;
    share.amount += 1n;
    left -= 1n;
  }
  return { ok: true, allotments: shares.map(({ key, amount }) => ({ key, amount })) };
}

function byRemainderThenKey(
  a: { key: string; remainder: bigint },
  b: { key: string; remainder: bigint },
): number {
  if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}
