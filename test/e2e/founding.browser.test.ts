import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awake, openBrowser, openWindow, raiseWithPortal, shoot, type Watched } from '../support/browser.ts';
import type { Stage } from '../support/stage.ts';

let stage: Stage;
let browser: Browser;
let founder: Watched;

beforeAll(async () => {
  stage = await raiseWithPortal();
  browser = await openBrowser();
  founder = await openWindow(browser, stage);
});

afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

test('an empty collective leads every address to its founding, and the wizard to the studio', async () => {
  const { page } = founder;
  await page.goto('/works');
  await awake(page);
  expect(new URL(page.url()).pathname).toBe('/found');
  await shoot(page, 'found-1440-light');

  await page.getByLabel('Name of the collective').fill('The Long Table');
  await page.getByLabel('Your pseudonym').fill('heron');
  await page.getByLabel('A password').fill('heron remembers this sentence');
  await page.getByLabel('Money for paid work').fill('2500,00');
  await page.getByLabel('It comes from').selectOption('grant');
  await page.getByRole('button', { name: 'Found it' }).click();
  await page.waitForURL('**/make');

  const { founded, name, members } = await stage.visitor().get<Record<string, unknown>>('/api/collective');
  expect({ founded, name, members }).toEqual({ founded: true, name: 'The Long Table', members: 1 });
  const { funds } = await stage.visitor().get<{ funds: { balances: unknown[] }[] }>('/api/funds');
  expect(funds[0]?.balances).toEqual([{ currency: 'EUR', amount: '250000' }]);
});

test('the founder connects a machine by the token the page gives', async () => {
  const { page } = founder;
  await page.getByRole('link', { name: 'heron' }).click();
  await page.waitForURL('**/me');
  await page.getByText('Connect another machine').click();
  await page.getByLabel('What do you call it?').fill('the one under the stairs');
  await page.getByRole('button', { name: 'Make its token' }).click();
  const [, token] = /--token (\S+)/.exec((await page.getByText('--token').textContent()) ?? '') ?? [];
  stage.hire(token ?? 'no token on the page');
});

test('the first clip is made by the real worker, and it plays', async () => {
  const { page } = founder;
  await page.getByRole('link', { name: 'Make' }).click();
  await page.getByLabel('What should it make first?').fill('a red house');
  await page.getByRole('button', { name: 'Make a clip' }).click();
  await page.waitForURL('**/make?now=*');
  await shoot(page, 'make-waiting-1440-light');
  await page.getByRole('link', { name: 'Open the clip' }).waitFor({ timeout: 200_000 });
  await shoot(page, 'make-done-1440-light');
  await page.getByRole('link', { name: 'Open the clip' }).click();
  await page.waitForURL('**/clips/*');
  expect(await playing(page)).toEqual({ error: null, picture: true, frames: true, advances: true });
});

test('its maker shows it to everybody, and nobody is asked', async () => {
  const { page } = founder;
  await using passer = await openWindow(browser, stage);
  await passer.page.goto('/');
  expect(await passer.page.getByText('Nothing is shown yet.').count()).toBe(1);

  await page.getByLabel('What do you call it?').fill('red house, no door');
  await page.getByRole('button', { name: 'Show it to everybody' }).click();
  await page.getByRole('button', { name: 'Take it down' }).waitFor();

  await passer.page.reload();
  await passer.page.getByRole('link', { name: 'Open the clip red house, no door' }).click();
  await passer.page.getByRole('heading', { name: 'red house, no door' }).waitFor();
  expect(await playing(passer.page)).toMatchObject({ error: null, advances: true });
  expect(passer.troubles()).toEqual([]);
});

test('nothing went wrong on any of these pages, and the book holds', async () => {
  expect(founder.troubles()).toEqual([]);
  await stage.sealed();
  await stage.check();
});

/** Whether the clip on the page is decoded, shown and moving. */
async function playing(page: Page) {
  const clip = page.getByLabel('The clip:');
  await clip.waitFor();
  return clip.evaluate(async (element) => {
    const video = element as HTMLVideoElement;
    const next = () =>
      new Promise<number>((resolve) => {
        video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
        video.addEventListener('error', () => resolve(-1), { once: true });
      });
    const first = await next();
    let later = await next();
    while (later === first && video.error === null) later = await next();
    return {
      error: video.error?.message ?? null,
      picture: video.videoWidth > 0 && video.videoHeight > 0,
      frames: video.getVideoPlaybackQuality().totalVideoFrames > 1,
      advances: later !== first && video.currentTime > 0,
    };
  });
}
