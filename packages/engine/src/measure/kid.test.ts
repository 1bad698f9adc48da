import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import type { Rows } from './batched.ts';
import { kid } from './kid.ts';

/** Normal rows with a mean and a deviation. */
function drawn(random: Random, count: number, width: number, mean = 0, deviation = 1): Rows {
  const numbers = random.fillNormal(new Float32Array(count * width)).map((n) => mean + deviation * n);
  return { count, width, numbers };
}

/** Equation 3 of Gretton et al. 2012 with the cubic kernel, one pair at a time. */
function bruteForce(a: Rows, b: Rows): number {
  const row = ({ numbers, width }: Rows, i: number) => [...numbers.subarray(i * width, (i + 1) * width)];
  const kernel = (x: number[], y: number[]) =>
    (x.reduce((sum, n, k) => sum + n * (y[k] as number), 0) / x.length + 1) ** 3;
  const within = (rows: Rows) => {
    let sum = 0;
    for (let i = 0; i < rows.count; i++)
      for (let j = 0; j < rows.count; j++) if (i !== j) sum += kernel(row(rows, i), row(rows, j));
    return sum / (rows.count * (rows.count - 1));
  };
  let between = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) between += kernel(row(a, i), row(b, j));
  return within(a) + within(b) - (2 * between) / (a.count * b.count);
}

test('the estimate from all rows is the formula, pair by pair', () => {
  const random = new Random(1);
  const [a, b] = [drawn(random, 13, 5), drawn(random, 9, 5, 0.4, 1.3)];
  const { whole } = kid(a, b, { subsets: 3 });
  expect(whole).toBeCloseTo(bruteForce(a, b), 6);
});

test('two draws from one distribution are about 0 apart, on either side of it', () => {
  const estimates = Array.from({ length: 20 }, (_, seed) => {
    const random = new Random(100 + seed);
    return kid(drawn(random, 120, 16), drawn(random, 120, 16), { subsets: 5 }).whole;
  });
  const mean = estimates.reduce((sum, n) => sum + n, 0) / estimates.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.min(...estimates)).toBeLessThan(0);
  expect(Math.max(...estimates)).toBeGreaterThan(0);
});

test('a shifted and a spread distribution are further apart, and more so the more they are', () => {
  const random = new Random(3);
  const base = drawn(random, 200, 16);
  const at = (mean: number, deviation: number) => kid(base, drawn(random, 200, 16, mean, deviation)).mean;
  const [little, much, wide] = [at(0.3, 1), at(1, 1), at(0, 2)];
  expect(little).toBeGreaterThan(0.1);
  expect(much).toBeGreaterThan(5 * little);
  expect(wide).toBeGreaterThan(0.02);
});

test('the same seed gives the same estimate; subsets say how far to trust it', () => {
  const random = new Random(4);
  const [a, b] = [drawn(random, 80, 8), drawn(random, 60, 8, 0.5)];
  const first = kid(a, b, { size: 20, subsets: 50 });
  expect(kid(a, b, { size: 20, subsets: 50 })).toEqual(first);
  expect(kid(a, b, { size: 20, subsets: 50, seed: 2 }).mean).not.toBe(first.mean);
  expect(first.deviation).toBeGreaterThan(0);
  expect(Math.abs(first.mean - first.whole)).toBeLessThan(first.deviation);
});

test('features of different widths, and sets of one, do not compare', () => {
  const random = new Random(5);
  expect(() => kid(drawn(random, 4, 3), drawn(random, 4, 2))).toThrow('do not compare');
  expect(() => kid(drawn(random, 1, 3), drawn(random, 4, 3))).toThrow('two pictures');
});
