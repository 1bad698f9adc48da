import { expect, test } from 'vitest';
import { DIFFERENTIABLE, differentiate } from './differentiate.ts';
import { GRADIENT_CASES } from './gradient-cases.ts';
import { apart, gradientProgram, gradientReport } from './gradient-check.ts';
import { elements, Graph } from './graph.ts';
import * as op from './operators.ts';

test.each(GRADIENT_CASES)('gradient of $name agrees with finite differences', async (item) => {
  const dtype = item.single ? 'float32' : 'float64';
  const { predicted, measured } = await gradientReport(item, { dtype, along: 'axes' });
  expect(predicted).toHaveLength(item.shapes.reduce((sum, shape) => sum + elements(shape), 0));
  expect(apart(predicted, measured)).toBeLessThan(item.single ? 3e-3 : 2e-6);
});

test('no operator has a gradient that is not checked above', () => {
  const seen = new Set(
    GRADIENT_CASES.flatMap((item) => gradientProgram(item, 'float32').g.nodes.map(({ op }) => op)),
  );
  expect(DIFFERENTIABLE.filter((name) => !seen.has(name))).toEqual([]);
});

test('differentiating what cannot be says why', () => {
  const g = new Graph();
  const x = g.input('x', [2]);
  const y = g.input('y', [2]);
  expect(() => differentiate(g, x, [x])).toThrow('must be a scalar');
  const loss = op.mean(g, g.single('Erf', [x], [2]));
  expect(() => differentiate(g, loss, [x])).toThrow('Erf has no gradient');
  expect(() => differentiate(g, op.mean(g, y), [x])).toThrow('no gradient reaches x');
});
