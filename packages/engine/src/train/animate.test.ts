import { expect, test } from 'vitest';
import { cameraOf, PLAIN_VIEW, resample, type View } from '../model/camera.ts';
import { Random } from '../random.ts';
import { drawClip } from './animate.ts';
import { type Affine, compose, IDENTITY, invert, type Layers, layOver, readSheet } from './layers.ts';

const SOURCE = 48;
const SHAPE = { frames: 16, side: 32 };
const LENGTH = SHAPE.frames * SHAPE.side * SHAPE.side * 3;

type Ink = readonly [left: number, top: number, right: number, bottom: number, ...rgba: number[]];

/** One rectangle of premultiplied colour a layer. */
function layersOf(...inks: Ink[]): Layers {
  const rgba = new Uint8Array(inks.length * SOURCE * SOURCE * 4);
  for (const [i, [left, top, right, bottom, ...colour]] of inks.entries())
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) rgba.set(colour, ((i * SOURCE + y) * SOURCE + x) * 4);
  return { rgba, side: SOURCE, count: inks.length };
}

const BODY: Ink = [12, 20, 36, 44, 0, 0, 200, 255];
const HEAD: Ink = [18, 6, 30, 20, 200, 0, 0, 255];
const FIGURE = layersOf(BODY, HEAD);

function laid(layers: Layers, seen: Affine, hue = 0): Float32Array {
  const out = new Float32Array(SOURCE * SOURCE * 3).fill(1);
  for (let i = 0; i < layers.count; i++) layOver(readSheet(layers, i, false, 0), seen, hue, out, 0, SOURCE);
  return out;
}

const pixel = (picture: Float32Array, side: number, x: number, y: number): number[] =>
  [...picture.subarray((y * side + x) * 3, (y * side + x) * 3 + 3)].map((each) => (each + 1) * 127.5);

test('layers at rest give the drawing again, half transparent ones too', () => {
  const picture = laid(layersOf([0, 0, 24, 48, 255, 0, 0, 255], [12, 0, 36, 48, 0, 0, 64, 128]), IDENTITY);
  for (const [x, rgb] of [
    [5, [255, 0, 0]],
    [18, [127, 0, 64]],
    [30, [127, 127, 191]],
    [40, [255, 255, 255]],
  ] as const)
    for (const [c, value] of pixel(picture, SOURCE, x, 20).entries())
      expect(Math.abs(value - (rgb[c] as number))).toBeLessThan(1);
});

test('a third of the circle of hue turns red into green and leaves grey', () => {
  const red = laid(layersOf([10, 10, 40, 40, 200, 50, 50, 255]), IDENTITY, (2 * Math.PI) / 3);
  for (const [c, value] of pixel(red, SOURCE, 20, 20).entries())
    expect(value).toBeCloseTo([50, 200, 50][c] as number, 2);
  const grey = laid(layersOf([10, 10, 40, 40, 90, 90, 90, 255]), IDENTITY, 1);
  for (const value of pixel(grey, SOURCE, 20, 20)) expect(value).toBeCloseTo(90, 2);
});

test('a map and its inverse cancel', () => {
  const map: Affine = [0.8, -0.3, 0.4, 1.1, 0.2, -0.1];
  for (const [i, value] of compose(map, invert(map)).entries())
    expect(value).toBeCloseTo(IDENTITY[i] as number, 9);
});

const isSteady = (seen: readonly View[]): boolean =>
  seen.every((view) => JSON.stringify(view) === JSON.stringify(seen[0]));

test('the same seed draws the same clip; another seed another', () => {
  const [a, b, c] = [new Float32Array(LENGTH), new Float32Array(LENGTH), new Float32Array(LENGTH)];
  const first = drawClip(new Random(5), FIGURE, SHAPE, a);
  expect(drawClip(new Random(5), FIGURE, SHAPE, b)).toEqual(first);
  expect(b).toEqual(a);
  drawClip(new Random(6), FIGURE, SHAPE, c);
  expect(c).not.toEqual(a);
});

test('the views of a clip show what its camera saw', () => {
  const flat = new Uint8Array(SOURCE * SOURCE * 3).fill(255);
  const turned = flat.slice();
  for (const [left, top, right, bottom, ...colour] of [BODY, HEAD])
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) {
        flat.set(colour.slice(0, 3), (y * SOURCE + x) * 3);
        turned.set(colour.slice(0, 3), (y * SOURCE + SOURCE - 1 - x) * 3);
      }
  const random = new Random(9);
  const [out, seen] = [new Float32Array(LENGTH), new Float32Array(LENGTH / SHAPE.frames)];
  let compared = 0;
  for (let clip = 0; clip < 60; clip++) {
    const { views, motion, recolour } = drawClip(random, FIGURE, SHAPE, out);
    if (motion > 0 || recolour > 0) continue;
    const errors = [flat, turned].map((picture) => {
      resample(picture, SOURCE, cameraOf(views[11] ?? PLAIN_VIEW), seen, SHAPE.side, 255);
      const drawn = out.subarray(11 * seen.length, 12 * seen.length);
      return seen.reduce((sum, value, i) => sum + Math.abs(value / 127.5 - 1 - (drawn[i] as number)), 0);
    });
    expect(Math.min(...errors) / seen.length).toBeLessThan(0.02);
    compared++;
  }
  expect(compared).toBeGreaterThan(10);
});

test('clips stand still, move the camera, move parts, and change colour, each in its share', () => {
  const random = new Random(3);
  const out = new Float32Array(LENGTH);
  const tally = { still: 0, cameraOnly: 0, parts: 0, quiet: 0, lively: 0, recoloured: 0 };
  const clips = 600;
  for (let clip = 0; clip < clips; clip++) {
    const { views, motion, recolour } = drawClip(random, FIGURE, SHAPE, out);
    expect(views).toHaveLength(SHAPE.frames);
    expect(out.every((value) => value >= -1.001 && value <= 1.001)).toBe(true);
    if (motion === 0 && recolour === 0) tally[isSteady(views) ? 'still' : 'cameraOnly']++;
    else tally.parts++;
    if (motion > 0 && motion < 0.4) tally.quiet++;
    if (motion > 0.6) tally.lively++;
    if (recolour > 0.1) tally.recoloured++;
  }
  expect(tally.still / clips).toBeCloseTo(0.15, 1);
  expect(tally.cameraOnly / clips).toBeCloseTo(0.25, 1);
  for (const count of [tally.quiet, tally.lively, tally.recoloured])
    expect(count / clips).toBeGreaterThan(0.05);
});

test('an empty layer draws nothing and does not move', () => {
  const out = new Float32Array(LENGTH);
  const empty = { rgba: new Uint8Array(SOURCE * SOURCE * 4), side: SOURCE, count: 1 };
  for (let seed = 0; seed < 20; seed++) {
    expect(drawClip(new Random(seed), empty, SHAPE, out)).toMatchObject({ motion: 0, recolour: 0 });
    expect(out.every((value) => value === 1)).toBe(true);
  }
});
