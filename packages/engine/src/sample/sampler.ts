/** Flow-matching sampler (Lipman et al. 2023) on a loaded model. */
import * as ort from 'onnxruntime-node';
import { CAMERA_ROWS, cameraOf, cameraWeights, PLAIN_VIEW, resample, type View } from '../model/camera.ts';
import { CHANNELS, sampleLength } from '../model/config.ts';
import type { LoadedModel } from '../model/load.ts';
import type { Clip } from '../video/av1.ts';
import { toBytes } from '../video/colour.ts';
import { samplingGraph } from './graph.ts';
import { type LatentPoint, noiseAt, walk } from './latent.ts';
import { views } from './motion.ts';
import { chooseProvider, type ProviderName, sessionOptions } from './providers.ts';
import type { Plan } from './request.ts';

export type SamplerOptions = {
  /** Forces a provider; without it they are probed in turn. */
  readonly provider?: ProviderName;
  readonly threads?: number;
  readonly onLog?: (line: string) => void;
};

export type Preview = { readonly step: number; readonly steps: number; readonly clip: Clip };

export type SampleResult =
  | { ok: true; clip: Clip; milliseconds: number }
  | { ok: false; code: 'cancelled' | 'sample_not_finite'; message: string };

export type SampleHooks = {
  readonly onPreview?: (preview: Preview) => void | Promise<void>;
  readonly signal?: AbortSignal;
};

/** Each holds its own copy of the weights and its working memory. */
const SESSIONS_KEPT = 4;

export class Sampler {
  readonly model: LoadedModel;
  readonly provider: ProviderName;
  readonly #threads: number | undefined;
  readonly #sessions = new Map<number, Promise<ort.InferenceSession>>();

  constructor(model: LoadedModel, provider: ProviderName, threads?: number) {
    this.model = model;
    this.provider = provider;
    this.#threads = threads;
  }

