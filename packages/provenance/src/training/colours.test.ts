import { describe, expect, it } from 'vitest';
import { colourName, glanceAt } from './colours.ts';
import { glancesAt } from './glances.ts';

describe('a colour goes by its basic term', () => {
  it.each([
    ['black', 10, 10, 10],
    ['white', 250, 248, 245],
    ['grey', 128, 130, 126],
    ['red', 200, 30, 30],
    ['pink', 250, 150, 160],
    ['orange', 240, 140, 20],
    ['brown', 110, 60, 20],
    ['yellow', 240, 220, 40],
    ['green', 40, 160, 60],
    ['blue', 40, 80, 200],
    ['purple', 130, 40, 200],
  ])('%s: %i %i %i', (name, red, green, blue) => {
    expect(colourName(red, green, blue)).toBe(name);
  });
});

describe('a glance', () => {
  const picture = (at: (x: number, y: number) => readonly [number, number, number]) =>
    new Uint8Array(Array.from({ length: 64 }, (_, n) => at(n % 8, Math.floor(n / 8))).flat());
  const red = [200, 30, 30] as const;
  const blue = [40, 80, 200] as const;
  const white = [255, 255, 255] as const;
  const isInside = (x: number, y: number) => x > 0 && x < 7 && y > 0 && y < 7;

  it('tells the thing from the ground', () => {
    const rgb = picture((x, y) => (isInside(x, y) ? (y > 4 ? blue : red) : white));
    expect(glanceAt(rgb, 8, 8)).toEqual({ colours: ['red', 'blue'], ground: 'white' });
  });

  it('names no ground where there is none', () => {
    expect(
      glanceAt(
        picture((x) => (x < 4 ? red : blue)),
        8,
        8,
      ),
    ).toEqual({
      colours: ['blue', 'red'],
      ground: null,
    });
  });

  it('is taken in another process, which survives what is no picture', async () => {
    expect(await glancesAt([new Uint8Array([1, 2, 3]), new Uint8Array()])).toEqual([null, null]);
  });
});
