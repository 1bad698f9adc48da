/** Drawing: plans of clips and walks, and batches of single pictures. */
import { cameraOf, resample, type View } from '../model/camera.ts';
import { COLOURS, sampleLength } from '../model/config.ts';
import type { Clip } from '../video/av1.ts';
import { enlarge, resized, toBytes } from '../video/colour.ts';
import { integrate, type LegProblem } from './integrate.ts';
import { clipNoise, type LatentPoint, noiseAt, noiseOf, walk } from './latent.ts';
import { ownMotion, views } from './motion.ts';
import type { Plan, WordWeights } from './request.ts';
import type { Sampler, Shown } from './sampler.ts';

export type Preview = { readonly step: number; readonly steps: number; readonly clip: Clip };

export type SampleResult = { ok: true; clip: Clip; milliseconds: number } | LegProblem;

export type SampleHooks = {
  readonly onPreview?: (preview: Preview) => void | Promise<void>;
  readonly signal?: AbortSignal;
};

/** How far frames of a clip go back into the noise before they are drawn anew: a time between 0 and 1. */
export const REDRAW_FROM = { still: 0.45, moving: 0.65 } as const;
/**
 * Samples a plan. A walk integrates every frame from its own noise. A clip first draws one picture, then
 * moves the camera over it: each frame is that picture as its camera sees it, taken back into noise and drawn
 * anew under that view (after SDEdit, Meng et al. 2022), so the model and not a filter draws the frame. With
 * temporal modules the frames see each other while they are drawn, and parts may move by themselves.
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
  const drawn =
    plan.mode === 'walk' ? await drawWalk(sampler, plan, hooks) : await drawClip(sampler, plan, hooks);
  if (!(drawn instanceof Float32Array)) return drawn;
  const clip = await finished(sampler, drawn, plan.size);
  return { ok: true, clip, milliseconds: performance.now() - started };
}

const legOf = (sampler: Sampler, plan: Plan, hooks: SampleHooks, offset: number, total: number) => ({
  guidance: plan.guidance,
  signal: hooks.signal,
  onStep: hooks.onPreview
    ? async (step: number, clean: () => Float32Array): Promise<void> => {
        const done = offset + step;
        if (plan.previewEvery === 0 || done % plan.previewEvery !== 0) return;
        const clip = clipOf(await sampler.pictures(clean()), sampler.side);
        await hooks.onPreview?.({ step: done, steps: total, clip });
      }
    : undefined,
});

async function drawWalk(
  sampler: Sampler,
  plan: Plan,
  hooks: SampleHooks,
): Promise<Float32Array | LegProblem> {
  const length = sampleLength(sampler.model.record.config);
  const shown = views(plan.motion, plan.frames).map((view): Shown => ({ clauses: plan.clauses, view }));
  const x = join(walk(plan.path, plan.frames, length));
  const leg = legOf(sampler, plan, hooks, 0, plan.steps);
  return (await integrate(sampler, { ...leg, x, from: 1, steps: plan.steps, shown, moving: false })) ?? x;
}

async function drawClip(
  sampler: Sampler,
  plan: Plan,
  hooks: SampleHooks,
): Promise<Float32Array | LegProblem> {
  const { config } = sampler.model.record;
  const moving = config.temporal !== undefined;
  const from = moving ? REDRAW_FROM.moving : REDRAW_FROM.still;
  const steps = Math.max(1, Math.round(plan.steps * from));
  const total = plan.steps + steps;
  const { clauses } = plan;
  const x = noiseAt(plan.path[0] as LatentPoint, sampleLength(config));
  const first = legOf(sampler, plan, hooks, 0, total);
  const trouble = await integrate(sampler, {
    ...first,
    x,
    from: 1,
    steps: plan.steps,
    shown: [{ clauses }],
    moving: false,
  });
  if (trouble) return trouble;
  const seen = views(plan.motion, plan.frames);
  const motion = ownMotion(plan.motion);
  const frames = await movedFrames(sampler, plan, { picture: x, seen, from, moving });
  const second = legOf(sampler, plan, hooks, plan.steps, total);
  const shown = seen.map((view): Shown => ({ clauses, view, motion }));
  return (await integrate(sampler, { ...second, x: frames, from, steps, shown, moving })) ?? frames;
}

type Moved = { picture: Float32Array; seen: readonly View[]; from: number; moving: boolean };

/** The picture under each view, mixed with noise at time `from`. */
async function movedFrames(
  sampler: Sampler,
  plan: Plan,
  { picture, seen, from, moving }: Moved,
): Promise<Float32Array> {
  const { side } = sampler;
  const still = await sampler.pictures(picture);
  const size = side * side * COLOURS;
  const pictures = new Float32Array(seen.length * size);
  for (const [f, view] of seen.entries()) {
    resample(still, side, cameraOf(view), pictures.subarray(f * size, (f + 1) * size), side, 1);
  }
  const frames = await sampler.samples(pictures);
  const length = picture.length;
  const shared = noiseAt(plan.path[0] as LatentPoint, length);
  const own = (f: number): Float32Array => (moving ? noiseOf(plan.seed + 2 ** 40 * (f + 1), length) : shared);
  const noise = moving ? clipNoise(shared, seen.length, own) : join(seen.map(() => shared));
  return frames.map((n, i) => (1 - from) * n + from * (noise[i] as number));
}