  /** The session for a batch size; built on first use, the {@link SESSIONS_KEPT} last used are kept. */
  session(batch: number): Promise<ort.InferenceSession> {
    const kept = this.#sessions.get(batch);
    if (kept) {
      this.#sessions.delete(batch);
      this.#sessions.set(batch, kept);
      return kept;
    }
    for (const [oldest, session] of this.#sessions) {
      if (this.#sessions.size < SESSIONS_KEPT) break;
      this.#sessions.delete(oldest);
      session.then((idle) => idle.release()).catch(() => {});
    }
    const bytes = samplingGraph(this.model.record.config, batch, this.model.parameters);
    const session = ort.InferenceSession.create(bytes, sessionOptions(this.provider, this.#threads));
    this.#sessions.set(batch, session);
    return session;
  }

  /** Builds what a 16-frame clip needs: one picture, then sixteen, each with and without words. */
  async ready(): Promise<void> {
    await this.session(2);
    if (this.model.record.config.frames === 1) await this.session(2 * 16);
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
  }
}

/** Chooses a provider and readies the sessions that a 16-frame clip needs. */
export async function openSampler(model: LoadedModel, options: SamplerOptions = {}): Promise<Sampler> {
  const sampler = new Sampler(model, await chooseProvider(options), options.threads);
  await sampler.ready();
  return sampler;
}

/**
 * Rows of weights for some frames, first with the prompt's words, then without: [2 · frames, vocabulary].
 * The camera stands in both, so that guidance strengthens words and leaves the view alone.
 */
export function conditionRows(
  model: LoadedModel,
  words: Readonly<Record<string, number>>,
  frames: readonly View[],
): Float32Array {
  const width = model.record.config.words;
  const rows = new Float32Array(2 * frames.length * width);
  const used = Object.entries(words).filter(([, weight]) => weight !== 0);
  const share = 1 / Math.sqrt(Math.max(1, used.length));
  for (const [frame, view] of frames.entries()) {
    for (const half of [frame, frames.length + frame]) {
      for (const [i, weight] of cameraWeights(view).entries()) {
        const row = model.index.get(CAMERA_ROWS[i] as string);
        if (row !== undefined) rows[half * width + row] = weight;
      }
    }
    for (const [word, weight] of used)
      rows[frame * width + (model.index.get(word) as number)] = weight * share;
  }
  return rows;
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How far frames of a clip go back into the noise before they are drawn anew: a time between 0 and 1. */
export const REDRAW_FROM = 0.45;

/**
 * Samples a plan. A walk integrates every frame from its own noise. A clip first draws one picture, then
 * moves the camera over it: each frame is that picture as its camera sees it, taken back to time
 * {@link REDRAW_FROM} with the clip's own noise and drawn anew under that view (after SDEdit, Meng et al.
 * 2022), so the model and not a filter draws the frame, and all frames show one thing.
 *
 * Same plan, same provider, same threads: same bytes.
 *
 * @param hooks `onPreview` gets clean estimates; `signal` stops before the next step.
 */
export async function samplePlan(
  sampler: Sampler,
  plan: Plan,
  hooks: SampleHooks = {},
): Promise<SampleResult> {
  const started = performance.now();
  const { config } = sampler.model.record;
  const length = sampleLength(config);
  // A model of whole clips has its motion inside one sample.
  const whole = config.frames > 1;
  const seen = whole ? [PLAIN_VIEW] : views(plan.motion, plan.frames);
  const once = whole || plan.mode === 'walk';
  const total = once ? plan.steps : plan.steps + stepsOf(plan, REDRAW_FROM);
  const x = join(walk(plan.path, once ? seen.length : 1, length));
  const first: Leg = { x, from: 1, views: once ? seen : [PLAIN_VIEW], done: 0, total };
  let problem = await integrate(sampler, plan, first, hooks);
  let picture = x;
  if (!problem && !once) {
    picture = movedFrames(sampler, plan, x, seen);
    problem = await integrate(
      sampler,
      plan,
      { x: picture, from: REDRAW_FROM, views: seen, done: plan.steps, total },
      hooks,
    );
  }
  if (problem) return problem;
  return { ok: true, clip: clipOf(sampler, picture), milliseconds: performance.now() - started };
}

const stepsOf = (plan: Plan, from: number): number => Math.max(1, Math.round(plan.steps * from));

function join(parts: readonly Float32Array[]): Float32Array {
  const length = (parts[0] as Float32Array).length;
  const out = new Float32Array(parts.length * length);
  for (const [i, part] of parts.entries()) out.set(part, i * length);
  return out;
}

function clipOf({ model }: Sampler, numbers: Float32Array): Clip {
  const { config } = model.record;
  return {
    rgb: toBytes(numbers),
    count: numbers.length / (config.height * config.width * CHANNELS),
    width: config.width,
    height: config.height,
  };
}

/** The picture under each view, mixed with the clip's noise at time {@link REDRAW_FROM}. */
function movedFrames(
  { model }: Sampler,
  plan: Plan,
  picture: Float32Array,
  seen: readonly View[],
): Float32Array {
  const length = sampleLength(model.record.config);
  const noise = noiseAt(plan.path[0] as LatentPoint, length);
  const frames = seen.map((view) => {
    const frame = new Float32Array(length);
    resample(picture, model.record.config.width, cameraOf(view), frame, model.record.config.width, 1);
    for (let i = 0; i < length; i++) {
      frame[i] = (1 - REDRAW_FROM) * (frame[i] as number) + REDRAW_FROM * (noise[i] as number);
    }
    return frame;
  });
  return join(frames);
}

/** One integration from time `from` to 0, in place on `x` [frames · sample]. */
type Leg = { x: Float32Array; from: number; views: readonly View[]; done: number; total: number };

/**
 * Euler steps from `from` to 0. Guided velocity is u + guidance·(c − u), c conditional and u unconditional,
 * both from one run (Ho & Salimans 2022). Returns what went wrong, if anything.
 */
async function integrate(
  sampler: Sampler,
  plan: Plan,
  leg: Leg,
  hooks: SampleHooks,
): Promise<Extract<SampleResult, { ok: false }> | undefined> {
  const { x, from } = leg;
  const session = await sampler.session(2 * leg.views.length);
  const words = conditionRows(sampler.model, plan.words, leg.views);
  const both = new Float32Array(2 * x.length);
  const steps = from === 1 ? plan.steps : stepsOf(plan, from);
  for (let step = 0; step < steps; step++) {
    if (hooks.signal?.aborted)
      return { ok: false, code: 'cancelled', message: `stopped before step ${leg.done + step + 1}` };
    const time = from * (1 - step / steps);
    both.set(x, 0);
    both.set(x, x.length);
    const flow = await evaluate(session, sampler, both, time, words);
    guide(flow, plan.guidance, x.length);
    const done = leg.done + step + 1;
    if (hooks.onPreview && plan.previewEvery > 0 && done % plan.previewEvery === 0 && done < leg.total) {
      const clean = x.map((n, i) => n - time * (flow[i] as number));
      await hooks.onPreview({ step: done, steps: leg.total, clip: clipOf(sampler, clean) });
    }
    for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) - ((flow[i] as number) * from) / steps;
    await pause();
  }
  if (x.every(Number.isFinite)) return undefined;
  const message = 'weights or guidance drove the numbers beyond what single precision holds';
  return { ok: false, code: 'sample_not_finite', message };
}

async function evaluate(
  session: ort.InferenceSession,
  { model }: Sampler,
  x: Float32Array,
  time: number,
  words: Float32Array,
): Promise<Float32Array> {
  const { frames, height, width, words: vocabulary } = model.record.config;
  const batch = words.length / vocabulary;
  const results = await session.run({
    pixels: new ort.Tensor('float32', x, [batch, frames, height, width, 3]),
    time: new ort.Tensor('float32', new Float32Array(batch).fill(time), [batch]),
    words: new ort.Tensor('float32', words, [batch, vocabulary]),
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
