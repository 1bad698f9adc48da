/**
 * The latent map. A latent is the noise a picture grows from; a point names one by seed, or by its place
 * on the great circle between two. A path joins points, and a walk takes pictures along it.
 */
import { Random } from '../random.ts';

export type LatentPoint = {
  /** Integer 0 … 2⁵³ − 1. */
  readonly seed: number;
  /** Another seed, to lean towards. */
  readonly toward?: number;
  /** How far, as a share of the way: 0 at `seed`, 1 at `toward`; any finite number goes on round. */
  readonly at?: number;
};

/** The noise of a seed: `length` standard normals. */
export const noiseOf = (seed: number, length: number): Float32Array =>
  new Random(seed).fillNormal(new Float32Array(length));

/**
 * Spherical interpolation (Shoemake 1985), which keeps the length noise has; straight lines would pass
 * through noise too small to belong to any picture.
 */
export function slerp(a: Float32Array, b: Float32Array, at: number): Float32Array {
  if (at === 0) return a.slice();
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  const angle = Math.acos(Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb))));
  if (angle < 1e-6) return a.slice();
  const sine = Math.sin(angle);
  const [p, q] = [Math.sin((1 - at) * angle) / sine, Math.sin(at * angle) / sine];
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = p * (a[i] as number) + q * (b[i] as number);
  return out;
}

/** The noise at a point. */
export function noiseAt(point: LatentPoint, length: number): Float32Array {
  const here = noiseOf(point.seed, length);
  if (point.toward === undefined || !point.at) return here;
  return slerp(here, noiseOf(point.toward, length), point.at);
}

/**
 * Noise for each frame of a walk from the first stop to the last, evenly spaced. A path whose last stop is
 * its first is a loop: its last frame stops one stride short, so that playing it round does not stutter.
 */
export function walk(path: readonly LatentPoint[], frames: number, length: number): Float32Array[] {
  const stops = path.map((point) => noiseAt(point, length));
  if (stops.length === 1) return Array.from({ length: frames }, () => stops[0] as Float32Array);
  const strides = isLoop(path) ? frames : Math.max(1, frames - 1);
  return Array.from({ length: frames }, (_, frame) => {
    const along = (frame / strides) * (stops.length - 1);
    const leg = Math.min(Math.floor(along), stops.length - 2);
    return slerp(stops[leg] as Float32Array, stops[leg + 1] as Float32Array, along - leg);
  });
}

export function isLoop(path: readonly LatentPoint[]): boolean {
  const [a, b] = [path[0] as LatentPoint, path.at(-1) as LatentPoint];
  return path.length > 2 && a.seed === b.seed && a.toward === b.toward && (a.at ?? 0) === (b.at ?? 0);
}

/** Share of the noise's variance that all frames of a clip have in common (after Ge et al. 2023, PYoCo). */
export const SHARED_NOISE = 0.5;

/** Noise for each frame of a clip, partly the same in all: [frames, length]. */
export function clipNoise(
  shared: Float32Array,
  frames: number,
  own: (frame: number) => Float32Array,
): Float32Array {
  const out = new Float32Array(frames * shared.length);
  const [a, b] = [Math.sqrt(SHARED_NOISE), Math.sqrt(1 - SHARED_NOISE)];
  for (let f = 0; f < frames; f++) {
    const noise = own(f);
    for (let i = 0; i < shared.length; i++) {
      out[f * shared.length + i] = a * (shared[i] as number) + b * (noise[i] as number);
    }
  }
  return out;
}
