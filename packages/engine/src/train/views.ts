/** Views of a still picture: training samples cut from it by a camera that may stand anywhere near. */
import { type Camera, resample } from '../model/camera.ts';
import type { Random } from '../random.ts';

/**
 * A random camera. Half of them stay near the middle, so that the plain view is learnt best; half roam as
 * far as a clip's camera will.
 */
export function randomCamera(random: Random): Camera {
  const reach = random.uniform() < 0.5 ? 0.25 : 1;
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
