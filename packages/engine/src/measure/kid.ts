/** Kernel Inception Distance (Bińkowski et al. 2018), on features of ours. */
import { Random } from '../random.ts';
import type { Rows } from './batched.ts';

export type KidOptions = {
  /** Rows of each side in one estimate; never more than there are. */
  readonly size?: number;
  readonly subsets?: number;
  readonly seed?: number;
};

/** Mean and standard deviation of the estimates over subsets, and the one estimate from all rows. */
export type Kid = { readonly mean: number; readonly deviation: number; readonly whole: number };

/** The cubic kernel (x·y / width + 1)³ of every row of `a` with every row of `b`, [a, b]. */
function kernels(a: Rows, b: Rows): Float64Array {
  const { width } = a;
  const out = new Float64Array(a.count * b.count);
  for (let i = 0; i < a.count; i++) {
    const x = a.numbers.subarray(i * width, (i + 1) * width);
    for (let j = 0; j < b.count; j++) {
      const at = j * width;
      let dot = 0;
      for (let k = 0; k < width; k++) dot += (x[k] as number) * (b.numbers[at + k] as number);
      out[i * b.count + j] = (dot / width + 1) ** 3;
    }
  }
  return out;
}

type Block = { readonly values: Float64Array; readonly columns: number };

/** Mean of a kernel over chosen rows and columns; of one set with itself the pairs i, i are left out. */
function meanOf(
  { values, columns }: Block,
  rows: readonly number[],
  others: readonly number[] | null,
): number {
  let sum = 0;
  for (const i of rows) for (const j of others ?? rows) sum += values[i * columns + j] as number;
  if (others) return sum / (rows.length * others.length);
  for (const i of rows) sum -= values[i * columns + i] as number;
  return sum / (rows.length * (rows.length - 1));
}

/** `size` of the numbers below `count`, each as likely, without repeats (Fisher & Yates). */
function chosen(random: Random, count: number, size: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const j = i + random.below(count - i);
    [all[i], all[j]] = [all[j] as number, all[i] as number];
  }
  return all.slice(0, size);
}

/**
 * The squared maximum mean discrepancy between two sets of features, unbiased, so it may fall below 0 where
 * the sets are alike. Throws where they have other widths or a side has fewer than two rows.
 */
export function kid(a: Rows, b: Rows, { size = 200, subsets = 200, seed = 1 }: KidOptions = {}): Kid {
  if (a.width !== b.width) throw new Error(`features of ${a.width} and of ${b.width} numbers do not compare`);
  const rows = Math.min(size, a.count, b.count);
  if (rows < 2) throw new Error('a distance between sets needs two pictures in each');
  const own: Block = { values: kernels(a, a), columns: a.count };
  const other: Block = { values: kernels(b, b), columns: b.count };
  const between: Block = { values: kernels(a, b), columns: b.count };
  const estimate = (i: readonly number[], j: readonly number[]): number =>
    meanOf(own, i, null) + meanOf(other, j, null) - 2 * meanOf(between, i, j);
  const random = new Random(seed);
  const estimates = Array.from({ length: subsets }, () =>
    estimate(chosen(random, a.count, rows), chosen(random, b.count, rows)),
  );
  const mean = estimates.reduce((s, n) => s + n, 0) / subsets;
  const variance = estimates.reduce((s, n) => s + (n - mean) ** 2, 0) / subsets;
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  return { mean, deviation: Math.sqrt(variance), whole: estimate(upTo(a.count), upTo(b.count)) };
}
