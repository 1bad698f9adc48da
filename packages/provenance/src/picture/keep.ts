import { createHash } from 'node:crypto';
import sharp, { type Sharp, type WebpOptions } from 'sharp';
import { differenceHash } from './dhash.ts';
import { LIMITS } from './limits.ts';
import { insideOf, type Moving, type Size } from './moving.ts';

/** What a machine may be given of a work: PNG, or animated WebP; `size` are the pixels of one picture. */
export interface Raster extends Size {
  bytes: Uint8Array;
  mediaType: 'image/png' | 'image/webp';
  frames: number;
  /** how long a moving one takes once; null for a still one */
  milliseconds: number | null;
}

/** What is kept of a decoded picture: its hashes, the WebP for pages, the raster for machines if it was asked for. */
export interface Kept {
  pixels: string;
  dhash: string;
  shown: Uint8Array;
  material: Raster | null;
}

/** RGBA bytes, row by row. */
export interface Picture extends Size {
  rgba: Uint8Array;
}

/** Of a still picture. Null when every pixel is fully transparent. */
export async function keepStill(picture: Picture, asMaterial: boolean): Promise<Kept | null> {
  const { rgba, width, height } = picture;
  if (isBlank(rgba)) return null;
  const opened = () => opaque(picture);
  const shown = await opened()
    .resize(LIMITS.shownSide, LIMITS.shownSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 85, effort: 2 })
    .toBuffer();
  return {
    pixels: pixelHash('uncaged-pixels/1', { width, height }, [rgba]),
    dhash: await dhashOf(picture),
    shown,
    material: asMaterial ? await stillRaster(opened()) : null,
  };
}

async function stillRaster(picture: Sharp): Promise<Raster> {
  const { data, info } = await picture
    .resize(LIMITS.shownSide, LIMITS.shownSide, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { bytes: data, mediaType: 'image/png', frames: 1, width, height, milliseconds: null };
}

/** Of a moving one. Null when nothing is visible in any picture. One whose pictures are all the same is still. */
export async function keepMoving(moving: Moving): Promise<Kept | null> {
  const { size, frames } = moving;
  const [first] = frames;
  if (!first || frames.every(({ rgba }) => isBlank(rgba))) return null;
  const isStill = frames.every(({ rgba }) => Buffer.compare(rgba, first.rgba) === 0);
  if (isStill) return keepStill({ rgba: first.rgba, ...size }, true);
  const material = await animated(moving, LIMITS.shownSide, { nearLossless: true, quality: 60, effort: 1 });
  const shown = await animated(moving, LIMITS.movingSide, { quality: 75, effort: 2 });
  const rgbas = frames.map(({ rgba }) => rgba);
  return {
    pixels: pixelHash('uncaged-frames/1', size, rgbas),
    dhash: await dhashOf({ rgba: first.rgba, ...size }),
    shown: shown.bytes,
    material,
  };
}

/** The encoder joins neighbours that are the same, so that fewer pictures may come out than went in. */
async function animated({ frames, size }: Moving, side: number, options: WebpOptions): Promise<Raster> {
  const pageHeight = size.height;
  const rgba = Buffer.concat(frames.map((frame) => frame.rgba));
  const inside = insideOf(size, side);
  const raw = { width: size.width, height: pageHeight * frames.length, channels: 4, pageHeight } as const;
  const tall = sharp(rgba, { raw, limitInputPixels: false });
  const { data, info } = await (isOpaque(rgba) ? tall.removeAlpha() : tall)
    .resize(inside.width, inside.height, { fit: 'fill' })
    .webp({ ...options, loop: 0, delay: frames.map(({ milliseconds }) => milliseconds) })
    .toBuffer({ resolveWithObject: true });
  const { pages = 1, delay = [] } = await sharp(data, { limitInputPixels: false }).metadata();
  const milliseconds = Math.max(
    1,
    delay.reduce((sum, one) => sum + one, 0),
  );
  return {
    bytes: data,
    mediaType: 'image/webp',
    frames: pages,
    width: info.width,
    height: inside.height,
    milliseconds,
  };
}

/** The picture for sharp, without an alpha channel that says nothing. */
function opaque({ rgba, width, height }: Picture): Sharp {
  const raw = { width, height, channels: 4 } as const;
  const opened = sharp(rgba, { raw, limitInputPixels: LIMITS.picturePixels });
  return isOpaque(rgba) ? opened.removeAlpha() : opened;
}

async function dhashOf({ rgba, width, height }: Picture): Promise<string> {
  const grey = await sharp(rgba, {
    raw: { width, height, channels: 4 },
    limitInputPixels: LIMITS.picturePixels,
  })
    .flatten({ background: '#ffffff' })
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer();
  return differenceHash(grey);
}

/**
 * SHA-256 over the domain, width and height (4 bytes each, big-endian) and RGBA bytes, row by row, picture by
 * picture: all of a still picture (`uncaged-pixels/1`), what is kept of a moving one (`uncaged-frames/1`).
 */
function pixelHash(domain: string, { width, height }: Size, rgbas: readonly Uint8Array[]): string {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const hash = createHash('sha256').update(domain).update(head);
  for (const rgba of rgbas) hash.update(rgba);
  return hash.digest('hex');
}

function isBlank(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return false;
  return true;
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return false;
  return true;
}
