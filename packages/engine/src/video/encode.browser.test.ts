import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { encodeClip } from './encode.ts';
import { redAndBlue as clip } from './fixture.ts';

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
