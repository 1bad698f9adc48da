import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordOf } from '../stories/001-seat-at-the-table/story.ts';
import { awake, comeIn, openBrowser, openWindow, raiseWithPortal } from '../support/browser.ts';
import type { Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';

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
    deposit: { amount: '500000', source: 'grant' },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const clips = async () =>
  (await heron.get<{ generations: { prompt: string }[] }>('/api/generations?mine=1')).generations.map(
    ({ prompt }) => prompt,
  );
const proposals = async () =>
  (await heron.get<{ proposals: { title: string }[] }>('/api/proposals')).proposals.map(({ title }) => title);
const deposits = async () =>
  (await heron.get<{ entries: unknown[] }>('/api/book/entries?kind=fund.deposited&limit=50')).entries.length;

test('a wrong password says what happened and keeps what was typed', async () => {
  await using window = await openWindow(browser, stage);
  const { page } = window;
  await page.goto('/come');
  await awake(page);
  await page.getByLabel('Your pseudonym').fill('heron');
  await page.getByLabel('Your password').fill('not this sentence');
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Your pseudonym').inputValue()).toBe('heron');
  expect(await page.getByRole('alert').evaluate((note) => note === document.activeElement)).toBe(true);
});

test('pressed twice, a form does its thing once', async () => {
  await using window = await openWindow(browser, stage);
  const { page } = window;
  await comeIn(page, 'heron');
  await awake(page);
  await page.getByLabel('What should it make').fill('a boat, twice pressed');
  await page.getByRole('button', { name: 'Make a clip' }).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await page.waitForURL('**/make?now=*');
  expect(await clips()).toEqual(['a boat, twice pressed']);

  await page.goto('/work/funds');
  await awake(page);
  const before = await deposits();
  await page.getByText('Money came in').click();
  await page.locator('#d-amount').fill('12.50');
  await page.getByLabel('It comes from').fill('sales');
  await page.getByRole('button', { name: 'Write it in the book' }).dblclick();
  await page.getByRole('row', { name: 'sales sales 12.50' }).waitFor();
  // The page of the log shows what is sealed, at most a second later; a second deposit would stand there then.
  await expect.poll(deposits, { timeout: 10_000 }).toBe(before + 1);
  await page.waitForTimeout(1_500);
  expect(await deposits()).toBe(before + 1);
  expect(window.troubles()).toEqual([]);
});

test('sent again after going back, a form does nothing again', async () => {
  await using window = await openWindow(browser, stage, { javaScriptEnabled: false });
  const { page } = window;
  await comeIn(page, 'heron', '/decide/new?kind=open');
  await page.getByLabel('Title').fill('Shall we show our clips in the foyer?');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Write it down as a draft' }).click();
  await page.waitForURL(/\/decide\/(?!new)/);
  const request = await sent;
  const again = await page.request.post(request.url(), {
    headers: {
      'content-type': (await request.headerValue('content-type')) ?? '',
      origin: stage.url,
      accept: 'text/html',
    },
    data: request.postDataBuffer() ?? '',
    maxRedirects: 0,
  });
  expect(again.status()).toBe(303);
  expect(new URL(again.headers().location ?? '', stage.url).pathname).toBe(new URL(page.url()).pathname);
  expect(await proposals()).toEqual(['Shall we show our clips in the foyer?']);
});

test('without JavaScript people come in, make, propose, vote and go out', async () => {
  await using window = await openWindow(browser, stage, { javaScriptEnabled: false });
  const { page } = window;
  await comeIn(page, 'heron');
  await page.getByLabel('What should it make').fill('a tree without script');
  await page.getByRole('button', { name: 'Make a clip' }).click();
  await page.waitForURL('**/make?now=*');
  await page.getByText('place 2 in the queue').waitFor();
  expect(await clips()).toContain('a tree without script');

  await page.goto('/decide');
  await page.getByRole('link', { name: 'Shall we show our clips in the foyer?' }).click();
  await page.getByRole('button', { name: 'Put it to the vote' }).click();
  await page.getByRole('button', { name: 'yes' }).click();
  await page.getByText('Your yes is kept').waitFor();

  await page.goto('/me');
  await page.getByRole('button', { name: 'Go out here' }).click();
  await page.goto('/me');
  expect(new URL(page.url()).pathname).toBe('/come');
  expect(window.troubles()).toEqual([]);
});
