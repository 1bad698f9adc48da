import { expect, test } from 'vitest';
import { curve, facts, parts, smoothed, sorted } from './training.ts';

test('the longest run of losses is the curve, wherever it stands', () => {
  const record = {
    seed: 7,
    short: [
      [0, 1],
      [1, 0.5],
      [2, 0.4],
    ],
    log: { losses: [0, 1, 2, 3].map((n) => ({ images: n * 1000, loss: 1 / (n + 1) })) },
  };
  expect(curve(record).map((point) => point.x)).toEqual([0, 1000, 2000, 3000]);
  expect(curve({ losses: 'none' })).toEqual([]);
  expect(curve(null)).toEqual([]);
});

test('plain facts are told flat, long lists are left to the curve', () => {
  expect(
    facts({
      learningRate: 0.001,
      shape: [8, 32, 32],
      optimizer: { name: 'muon' },
      losses: Array(20).fill(1),
    }),
  ).toEqual([
    { name: 'learning rate', value: '0.001' },
    { name: 'shape', value: '8 × 32 × 32' },
    { name: 'optimizer, name', value: 'muon' },
  ]);
});

test('the run, its measures in words, and the rest', () => {
  const all = facts({
    machine: 'two cores',
    wallSeconds: 6234,
    optimizer: { name: 'Muon' },
    measures: {
      quality: { colour: { kid_over_floor: 4.2 }, copy_rate: 0.004, accuracy_real: 0.61, works: 300 },
    },
  });
  const { run, measures, rest } = sorted(all);
  expect(run.map(({ name }) => name)).toEqual(['machine', 'wall seconds']);
  expect(measures.map(({ value }) => value)).toEqual(['4.2', '0.4 %', '61 %', '300']);
  expect(rest).toEqual([{ name: 'optimizer, name', value: 'Muon' }]);
});

test('a long line is smoothed without moving its ends', () => {
  const points = Array.from({ length: 200 }, (_, x) => ({ x, y: x % 2 }));
  const line = smoothed(points);
  expect(line.map(({ x }) => x)).toEqual(points.map(({ x }) => x));
  expect(Math.max(...line.map(({ y }) => y)) - Math.min(...line.map(({ y }) => y))).toBeLessThan(0.5);
});

test('a training in parts has a line a part', () => {
  const rows = [0, 1, 2, 3].map((n) => [n * 50, 1 / (n + 1), n]);
  const record = { parts: [{ part: 'stills', images: 11392, lossCurve: { rows } }, { part: 'motion' }, 7] };
  expect(parts(record).map(({ name, points, facts: all }) => [name, points.length, all])).toEqual([
    ['stills', 4, [{ name: 'images', value: '11,392' }]],
    ['motion', 0, []],
  ]);
  expect(parts({ steps: 5 })).toEqual([]);
});
