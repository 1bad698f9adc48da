import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { DIFFERENTIABLE, differentiate } from './differentiate.ts';
import { elements, Graph, type Shape, type Value } from './graph.ts';
import { encodeModel } from './onnx.ts';
import * as op from './operators.ts';

type Case = {
  name: string;
  shapes: Shape[];
  build: (g: Graph, x: [Value, Value]) => Value;
  /** Keeps numbers away from where a function is not smooth or not defined. */
  range?: [number, number];
};

const cases: Case[] = [
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
];

/** Loss Σ rᵢ·yᵢ with fixed weights r, so that every element of y has its own slope. */
function program(item: Case): { g: Graph; inputs: Value[] } {
  const g = new Graph('float64');
  const inputs = item.shapes.map((shape, i) => g.input(`x${i}`, shape));
  const y = item.build(g, inputs as [Value, Value]);
  const r = new Random(7);
  const weights = g.initializer(
    'r',
    y.shape,
    Array.from({ length: elements(y.shape) }, () => r.between(0.5, 1.5)),
  );
  const weighted = op.mul(g, y, weights);
  const loss =
    weighted.shape.length === 0
      ? weighted
      : op.reduceSum(
          g,
          weighted,
          weighted.shape.map((_, i) => i),
        );
  g.output('loss', loss);
  for (const [i, dx] of differentiate(g, loss, inputs).entries()) g.output(`d${i}`, dx);
  return { g, inputs };
}

async function check(item: Case): Promise<void> {
  const { g, inputs } = program(item);
  const session = await ort.InferenceSession.create(encodeModel(g), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
  });
  const random = new Random(3);
  const [low, high] = item.range ?? [-1.5, 1.5];
  const values = inputs.map(({ shape }) =>
    Float64Array.from({ length: elements(shape) }, () => random.between(low, high)),
  );
  const run = async () => {
    const feeds = Object.fromEntries(
      inputs.map((x, i) => [x.name, new ort.Tensor('float64', values[i] as Float64Array, x.shape)]),
    );
    return session.run(feeds);
  };
  const results = await run();
  for (const [i, array] of values.entries()) {
    const gradient = results[`d${i}`]?.data as Float64Array;
    for (let k = 0; k < array.length; k++) {
      const at = array[k] as number;
      const step = 1e-5;
      array[k] = at + step;
      const above = Number((await run()).loss?.data[0]);
      array[k] = at - step;
      const below = Number((await run()).loss?.data[0]);
      array[k] = at;
      const slope = (above - below) / (2 * step);
      expect(
        Math.abs((gradient[k] as number) - slope),
        `d${i}[${k}] ${gradient[k]} against ${slope}`,
      ).toBeLessThan(2e-6 * (1 + Math.abs(slope)));
    }
  }
  await session.release();
}

test.each(cases)('gradient of $name agrees with finite differences', check);

test('every differentiable operator is checked above', () => {
  const seen = new Set(cases.flatMap((item) => program(item).g.nodes.map((node) => node.op)));
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
