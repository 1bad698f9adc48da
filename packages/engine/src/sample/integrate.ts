/** The flow from noise to a picture (flow matching, Lipman et al. 2023), in Euler steps. */
import * as ort from 'onnxruntime-node';
import { mixSpecs } from '../adapter/mix.ts';
import type { Shape } from '../graph/graph.ts';
import { sampleLength } from '../model/config.ts';
import { conditionRows, type Sampler, type Shown } from './sampler.ts';
import { timesOf } from './schedule.ts';

/** One integration from time `from` to 0. */
export type Leg = {
  /** Samples [pictures, height, width, channels] at time `from`; becomes what is drawn. */
  readonly x: Float32Array;
  readonly from: number;
  readonly steps: number;
  readonly shown: readonly Shown[];
  readonly guidance: number;
  /** The pictures are the frames of one clip and see each other. */
  readonly moving: boolean;
  readonly signal?: AbortSignal | undefined;
  /** After each step but the last: steps done, and what the sample will be as far as can be told. */
  readonly onStep?: ((done: number, clean: () => Float32Array) => void | Promise<void>) | undefined;
};

export type LegProblem = { ok: false; code: 'cancelled' | 'sample_not_finite'; message: string };

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Euler steps in place on `leg.x`. Guided velocity is u + guidance·(c − u), c conditional and u unconditional,
 * both of the same sample (Ho & Salimans 2022). Returns what went wrong, if anything.
 */
export async function integrate(sampler: Sampler, leg: Leg): Promise<LegProblem | undefined> {
  const { x, from, steps, shown } = leg;
  const session = await sampler.session(sampler.batchFor(shown.length), leg.moving);
  const words = conditionRows(sampler.model, shown, sampler.mix?.styleWords);
  const said = { words, terms: termsOf(sampler, leg.moving) };
  const times = timesOf(from, steps);
  for (let step = 0; step < steps; step++) {
    if (leg.signal?.aborted)
      return { ok: false, code: 'cancelled', message: `stopped before step ${step + 1}` };
    const [time, next] = [times[step] as number, times[step + 1] as number];
    const flow = await bothVelocities(session, sampler, x, time, said);
    guide(flow, leg.guidance, x.length);
    const clean = (): Float32Array => before.map((n, i) => n - time * (flow[i] as number));
    const before = leg.onStep ? x.slice() : x;
    for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) - (flow[i] as number) * (time - next);
    if (step + 1 < steps) await leg.onStep?.(step + 1, clean);
    await pause();
  }
  if (x.every(Number.isFinite)) return undefined;
  const message = 'weights or guidance drove the numbers beyond what single precision holds';
  return { ok: false, code: 'sample_not_finite', message };
}

/** The low-rank terms in force, as inputs of the sampling graph. */
function termsOf({ model, mix }: Sampler, moving: boolean): Record<string, ort.Tensor> {
  const specs = mix ? mixSpecs(model.record.config, mix.rank, moving) : [];
  const tensor = (name: string, shape: Shape): ort.Tensor =>
    new ort.Tensor('float32', mix?.parameters.get(name) as Float32Array, shape);
  return Object.fromEntries(specs.map(({ name, shape }) => [name, tensor(name, shape)]));
}

type Said = { readonly words: Float32Array; readonly terms: Readonly<Record<string, ort.Tensor>> };

/** Velocities at `x` with the words, then without them, in one run or in two. */
async function bothVelocities(
  session: ort.InferenceSession,
  sampler: Sampler,
  x: Float32Array,
  time: number,
  said: Said,
): Promise<Float32Array> {
  const pictures = x.length / sampleLength(sampler.model.record.config);
  const both = new Float32Array(2 * x.length);
  if (sampler.batchFor(pictures) === 2 * pictures) {
    both.set(x, 0);
    both.set(x, x.length);
    return evaluate(session, sampler, both, time, said);
  }
  const half = said.words.length / 2;
  for (const part of [0, 1]) {
    const words = said.words.subarray(part * half, (part + 1) * half);
    both.set(await evaluate(session, sampler, x, time, { ...said, words }), part * x.length);
  }
  return both;
}

async function evaluate(
  session: ort.InferenceSession,
  { model }: Sampler,
  x: Float32Array,
  time: number,
  said: Said,
): Promise<Float32Array> {
  const { config } = model.record;
  const batch = x.length / sampleLength(config);
  const results = await session.run({
    sample: new ort.Tensor('float32', x, [batch, config.height, config.width, config.channels]),
    time: new ort.Tensor('float32', new Float32Array(batch).fill(time), [batch]),
    words: new ort.Tensor('float32', said.words, [
      batch,
      config.clauses,
      said.words.length / batch / config.clauses,
    ]),
    ...said.terms,
  });
  return (results.velocity as ort.Tensor).data as Float32Array;
}

/** Writes the guided velocity into the first half of [conditional, unconditional]. */
function guide(flow: Float32Array, guidance: number, half: number): void {
  for (let i = 0; i < half; i++) {
    const plain = flow[half + i] as number;
    flow[i] = plain + guidance * ((flow[i] as number) - plain);
  }
}
