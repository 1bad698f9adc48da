/** From a request to files: plan, sample, encode, record. What the engine's child process runs. */
import type { ShelfErrorCode, ShelfResult } from './adapter/shelf.ts';
import { type Preview, samplePlan } from './sample/draw.ts';
import type { LatentPoint } from './sample/latent.ts';
import type { Motion } from './sample/motion.ts';
import type { ProviderName } from './sample/providers.ts';
import {
  type GenerateRequest,
  type Mode,
  type Plan,
  planOf,
  type RequestErrorCode,
  type WordWeights,
} from './sample/request.ts';
import { knows, type Sampler } from './sample/sampler.ts';
import { wear } from './sample/wear.ts';
import type { Clip } from './video/av1.ts';
import { type EncodedClip, encodeClip } from './video/encode.ts';

export const ENGINE_VERSION = '0.1.0';

/** Everything needed to make a clip again, and what making it cost. Safe to store as JSON. */
export type GenerationRecord = {
  readonly engine: 'onnx';
  readonly engineVersion: string;
  readonly model: { readonly name: string; readonly weightsSha256: string };
  readonly provider: ProviderName;
  readonly mode: Mode;
  readonly prompt: string | null;
  /** Words the model knew, by clause, with their weights. */
  readonly clauses: readonly WordWeights[];
  /** Words of motion with their weights. */
  readonly motion: Motion;
  readonly unknownWords: readonly string[];
  /** Adapters in force. */
  readonly adapters: readonly {
    readonly name: string;
    readonly styleWord: string;
    readonly sha256: string;
    readonly weight: number;
  }[];
  readonly seed: number;
  readonly path: readonly LatentPoint[];
  readonly steps: number;
  readonly guidance: number;
  readonly frames: number;
  /** Pixels of the encoded files. */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly sampleMs: number;
  readonly encodeMs: number;
  /** `sampleMs` + `encodeMs`: what to charge. */
  readonly computeMs: number;
};

export type GenerateResult = {
  readonly record: GenerationRecord;
  /** Unless `deliver` was 'frames'. */
  readonly files?: EncodedClip;
  readonly frames?: Clip;
};

export type GenerateHooks = {
  readonly onPreview?: (preview: Preview) => void | Promise<void>;
  readonly signal?: AbortSignal;
};

export type GenerateOutcome =
  | { ok: true; result: GenerateResult }
  | {
      ok: false;
      code: RequestErrorCode | ShelfErrorCode | 'cancelled' | 'sample_not_finite';
      message: string;
    };

/** Checks a request against a model and the adapters in force; see {@link planOf}. */
export const planFor = (sampler: Sampler, request: GenerateRequest): ReturnType<typeof planOf> =>
  planOf(request, knows(sampler), sampler.model.record.config.temporal?.frames);

/** Runs one request. Bad input and cancelling are returned, a broken runtime throws. */
export async function generate(
  sampler: Sampler,
  request: GenerateRequest,
  hooks: GenerateHooks = {},
): Promise<GenerateOutcome> {
  const worn = await wear(sampler, request.adapters ?? []);
  if (!worn.ok) return worn;
  const planned = planFor(sampler, request);
  if (!planned.ok) return planned;
  const { plan } = planned;
  const sampled = await samplePlan(sampler, plan, hooks);
  if (!sampled.ok) return sampled;
  const started = performance.now();
  const files = plan.deliver === 'files' ? await encodeClip(sampled.clip, plan) : undefined;
  const encodeMs = performance.now() - started;
  const record = recordOf(sampler, plan, sampled.clip, {
    sample: sampled.milliseconds,
    encode: encodeMs,
    weighed: worn.weighed,
  });
  return { ok: true, result: files ? { record, files } : { record, frames: sampled.clip } };
}

function recordOf(
  { model, provider }: Sampler,
  plan: Plan,
  clip: Clip,
  made: {
    readonly sample: number;
    readonly encode: number;
    readonly weighed: Extract<ShelfResult, { ok: true }>['weighed'];
  },
): GenerationRecord {
  const { prompt, clauses, motion, unknownWords, seed, path, steps, guidance, frames, fps, mode } = plan;
  return {
    engine: 'onnx',
    engineVersion: ENGINE_VERSION,
    model: { name: model.record.name, weightsSha256: model.record.weights.sha256 },
    provider,
    mode,
    prompt,
    clauses,
    motion,
    unknownWords,
    adapters: made.weighed.map(({ adapter: { name, styleWord }, sha256, weight }) => ({
      name,
      styleWord,
      sha256,
      weight,
    })),
    seed,
    path,
    steps,
    guidance,
    frames,
    width: clip.width,
    height: clip.height,
    fps,
    sampleMs: Math.round(made.sample),
    encodeMs: Math.round(made.encode),
    computeMs: Math.round(made.sample + made.encode),
  };
}

/** A bare session loop, the peer that generation through a platform is measured against. */
export async function bareGenerate(
  sampler: Sampler,
  request: GenerateRequest,
): Promise<{ sampleMs: number; encodeMs: number; totalMs: number; files: EncodedClip }> {
  const started = performance.now();
  const planned = planFor(sampler, request);
  if (!planned.ok) throw new Error(planned.message);
  const sampled = await samplePlan(sampler, planned.plan);
  if (!sampled.ok) throw new Error(sampled.message);
  const encoding = performance.now();
  const files = await encodeClip(sampled.clip, planned.plan);
  const ended = performance.now();
  return { sampleMs: encoding - started, encodeMs: ended - encoding, totalMs: ended - started, files };
}
