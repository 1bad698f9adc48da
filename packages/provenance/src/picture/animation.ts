import sharp from 'sharp';
import { LIMITS } from './limits.ts';
import { insideOf, keptOf, type MovingRead, type Size, wrongSize } from './moving.ts';

/** Browsers show a picture that says it stands for hardly any time for a tenth of a second. */
const HARDLY = 10;
const INSTEAD = 100;

/**
 * Decodes an animated GIF or WebP and keeps at most 48 of its pictures, evenly spread; each stands as long as those
 * it stands for. It is decoded part by part, so that memory is bounded. Refuses, in this order: `too_many_frames`,
 * `image_too_large`, `image_too_small`. Throws what the decoder throws.
 */
export async function readAnimation(
  bytes: Uint8Array,
  found: Size & { pages: number; delay: readonly number[] },
): Promise<MovingRead> {
  const { pages, delay, width, height } = found;
  if (pages > LIMITS.frames)
    return { ok: false, code: 'too_many_frames', detail: `${pages} pictures; at most ${LIMITS.frames}.` };
  const wrong = wrongSize(found, pages, LIMITS.animationPixels);
  if (wrong) return wrong;
  const kept = keptOf(pages);
  const rgbas = new Map<number, Uint8Array>();
  const atOnce = Math.floor(LIMITS.pixelsAtOnce / (width * height));
  const size = insideOf(found, LIMITS.shownSide);
  for (let from = 0; from < pages; from += atOnce) {
    const count = Math.min(atOnce, pages - from);
    const part = await decodePages(bytes, from, count);
    for (const page of kept.filter((page) => page >= from && page < from + count)) {
      const start = (page - from) * width * height * 4;
      const rgba = part.subarray(start, start + width * height * 4);
      const picture = sharp(rgba, { raw: { width, height, channels: 4 } });
      rgbas.set(page, await picture.resize(size.width, size.height, { fit: 'fill' }).raw().toBuffer());
    }
  }
  const lasting = (page: number) => {
    const stands = delay[page] ?? INSTEAD;
    return stands <= HARDLY ? INSTEAD : stands;
  };
  const frames = kept.map((page, at) => {
    let milliseconds = 0;
    for (let one = page; one < (kept[at + 1] ?? pages); one++) milliseconds += lasting(one);
    return { rgba: rgbas.get(page) ?? new Uint8Array(), milliseconds };
  });
  return { ok: true, width, height, size, frames };
}

/** RGBA bytes of `count` pictures, one after the other. */
async function decodePages(bytes: Uint8Array, from: number, count: number): Promise<Uint8Array> {
  return sharp(bytes, { limitInputPixels: false, failOn: 'error', page: from, pages: count })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
}
