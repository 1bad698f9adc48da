import { expect, test } from 'vitest';
import { line } from './bench.ts';

test('a bench ends in one JSON line with the median, the least and the most', () => {
  expect(
    JSON.parse(line('posting', { ratios: [0.9, 0.5, 0.7], peer: 'raw insert', versions: { node: '24' } })),
  ).toEqual({
    bench: 'posting',
    ratio: 0.7,
    min: 0.5,
    max: 0.9,
    peer: 'raw insert',
    runs: 3,
    versions: { node: '24' },
  });
  const fields = { colour: { kid_over_floor: 3 } };
  expect(JSON.parse(line('x', { ratios: [1], peer: '', versions: {}, fields })).colour.kid_over_floor).toBe(
    3,
  );
  expect(JSON.parse(line('x', { ratios: [1, 2], peer: '', versions: {} })).ratio).toBe(1.5);
});
