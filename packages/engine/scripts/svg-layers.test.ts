import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bestSplit, errorOnWhite, liftedFromWhite, type Plane, planeOf } from './split-layers.ts';
import { documentOf, partsOf, referencesOf } from './svg-layers.ts';

const SIDE = 48;

/** A house of two walls under one roof, with a sun that borrows the gradient of the hidden door. */
const HOUSE = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE svg [<!ENTITY svgns "http://www.w3.org/2000/svg">]>
<svg xmlns="&svgns;" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 48 48" width="48" height="48">
  <title>Maison dor\xe9e</title>
  <defs><path id="spare" d="M0 0h9v9z"/></defs>
  <g transform="translate(2 2)">
    <g id="house">
      <rect x="4" y="20" width="18" height="20" fill="#a52"/>
      <g><linearGradient id="dawn"><stop stop-color="#f80"/><stop offset="1" stop-color="#ff0"/></linearGradient>
        <rect id="door" x="10" y="28" width="5" height="12" fill="#222"/></g>
      <path d="M2 20 L13 8 L24 20z" fill="#c22"/>
    </g>
    <circle cx="36" cy="8" r="7" fill="url(#dawn)"/>
    <use xlink:href="#door" x="22"/>
  </g>
</svg>`;

const HOUSE_BYTES = Buffer.from(HOUSE, 'latin1');

async function drawn(svg: Buffer): Promise<Plane> {
  const rgba = await sharp(svg).ensureAlpha().raw().toBuffer();
  for (let at = 0; at < rgba.length; at += 4)
    for (let c = at; c < at + 3; c++)
      rgba[c] = Math.round(((rgba[c] as number) * (rgba[at + 3] as number)) / 255);
  return planeOf(rgba, SIDE);
}

const stillOf = (svg: Buffer): Promise<Buffer> =>
  sharp(svg).flatten({ background: '#ffffff' }).removeAlpha().raw().toBuffer();

test('parts are the drawn children in drawing order, opened where few and joined where many', () => {
  expect(partsOf(HOUSE_BYTES, 3).parts.map(({ elements }) => elements.map(({ name }) => name))).toEqual([
    ['g'],
    ['circle'],
    ['use'],
  ]);
  const opened = partsOf(HOUSE_BYTES, 5).parts;
  expect(opened.map(({ depth }) => depth)).toEqual([0, 1, 1, 0, 0]);
  expect(partsOf(HOUSE_BYTES, 2).parts).toHaveLength(2);
});

test.each([2, 3, 5])('%i parts laid over one another give the drawing again', async (most) => {
  const parts = partsOf(HOUSE_BYTES, most);
  const referred = referencesOf(parts.source);
  const planes = await Promise.all(parts.parts.map((part) => drawn(documentOf(parts, part, referred))));
  expect(errorOnWhite(planes, await stillOf(HOUSE_BYTES))).toBeLessThan(0.003);
  expect(planes.every(({ covered }) => covered > 0)).toBe(true);
});

test('what is drawn as a whole is not opened, and what is not well-formed has no parts', () => {
  const faded = Buffer.from(HOUSE.replace('<g id="house">', '<g id="house" style="opacity:.5">'), 'latin1');
  expect(partsOf(faded, 5).parts).toHaveLength(3);
  expect(partsOf(HOUSE_BYTES.subarray(0, 700), 5).parts).toEqual([]);
  expect(partsOf(Buffer.from('<html><g/></html>'), 5).parts).toEqual([]);
});

test('layers are cut where things stand apart; things that lie within one another stay whole', async () => {
  const rect = (x: number, y: number, side: number) =>
    drawn(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><rect x="${x}" y="${y}" width="${side}" height="${side}"/></svg>`,
      ),
    );
  const apart = await Promise.all([rect(2, 2, 14), rect(4, 4, 10), rect(30, 30, 14), rect(32, 32, 10)]);
  const layers = bestSplit(apart.map((plane) => ({ plane, depth: 0 })));
  expect(layers.map(({ box }) => box)).toEqual([
    [2, 2, 16, 16],
    [30, 30, 44, 44],
  ]);
  const within = await Promise.all([rect(2, 2, 24), rect(4, 4, 20), rect(6, 6, 16)]);
  expect(bestSplit(within.map((plane) => ({ plane, depth: 0 })))).toHaveLength(1);
});

test('a picture lifted from white gives itself again on white', async () => {
  const still = await stillOf(HOUSE_BYTES);
  expect(errorOnWhite([planeOf(liftedFromWhite(still), SIDE)], still)).toBe(0);
});
