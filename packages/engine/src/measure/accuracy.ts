/** How often the classifier is right, and how sure it may be. */
import type { Rows } from './batched.ts';

export type Accuracy = {
  /** Share of pictures named rightly. */
  readonly accuracy: number;
  /** Mean over categories that have pictures, each counting as much. */
  readonly macro: number;
  readonly perCategory: readonly {
    readonly category: string;
    readonly count: number;
    readonly right: number;
  }[];
};

/** @param said and meant numbers of categories, one a picture */
export function accuracyOf(
  categories: readonly string[],
  said: readonly number[],
  meant: readonly number[],
): Accuracy {
  const perCategory = categories.map((category, k) => ({
    category,
    count: meant.filter((m) => m === k).length,
    right: meant.filter((m, i) => m === k && said[i] === k).length,
  }));
  const right = perCategory.reduce((sum, row) => sum + row.right, 0);
  const seen = perCategory.filter(({ count }) => count > 0);
  const shares = seen.reduce((sum, row) => sum + row.right / row.count, 0);
  return {
    accuracy: right / Math.max(1, meant.length),
    macro: shares / Math.max(1, seen.length),
    perCategory,
  };
}

/** Chances of a row after its logarithms are divided by a temperature. */
function tempered(row: Float32Array, temperature: number): Float64Array {
  const raised = Float64Array.from(row, (p) => Math.max(p, 1e-12) ** (1 / temperature));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((n) => n / sum);
}

const rowOf = ({ numbers, width }: Rows, i: number): Float32Array =>
  numbers.subarray(i * width, (i + 1) * width);

/**
 * The temperature under which what happened was likeliest (Guo et al. 2017, "On calibration of modern neural
 * networks"), from 0.3 to 3 in steps of a twentieth.
 *
 * @param chances at temperature 1
 */
export function temperatureOf(chances: Rows, meant: readonly number[]): number {
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let step = 6; step <= 60; step++) {
    const temperature = step / 20;
    const loss = meant.reduce(
      (sum, k, i) => sum - Math.log(tempered(rowOf(chances, i), temperature)[k] as number),
      0,
    );
    if (loss < best.loss) best = { temperature, loss };
  }
  return best.temperature;
}

/**
 * The least chance from which the classifier is right in at least `share` of the pictures it is that sure of;
 * 1 where it never is. A threshold counts only with 20 pictures above it.
 */
export function sureFrom(chances: Rows, meant: readonly number[], share: number): number {
  const ranked = meant
    .map((k, i) => {
      const row = rowOf(chances, i);
      const top = Math.max(...row);
      return { top, right: row.indexOf(top) === k };
    })
    .sort((a, b) => b.top - a.top);
  let [right, sure] = [0, 1];
  for (const [i, one] of ranked.entries()) {
    right += one.right ? 1 : 0;
    const tied = ranked[i + 1]?.top === one.top;
    if (!tied && i + 1 >= 20 && right / (i + 1) >= share) sure = one.top;
  }
  return sure;
}
