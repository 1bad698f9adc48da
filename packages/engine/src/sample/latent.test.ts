import { expect, test } from 'vitest';
import { noiseAt, noiseOf, slerp, walk } from './latent.ts';

const length = 512;
const norm = (x: Float32Array): number => Math.sqrt(x.reduce((s, n) => s + n * n, 0));

test('a seed is its noise, for ever', () => {
  expect([...noiseOf(7, 4)]).toMatchInlineSnapshot(`
    [
      1.155836820602417,
      0.489879310131073,
      -0.8748217821121216,
      0.9937170743942261,
    ]
  `);
  expect(noiseOf(7, 4)).toEqual(noiseOf(7, 8).slice(0, 4));
  expect(noiseOf(2 ** 40 + 7, 4)).not.toEqual(noiseOf(7, 4));
});

test('noise is standard normal', () => {
  const noise = noiseOf(1, 20_000);
  const mean = noise.reduce((s, n) => s + n, 0) / noise.length;
  const variance = noise.reduce((s, n) => s + (n - mean) ** 2, 0) / noise.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test('interpolation stays on the sphere and meets both ends', () => {
  const [a, b] = [noiseOf(1, length), noiseOf(2, length)];
  expect(slerp(a, b, 0)).toEqual(a);
  for (const [i, n] of slerp(a, b, 1).entries()) expect(n).toBeCloseTo(b[i] as number, 4);
  for (const at of [0.25, 0.5, 0.75]) expect(norm(slerp(a, b, at)) / norm(a)).toBeCloseTo(1, 0);
  expect(slerp(a, a, 0.5)).toEqual(a);
  expect(noiseAt({ seed: 1, toward: 2, at: 0.5 }, length)).toEqual(slerp(a, b, 0.5));
});

test('a path walks from stop to stop; a loop stops one stride short of its start', () => {
  const open = walk([{ seed: 1 }, { seed: 2 }], 5, length);
  expect(open[0]).toEqual(noiseOf(1, length));
  for (const [i, n] of (open[4] ?? []).entries()) expect(n).toBeCloseTo(noiseOf(2, length)[i] as number, 4);
  const loop = walk([{ seed: 1 }, { seed: 2 }, { seed: 1 }], 4, length);
  expect(loop[0]).toEqual(noiseOf(1, length));
  expect(loop[3]).toEqual(slerp(noiseOf(2, length), noiseOf(1, length), 0.5));
  expect(walk([{ seed: 3 }], 2, length)).toEqual([noiseOf(3, length), noiseOf(3, length)]);
});
