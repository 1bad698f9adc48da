/** A finished clip as files: MP4 to play and sign, animated WebP to show in a list, PNG to stand still. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { type Clip, encodeMp4 } from './av1.ts';
import { enlarge } from './colour.ts';

export type EncodedFile = {
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** Of `bytes`, in hex. */
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
};
export type EncodedClip = {
  readonly mp4: EncodedFile;
  readonly webp: EncodedFile;
  readonly poster: EncodedFile;
};
export type EncodeOptions = {
  /** Pictures a second; default 8. */
  readonly fps?: number;
  /** Whole-number enlargement, nearest neighbour; default 1. */
  readonly scale?: number;
};

const file = (bytes: Uint8Array, mime: string, width: number, height: number): EncodedFile => ({
  bytes,
  mime,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  width,
  height,
});

/** All frames under one another, enlarged, as sharp wants an animation. */
function stacked(clip: Clip, scale: number): Buffer {
  const size = clip.width * clip.height * 3;
  const frames = Array.from({ length: clip.count }, (_, i) =>
    enlarge(clip.rgb.subarray(i * size, (i + 1) * size), clip.width, clip.height, scale),
  );
  return Buffer.concat(frames);
}

/** An animated WebP without loss, looping for ever. */
export async function encodeWebp(clip: Clip, fps: number, scale: number): Promise<Uint8Array> {
  const [width, height] = [clip.width * scale, clip.height * scale];
  const raw = { width, height: height * clip.count, channels: 3 as const, pageHeight: height };
  const delay = new Array<number>(clip.count).fill(Math.round(1000 / fps));
  const encoder = sharp(stacked(clip, scale), { raw });
  return new Uint8Array(await encoder.webp({ lossless: true, effort: 1, loop: 0, delay }).toBuffer());
}

/** One frame as PNG. */
export async function encodePoster(clip: Clip, index: number, scale: number): Promise<Uint8Array> {
  const size = clip.width * clip.height * 3;
  const rgb = enlarge(clip.rgb.subarray(index * size, (index + 1) * size), clip.width, clip.height, scale);
  const raw = { width: clip.width * scale, height: clip.height * scale, channels: 3 as const };
  return new Uint8Array(await sharp(rgb, { raw }).png({ compressionLevel: 6 }).toBuffer());
}

/**
 * Encodes frames (count × height × width × 3 bytes) as MP4 (AV1), animated WebP and a PNG of the first
 * frame. Throws when the bytes do not fit the sizes.
 */
export async function encodeClip(clip: Clip, options: EncodeOptions = {}): Promise<EncodedClip> {
  const { fps = 8, scale = 1 } = options;
  if (clip.rgb.length !== clip.count * clip.width * clip.height * 3 || clip.count < 1) {
    throw new Error(
      `${clip.rgb.length} bytes are not ${clip.count} frames of ${clip.width} × ${clip.height}`,
    );
  }
  const [webp, poster, mp4] = await Promise.all([
    encodeWebp(clip, fps, scale),
    encodePoster(clip, 0, scale),
    encodeMp4(clip, fps, scale),
  ]);
  const [width, height] = [clip.width * scale, clip.height * scale];
  return {
    mp4: file(mp4, 'video/mp4', width + (width & 1), height + (height & 1)),
    webp: file(webp, 'image/webp', width, height),
    poster: file(poster, 'image/png', width, height),
  };
}
