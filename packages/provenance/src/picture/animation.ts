import sharp from 'sharp';
import { LIMITS } from './limits.ts';
import { insideOf, keptOf, type MovingRead, type Size, wrongSize } from './moving.ts';

/** Browsers show a picture that says it stands for hardly any time for a tenth of a second. */
const HARDLY = 10;
const INSTEAD = 100;

/**
 * Decodes an animated GIF or WebP and keeps at most 48 of its pictures, evenly spread; each stands as long as those
 * it stands for. Pictures are decoded some at a time, so that memory is bounded whatever their number. Refuses, in
 * this order: `too_many_frames`, `image_too_large`, `image_too_small`. Throws what the decoder throws.
 */
export async function readAnimation(
  bytes: Uint8Array,
  found: Size & { pages: number; delay: readonly number[] },
): Promise<MovingRead> {
  const { pages, delay, width, height } = found;
  if (pages > LIMITS.frames)
    return { ok: false, code: 'too_many_frames', detail: `${pages} pictures; at most ${LIMITS.frames}.` };
  const wrong = wrongSize(found, pages);
  if (wrong) return wrong;
  const kept = keptOf(pages);
  const rgbas = new Map<number, Uint8Array>();
  const atOnce = Math.max(1, Math.floor(LIMITS.pixelsAtOnce / (width * height)));
  const size = insideOf(found, LIMITS.shownSide);
  for (let from = 0; from < pages; from += atOnce) {
    const count = Math.min(atOnce, pages - from);
    const wanted = kept.filter((page) => page >= from && page < from + count);
    if (wanted.length === 0) continue;
    const rgba = await decodePages(bytes, { from, count, size });
    const bytesEach = size.width * size.height * 4;
    for (const page of wanted) {
      const start = (page - from) * bytesEach;
      rgbas.set(page, Uint8Array.prototype.slice.call(rgba, start, start + bytesEach));
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

async function decodePages(
  bytes: Uint8Array,
  { from, count, size }: { from: number; count: number; size: Size },
): Promise<Uint8Array> {
  return sharp(bytes, { limitInputPixels: false, failOn: 'error', page: from, pages: count })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
}
