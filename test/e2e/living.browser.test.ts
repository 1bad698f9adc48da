import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { story } from '../stories/001-seat-at-the-table/story.ts';
import {
  awake,
  comeIn,
  openBrowser,
  openWindow,
  raiseWithPortal,
  shoot,
  type Watched,
} from '../support/browser.ts';
import { inspect } from '../support/inspect.ts';
import type { Stage } from '../support/stage.ts';
import { door, liven, type Place } from './places.ts';

/** A walk through every page takes a minute or two; a machine with other work may need longer. */
const walk = 900_000;

let stage: Stage;
let archive: Uint8Array;
let places: Place[];
let browser: Browser;
const windows = new Map<string, Watched>();

beforeAll(async () => {
  stage = await raiseWithPortal();
  archive = (await story.tell(stage, 'short')).archive;
  places = await liven(stage);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** The one window of a visitor, or of a member who has come in. */
async function windowOf(who: string): Promise<Watched> {
  const known = windows.get(who);
  if (known) return known;
  const window = await openWindow(browser, stage);
  if (who !== 'visitor') await comeIn(window.page, who);
  windows.set(who, window);
  return window;
}

describe.each(['visitor', 'member'])('as a %s', (role) => {
  const whoWalks = (place: Place) => (role === 'visitor' ? 'visitor' : (place.member ?? 'nacht'));

  test('every page reads and fits, on a phone and a desk, by day and by night', {
    timeout: walk,
  }, async () => {
    const found: string[] = [];
    for (const place of places) {
      const window = await windowOf(whoWalks(place));
      found.push(...(await look(window, place, role)).map((wrong) => `${place.name}: ${wrong}`));
    }
    expect(found).toEqual([]);
  });

  test('the keyboard sees where it is, and gets to what a page is for', { timeout: walk }, async () => {
    const found: string[] = [];
    for (const place of places) {
      const { page } = await windowOf(whoWalks(place));
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(place.path);
      await awake(page);
      found.push(
        ...(await tabThrough(page, role === 'member' ? place.action : undefined)).map(
          (wrong) => `${place.name}: ${wrong}`,
        ),
      );
    }
    expect(found).toEqual([]);
  });
});

/** Goes to a place once and looks at it in both sizes and both lights; says what is wrong. */
async function look({ page, troubles }: Watched, place: Place, role: string): Promise<string[]> {
  troubles();
  await page.emulateMedia({ colorScheme: 'light' });
  const answer = await page.goto(place.path);
  await awake(page);
  const wrong: string[] = [];
  if (answer?.status() !== (place.status ?? 200)) wrong.push(`answered ${answer?.status()}`);
  const heading = (role === 'visitor' && place.toVisitors) || place.heading;
  const headings = await page.getByRole('heading', { level: 1 }).allTextContents();
  if (headings.length !== 1 || !heading.test(headings[0] ?? ''))
    wrong.push(`headings: ${headings.join(' | ')}`);
  // Many pages show a visitor the same door; it is looked at once, at its own address.
  if (heading === door && place.path !== '/come') return [...wrong, ...troubles()];
  wrong.push(...(await inspect(page, `${place.name}-${role}`)));
  return [...wrong, ...troubles()];
}

/** Presses Tab from the top until it reaches what the page is for, or has been everywhere. */
async function tabThrough(page: Page, action: RegExp | undefined): Promise<string[]> {
  const wrong: string[] = [];
  await page.evaluate(() => document.body.focus());
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at === null) break;
    if (step === 0 && at.name !== 'Skip to the content') wrong.push(`the first stop is ${at.name}`);
    if (!at.visible) wrong.push(`the focus cannot be seen on ${at.name}`);
    if (action?.test(at.name)) return wrong;
  }
  return action ? [...wrong, `never reached ${action}`] : wrong;
}

/** What has the focus and whether it shows; null when the page has let go of it. */
function focused(page: Page): Promise<{ name: string; visible: boolean } | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return null;
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
    const shown = [element, ...(label ? [label] : [])].some((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const { width, height, right, bottom } = one.getBoundingClientRect();
      const drawn = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      return drawn && width > 4 && height > 4 && right > 0 && bottom > 0;
    });
    const name = element.getAttribute('aria-label') ?? element.textContent.trim();
    return { name: name || label?.textContent.trim() || element.id, visible: shown };
  });
}

describe('the checker in the browser', () => {
  const choose = async (page: Page, bytes: Uint8Array) => {
    await page.goto('/book');
    await awake(page);
    await page
      .locator('#export-file')
      .setInputFiles({ name: 'book.zip', mimeType: 'application/zip', buffer: Buffer.from(bytes) });
  };

  test('says that the archive of the story holds, and how everybody voted', async () => {
    const { page, troubles } = await windowOf('visitor');
    troubles();
    await choose(page, archive);
    await page.getByText('Every line holds.').waitFor({ timeout: 120_000 });
    await page.getByRole('row', { name: /No prompt may name a living artist.*3 yes, 1 no/ }).waitFor();
    await shoot(page, 'checked-1440-light');
    expect(troubles()).toEqual([]);
  });

  test('names the file in which one byte was changed', async () => {
    const { page } = await windowOf('visitor');
    const changed = archive.slice();
    const at = Buffer.from(changed.buffer).indexOf('"title":"red house, one door"');
    expect(at).toBeGreaterThan(0);
    changed[at + 10] = (changed[at + 10] ?? 0) ^ 1;
    await choose(page, changed);
    await page.getByText('This does not hold').waitFor({ timeout: 120_000 });
    await shoot(page, 'broken-1440-light');
    expect(await page.getByRole('status').filter({ hasText: 'This does not hold' }).textContent()).toMatch(
      /\.jsonl?/,
    );
  });

  test('takes what is dropped on it', async () => {
    const { page } = await windowOf('visitor');
    await page.goto('/book');
    await awake(page);
    await page.getByRole('group', { name: 'Check an export' }).evaluate(async (target) => {
      const bytes = await (await fetch('/api/book/export')).arrayBuffer();
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'ours.zip', { type: 'application/zip' }));
      target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    await page.getByText('Every line holds.').waitFor({ timeout: 120_000 });
  });
});
