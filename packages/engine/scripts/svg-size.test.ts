import sharp from 'sharp';
import { expect, test } from 'vitest';
import { inUserUnits } from './svg-size.ts';

const drawing = (size: string): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" ${size}><rect x="70" width="20" height="45"/></svg>`,
  );

test.each([
  ['width="1in" height="0.5in"', 'width="90" height="45"'],
  ['height = "36pt" width="72pt"', 'height = "45" width="90"'],
  ["width='25.4mm' height='1.27cm'", "width='90' height='45'"],
])('%s becomes %s', (from, to) => {
  expect(inUserUnits(drawing(from)).toString()).toBe(drawing(to).toString());
});

test.each([
  ['width="90" height="45"'],
  ['width="1in" height="1in" viewBox="0 0 90 45"'],
  ['width="100%"'],
  [''],
])('%s is left alone', (size) => {
  const svg = drawing(size);
  expect(inUserUnits(svg)).toBe(svg);
});

test('shapes reach the edge of the canvas at any resolution', async () => {
  for (const density of [36, 72, 200]) {
    const { data, info } = await sharp(inUserUnits(drawing('width="1in" height="0.5in"')), { density })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const row = (info.height >> 1) * info.width;
    expect(data[(row + info.width - 2) * 4 + 3]).toBe(255);
    expect(data[(row + Math.floor(info.width * 0.7)) * 4 + 3]).toBe(0);
  }
});
