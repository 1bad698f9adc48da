import { LIMITS } from './limits.ts';

export type MovingCode =
  | 'clip_unreadable'
  | 'clip_without_pictures'
  | 'clip_codec'
  | 'clip_too_long'
  | 'too_many_frames'
  | 'image_too_small'
  | 'image_too_large';

/**
 * A moving work, decoded: at most 48 pictures of RGBA bytes at one size (at most 512 pixels a side), each with the
 * milliseconds it stands. `width` and `height` are the file's own, as shown.
 */
export interface Moving {
  ok: true;
  width: number;
  height: number;
  size: Size;
  frames: { rgba: Uint8Array; milliseconds: number }[];
}
export type MovingRead = Moving | { ok: false; code: MovingCode; detail: string };

export interface Size {
  width: number;
  height: number;
}

/** The size that fits into a square of `side` pixels, never larger than it was. */
export function insideOf({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * What is wrong with the size of a moving work of so many pictures, or null: `image_too_large` (one of them, or all
 * of them together above `most` pixels), `image_too_small`.
 */
export function wrongSize(
  { width, height }: Size,
  count: number,
  most: number,
): Extract<MovingRead, { ok: false }> | null {
  const detail = `${count} × ${width} × ${height} pixels.`;
  if (width * height > LIMITS.framePixels || width * height * count > most)
    return { ok: false, code: 'image_too_large', detail };
  if (Math.min(width, height) < LIMITS.leastSide) return { ok: false, code: 'image_too_small', detail };
  return null;
}

/** Which pictures are kept of so many: evenly spread, the first among them. */
export function keptOf(count: number): number[] {
  const kept = Math.min(count, LIMITS.keptFrames);
  return Array.from({ length: kept }, (_, index) => Math.floor((index * count) / kept));
}
