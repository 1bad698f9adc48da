import { expect, test } from 'vitest';
import { curve, facts } from './training.ts';

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
