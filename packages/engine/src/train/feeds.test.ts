import { expect, test } from 'vitest';
import { CONTROL_ROWS } from '../model/camera.ts';
import { Codec } from '../model/codec.ts';
import type { ModelConfig } from '../model/config.ts';
import { TINY_CLIPS, tinyModel } from '../model/tiny.ts';
import { Random } from '../random.ts';
import { CROP, EnlargingFeed } from './enlarging.ts';
import { ClipsFeed, StillsFeed } from './feeds.ts';
import { LARGE, type PreparedSet, SMALL } from './set.ts';

const WORDS = [...CONTROL_ROWS, 'red', 'blue'];
const RED = CONTROL_ROWS.length;

/** Two works: a red square and a blue one, each in the middle of white. */
function squares(): PreparedSet {
  const small = new Uint8Array(2 * SMALL * SMALL * 3).fill(255);
  for (let work = 0; work < 2; work++) {
    for (let y = 24; y < 72; y++) {
      for (let x = 24; x < 72; x++) {
        const at = ((work * SMALL + y) * SMALL + x) * 3;
        small.set(work === 0 ? [230, 20, 20] : [20, 40, 220], at);
      }
    }
  }
  const work = {
    path: '',
    sha256: '',
    title: '',
    author: '',
    licence: '',
    category: '',
    split: 'train' as const,
  };
  return {
    small,
    works: [
      { ...work, words: ['square'] },
      { ...work, words: ['square'] },
    ],
  };
}

/** Red less blue, summed over the columns from `left` to `right` of one picture. */
function redness(pixels: Float32Array, side: number, left: number, right: number): number {
  let sum = 0;
  for (let y = 0; y < side; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * side + x) * 3;
      sum += (pixels[at] as number) - (pixels[at + 2] as number);
    }
  }
  return sum;
}

test('a caption names the colour that is seen, and with two things each clause its own', () => {
  const config: ModelConfig = { ...TINY_CLIPS, words: WORDS.length };
  const side = 16;
  const feed = new StillsFeed(squares(), [0, 1], config, WORDS);
  const random = new Random(3);
  const batch = 400;
  const pixels = new Float32Array(batch * side * side * 3);
  const words = new Float32Array(batch * 2 * WORDS.length);
  feed.fill(random, pixels, words);
  let bound = 0;
  let named = 0;
  for (let i = 0; i < batch; i++) {
    const said = words.subarray(i * 2 * WORDS.length);
    const picture = pixels.subarray(i * side * side * 3, (i + 1) * side * side * 3);
    const clause = (k: number): number =>
      (said[k * WORDS.length + RED] as number) - (said[k * WORDS.length + RED + 1] as number);
    if (clause(0) * clause(1) < 0) {
      const halves = [redness(picture, side, 0, side / 2), redness(picture, side, side / 2, side)] as const;
      expect(halves[0] * halves[1]).toBeLessThan(0);
      bound++;
    } else if (clause(0) !== 0 && clause(1) === 0 && Math.abs(redness(picture, side, 0, side)) > 10) {
      if (Math.sign(clause(0)) === Math.sign(redness(picture, side, 0, side))) named++;
      else expect(said.slice(WORDS.length, 2 * WORDS.length).every((n) => n === 0)).toBe(true);
    }
  }
  expect(bound).toBeGreaterThan(0);
  expect(named).toBeGreaterThan(60);
});

test('frames of a clip share their words; camera and motion stand in the first clause of each', () => {
  const config: ModelConfig = { ...TINY_CLIPS, words: WORDS.length };
  const rgba = new Uint8Array(2 * SMALL * SMALL * 4);
  for (let y = 30; y < 60; y++) rgba.fill(255, (y * SMALL + 30) * 4, (y * SMALL + 60) * 4);
  const layered = [1, 2].map((count) => ({
    work: 0,
    count,
    side: SMALL,
    rgba: rgba.subarray(0, count * SMALL * SMALL * 4),
  }));
  const set = squares();
  const works = set.works.map((work) => ({ ...work, words: ['red'] }));
  const feed = new ClipsFeed({ ...set, works }, layered, config, WORDS);
  const clips = 50;
  const pixels = new Float32Array(clips * 4 * 16 * 16 * 3);
  const words = new Float32Array(clips * 4 * 2 * WORDS.length);
  feed.fill(new Random(5), pixels, words);
  let captioned = 0;
  let moving = 0;
  for (let clip = 0; clip < clips; clip++) {
    const rows = [0, 1, 2, 3].map((f) =>
      words.subarray((clip * 4 + f) * 2 * WORDS.length, (clip * 4 + f + 1) * 2 * WORDS.length),
    );
    for (const row of rows) expect(row[RED]).toBe(rows[0]?.[RED]);
    if (rows[0]?.[RED] === 1) captioned++;
    if ((rows[0]?.[4] as number) > 0) moving++;
  }
  expect(captioned).toBeGreaterThan(20);
  expect(moving).toBeGreaterThan(5);
});

test('a crop and its enlargement show the same place', async () => {
  const large = new Uint8Array(LARGE * LARGE * 3);
  for (let i = 0; i < large.length; i++) large[i] = (Math.floor(i / 3) % LARGE) / 2;
  const codec = new Codec(
    TINY_CLIPS.autoencoder as NonNullable<ModelConfig['autoencoder']>,
    tinyModel(TINY_CLIPS).parameters,
    {},
  );
  const feed = new EnlargingFeed(large, [0], codec);
  const low = new Float32Array(12 * CROP * CROP * 3);
  const high = new Float32Array(12 * 16 * CROP * CROP * 3);
  await feed.fill(new Random(1), low, high);
  await codec.release();
  let plain = 0;
  for (let i = 0; i < 12; i++) {
    const fine = (x: number): number => high[(i * 16 * CROP * CROP + x) * 3] as number;
    const block = (fine(0) + fine(1) + fine(2) + fine(3)) / 4;
    if (Math.abs((low[i * CROP * CROP * 3] as number) - block) < 1e-3) plain++;
  }
  // The rest went through an untrained autoencoder.
  expect(plain).toBeGreaterThan(0);
  expect(plain).toBeLessThan(12);
});
