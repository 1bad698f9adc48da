import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordOf } from '../stories/001-seat-at-the-table/story.ts';
import { awake, comeIn, openBrowser, openWindow, raiseWithPortal } from '../support/browser.ts';
import type { Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';

/** Twelve pictures of a white bar over red, H.264, held upright (turned by 90°). */
const camera = fileURLToPath(new URL('./fixtures/h264.mp4', import.meta.url));

let stage: Stage;
let browser: Browser;
let heron: Visitor;

beforeAll(async () => {
  stage = await raiseWithPortal();
  heron = stage.visitor();
  await heron.post('/api/collective', {
    name: 'The Long Table',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password: passwordOf('heron') },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

test('a clip from a camera, in a codec that is not decoded here, comes in as the copy the browser makes', async () => {
  await using window = await openWindow(browser, stage);
  const { page } = window;
  await comeIn(page, 'heron', '/works/new');
  await awake(page);
  await page.locator('#file').setInputFiles(camera);
  await page.getByRole('button', { name: 'Bring it in' }).click();
  await page.getByText('a copy your browser made').waitFor();
  const { works } = await heron.get<{ works: { width: number; height: number; frames: number }[] }>(
    '/api/works?mine=1',
  );
  expect(works).toMatchObject([{ width: 120, height: 160 }]);
  expect(works[0]?.frames).toBeGreaterThan(4);
});
