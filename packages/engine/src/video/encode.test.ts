import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { toBytes, toPlanar } from './colour.ts';
import { encodeClip } from './encode.ts';
import { redAndBlue as clip } from './fixture.ts';

function boxes(bytes: Uint8Array): string[] {
  const view = Buffer.from(bytes);
  const names: string[] = [];
  for (let at = 0; at < view.length; at += view.readUInt32BE(at))
    names.push(view.toString('latin1', at + 4, at + 8));
  return names;
}

test('a clip becomes MP4, WebP and PNG with the hashes of their bytes', async () => {
  const { mp4, webp, poster } = await encodeClip(clip(), { fps: 8, scale: 8 });
  expect(boxes(mp4.bytes)).toEqual(['ftyp', 'moov', 'mdat']);
  for (const file of [mp4, webp, poster]) {
    expect(file.sha256).toBe(createHash('sha256').update(file.bytes).digest('hex'));
    expect([file.width, file.height]).toEqual([64, 64]);
  }
  expect(await sharp(webp.bytes, { animated: true }).metadata()).toMatchObject({
    format: 'webp',
    pages: 16,
    pageHeight: 64,
    loop: 0,
    delay: new Array(16).fill(125),
  });
  const first = await sharp(poster.bytes).raw().toBuffer();
  expect([...first.subarray(0, 3)]).toEqual([230, 20, 30]);
});

test('numbers become bytes and bytes planes', () => {
  expect([...toBytes(Float32Array.of(-9, -1, 0, 1, 9))]).toEqual([0, 0, 128, 255, 255]);
  const white = toPlanar(new Uint8Array(12).fill(255), 2, 2, 1);
  expect([...white.data]).toEqual([235, 235, 235, 235, 128, 128]);
  expect(toPlanar(new Uint8Array(27), 3, 3, 1)).toMatchObject({ width: 4, height: 4 });
});

test('bytes that do not fit the sizes throw', async () => {
  await expect(encodeClip({ ...clip(), count: 15 })).rejects.toThrow('are not 15 frames');
});
