import { expect, test } from 'vitest';
import { PLAIN_VIEW } from '../model/camera.ts';
import { Random } from '../random.ts';
import { cutClip, cutFrames, type Footage } from './footage.ts';

const SHAPE = { frames: 16, side: 8 };

/** Frames of one grey each: 0, 1, 2 …; black bars beside them if a frame is wider than high. */
function footage(frames: number, width = 8, height = 8): Footage {
  const rgb = Uint8Array.from({ length: frames * width * height * 3 }, (_, i) =>
    Math.floor(i / (width * height * 3)),
  );
  return { rgb, frames, width, height };
}

test('frames are cut in order, from anywhere, with a stride that fits', () => {
  const random = new Random(1);
  const starts = new Set<number>();
  const strides = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const chosen = cutFrames(random, 40, 16);
    expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
    expect(chosen[0]).toBeGreaterThanOrEqual(0);
    expect(chosen.at(-1)).toBeLessThan(40);
    starts.add(chosen[0] as number);
    strides.add((chosen.at(-1) as number) - (chosen[0] as number));
  }
  expect(starts.size).toBeGreaterThan(8);
  expect(strides.size).toBeGreaterThan(8);
});

test.each([
  [1, new Array(16).fill(0)],
  [4, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]],
  [16, Array.from({ length: 16 }, (_, i) => i)],
])('footage of %i frames is stretched over the clip', (length, expected) => {
  expect(cutFrames(new Random(1), length, 16)).toEqual(expected);
});

test('a wide frame lies in the middle on white, and a still one has no motion', () => {
  const out = new Float32Array(16 * 8 * 8 * 3);
  const { views, motion } = cutClip(new Random(1), footage(1, 33, 17), SHAPE, out);
  expect(views).toEqual(new Array(16).fill(PLAIN_VIEW));
  expect(motion).toBe(0);
  const column = Array.from({ length: 8 }, (_, y) => out[(y * 8 + 4) * 3]);
  expect(column).toEqual([1, 1, -1, -1, -1, -1, 1, 1]);
});

test('what changes more has more motion', () => {
  const out = new Float32Array(16 * 8 * 8 * 3);
  const slow = cutClip(new Random(2), footage(16), SHAPE, out);
  expect(out[8 * 8 * 3 * 15]).toBeCloseTo(15 / 127.5 - 1, 5);
  const fast = cutClip(new Random(2), footage(64), SHAPE, out);
  expect(slow.motion).toBeGreaterThan(0);
  expect(fast.motion).toBeGreaterThan(slow.motion);
  expect(fast.motion).toBeLessThanOrEqual(1);
});
