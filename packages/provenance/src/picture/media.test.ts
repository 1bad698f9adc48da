import process from 'node:process';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { claimingJpeg, claimingVp8, garbled, greyPng, repeatGif, swellWebp } from '../fixtures/bytes.ts';
import { clip, h264Clip, soundOnly } from '../fixtures/clips.ts';
import { LIMITS } from './limits.ts';
import { openPicture, type Read } from './read.ts';
import { closeRenderers, rendererPeak } from './renderers.ts';

afterAll(closeRenderers);

const read = async (file: Uint8Array): Promise<Read> => {
  const opened = openPicture(file, { isOwn: true });
  return opened.ok ? opened.draw() : opened;
};
const outcome = async (file: Uint8Array) => {
  const found = await read(file);
  return found.ok ? 'taken' : found.code;
};
const taken = async (file: Uint8Array) => {
  const found = await read(file);
  if (!found.ok || !found.material)
    throw new Error(found.ok ? 'no material' : `${found.code}: ${found.detail}`);
  return { facts: found.facts, material: found.material };
};

/** Pictures of 64 × 48: a white bar of four columns moves over black, a column a picture. */
function steps(count: number) {
  const pageHeight = 48;
  const bytes = new Uint8Array(64 * pageHeight * 3 * count);
  for (let row = 0; row < pageHeight * count; row++) {
    const left = (row * 64 + Math.floor(row / pageHeight)) * 3;
    bytes.fill(255, left, left + 12);
  }
  return sharp(bytes, { raw: { width: 64, height: pageHeight * count, channels: 3, pageHeight } });
}
const square = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#a33' } });
const webpOf = (times: number, width: number, height: number) => async () =>
  swellWebp(await steps(2).webp().toBuffer(), times, { width, height });

describe('made to hurt', () => {
  const small = { codec: 'vp8', container: 'webm' } as const;
  const mp4 = () => clip({ codec: 'av1', container: 'mp4', width: 320, height: 240 });
  const rows: [string, () => Promise<Uint8Array>, string][] = [
    ['no bytes', async () => new Uint8Array(), 'file_empty'],
    ['twenty-one mebibytes', async () => new Uint8Array(21 * 1024 * 1024), 'file_too_large'],
    ['one pixel', () => square(1).png().toBuffer(), 'image_too_small'],
    ['a line', () => square(64).resize(64, 15, { fit: 'fill' }).png().toBuffer(), 'image_too_small'],
    ['a hundred megapixels', async () => greyPng(10_000, 10_000, 8), 'image_too_large'],
    [
      'a JPEG of 40,000 × 40,000',
      async () => claimingJpeg(await square(64).jpeg().toBuffer(), 40_000, 40_000),
      'image_too_large',
    ],
    [
      'a GIF of 10,000 pictures',
      async () => repeatGif(await square(16).gif().toBuffer(), 10_000),
      'too_many_frames',
    ],
    ['a WebP of 10,000 pictures', webpOf(10_000, 64, 48), 'too_many_frames'],
    ['a WebP of 16,000 × 16,000', webpOf(2, 16_000, 16_000), 'image_too_large'],
    ['a WebP of 900 times 3,000 × 3,000', webpOf(900, 3000, 3000), 'image_too_large'],
    [
      'a JPEG cut in two',
      async () => (await square(640).jpeg().toBuffer()).subarray(0, 700),
      'does_not_render',
    ],
    ['a text called .mp4', async () => Buffer.from('not a clip at all'), 'not_a_picture'],
    ['a clip with a broken header', async () => garbled(await mp4(), 'moov', 200), 'clip_unreadable'],
    ['a WebM with a broken header', async () => garbled(await clip(small), 'webm', 200), 'clip_unreadable'],
    ['an MP4 cut in two', async () => (await mp4()).subarray(0, 1400), 'clip_unreadable'],
    [
      'an MP4 from a camera, cut off',
      async () => (await clip({ codec: 'vp9', container: 'mp4', slowStart: true })).subarray(0, -300),
      'clip_unreadable',
    ],
    ['noise for pictures', async () => garbled(await mp4(), 'mdat', 1e6), 'clip_unreadable'],
    ['seventeen seconds', () => clip({ ...small, frames: 17, fps: 1 }), 'clip_too_long'],
    ['a clip of eight lines', () => clip({ ...small, height: 8 }), 'image_too_small'],
    [
      'a VP8 picture that claims 16,383 × 16,383',
      async () => claimingVp8(await clip({ ...small, frames: 2 }), 16_383, 16_383),
      'image_too_large',
    ],
    ['H.264', h264Clip, 'clip_codec'],
    ['sound', soundOnly, 'clip_without_pictures'],
  ];
  it.each(rows)('%s is named, and the next picture is read as if nothing had happened', async (...row) => {
    const [, make, code] = row;
    expect(await outcome(await make())).toBe(code);
    expect(await outcome(await square(64).png().toBuffer())).toBe('taken');
  });

  it('what a codec is called is said', async () => {
    expect(await read(await h264Clip())).toMatchObject({ detail: expect.stringContaining('H.264') });
  });

  it('what unpacks 1 to 30,000 is decoded within the bound of memory', async () => {
    const png = greyPng(7000, 7000, 1);
    expect(7000 * 7000 * 4).toBeGreaterThan(30_000 * png.length);
    expect(await outcome(png)).toBe('taken');
    process.stdout.write(`peak of the renderers: ${Math.round(rendererPeak() / 1024 ** 2)} MiB\n`);
    expect(rendererPeak()).toBeLessThan(LIMITS.memory);
  });
});

