import { expect, test } from 'vitest';
import { cameraOf, cameraWeights, PLAIN_VIEW, viewOf } from '../model/camera.ts';
import { Random } from '../random.ts';
import { drawView, randomCamera, turnHue } from './views.ts';

/** 16 × 16, white but for one black square of 4 × 4 right of the middle. */
function picture(): Uint8Array {
  const bytes = new Uint8Array(16 * 16 * 3).fill(255);
  for (let y = 6; y < 10; y++) bytes.fill(0, (y * 16 + 10) * 3, (y * 16 + 14) * 3);
  return bytes;
}

function inkCentre(view: Partial<typeof PLAIN_VIEW>, mirrored = false): [number, number] {
  const out = new Float32Array(8 * 8 * 3);
  drawView(picture(), 16, { ...cameraOf({ ...PLAIN_VIEW, ...view }), mirrored }, out, 8);
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < 64; i++) {
    const ink = 1 - (out[i * 3] as number);
    sum += ink;
    x += ink * ((i % 8) + 0.5);
    y += ink * (Math.floor(i / 8) + 0.5);
  }
  return [x / sum, y / sum];
}

test('the plain view halves the picture exactly', () => {
  const out = new Float32Array(8 * 8 * 3);
  drawView(picture(), 16, cameraOf(PLAIN_VIEW), out, 8);
  expect(out[(4 * 8 + 5) * 3]).toBeCloseTo(-1, 5);
  expect(out[0]).toBeCloseTo(1, 5);
});

test('each number of a view moves the ink the way its name says', () => {
  const [x, y] = inkCentre({});
  expect(x).toBeGreaterThan(5);
  expect(inkCentre({ pan: 0.1 })[0]).toBeLessThan(x);
  expect(inkCentre({ lift: 0.1 })[1]).toBeGreaterThan(y);
  expect(inkCentre({ zoom: 0.3 })[0]).toBeGreaterThan(x);
  expect(inkCentre({ turn: 0.5 })[1]).toBeLessThan(y);
  expect(inkCentre({}, true)[0]).toBeLessThan(3);
});

test('a view goes through a camera and back; a mirrored camera pans and turns the other way', () => {
  const view = { lift: 0.1, zoom: -0.2, pan: 0.05, turn: 0.3 };
  const back = viewOf(cameraOf(view));
  for (const key of ['lift', 'zoom', 'pan', 'turn'] as const) expect(back[key]).toBeCloseTo(view[key], 9);
  expect(viewOf({ ...cameraOf(view), mirrored: true })).toMatchObject({ pan: -0.05, turn: -0.3 });
  const random = new Random(1);
  for (let i = 0; i < 200; i++) {
    for (const weight of cameraWeights(viewOf(randomCamera(random))))
      expect(Math.abs(weight)).toBeLessThanOrEqual(1.0001);
  }
});

test('a hue turned all the way round is the colour it was, and grey stays grey', () => {
  const pixels = Float32Array.of(0.2, -0.4, 0.1, 0.3, 0.3, 0.3);
  const turned = pixels.slice();
  turnHue(turned, Math.PI);
  expect(turned[0]).not.toBeCloseTo(pixels[0] as number, 1);
  for (let i = 3; i < 6; i++) expect(turned[i]).toBeCloseTo(0.3, 2);
  turnHue(turned, Math.PI);
  for (let i = 0; i < 3; i++) expect(turned[i]).toBeCloseTo(pixels[i] as number, 1);
});
