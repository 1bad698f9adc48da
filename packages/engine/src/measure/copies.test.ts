import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { copyRate } from './copies.ts';
import { PICTURE, SIDE } from './network.ts';

/** A white picture with some blots. */
function blots(random: Random): Float32Array {
  const picture = new Float32Array(PICTURE).fill(1);
  for (let blot = 0; blot < 5; blot++) {
    const [x0, y0, reach] = [random.between(12, 50), random.between(12, 50), random.between(5, 12)];
    const colour = [random.between(-1, 0.5), random.between(-1, 0.5), random.between(-1, 0.5)];
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++)
        if ((x - x0) ** 2 + (y - y0) ** 2 < reach ** 2) picture.set(colour, (y * SIDE + x) * 3);
  }
  return picture;
}

/** The picture `dx` to the right and `dy` down, or mirrored. */
function moved(picture: Float32Array, dx: number, dy: number, mirrored = false): Float32Array {
  const out = new Float32Array(PICTURE).fill(1);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [fx, fy] = [(mirrored ? SIDE - 1 - x : x) - dx, y - dy];
      if (fx < 0 || fy < 0 || fx >= SIDE || fy >= SIDE) continue;
      out.set(picture.subarray((fy * SIDE + fx) * 3, (fy * SIDE + fx) * 3 + 3), (y * SIDE + x) * 3);
    }
  }
  return out;
}

function joined(pictures: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(pictures.length * PICTURE);
  for (const [i, picture] of pictures.entries()) out.set(picture, i * PICTURE);
  return out;
}

const random = new Random(9);
const works = Array.from({ length: 40 }, () => blots(random));
const noisy = (picture: Float32Array) => picture.map((n) => n + 0.1 * random.normal());

test('a work, moved, mirrored or in grain, is a copy of itself; another picture is of none', async () => {
  const asked = [
    works[3] as Float32Array,
    moved(works[7] as Float32Array, 4, -4),
    moved(works[11] as Float32Array, 0, 0, true),
    noisy(works[20] as Float32Array),
    ...Array.from({ length: 12 }, () => blots(random)),
  ];
  const { nearest, rate } = await copyRate(joined(asked), joined(works));
  expect(nearest.slice(0, 4).map(({ work, copy }) => [work, copy])).toEqual([
    [3, true],
    [7, true],
    [11, true],
    [20, true],
  ]);
  expect(nearest.slice(4).filter(({ copy }) => copy)).toEqual([]);
  expect(rate).toBe(4 / 16);
});

test('distances are root mean squares: black is 1 from white', async () => {
  const [white, black] = [new Float32Array(PICTURE).fill(1), new Float32Array(PICTURE).fill(-1)];
  const { nearest } = await copyRate(black, joined([white, new Float32Array(PICTURE).fill(0), white]));
  expect(nearest[0]?.distance).toBeLessThan(nearest[0]?.second as number);
  const middle = await copyRate(white, joined([new Float32Array(PICTURE).fill(0), black]));
  expect(middle.nearest[0]?.distance).toBeCloseTo(0.5, 3);
  expect(middle.nearest[0]?.second).toBeCloseTo(1, 3);
});

test('a work that stands twice in the set is no copy: its second nearest is as near', async () => {
  const twice = joined([...works, works[3] as Float32Array]);
  const { nearest } = await copyRate(works[3] as Float32Array, twice);
  expect(nearest[0]?.copy).toBe(false);
});

test('one work alone has no second nearest', async () => {
  await expect(copyRate(works[0] as Float32Array, works[1] as Float32Array)).rejects.toThrow('two works');
});
