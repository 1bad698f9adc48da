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
  const size = insideOf(picture, LIMITS.shownSide);
  const small = await opened(picture).resize(size.width, size.height, { fit: 'fill' }).raw().toBuffer();
  const shown = await opened({ rgba: small, ...size })
    .webp({ quality: 85, effort: 2 })
    .toBuffer();
  return {
    pixels: pixelHash('uncaged-pixels/1', { width, height }, [rgba]),
    dhash: await dhashOf(picture),
    shown,
    material: asMaterial ? await stillRaster({ rgba: small, ...size }) : null,
  };
}

async function stillRaster(picture: Picture): Promise<Raster> {
  const { rgba, width, height } = picture;
  const bytes = await (isOpaque(rgba) ? opened(picture).removeAlpha() : opened(picture)).png().toBuffer();
  return { bytes, mediaType: 'image/png', frames: 1, width, height, milliseconds: null };
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
  const { width, height } = insideOf(size, side);
  const areOpaque = frames.every(({ rgba }) => isOpaque(rgba));
  const pictures: Buffer[] = [];
  for (const { rgba } of frames) {
    const picture = sharp(rgba, { raw: { ...size, channels: 4 } }).resize(width, height, { fit: 'fill' });
    pictures.push(await (areOpaque ? picture.removeAlpha() : picture).raw().toBuffer());
  }
  const raw = {
    width,
    height: height * frames.length,
    channels: areOpaque ? 3 : 4,
    pageHeight: height,
  } as const;
  const bytes = await sharp(Buffer.concat(pictures), { raw, limitInputPixels: false })
    .webp({ ...options, loop: 0, delay: frames.map(({ milliseconds }) => milliseconds) })
    .toBuffer();
  const { pages = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const milliseconds = frames.reduce((sum, frame) => sum + frame.milliseconds, 0);
  return { bytes, mediaType: 'image/webp', frames: pages, width, height, milliseconds };
}

function opened({ rgba, width, height }: Picture): Sharp {
  return sharp(rgba, { raw: { width, height, channels: 4 }, limitInputPixels: LIMITS.picturePixels });
}

async function dhashOf(picture: Picture): Promise<string> {
  const grey = await opened(picture)
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
