import type { Clip } from './av1.ts';

/** Sixteen frames of 8 × 8: left half red, right half a blue that brightens. */
export function redAndBlue(): Clip {
  const rgb = new Uint8Array(16 * 8 * 8 * 3);
  for (let f = 0; f < 16; f++) {
    for (let i = 0; i < 64; i++) rgb.set(i % 8 < 4 ? [230, 20, 30] : [0, 0, 15 * f], (f * 64 + i) * 3);
  }
  return { rgb, count: 16, width: 8, height: 8 };
}
