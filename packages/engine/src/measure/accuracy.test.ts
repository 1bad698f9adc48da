import { expect, test } from 'vitest';
import { accuracyOf, sureFrom, temperatureOf } from './accuracy.ts';

const rows = (table: number[][]) => ({
  count: table.length,
  width: (table[0] as number[]).length,
  numbers: Float32Array.from(table.flat()),
});

test('accuracy counts every picture alike, macro every category that has any', () => {
  const { accuracy, macro, perCategory } = accuracyOf(['a', 'b', 'c'], [0, 0, 0, 1], [0, 0, 1, 1]);
  expect(accuracy).toBe(0.75);
  expect(macro).toBe(0.75);
  expect(perCategory).toEqual([
    { category: 'a', count: 2, right: 2 },
    { category: 'b', count: 2, right: 1 },
    { category: 'c', count: 0, right: 0 },
  ]);
  expect(accuracyOf(['a', 'b'], [0, 0, 0, 0], [0, 0, 0, 1])).toMatchObject({ accuracy: 0.75, macro: 0.5 });
  expect(accuracyOf(['a'], [], [])).toMatchObject({ accuracy: 0, macro: 0 });
});

test('who says 0.9 and is right six times in ten gets a temperature above 1', () => {
  const chances = rows(Array.from({ length: 10 }, () => [0.9, 0.1]));
  const meant = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
  const temperature = temperatureOf(chances, meant);
  expect(temperature).toBe(3);
  const calibrated = temperatureOf(chances, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(calibrated).toBe(1);
});

test('sure is the least chance above which it is right often enough', () => {
  const chances = rows([
    ...Array.from({ length: 30 }, () => [0.9, 0.1]),
    ...Array.from({ length: 30 }, () => [0.6, 0.4]),
  ]);
  const meant = [...new Array(27).fill(0), 1, 1, 1, ...new Array(15).fill(0), ...new Array(15).fill(1)];
  expect(sureFrom(chances, meant, 0.8)).toBeCloseTo(0.9, 5);
  expect(sureFrom(chances, meant, 0.5)).toBeCloseTo(0.6, 5);
  expect(sureFrom(chances, meant, 0.99)).toBe(1);
  expect(sureFrom(rows([[0.9, 0.1]]), [0], 0.5)).toBe(1);
});
