import { expect, test } from 'vitest';
import { colourName, coloursIn } from './colours.ts';

test.each([
  [[220, 20, 30], 'red'],
  [[240, 140, 20], 'orange'],
  [[250, 230, 40], 'yellow'],
  [[40, 160, 60], 'green'],
  [[30, 60, 200], 'blue'],
  [[120, 30, 160], 'purple'],
  [[250, 160, 200], 'pink'],
  [[120, 70, 30], 'brown'],
  [[10, 10, 12], 'black'],
  [[130, 130, 128], 'grey'],
  [[250, 250, 250], 'white'],
])('%o is %s', ([r, g, b], name) => {
  expect(colourName(r as number, g as number, b as number)).toBe(name);
});

/** Pixels in −1 … 1 of some colours, each so many times. */
const painted = (...parts: [count: number, r: number, g: number, b: number][]): Float32Array =>
  Float32Array.from(
    parts.flatMap(([count, ...rgb]) =>
      Array.from({ length: count }, () => rgb.map((n) => n / 127.5 - 1)).flat(),
    ),
  );

test('colours of a picture are those drawn on its ground, outlines left out', () => {
  const white: [number, number, number, number] = [60, 255, 255, 255];
  expect(coloursIn(painted(white, [20, 220, 20, 30], [8, 0, 0, 0]))).toEqual(['red']);
  expect(coloursIn(painted(white, [20, 220, 20, 30], [10, 40, 160, 60]))).toEqual(['red', 'green']);
  expect(coloursIn(painted(white, [5, 220, 20, 30], [30, 0, 0, 0]))).toEqual(['black']);
  expect(coloursIn(painted(white))).toEqual(['white']);
});
