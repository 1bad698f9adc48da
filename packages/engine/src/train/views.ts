/** Views of a still picture: training samples cut from it by a camera that may stand anywhere near. */
import { type Camera, resample } from '../model/camera.ts';
import type { Random } from '../random.ts';
import { type PreparedSet, pictureAt, SMALL } from './set.ts';

/** Share of views in which the camera roams as far as a clip's will. */
const ROAMING = 0.25;

/** A random camera. Most stay near the middle, so that the plain view is learnt best. */
export function randomCamera(random: Random): Camera {
  const reach = random.uniform() < ROAMING ? 1 : 0.15;
  return {
    centreX: random.between(-0.16, 0.16) * reach,
    centreY: random.between(-0.16, 0.16) * reach,
    zoom: Math.exp(random.between(-0.35, 0.3) * reach),
    angle: random.between(-0.55, 0.55) * reach,
    mirrored: random.uniform() < 0.5,
  };
}

/**
 * Draws one view of a square picture into `out` (side × side × 3, numbers −1 … 1), white beyond its edge.
 *
 * @param picture source × source × 3 bytes
 */
export function drawView(
  picture: Uint8Array,
  source: number,
  camera: Camera,
  out: Float32Array,
  side: number,
): void {
  resample(picture, source, camera, out, side, 255);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / 127.5 - 1;
}

/** Fills a batch, [batch, side, side, 3], with random views of works picked at random from `among`. */
export function fillPictures(
  random: Random,
  set: PreparedSet,
  among: readonly number[],
  out: Float32Array,
  side: number,
): void {
  const length = side * side * 3;
  for (let at = 0; at < out.length; at += length) {
    const picture = pictureAt(set, among[random.below(among.length)] as number);
    drawView(picture, SMALL, randomCamera(random), out.subarray(at, at + length), side);
  }
}

/**
 * Turns every hue by the same angle and keeps light and grey: a rotation about the grey axis of YIQ.
 *
 * @param pixels RGB in −1 … 1, changed in place
 * @param angle radians
 */
export function turnHue(pixels: Float32Array, angle: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = [pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number];
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    const p = 0.596 * r - 0.274 * g - 0.322 * b;
    const q = 0.211 * r - 0.523 * g + 0.312 * b;
    const [u, v] = [p * cos - q * sin, p * sin + q * cos];
    pixels[i] = clamp(y + 0.956 * u + 0.621 * v);
    pixels[i + 1] = clamp(y - 0.272 * u - 0.647 * v);
    pixels[i + 2] = clamp(y - 1.106 * u + 1.703 * v);
  }
}

const clamp = (n: number): number => Math.max(-1, Math.min(1, n));
