import sharp from 'sharp';
import { readAnimation } from './animation.ts';
import { readClip } from './clip.ts';
import { type Kept, keepMoving, keepStill } from './keep.ts';
import { LIMITS } from './limits.ts';
import type { Moving, MovingCode, Size } from './moving.ts';

export type PictureCode =
  | MovingCode
  | 'image_too_large'
  | 'image_too_small'
  | 'does_not_render'
  | 'renders_nothing'
  | 'not_a_picture';

/** `width` and `height` are the file's own. */
export type Drawn = ({ ok: true } & Size & Kept) | Refused;
type Refused = { ok: false; code: PictureCode; detail: string };

/** What is asked of a renderer: `isOwn` for a work its maker brings, which may move and teach. */
export interface Ask {
  bytes: Uint8Array;
  mediaType: string;
  isOwn: boolean;
}

/** By sharp's names; AVIF is HEIF with AV1 inside. */
const RASTER = new Set(['png', 'jpeg', 'webp', 'gif', 'heif']);

type Found = Size & { format: string; pages: number; delay: readonly number[] };

/**
 * Decodes a picture or a clip and makes what pages show (WebP, at most 512 pixels a side, a moving one 320) and, of
 * own works, what machines are given (`Raster`): neither carries metadata. Drawings (sanitised SVG) are drawn at
 * 512 pixels a side. Of moving pictures in a collection the first one counts.
 * Errors in the order they are tested: for a clip those of `readClip`; else `not_a_picture` (no PNG, JPEG, WebP,
 * AVIF, GIF or SVG), `image_too_large`, `image_too_small`, those of `readAnimation`, `does_not_render`; for both
 * `renders_nothing` (every pixel is fully transparent).
 */
export async function draw(ask: Ask): Promise<Drawn> {
  if (ask.mediaType.startsWith('video/')) {
    const clip = await readClip(ask.bytes);
    return clip.ok ? movingOf(clip) : clip;
  }
  let found: Found;
  try {
    found = await measure(ask.bytes);
  } catch (error) {
    const detail = messageOf(error);
    if (/pixel limit/i.test(detail)) return { ok: false, code: 'image_too_large', detail };
    if (/unsupported image format/i.test(detail)) return { ok: false, code: 'not_a_picture', detail };
    return { ok: false, code: 'does_not_render', detail };
  }
  const wrong = wrongPicture(found);
  if (wrong) return wrong;
  try {
    if (found.pages === 1 || !ask.isOwn) return await still(ask, found);
    const moving = await readAnimation(ask.bytes, found);
    return moving.ok ? await movingOf(moving) : moving;
  } catch (error) {
    return { ok: false, code: 'does_not_render', detail: messageOf(error) };
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message.slice(0, 200) : '');
const invisible = { ok: false, code: 'renders_nothing', detail: 'Nothing is visible in it.' } as const;

async function measure(bytes: Uint8Array): Promise<Found> {
  // The limit is tested by hand, so that a header of 40,000 × 40,000 gets its own name.
  const found = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
  const { width, height, compression, pages = 1, delay = [] } = found;
  if (!width || !height) throw new Error('It has no size.');
  const isOther = found.format === 'heif' && compression !== 'av1';
  const moves = found.format === 'gif' || found.format === 'webp';
  return { format: isOther ? 'heic' : found.format, width, height, pages: moves ? pages : 1, delay };
}

function wrongPicture({ format, width, height }: Found): Refused | null {
  const isDrawing = format === 'svg';
  const detail = `${width} × ${height} pixels.`;
  if (!isDrawing && !RASTER.has(format))
    return { ok: false, code: 'not_a_picture', detail: `A ${format} file.` };
  if (width * height > (isDrawing ? LIMITS.drawingPixels : LIMITS.picturePixels))
    return { ok: false, code: 'image_too_large', detail };
  if (!isDrawing && Math.min(width, height) < LIMITS.leastSide)
    return { ok: false, code: 'image_too_small', detail };
  return null;
}

async function still({ bytes, isOwn }: Ask, { format, width, height }: Found): Promise<Drawn> {
  const density = Math.min(100_000, Math.max(1, (72 * LIMITS.shownSide) / Math.max(width, height)));
  const { data, info } = await sharp(bytes, {
    limitInputPixels: LIMITS.picturePixels,
    failOn: 'error',
    pages: 1,
    ...(format === 'svg' ? { density } : {}),
  })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const kept = await keepStill({ rgba: data, width: info.width, height: info.height }, isOwn);
  return kept ? { ok: true, width, height, ...kept } : invisible;
}

async function movingOf(moving: Moving): Promise<Drawn> {
  const kept = await keepMoving(moving);
  return kept ? { ok: true, width: moving.width, height: moving.height, ...kept } : invisible;
}
