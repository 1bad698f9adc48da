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
  /** The same by central differences of the loss. */
  readonly slopes: number[];
};

/**
 * Differences take a step that balances their own error (quadratic in the step) against the loss's
 * rounding: 1e-5 in double, 1e-2 in single precision.
 *
 * @param strict fails where a node would run on the CPU instead of the provider
 */
export async function gradientReport(
  item: GradientCase,
  dtype: Precision,
  provider: 'cpu' | 'webgpu' = 'cpu',
  strict = false,
): Promise<GradientReport> {
  const { g, inputs } = gradientProgram(item, dtype);
  const session = await ort.InferenceSession.create(encodeModel(g), {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(strict ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  });
  const random = new Random(3);
  const [low, high] = item.range ?? [-1.5, 1.5];
  const values = inputs.map(({ shape }) => {
    const numbers = Array.from({ length: elements(shape) }, () => random.between(low, high));
    return dtype === 'float64' ? Float64Array.from(numbers) : Float32Array.from(numbers);
  });
  const run = (outputs: string[]) =>
    session.run(
      Object.fromEntries(
        inputs.map((x, i) => [x.name, new ort.Tensor(dtype, values[i] as Float64Array, x.shape)]),
      ),
      outputs,
    );
  const lossAt = async (): Promise<number> => Number((await run(['loss'])).loss?.data[0]);
  const results = await run(inputs.map((_, i) => `d${i}`));
  const gradient = inputs.flatMap((_, i) => Array.from(results[`d${i}`]?.data as Float64Array));
  const step = dtype === 'float64' ? 1e-5 : 1e-2;
  const slopes: number[] = [];
  for (const array of values) {
    for (let k = 0; k < array.length; k++) {
      const at = array[k] as number;
      array[k] = at + step;
      const above = await lossAt();
      array[k] = at - step;
      slopes.push((above - (await lossAt())) / (2 * step));
      array[k] = at;
    }
  }
  await session.release();
  return { gradient, slopes };
}

/** The largest |a − b| / (1 + |b|). */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  b.reduce((most, y, i) => Math.max(most, Math.abs((a[i] as number) - y) / (1 + Math.abs(y))), 0);