describe('what an artist has', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)(
    'a %s becomes a PNG for machines',
    async (kind) => {
      const { facts, material } = await taken(await square(700).toFormat(kind).toBuffer());
      expect(facts).toMatchObject({ mediaType: `image/${kind}`, width: 700, height: 700 });
      expect(material).toMatchObject({ mediaType: 'image/png', frames: 1, width: 512, height: 512 });
      expect(await sharp(material.bytes).metadata()).toMatchObject({ format: 'png', width: 512 });
    },
  );

  it('counts by what is in it, not by its name', async () => {
    const { facts } = await taken(await square(64).jpeg().toBuffer());
    expect(facts.mediaType).toBe('image/jpeg');
  });

  it.each(['gif', 'webp'] as const)('a %s that moves keeps its pictures and its time', async (kind) => {
    const delay = Array(60).fill(50);
    const { facts, material } = await taken(
      await steps(60).toFormat(kind, { delay, lossless: true }).toBuffer(),
    );
    expect(facts).toMatchObject({ width: 64, height: 48 });
    expect(material).toMatchObject({ mediaType: 'image/webp', frames: 48, milliseconds: 3000 });
    expect(await sharp(facts.shown).metadata()).toMatchObject({ pages: 48 });
    // Of sixty, the last that is kept is the fifty-ninth.
    const last = await sharp(material.bytes, { page: 47 }).removeAlpha().raw().toBuffer();
    expect(last.subarray(0, 64 * 3).indexOf(255)).toBe(58 * 3);
  });

  it('one whose pictures are all the same is still', async () => {
    const gif = repeatGif(await square(32).gif().toBuffer(), 20);
    expect((await taken(gif)).material).toMatchObject({ mediaType: 'image/png', frames: 1 });
  });

  it.each([
    ['vp8', 'webm'],
    ['vp9', 'webm'],
    ['vp9', 'mp4'],
    ['av1', 'mp4'],
    ['av1', 'webm'],
  ] as const)('a clip of %s in %s moves from left to right', async (codec, container) => {
    const { facts, material } = await taken(await clip({ codec, container, frames: 60, fps: 30 }));
    expect(facts).toMatchObject({ mediaType: `video/${container}`, width: 64, height: 48 });
    expect(material).toMatchObject({ mediaType: 'image/webp', width: 64, height: 48, milliseconds: 2000 });
    expect(material.frames).toBeGreaterThan(24);
    const green = async (page: number) => {
      const rgb = await sharp(material.bytes, { page }).removeAlpha().raw().toBuffer();
      return Array.from({ length: 64 }, (_, x) => rgb[x * 3 + 1] as number);
    };
    const bar = async (page: number) => (await green(page)).findIndex((bright) => bright > 128);
    expect(await bar(0)).toBeLessThan(4);
    expect(await bar(material.frames - 1)).toBeGreaterThan(20);
    // The ground is reddish in each colour space.
    const rgb = await sharp(material.bytes).removeAlpha().raw().toBuffer();
    expect((rgb[60 * 3] as number) - (rgb[60 * 3 + 1] as number)).toBeGreaterThan(20);
  });

  it('a clip stands as its maker held the camera', async () => {
    const { material } = await taken(await clip({ codec: 'vp9', container: 'mp4', rotation: 90 }));
    expect(material).toMatchObject({ width: 48, height: 64 });
  });
});

describe('place and camera', () => {
  const exif = {
    IFD0: { Make: 'heron camera' },
    IFD3: { GPSLatitude: '52/1 30/1 0/1', GPSLatitudeRef: 'N' },
  };
  const words = 'heron camera at 52.5 N';
  it.each<[string, () => Promise<Uint8Array>]>([
    ['JPEG', () => square(64).withExif(exif).jpeg().toBuffer()],
    ['PNG', () => square(64).withExif(exif).png().toBuffer()],
    ['WebP', () => square(64).withExif(exif).webp().toBuffer()],
    ['AVIF', () => square(64).withExif(exif).avif().toBuffer()],
    ['MP4', () => clip({ codec: 'av1', container: 'mp4', comment: words })],
    ['WebM', () => clip({ codec: 'vp8', container: 'webm', comment: words })],
  ])('of a %s are in nothing that is shown or passed on', async (_kind, make) => {
    const file = await make();
    expect(Buffer.from(file).includes('heron camera')).toBe(true);
    const { facts, material } = await taken(file);
    for (const passed of [facts.shown, material.bytes]) {
      const { exif: found, xmp, iptc, icc, comments } = await sharp(passed).metadata();
      expect([found, xmp, iptc, icc, comments]).toEqual(Array(5).fill(undefined));
      expect(Buffer.from(passed).includes('heron')).toBe(false);
    }
  });
});
