/**
 * One small program or more for every operator that has a gradient; `gradient-check.ts` runs them. A test
 * fails where an operator with a gradient stands in none of them.
 */
import type { Graph, Shape, Value } from './graph.ts';
import * as op from './operators.ts';

/** One program whose gradient is checked: a value of one tensor or two. */
export type GradientCase = {
  name: string;
  shapes: Shape[];
  build: (g: Graph, x: [Value, Value]) => Value;
  /** Keeps numbers away from where a function is not smooth or not defined. */
  range?: [number, number];
  /** The CPU provider has no double kernel for it, so it is checked in single precision there too. */
  single?: boolean;
};

export const GRADIENT_CASES: readonly GradientCase[] = [
  { name: 'add, broadcast over rows', shapes: [[3, 4], [4]], build: (g, [a, b]) => op.add(g, a, b) },
  {
    name: 'add, broadcast over columns',
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: (g, [a, b]) => op.add(g, a, b),
  },
  {
    name: 'sub',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (g, [a, b]) => op.sub(g, a, b),
  },
  { name: 'mul, one value twice', shapes: [[2, 3]], build: (g, [a]) => op.mul(g, a, a) },
  { name: 'mul, scalar', shapes: [[2, 3], []], build: (g, [a, b]) => op.mul(g, a, b) },
  {
    name: 'div',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (g, [a, b]) => op.div(g, a, b),
    range: [0.5, 2],
  },
  { name: 'neg', shapes: [[5]], build: (g, [a]) => op.neg(g, a) },
  { name: 'exp', shapes: [[5]], build: (g, [a]) => op.exp(g, a) },
  { name: 'log', shapes: [[5]], build: (g, [a]) => op.log(g, a), range: [0.5, 2] },
  { name: 'sqrt', shapes: [[5]], build: (g, [a]) => op.sqrt(g, a), range: [0.5, 2] },
  { name: 'tanh', shapes: [[5]], build: (g, [a]) => op.tanh(g, a) },
  { name: 'sigmoid', shapes: [[5]], build: (g, [a]) => op.sigmoid(g, a) },
  { name: 'relu', shapes: [[5]], build: (g, [a]) => op.relu(g, a), range: [0.2, 1] },
  { name: 'relu, below zero', shapes: [[5]], build: (g, [a]) => op.relu(g, a), range: [-1, -0.2] },
  {
    name: 'relu, seen twice',
    shapes: [[6]],
    build: (g, [a]) => {
      const y = op.relu(g, a);
      return op.add(g, op.mul(g, y, y), op.mul(g, y, 3));
    },
    range: [0.2, 1],
  },
  {
    name: 'square of a product behind a product',
    shapes: [
      [2, 3],
      [3, 2],
    ],
    build: (g, [a, b]) => {
      const rows = op.reshape(g, op.matmul(g, a, b), [1, 2, 2]);
      return op.matmul(g, op.reshape(g, op.mul(g, rows, rows), [2, 2]), a);
    },
  },
  { name: 'squared relu', shapes: [[6]], build: (g, [a]) => op.reluSquared(g, a) },
  { name: 'silu', shapes: [[5]], build: (g, [a]) => op.silu(g, a) },
  { name: 'gelu', shapes: [[5]], build: (g, [a]) => op.gelu(g, a) },
  { name: 'sin', shapes: [[5]], build: (g, [a]) => op.sin(g, a) },
  { name: 'cos', shapes: [[5]], build: (g, [a]) => op.cos(g, a) },
  { name: 'reduceSum', shapes: [[2, 3, 4]], build: (g, [a]) => op.reduceSum(g, a, [1]) },
  { name: 'reduceSum, axes kept', shapes: [[2, 3, 4]], build: (g, [a]) => op.reduceSum(g, a, [0, 2], true) },
  { name: 'reduceMean', shapes: [[2, 3, 4]], build: (g, [a]) => op.reduceMean(g, a, [-1]) },
  {
    name: 'expand',
    shapes: [[1, 3]],
    build: (g, [a]) => g.single('Expand', [a, g.integers([2, 3])], [2, 3]),
  },
  { name: 'softmax', shapes: [[2, 5]], build: (g, [a]) => op.softmax(g, a) },
  { name: 'layerNorm', shapes: [[3, 6]], build: (g, [a]) => op.layerNorm(g, a) },
  { name: 'rmsNorm', shapes: [[3, 6]], build: (g, [a]) => op.rmsNorm(g, a) },
  {
    name: 'matmul',
    shapes: [
      [2, 3],
      [3, 4],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b),
  },
  {
    name: 'matmul Aᵀ',
    shapes: [
      [3, 2],
      [3, 4],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b, { transposeA: true }),
  },
  {
    name: 'matmul Bᵀ',
    shapes: [
      [2, 3],
      [4, 3],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b, { transposeB: true }),
  },
  {
    name: 'matmul AᵀBᵀ',
    shapes: [
      [3, 2],
      [4, 3],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matmul, batched',
    shapes: [
      [2, 2, 3],
      [2, 3, 4],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b),
  },
  {
    name: 'matmul, batch shared',
    shapes: [
      [2, 2, 3],
      [3, 4],
    ],
    build: (g, [a, b]) => op.matmul(g, a, b),
  },
  { name: 'reshape', shapes: [[2, 6]], build: (g, [a]) => op.reshape(g, a, [3, -1]) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: (g, [a]) => op.transpose(g, a, [2, 0, 1]) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (g, [a, b]) => op.concat(g, [a, b, a], -1),
  },
  { name: 'slice', shapes: [[4, 3]], build: (g, [a]) => op.slice(g, a, 0, 1, 3) },
  { name: 'slice from the start', shapes: [[4, 3]], build: (g, [a]) => op.slice(g, a, 1, 0, 2) },
  {
    name: 'split, one part unused',
    shapes: [[2, 5]],
    build: (g, [a]) => {
      const [first, , last] = op.split(g, a, [2, 1, 2], 1);
      return op.mul(g, first as Value, last as Value);
    },
  },
  {
    name: 'gather, one row twice',
    shapes: [[4, 3]],
    build: (g, [a]) => op.gather(g, a, g.integers([2, 0, 2])),
  },
  {
    name: 'conv 3 × 3',
    shapes: [
      [2, 2, 4, 3],
      [3, 2, 3, 3],
    ],
    build: (g, [a, b]) => op.conv(g, a, b),
    single: true,
  },
  {
    name: 'conv 1 × 1',
    shapes: [
      [2, 3, 2, 2],
      [2, 3, 1, 1],
    ],
    build: (g, [a, b]) => op.conv(g, a, b),
    single: true,
  },
  { name: 'space to depth', shapes: [[2, 2, 4, 6]], build: (g, [a]) => op.spaceToDepth(g, a, 2) },
  { name: 'depth to space', shapes: [[2, 8, 2, 3]], build: (g, [a]) => op.depthToSpace(g, a, 2) },
];
