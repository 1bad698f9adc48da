import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { differenceHash } from './dhash.ts';
import { LIMITS } from './limits.ts';

export type PictureCode = 'image_too_large' | 'does_not_render' | 'renders_nothing' | 'not_a_picture';

/** `width` and `height` are the file's own; the hash of pixels is over what was decoded (see `pixelHash`). */
export type Drawn =
  | {
      ok: true;
      format: string;
      width: number;
      height: number;
      pixels: string;
      dhash: string;
      shown: Uint8Array;
    }
  | { ok: false; code: PictureCode; detail: string };

const RASTER = new Set(['png', 'jpeg', 'webp', 'gif']);

/**
 * Decodes a picture and makes what pages show: WebP, at most 512 pixels a side, no metadata. Drawings (sanitised
 * SVG) are drawn at 512 pixels a side. Of moving pictures the first frame counts.
 * Errors in the order they are tested: `not_a_picture` (no PNG, JPEG, WebP, GIF or SVG), `image_too_large`,
 * `does_not_render`, `renders_nothing` (every pixel is fully transparent).
 */
export async function draw(bytes: Uint8Array): Promise<Drawn> {
  let found: Awaited<ReturnType<typeof measure>>;
  try {
    found = await measure(bytes);
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    if (/pixel limit/i.test(detail)) return { ok: false, code: 'image_too_large', detail };
    if (/unsupported image format/i.test(detail)) return { ok: false, code: 'not_a_picture', detail };
    return { ok: false, code: 'does_not_render', detail };
  }
  const { format, width, height } = found;
  const isDrawing = format === 'svg';
  if (!isDrawing && !RASTER.has(format))
    return { ok: false, code: 'not_a_picture', detail: `A ${format} file.` };
  if (width * height > (isDrawing ? LIMITS.drawingPixels : LIMITS.picturePixels))
    return { ok: false, code: 'image_too_large', detail: `${width} × ${height} pixels.` };
  try {
    return await decode(bytes, found);
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    return { ok: false, code: 'does_not_render', detail };
  }
}

async function measure(bytes: Uint8Array): Promise<{ format: string; width: number; height: number }> {
  // The limit is tested by hand, so that a header of 40,000 × 40,000 gets its own name.
  const { format, width, height } = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
  if (!width || !height) throw new Error('It has no size.');
  return { format, width, height };
}

async function decode(
  bytes: Uint8Array,
  { format, width, height }: { format: string; width: number; height: number },
): Promise<Drawn> {
  const isDrawing = format === 'svg';
  const density = Math.min(100_000, Math.max(1, (72 * LIMITS.shownSide) / Math.max(width, height)));
  const decoded = await sharp(bytes, {
    limitInputPixels: LIMITS.picturePixels,
    failOn: 'error',
    pages: 1,
    ...(isDrawing ? { density } : {}),
  })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = { width: decoded.info.width, height: decoded.info.height, channels: 4 as const };
  if (isBlank(decoded.data))
    return { ok: false, code: 'renders_nothing', detail: 'Nothing is visible in it.' };
  const picture = () => sharp(decoded.data, { raw, limitInputPixels: LIMITS.picturePixels });
  const shown = await picture()
    .resize(LIMITS.shownSide, LIMITS.shownSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 85, effort: 2 })
    .toBuffer();
  const grey = await picture()
    .flatten({ background: '#ffffff' })
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer();
  return {
    ok: true,
    format,
    width,
    height,
    pixels: pixelHash(decoded.data, raw.width, raw.height),
    dhash: differenceHash(grey),
    shown,
  };
}

/** SHA-256 over `uncaged-pixels/1`, width and height (4 bytes each, big-endian) and RGBA bytes, row by row. */
function pixelHash(rgba: Uint8Array, width: number, height: number): string {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return createHash('sha256').update('uncaged-pixels/1').update(size).update(rgba).digest('hex');
}

function isBlank(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return false;
  return true;
}
