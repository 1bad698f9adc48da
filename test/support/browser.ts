import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { passwordOf } from '../stories/001-seat-at-the-table/story.ts';
import { raise, root, type Stage } from './stage.ts';

const DAY = 86_400_000;
const executable = '/usr/bin/chromium';
const handler = path.join(root, 'apps', 'portal', 'build', 'handler.js');

/** A browser on this machine. Its own sandbox needs rights that a container has not; every page here is ours. */
export function openBrowser(): Promise<Browser> {
  if (!existsSync(executable))
    throw new Error(
      `no browser at ${executable}: install Debian's package "chromium" (apt-get install chromium)`,
    );
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A stage with the portal on it. Browsers keep the world's time, so its fortnight of story ends about now. */
export function raiseWithPortal(): Promise<Stage> {
  if (!existsSync(handler))
    throw new Error('the portal is not built: run `npm test -- --project browser`, which builds it first');
  return raise({ portal: handler, start: new Date(Date.now() - 13 * DAY) });
}

/** A page that remembers what went wrong on it. */
export interface Watched extends AsyncDisposable {
  page: Page;
  /** What went wrong since this was last asked: errors on the console, scripts that threw, requests that failed. */
  troubles(): string[];
}

/** Opens a window of its own (own cookies) on `stage`, and listens for trouble. */
export async function openWindow(
  browser: Browser,
  stage: Stage,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    baseURL: stage.url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    reducedMotion: 'no-preference',
    ...options,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`threw: ${error.message}`));
  page.on('console', (message) => {
    // A page that is answered with 404 or 403 says so itself; the answers are watched below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    if (!unneeded(request, options.javaScriptEnabled ?? true))
      troubles.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest())
      troubles.push(`answered ${response.status()}: ${response.url()}`);
  });
  return {
    page,
    troubles: () => troubles.splice(0),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** A browser drops what it no longer needs when a page is left, and reads no scripts where they are off. */
function unneeded(request: Request, scripts: boolean): boolean {
  const why = request.failure()?.errorText;
  return why === 'net::ERR_ABORTED' || (!scripts && why === 'csp' && request.resourceType() === 'script');
}

/** Comes in by the front door, as a member of the story does. */
export async function comeIn(page: Page, pseudonym: string, to = '/make'): Promise<void> {
  await page.goto(`/come?to=${encodeURIComponent(to)}`);
  await page.getByLabel('Your pseudonym').fill(pseudonym);
  await page.getByLabel('Your password').fill(passwordOf(pseudonym));
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.waitForURL(({ pathname, search }) => pathname + search === to);
}

/** Waits until the page's own script has taken over (Kit puts up its route announcer then) and its type is set. */
export async function awake(page: Page): Promise<void> {
  await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** Keeps a picture of the page for people to look at, where UNCAGED_SHOTS names a folder. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.UNCAGED_SHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, animations: 'allow' });
}
