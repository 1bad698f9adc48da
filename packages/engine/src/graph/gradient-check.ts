/** Runs a gradient case on a provider and gives the gradient beside its finite differences. */
import * as ort from 'onnxruntime-node';
import { Random } from '../random.ts';
import { differentiate } from './differentiate.ts';
import type { GradientCase } from './gradient-cases.ts';
import { elements, Graph, type Value } from './graph.ts';
import { encodeModel } from './onnx.ts';
import { mul, reduceSum } from './operators.ts';

type Precision = Graph['dtype'];

/** Loss Σ rᵢ·yᵢ with fixed weights r, so that every element of y has its own slope. */
export function gradientProgram(item: GradientCase, dtype: Precision): { g: Graph; inputs: Value[] } {
  const g = new Graph(dtype);
  const inputs = item.shapes.map((shape, i) => g.input(`x${i}`, shape));
  const y = item.build(g, inputs as [Value, Value]);
  const r = new Random(7);
  const weights = Array.from({ length: elements(y.shape) }, () => r.between(0.5, 1.5));
  const weighted = mul(g, y, g.initializer('r', y.shape, weights));
  const axes = weighted.shape.map((_, i) => i);
  const loss = axes.length === 0 ? weighted : reduceSum(g, weighted, axes);
  g.output('loss', loss);
  for (const [i, dx] of differentiate(g, loss, inputs).entries()) g.output(`d${i}`, dx);
  return { g, inputs };
}

export type GradientReport = {
  /** d loss / d input, one number for each element of each input, in order. */
  readonly gradient: number[];
  /** How the loss changes along some directions: by the gradient, and by central differences. */
  readonly predicted: number[];
  readonly measured: number[];
};

export type GradientSetting = {
  readonly dtype: Precision;
  readonly provider?: 'cpu' | 'webgpu';
  /** Fails where a node would run on the CPU instead of the provider. */
  readonly strict?: boolean;
  /** Along every axis, or along one slanting direction, which is two runs instead of two for each element. */
  readonly along: 'axes' | 'slant';
};

/**
 * Differences take a step that balances their own error (quadratic in the step) against the loss's
 * rounding: 1e-5 in double, 1e-2 in single precision.
 */
export async function gradientReport(item: GradientCase, setting: GradientSetting): Promise<GradientReport> {
  const { dtype, provider = 'cpu', strict = false } = setting;
  const { g, inputs } = gradientProgram(item, dtype);
  const session = await ort.InferenceSession.create(encodeModel(g), {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(strict ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  });
  const random = new Random(3);
  const [low, high] = item.range ?? [-1.5, 1.5];
  const sizes = inputs.map(({ shape }) => elements(shape));
  const at = sizes.map((size) => Array.from({ length: size }, () => random.between(low, high)));
  const total = sizes.reduce((a, b) => a + b, 0);
  /** The results where all inputs, in a row, have moved by `shift`. */
  const run = (outputs: string[], shift: (k: number) => number) => {
    let before = 0;
    const feeds = inputs.map((x, i) => {
      const numbers = (at[i] ?? []).map((n, k) => n + shift(before + k));
      before += numbers.length;
      const array = dtype === 'float64' ? Float64Array.from(numbers) : Float32Array.from(numbers);
      return [x.name, new ort.Tensor(dtype, array as Float64Array, x.shape)] as const;
    });
    return session.run(Object.fromEntries(feeds), outputs);
  };
  const names = inputs.map((_, i) => `d${i}`);
  const results = await run(names, () => 0);
  const gradient = names.flatMap((name) => Array.from(results[name]?.data as Float64Array));
  const step = dtype === 'float64' ? 1e-5 : 1e-2;
  const slopeAlong = async (direction: (k: number) => number): Promise<number> => {
    const above = await run(['loss'], (k) => step * direction(k));
    const below = await run(['loss'], (k) => -step * direction(k));
    return (Number(above.loss?.data[0]) - Number(below.loss?.data[0])) / (2 * step);
  };
  const slant = Array.from({ length: total }, () => (random.uniform() < 0.5 ? -1 : 1) / Math.sqrt(total));
  const directions =
    setting.along === 'slant'
      ? [(k: number) => slant[k] as number]
      : Array.from({ length: total }, (_, axis) => (k: number) => (k === axis ? 1 : 0));
  const measured: number[] = [];
  for (const direction of directions) measured.push(await slopeAlong(direction));
  await session.release();
  const predicted = directions.map((direction) => gradient.reduce((sum, d, k) => sum + d * direction(k), 0));
  return { gradient, predicted, measured };
}

/** The largest |a − b| / (1 + |b|). */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  b.reduce((most, y, i) => Math.max(most, Math.abs((a[i] as number) - y) / (1 + Math.abs(y))), 0);