/** What one picture of {@link drawPictures} is. */
export type PictureWish = { readonly clauses: readonly WordWeights[]; readonly seed: number };

/** Pictures drawn in one batch. */
const BATCH = 16;

/**
 * Draws single pictures, in batches; each comes from its own seed and words alone.
 *
 * @returns [pictures, side, side, 3] in −1 … 1. Throws where numbers leave single precision.
 */
export async function drawPictures(
  sampler: Sampler,
  wishes: readonly PictureWish[],
  { steps = 30, guidance = 2.5 }: { steps?: number; guidance?: number } = {},
): Promise<Float32Array> {
  const length = sampleLength(sampler.model.record.config);
  const parts: Float32Array[] = [];
  for (let at = 0; at < wishes.length; at += BATCH) {
    const some = wishes.slice(at, at + BATCH);
    const padded = Array.from({ length: BATCH }, (_, i) => some[i] ?? (some[0] as PictureWish));
    const x = join(padded.map(({ seed }) => noiseOf(seed, length)));
    const trouble = await integrate(sampler, { x, from: 1, steps, guidance, shown: padded, moving: false });
    if (trouble) throw new Error(trouble.message);
    const pictures = await sampler.pictures(x.subarray(0, some.length * length));
    parts.push(pictures.map((n) => Math.max(-1, Math.min(1, n))));
  }
  return join(parts);
}

function join(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Pictures [n, side, side, 3] as a clip of bytes. */
function clipOf(pictures: Float32Array, side: number): Clip {
  return {
    rgb: toBytes(pictures),
    count: pictures.length / (side * side * COLOURS),
    width: side,
    height: side,
  };
}

/** The finished clip at the size asked for: drawn pixels as they are, or enlarged by the learnt upscaler. */
async function finished(sampler: Sampler, samples: Float32Array, size: number): Promise<Clip> {
  const pictures = await sampler.pictures(samples);
  const { side } = sampler;
  if (size <= side) return clipOf(pictures, side);
  const start = size / 4;
  const low = start === side ? pictures : resized(pictures, side, start);
  const high = await sampler.enlarged(low, start);
  // A model without an upscaler shows its pixels as squares.
  return high ? clipOf(high, size) : squares(clipOf(pictures, side), Math.max(1, Math.floor(size / side)));
}

function squares({ rgb, count, width, height }: Clip, scale: number): Clip {
  const length = width * height * COLOURS;
  const out = new Uint8Array(rgb.length * scale * scale);
  for (let f = 0; f < count; f++) {
    const frame = rgb.subarray(f * length, (f + 1) * length);
    out.set(enlarge(frame, width, height, scale), f * length * scale * scale);
  }
  return { rgb: out, count, width: width * scale, height: height * scale };
}
