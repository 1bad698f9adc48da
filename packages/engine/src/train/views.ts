/** Views of a still picture: training samples cut from it by a camera that may move. */
import type { Random } from '../random.ts';

/** How a camera looks at a picture. Lengths are fractions of the frame, angles radians. */
export type Camera = {
  readonly centreX: number;
  readonly centreY: number;
  /** Above 1 is closer. */
  readonly zoom: number;
  readonly angle: number;
  readonly mirrored: boolean;
};

export type Motion = 'still' | 'zoom' | 'pan' | 'turn' | 'sway';
export const MOTIONS: readonly Motion[] = ['still', 'zoom', 'pan', 'turn', 'sway'];

/** A camera near the middle, as used to vary stills. */
export function nearbyCamera(random: Random, reach = 1): Camera {
  return {
    centreX: random.between(-0.06, 0.06) * reach,
    centreY: random.between(-0.06, 0.06) * reach,
    zoom: 1 + random.between(-0.12, 0.1) * reach,
    angle: random.between(-0.12, 0.12) * reach,
    mirrored: random.uniform() < 0.5,
  };
}

/** A smooth path of cameras, one a frame; `still` repeats the first. */
export function cameraPath(random: Random, motion: Motion, frames: number): Camera[] {
  const first = nearbyCamera(random, 0.5);
  const sign = random.uniform() < 0.5 ? -1 : 1;
  const size = random.between(0.7, 1.3);
  const heading = random.uniform() * 2 * Math.PI;
  const phase = random.uniform() * 2 * Math.PI;
  return Array.from({ length: frames }, (_, i) => {
    const u = frames > 1 ? i / (frames - 1) - 0.5 : 0;
    switch (motion) {
      case 'still':
        return first;
      case 'zoom':
        return { ...first, zoom: first.zoom * Math.exp(sign * u * 0.6 * size) };
      case 'pan': {
        const along = u * 0.4 * size;
        return { ...first, centreX: along * Math.cos(heading), centreY: along * Math.sin(heading) };
      }
      case 'turn':
        return { ...first, angle: sign * u * 1.4 * size };
      case 'sway': {
        const swing = Math.sin(phase + (2 * Math.PI * i) / frames);
        return { ...first, angle: 0.28 * size * swing, centreX: 0.06 * size * swing };
      }
    }
  });
}

/**
 * Draws one view of a square picture into `out` (side × side × 3, numbers −1 … 1), white beyond its edge.
 * Each pixel averages two by two bilinear samples, which keeps a picture twice the size free of aliasing.
 *
 * @param picture source × source × 3 bytes
 */
export function drawView(picture: Uint8Array, source: number, camera: Camera, out: Float32Array, side: number): void {
  const cos = Math.cos(camera.angle) / camera.zoom;
  const sin = Math.sin(camera.angle) / camera.zoom;
  const flip = camera.mirrored ? -1 : 1;
  const sums = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      sums[0] = sums[1] = sums[2] = 0;
      for (let tap = 0; tap < 4; tap++) {
        const u = ((x + 0.25 + 0.5 * (tap & 1)) / side - 0.5) * flip;
        const v = (y + 0.25 + 0.5 * (tap >> 1)) / side - 0.5;
        const sx = (cos * u - sin * v + camera.centreX + 0.5) * source - 0.5;
        const sy = (sin * u + cos * v + camera.centreY + 0.5) * source - 0.5;
        addBilinear(picture, source, sx, sy, sums);
      }
      const at = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) out[at + c] = (sums[c] as number) / 510 - 1;
    }
  }
}

/** Adds one bilinear sample to `sums`; pixels outside the picture are white. */
function addBilinear(picture: Uint8Array, source: number, sx: number, sy: number, sums: number[]): void {
  const x0 = Math.floor(sx);
  const y0 = Math.floor(sy);
  const fx = sx - x0;
  const fy = sy - y0;
  for (let corner = 0; corner < 4; corner++) {
    const x = x0 + (corner & 1);
    const y = y0 + (corner >> 1);
    const share = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy);
    const inside = x >= 0 && y >= 0 && x < source && y < source;
    const at = (y * source + x) * 3;
    for (let c = 0; c < 3; c++) {
      sums[c] = (sums[c] as number) + share * (inside ? (picture[at + c] as number) : 255);
    }
  }
}
