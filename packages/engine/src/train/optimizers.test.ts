import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { Graph, type Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { Random } from '../random.ts';
import { ADAMW, adamw, movingAverage, muon, orthogonalize, type Schedule } from './optimizers.ts';

const scheduleOf = (g: Graph): Schedule => ({
  rate: g.input('rate', []),
  correction1: g.input('correction1', []),
  correction2: g.input('correction2', []),
  average: g.input('average', []),
});

async function run(
  g: Graph,
  feeds: Record<string, [Float32Array | number[], number[]]>,
): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(encodeModel(g), { executionProviders: ['cpu'] });
  const tensors = Object.fromEntries(
    g.inputs.map(({ name }) => [
      name,
      new ort.Tensor('float32', Float32Array.from(feeds[name]?.[0] ?? []), feeds[name]?.[1] ?? []),
    ]),
  );
  const results = await session.run(tensors);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]));
}

test('AdamW takes the step its paper says', async () => {
  const g = new Graph();
  const [p, m, v, d] = ['p', 'm', 'v', 'd'].map((name) => g.input(name, [2])) as [Value, Value, Value, Value];
  const after = adamw(g, { parameter: p, first: m, second: v }, d, scheduleOf(g), 0.1);
  g.output('next', after.parameter);
  g.output('first', after.first);
  g.output('second', after.second);
  const k = 3;
  const { beta1, beta2, epsilon } = ADAMW;
  const got = await run(g, {
    p: [[1, -2], [2]],
    m: [[0.1, 0.2], [2]],
    v: [[0.3, 0.4], [2]],
    d: [[0.5, -0.6], [2]],
    rate: [[0.01], []],
    correction1: [[1 / (1 - beta1 ** k)], []],
    correction2: [[1 / (1 - beta2 ** k)], []],
    average: [[0.9], []],
  });
  for (const [i, [p0, m0, v0, d0]] of [
    [1, 0.1, 0.3, 0.5],
    [-2, 0.2, 0.4, -0.6],
  ].entries() as Iterable<[number, [number, number, number, number]]>) {
    const m1 = beta1 * m0 + (1 - beta1) * d0;
    const v1 = beta2 * v0 + (1 - beta2) * d0 * d0;
    const step = (0.01 * m1) / (1 - beta1 ** k) / (Math.sqrt(v1 / (1 - beta2 ** k)) + epsilon);
    expect(got.first?.[i]).toBeCloseTo(m1, 6);
    expect(got.second?.[i]).toBeCloseTo(v1, 6);
    expect(got.next?.[i]).toBeCloseTo(p0 - 0.01 * 0.1 * p0 - step, 6);
  }
});

test.each([
  [8, 24],
  [24, 8],
  [16, 16],
])('Newton–Schulz makes a %i × %i matrix nearly orthogonal', async (rows, columns) => {
  const g = new Graph();
  g.output('o', orthogonalize(g, g.input('x', [rows, columns])));
  const { o } = await run(g, {
    x: [new Random(1).fillNormal(new Float32Array(rows * columns)), [rows, columns]],
  });
  const small = Math.min(rows, columns);
  const at = (i: number, k: number): number =>
    o?.[rows < columns ? i * columns + k : k * columns + i] ?? Number.NaN;
  for (let i = 0; i < small; i++) {
    for (let j = 0; j < small; j++) {
      let dot = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
      // The coefficients take singular values to about 0.7 … 1.2, so squares to 0.5 … 1.45.
      expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(0.55);
    }
  }
});

test('Muon moves a matrix by about 0.2 · rate in every element, whatever the size of the gradient', async () => {
  const g = new Graph();
  const [p, m, d] = ['p', 'm', 'd'].map((name) => g.input(name, [16, 64])) as [Value, Value, Value];
  g.output('next', muon(g, { parameter: p, first: m }, d, scheduleOf(g)).parameter);
  const zeros = new Float32Array(16 * 64);
  for (const size of [1e-4, 1e4]) {
    const gradient = new Random(2).fillNormal(new Float32Array(16 * 64)).map((n) => n * size);
    const { next = new Float32Array() } = await run(g, {
      p: [zeros, [16, 64]],
      m: [zeros, [16, 64]],
      d: [gradient, [16, 64]],
      rate: [[0.01], []],
      correction1: [[1], []],
      correction2: [[1], []],
      average: [[0], []],
    });
    const rms = Math.sqrt(next.reduce((s, n) => s + n * n, 0) / next.length);
    expect(rms / 0.01).toBeGreaterThan(0.13);
    expect(rms / 0.01).toBeLessThan(0.27);
  }
});

test('the moving average moves by one minus its decay', async () => {
  const g = new Graph();
  g.output('e', movingAverage(g, g.input('a', [1]), g.input('b', [1]), scheduleOf(g)));
  const got = await run(g, {
    a: [[1], [1]],
    b: [[3], [1]],
    rate: [[0], []],
    correction1: [[0], []],
    correction2: [[0], []],
    average: [[0.75], []],
  });
  expect(got.e?.[0]).toBeCloseTo(1.5, 6);
});
