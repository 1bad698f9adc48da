/** Clips to learn motion from, cut out of an artist's own moving works. */
import { PLAIN_VIEW } from '../model/camera.ts';
import type { Random } from '../random.ts';
import type { ClipMotion, ClipShape } from './animate.ts';

/** Decoded frames: frames × height × width × 3 bytes. */
export type Footage = {
  readonly rgb: Uint8Array;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
};

/** Frames of footage between two frames of a clip, at most. */
const LONGEST_STRIDE = 4;

/**
 * Which frames of footage make a clip: in order, from a random start, with a random stride. Footage
 * shorter than the clip is stretched over it.
 */
export function cutFrames(random: Random, length: number, frames: number): number[] {
  if (length <= frames)
    return Array.from({ length: frames }, (_, frame) => Math.floor((frame * length) / frames));
  const longest = Math.min(LONGEST_STRIDE, (length - 1) / Math.max(1, frames - 1));
  const stride = random.between(1, longest);
  const start = random.between(0, length - 1 - stride * (frames - 1));
  return Array.from({ length: frames }, (_, frame) => Math.round(start + stride * frame));
}

/**
 * Cuts a clip out of footage into `out` (frames × side × side × 3, −1 … 1): real motion, the whole picture
 * fitted into the square on white, seen by a camera that stands still. `motion` is estimated from how
 * much pixels change, on the scale of {@link ClipMotion}.
 */
export function cutClip(
  random: Random,
  footage: Footage,
  { frames, side }: ClipShape,
  out: Float32Array,
): ClipMotion {
  const chosen = cutFrames(random, footage.frames, frames);
  const size = side * side * 3;
  out.fill(1);
  let previous = -1;
  for (const [frame, index] of chosen.entries()) {
    if (index === previous) out.copyWithin(frame * size, (frame - 1) * size, frame * size);
    else fit(footage, index, out, frame * size, side);
    previous = index;
  }
  return { views: chosen.map(() => PLAIN_VIEW), motion: motionIn(out, frames, size), recolour: 0 };
}

/** How far pixels are on average from their mean over time, on the scale of drawn clips. */
function motionIn(clip: Float32Array, frames: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let mean = 0;
    for (let at = i; at < clip.length; at += size) mean += clip[at] as number;
    mean /= frames;
    for (let at = i; at < clip.length; at += size) sum += Math.abs((clip[at] as number) - mean);
  }
  return Math.min(1, Math.sqrt(sum / (size * frames) / STRONGEST_CHANGE));
}

/** Mean absolute change (−1 … 1 scale) that counts as motion 1; from drawn clips without a moving camera. */
const STRONGEST_CHANGE = 0.3;

/** Fits one frame into the middle of a square by averaging areas. */
function fit(footage: Footage, index: number, out: Float32Array, offset: number, side: number): void {
  const { width, height, rgb } = footage;
  const scale = Math.max(width, height) / side;
  const across = Math.max(1, Math.round(width / scale));
  const down = Math.max(1, Math.round(height / scale));
  const left = (side - across) >> 1;
  const top = (side - down) >> 1;
  for (let y = 0; y < down; y++) {
    const y0 = Math.min(height - 1, Math.floor((y * height) / down));
    const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * height) / down));
    for (let x = 0; x < across; x++) {
      const x0 = Math.min(width - 1, Math.floor((x * width) / across));
      const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * width) / across));
      const to = offset + ((top + y) * side + left + x) * 3;
      const count = 127.5 * (y1 - y0) * (x1 - x0);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let sy = y0; sy < y1; sy++)
          for (let sx = x0; sx < x1; sx++) sum += rgb[((index * height + sy) * width + sx) * 3 + c] as number;
        out[to + c] = sum / count - 1;
      }
    }
  }
}
