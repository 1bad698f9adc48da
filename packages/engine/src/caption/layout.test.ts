import sharp from 'sharp';
import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';

const SIDE = 64;

/** A drawing of 64 × 64 units as pixels in −1 … 1, on white. */
async function drawn(shapes: string): Promise<Float32Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">${shapes}</svg>`;
  const bytes = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(bytes, (n) => n / 127.5 - 1);
}

test.each([
  ['a pole', '<rect x="28" y="4" width="8" height="56"/>', ['tall']],
  ['a fish', '<ellipse cx="32" cy="32" rx="28" ry="10" fill="blue"/>', ['wide']],
  ['a ball', '<circle cx="32" cy="32" r="26" fill="red"/>', ['round']],
  [
    'a ring',
    '<circle cx="32" cy="32" r="26" fill="none" stroke="black" stroke-width="2"/>',
    ['round', 'outline'],
  ],
  ['a tile', '<rect x="6" y="6" width="52" height="52" fill="green"/>', ['square']],
  ['two balls', '<circle cx="16" cy="32" r="13"/><circle cx="48" cy="32" r="13"/>', ['wide', 'pair']],
  [
    'four balls',
    '<circle cx="16" cy="16" r="12"/><circle cx="48" cy="16" r="12"/><circle cx="16" cy="48" r="12"/><circle cx="48" cy="48" r="12"/>',
    ['many'],
  ],
  ['a weave', '<rect width="64" height="64" fill="#a0c0e0"/>', ['pattern']],
  ['a triangle', '<path d="M32 6 L58 58 L6 58 z" fill="orange"/>', []],
])('%s', async (_, shapes, words) => {
  expect(layoutOf(await drawn(shapes), SIDE)).toEqual(words);
});

test('blank paper has no layout', () => {
  expect(layoutOf(new Float32Array(SIDE * SIDE * 3).fill(1), SIDE)).toEqual([]);
});
