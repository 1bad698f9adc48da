import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { toBytes, toPlanar } from './colour.ts';
import { encodeClip } from './encode.ts';

/** Sixteen frames of 8 × 8: left half red, right half a blue that brightens. */
function clip() {
  const rgb = new Uint8Array(16 * 8 * 8 * 3);
  for (let f = 0; f < 16; f++) {
    for (let i = 0; i < 64; i++) rgb.set(i % 8 < 4 ? [230, 20, 30] : [0, 0, 15 * f], (f * 64 + i) * 3);
  }
  return { rgb, count: 16, width: 8, height: 8 };
}

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

test('Chromium plays the MP4 in its true colours', { timeout: 60_000 }, async () => {
  if (!existsSync('/usr/bin/chromium'))
    throw new Error('/usr/bin/chromium is missing: apt-get install chromium');
  const { mp4 } = await encodeClip(clip(), { fps: 8, scale: 8 });
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  try {
    const page = await browser.newPage();
    const seen = await page.evaluate(
      async (source) => {
        const video = document.createElement('video');
        video.muted = true;
        video.src = source;
        await new Promise((resolve, reject) => {
          video.onloadeddata = resolve;
          video.onerror = () => reject(new Error(video.error?.message));
        });
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [64, 64];
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        const left = await new Promise<number[]>((resolve, reject) => {
          video.requestVideoFrameCallback(() => {
            context.drawImage(video, 0, 0);
            resolve([...context.getImageData(10, 10, 1, 1).data].slice(0, 3));
          });
          video.play().catch(reject);
        });
        await new Promise((resolve) => {
          if (video.ended) resolve(undefined);
          video.onended = resolve;
        });
        return {
          left,
          duration: video.duration,
          ended: video.ended,
          size: [video.videoWidth, video.videoHeight],
        };
      },
      `data:video/mp4;base64,${Buffer.from(mp4.bytes).toString('base64')}`,
    );
    expect(seen).toMatchObject({ duration: 2, ended: true, size: [64, 64] });
    for (const [i, level] of [230, 20, 30].entries())
      expect(Math.abs((seen.left[i] as number) - level)).toBeLessThan(12);
  } finally {
    await browser.close();
  }
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
