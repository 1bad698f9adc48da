import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { drawing } from '../fixtures/drawings.ts';
import { differenceHash, hashDistance } from './dhash.ts';
import { openPicture, type PictureFacts } from './read.ts';
import { closeRenderers, rendererPeak } from './renderers.ts';

afterAll(closeRenderers);

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const outcome = async (file: Uint8Array): Promise<PictureFacts | string> => {
  const opened = openPicture(file);
  if (!opened.ok) return opened.code;
  const drawn = await opened.draw();
  return drawn.ok ? drawn.facts : drawn.code;
};
const facts = async (file: Uint8Array): Promise<PictureFacts> => {
  const found = await outcome(file);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

const blot = (kind: 'png' | 'jpeg' | 'webp' | 'gif', side = 64) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#a33' } })
    .toFormat(kind)
    .toBuffer();

/** A PNG whose header claims a size; nothing of it follows. */
function claimingPng(width: number, height: number): Uint8Array {
  const header = Buffer.from(
    '89504e470d0a1a0a0000000d49484452000000000000000008060000000000000000000000',
    'hex',
  );
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  const crc = crc32(header.subarray(12, 29));
  header.writeUInt32BE(crc, 29);
  return Buffer.concat([header.subarray(0, 33), Buffer.from('0000000049444154', 'hex'), Buffer.alloc(4)]);
}

function crc32(of: Uint8Array): number {
  let crc = ~0;
  for (const byte of of) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A small file that draws 10^10 shapes. */
const shapeBomb = drawing({
  body: `<defs><g id="g0"><rect width="9" height="9"/></g>${Array.from(
    { length: 10 },
    (_, level) => `<g id="g${level + 1}">${`<use xlink:href="#g${level}"/>`.repeat(10)}</g>`,
  ).join('')}</defs><use xlink:href="#g10"/>`,
});

describe('made to hurt', () => {
  it('gives each its name, and the next picture is read as if nothing had happened', async () => {
    const png = await blot('png');
    const rows: [string, Uint8Array, string | readonly string[]][] = [
      ['nothing', new Uint8Array(), 'file_empty'],
      ['six mebibytes', new Uint8Array(6 * 1024 * 1024), 'file_too_large'],
      ['noise', bytes('\x07\x01\x02 no picture at all'), 'not_a_picture'],
      ['a program called .png', bytes('#!/bin/sh\nrm -rf /\n'), 'not_a_picture'],
      ['a page', bytes('<!DOCTYPE html><html><script>alert(1)</script></html>'), 'not_an_svg'],
      ['a script that is a GIF too', bytes('GIF89a/*\x00*/=1;alert(1)//'), 'does_not_render'],
      ['a PNG cut in two', png.subarray(0, png.length / 2), 'does_not_render'],
      ['a header of 40,000 × 40,000', claimingPng(40_000, 40_000), 'image_too_large'],
      [
        'a drawing of 40,000 × 40,000',
        bytes(drawing({ root: 'width="40000" height="40000"' })),
        'image_too_large',
      ],
      [
        'a drawing without end',
        bytes(shapeBomb),
        ['does_not_render', 'renders_too_long', 'renders_too_much'],
      ],
      ['nothing to see', bytes(drawing({ body: '' })), 'renders_nothing'],
      ['entities', bytes(drawing({ head: '<!DOCTYPE s [<!ENTITY a "b">]>' })), 'svg_entities'],
      ['a script', bytes(drawing({ body: '<script/>' })), 'svg_script'],
      ['a handler', bytes(drawing({ body: '<g onload="x"/>' })), 'svg_event_handler'],
    ];
    for (const [name, file, expected] of rows) {
      const found = await outcome(file);
      expect([expected].flat(), name).toContain(found);
      expect(await outcome(png), `after ${name}`).toMatchObject({ width: 64 });
    }
  });

  it('decodes what unpacks 1 to 3,000 within the bound of memory', async () => {
    const png = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: '#fff' } })
      .png({ compressionLevel: 9, palette: true })
      .toBuffer();
    expect(png.length * 3000).toBeLessThan(6000 * 6000 * 3 * 60);
    expect(await outcome(png)).toMatchObject({ width: 6000, height: 6000 });
    expect(rendererPeak()).toBeLessThan(1.3e9);
  });
});

describe('pictures', () => {
  it.each(['png', 'jpeg', 'webp', 'gif'] as const)('reads %s', async (kind) => {
    expect(await outcome(await blot(kind))).toMatchObject({
      mediaType: `image/${kind}`,
      width: 64,
      height: 64,
    });
  });

  it('shows a page hidden behind a PNG to nobody', async () => {
    const file = Buffer.concat([await blot('png'), Buffer.from('<html><script>alert(1)</script>')]);
    const { shown } = await facts(file);
    expect(Buffer.from(shown).toString('latin1')).not.toContain('script');
  });

  it('leaves place and camera out of what is shown', async () => {
    const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a33' } })
      .withExif({
        IFD0: { Make: 'heron camera' },
        IFD3: { GPSLatitude: '52/1 30/1 0/1', GPSLatitudeRef: 'N' },
      })
      .jpeg()
      .toBuffer();
    expect(file.includes('heron camera')).toBe(true);
    const { shown } = await facts(file);
    const { exif, xmp, iptc } = await sharp(shown).metadata();
    expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
    expect(Buffer.from(shown).includes('heron')).toBe(false);
  });

  it('gives the same hashes for the same picture, and others for another', async () => {
    const one = await facts(bytes(drawing({ title: 'kite' })));
    const other = await facts(bytes(drawing({ title: 'dragon' })));
    expect(other.sha256).not.toBe(one.sha256);
    expect(other.sanitisedSha256).toBe(one.sanitisedSha256);
    expect(other.pixelsSha256).toBe(one.pixelsSha256);
    const moon = await facts(bytes(drawing({ body: '<circle cx="50" cy="50" r="40"/>' })));
    expect(moon.pixelsSha256).not.toBe(one.pixelsSha256);
    expect(hashDistance(moon.dhash, one.dhash)).toBeGreaterThan(5);
  });
});

it('hashes differences: a falling ramp is all ones, a rising one all zeros', () => {
  const ramp = Uint8Array.from({ length: 72 }, (_, at) => 200 - (at % 9) * 10);
  expect(differenceHash(ramp)).toBe('ffffffffffffffff');
  expect(differenceHash(ramp.map((grey) => 255 - grey))).toBe('0000000000000000');
  expect(hashDistance('ffffffffffffffff', 'fffffffffffffff0')).toBe(4);
});
