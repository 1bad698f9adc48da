import type { Call, Contribution } from '@uncaged/contract';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awake, openBrowser, openWindow, raiseWithPortal, type Watched } from '../support/browser.ts';
import { type Deciding, gather, password } from '../support/deciding.ts';
import { inspect } from '../support/inspect.ts';
import type { Stage } from '../support/stage.ts';

const names = ['heron', 'iris', 'ko', 'nacht', 'salt', 'mica'] as const;
type Name = (typeof names)[number];
const walk = 300_000;
const DAY = 86_400_000;

let stage: Stage;
let browser: Browser;
let table: Deciding<Name>;
let clip: string;
const windows = new Map<Name, Watched>();

/** The one window of a member, who has come in. */
async function pageOf(who: Name) {
  const known = windows.get(who);
  if (known) return known.page;
  const window = await openWindow(browser, stage);
  windows.set(who, window);
  const { page } = window;
  await page.goto('/come?to=/work');
  await page.getByLabel('Your pseudonym').fill(who);
  await page.getByLabel('Your password').fill(password);
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.waitForURL(({ pathname }) => pathname === '/work');
  return page;
}

/** Looks at where a member is, on a phone and a desk, by day and by night. */
async function look(who: Name, name: string): Promise<void> {
  const page = await pageOf(who);
  expect(await inspect(page, name)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Lets the book seal, and the machine draw. */
async function drawn(): Promise<void> {
  await stage.sealed();
  await stage.pass(0);
}

beforeAll(async () => {
  stage = await raiseWithPortal();
  table = await gather(stage, 'The Wide Table', names);
  const { heron, iris } = table.members;
  const money = { fund: 'main', amount: '500000', currency: 'EUR', source: 'grant' };
  await heron.post('/api/funds/deposits', money);
  const { token } = await heron.post<{ token: string }>('/api/workers', { name: 'under the stairs' });
  stage.hire(token);
  const wish = { prompt: 'a red house', seed: '7', steps: 4 };
  const { generation } = await iris.post<{ generation: { id: string } }>('/api/generations', wish);
  clip = generation.id;
  await stage.until(async () => {
    const now = await iris.get<{ generation: { state: string } }>(`/api/generations/${clip}`);
    return now.generation.state === 'done';
  });
  await iris.post(`/api/generations/${clip}/publish`, { caption: 'red house' });
  browser = await openBrowser();
}, walk);
afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const soon = (days: number) => new Date(stage.clock.now().getTime() + days * DAY).toISOString().slice(0, 10);

test('a steward opens a call by the piece, by the hour and by weight; what is below the card is refused beside the form', {
  timeout: walk,
}, async () => {
  const page = await pageOf('heron');
  await page.goto('/work/new');
  await awake(page);
  await page.getByLabel('Its name').fill('Break the house');
  await page.getByLabel('What we want to know').fill('Where does it melt, and why?');
  await page.getByLabel('bug', { exact: true }).fill('30');
  await page.getByLabel('feedback-session').fill('30');
  await page.getByLabel('recaptioning').fill('50');
  await page.getByLabel('Budget in EUR').fill('900');
  await page.getByLabel('Open until').fill(soon(30));
  await look('heron', 'work-new');
  await page.getByLabel('critique').fill('1');
  await page.getByRole('button', { name: 'Set the budget aside' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('less than the policy pays');
  expect(await page.getByLabel('Its name').inputValue()).toBe('Break the house');
  await page.getByLabel('critique').fill('25');
  await page.getByRole('button', { name: 'Set the budget aside' }).click();
  await page.getByRole('heading', { name: 'Break the house' }).waitFor();
  expect(await page.locator('main').textContent()).toContain('30.00 EUR an hour, up to 3 h');
  await look('heron', 'work-call');
});

test('a finding is claimed, marked on the clip, logged with a draft behind it, and found first', {
  timeout: walk,
}, async () => {
  const page = await pageOf('iris');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/clips/${clip}`);
  await awake(page);
  const words = page.getByLabel('In your words');
  await words.fill('The door melts.\nOn frame 9, whatever the seed.');
  await page.getByRole('button', { name: 'Claim it now' }).click();
  await page.getByText('Claimed.').waitFor();
  await page.reload();
  await awake(page);
  expect(await words.inputValue()).toBe('The door melts.\nOn frame 9, whatever the seed.');
  const picture = page.locator('.region .picture');
  await picture.scrollIntoViewIfNeeded();
  const box = await picture.boundingBox();
  if (!box) throw new Error('the picture is not there');
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  await page.getByText('A part is marked').waitFor();
  const pictures = page.getByLabel('Pictures to go with it');
  const door =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 6"><rect width="8" height="6" fill="#c02020"/></svg>';
  await pictures.setInputFiles([
    { name: 'door.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(door) },
    { name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') },
  ]);
  await page.getByRole('button', { name: 'Log it' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('note.png');
  expect(await words.inputValue()).toBe('The door melts.\nOn frame 9, whatever the seed.');
  await page.getByText('A part is marked').waitFor();
  await page.getByAltText('Sent before').waitFor();
  await look('iris', 'work-log');
  expect(await pictures.inputValue()).toBe('');
  await page.getByRole('button', { name: 'Log it' }).click();
  await page.waitForURL('**/work/reports/*');
  await page.getByAltText('Picture 1 that came with the report').waitFor();
  await page.getByText('before it was written up').waitFor();
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('draft:'))),
  ).toEqual([]);
  const { contributions } = await table.members.iris.get<{ contributions: Contribution[] }>(
    '/api/contributions?mine=true',
  );
  expect(contributions[0]).toMatchObject({ committed: true, region: { x: 250, width: 500 } });
  await look('iris', 'work-report');
});

test('hours are logged with a clock that goes on while the page is closed', { timeout: walk }, async () => {
  const page = await pageOf('nacht');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/work');
  await page.getByRole('link', { name: 'Break the house' }).click();
  await page.getByRole('heading', { name: 'Log what you did' }).waitFor();
  await awake(page);
  await page.getByRole('radio', { name: 'feedback-session' }).check();
  await page.getByRole('button', { name: 'Start the clock' }).click();
  await page.reload();
  await awake(page);
  await page.getByRole('radio', { name: 'feedback-session' }).check();
  await page.getByRole('button', { name: 'Stop it' }).click();
  expect(await page.getByLabel('Minutes worked').inputValue()).toBe('1');
  await page.getByLabel('Minutes worked').fill('45');
  await page.getByLabel('In your words').fill('An afternoon with it, told as it went.');
  await look('nacht', 'work-hours');
  await page.getByRole('button', { name: 'Log it' }).click();
  await page.waitForURL('**/work/reports/*');
  expect(await page.locator('main').textContent()).toContain('22.50 EUR');
});

test('a rejection is appealed against; the panel answers one at a time by keyboard; it is paid after all', {
  timeout: walk,
}, async () => {
  await drawn();
  const { contributions } = await table.members.iris.get<{ contributions: Contribution[] }>(
    '/api/contributions?mine=true',
  );
  const id = contributions[0]?.id ?? '';
  let rejections = 0;
  for (const who of names) {
    const { waiting } = await table.members[who].get<{ waiting: Contribution[] }>('/api/reviews');
    if (rejections === 2 || !waiting.some((piece) => piece.id === id)) continue;
    await table.members[who].post(`/api/contributions/${id}/reviews`, {
      verdict: 'reject',
      reason: 'Not here.',
    });
    rejections += 1;
  }
  const page = await pageOf('iris');
  await page.goto(`/work/reports/${id}`);
  await awake(page);
  await look('iris', 'work-rejected');
  await page.getByLabel('Why should somebody else look?').fill('It is on every machine but theirs.');
  await page.getByRole('button', { name: 'Ask a panel' }).click();
  await page.getByText('The panel is drawn by the next checkpoint').waitFor();
  await drawn();
  let judged = 0;
  for (const who of names) {
    const { waiting } = await table.members[who].get<{ waiting: Contribution[] }>('/api/reviews');
    if (judged === 2 || waiting[0]?.id !== id || !waiting[0].appeal?.mayJudge) continue;
    const desk = await pageOf(who);
    await desk.goto('/work/desk');
    await awake(desk);
    if (judged === 0) await look(who, 'work-panel');
    await desk.keyboard.press('a');
    await desk.getByText('To be paid').waitFor();
    judged += 1;
  }
  expect(judged).toBe(2);
  await page.reload();
  expect(await page.locator('h1').textContent()).toContain('Accepted');
  await look('iris', 'work-appealed');
});

test('a grant is given to one, paid step by step; places are drawn among those who want them', {
  timeout: walk,
}, async () => {
  const page = await pageOf('heron');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/work/new?form=grant');
  await awake(page);
  await page.getByLabel('Its name').fill('A film about the reed bed');
  await page.getByLabel('What it is for').fill('Three minutes, made with our own machine.');
  await page.getByLabel('Step 1').fill('A first cut');
  await page.getByLabel('Pays, EUR').first().fill('100');
  await page.getByLabel('Step 2').fill('The film');
  await page.getByLabel('Pays, EUR').nth(1).fill('200');
  await page.getByRole('checkbox', { name: 'ko' }).check();
  await page.getByLabel('Budget in EUR').fill('400');
  await page.getByLabel('Open until').fill(soon(60));
  await look('heron', 'work-grant-new');
  await page.getByRole('button', { name: 'Set the budget aside' }).click();
  await page.getByRole('heading', { name: 'A film about the reed bed' }).waitFor();
  const grant = new URL(page.url()).pathname;
  const ko = await pageOf('ko');
  await ko.goto(grant);
  await awake(ko);
  await ko.getByRole('radio', { name: 'A first cut' }).check();
  await ko.getByLabel('In your words').fill('It is done, and hangs on the wall.');
  await look('ko', 'work-grant');
  await ko.getByRole('button', { name: 'Log it' }).click();
  await ko.waitForURL('**/work/reports/*');
  expect(await ko.locator('main').textContent()).toContain('A first cut, 100.00 EUR');
  const mica = await pageOf('mica');
  await mica.goto(grant);
  expect(await mica.locator('main').textContent()).toContain('It is for those it names.');

  await page.goto('/work/new');
  await awake(page);
  await page.getByLabel('Its name').fill('Two evenings with the new model');
  await page.getByLabel('What we want to know').fill('How does it feel?');
  await page.getByRole('radio', { name: 'Some, drawn by lot' }).check();
  await page.locator('#seats').fill('2');
  await page.getByLabel('Names until').fill(soon(20));
  await page.getByLabel('Budget in EUR').fill('300');
  await page.getByLabel('Open until').fill(soon(40));
  await page.getByRole('button', { name: 'Set the budget aside' }).click();
  await page.getByRole('heading', { name: 'Two evenings with the new model' }).waitFor();
  const path = new URL(page.url()).pathname;
  await mica.goto(path);
  await awake(mica);
  await mica.getByRole('button', { name: 'Put my name down' }).click();
  await mica.getByText('; 1 did').waitFor();
  await mica.reload();
  await mica.getByText('Your name is down.').waitFor();
  await look('mica', 'work-places');
  await stage.pass(21 * DAY);
  await drawn();
  const { call } = await table.members.mica.get<{ call: Call }>(`/api/calls/${path.split('/').at(-1)}`);
  expect(call.places.drawn).toHaveLength(1);
});

test('funds say what stands where and whose money it was; a mistake is taken back', {
  timeout: walk,
}, async () => {
  const page = await pageOf('heron');
  await page.goto('/work/funds');
  await awake(page);
  await page.getByText('A sponsor, or another source').click();
  await page.getByLabel('Short name').fill('reed-trust');
  await page.getByLabel('Who it is').fill('The Reed Trust');
  await page.getByRole('button', { name: 'Declare it' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Who it is').inputValue()).toBe('The Reed Trust');
  await page.getByLabel('What they ask in return').fill('Its name on the wall.');
  await page.getByRole('button', { name: 'Declare it' }).click();
  await page.getByText('Money came in').click();
  await page.locator('#d-amount').fill('1250');
  await page.getByLabel('It comes from').fill('reed-trust');
  await page.getByRole('button', { name: 'Write it in the book' }).click();
  await page.getByText('asks in return: Its name on the wall.').waitFor();
  expect(await page.locator('#d-amount').inputValue()).toBe('');
  expect([
    await page.locator('#d-currency').inputValue(),
    await page.locator('#d-fund').inputValue(),
  ]).toEqual(['EUR', 'main']);
  await page.getByText('Into another currency').click();
  await page.locator('#x-amount').fill('100');
  await page.getByLabel('Into', { exact: true }).fill('JPY');
  await page.getByLabel('For one of the first, of the second').fill('161.37');
  await page.getByLabel('Whose rate, of which day').fill('The central bank, today');
  await page.getByRole('button', { name: 'Change it, in main' }).click();
  await page.getByText('16,137 JPY').first().waitFor();
  await look('heron', 'work-funds');
  await page.getByText('It was a mistake').first().click();
  await page.getByLabel('Why').first().fill('It was meant for another table.');
  await page.getByRole('button', { name: 'Take it back' }).first().click();
  await page.getByText('a mistake taken back').waitFor();
});

test('an artist whose work taught the model is confirmed, and sees what each clip pays', {
  timeout: walk,
}, async () => {
  const { heron, ko } = table.members;
  const model = await ko.get<{ models: { id: string }[] }>('/api/models');
  const path = `/api/models/${model.models[0]?.id}`;
  const { model: seen } = await ko.get<{
    model: { authorShares: { id: string; name: string; works: number }[] };
  }>(path);
  const [artist] = seen.authorShares;
  if (!artist) throw new Error('nobody taught the model');
  const form = new FormData();
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>';
  form.set('file', new File([drawing], 'dot.svg', { type: 'image/svg+xml' }));
  form.set('title', 'one dot');
  form.set('author', artist.name);
  const { work } = await ko.post<{ work: { author: { id: string } } }>('/api/works', form);
  await heron.post(`/api/authors/${work.author.id}/confirm`, {});
  await stage.pass(0);

  const page = await pageOf('ko');
  await page.goto('/me#royalties');
  const mine = page.locator('#royalties');
  expect(await mine.textContent()).toContain(artist.works.toLocaleString('en'));
  await look('ko', 'me-royalties');
  await page.goto(`/clips/${clip}#royalty`);
  expect(await page.locator('#royalty').textContent()).toContain('0.02 EUR');
  await page.getByText('Count it again yourself').click();
  await look('ko', 'clip-royalty');
  const { works } = await ko.get<{ works: { id: string }[] }>(`/api/works?author=${artist.id}`);
  await page.goto(`/works/${works[0]?.id}#earned`);
  expect(await page.locator('#earned').textContent()).toContain('commons-2');
  await look('ko', 'work-royalty');
  await page.goto('/work/funds');
  expect(await page.locator('#sheet').textContent()).toContain('0.00');
  await look('ko', 'funds-sheet');
});

test('a vote has the clips of a month share a sum; a clip says its part, before the month is over and after', {
  timeout: walk,
}, async () => {
  const value = 50_000;
  const sum = [{ op: 'replace', path: '/compensation/royalty/perMonth', value }];
  await table.pass('heron', 'rate_card', sum);
  const { iris } = table.members;
  const wish = { prompt: 'a red house', seed: '8', steps: 4 };
  const { generation } = await iris.post<{ generation: { id: string } }>('/api/generations', wish);
  await stage.until(async () => {
    const now = await iris.get<{ generation: { state: string } }>(`/api/generations/${generation.id}`);
    return now.generation.state === 'done';
  });
  await iris.post(`/api/generations/${generation.id}/publish`, { caption: 'red house again' });
  await stage.pass(0);
  const page = await pageOf('iris');
  await page.goto(`/clips/${generation.id}#royalty`);
  const paid = page.locator('#royalty');
  expect(await paid.textContent()).toContain('500.00 EUR that all clips of');
  await look('iris', 'clip-month');
  await stage.pass(31 * DAY);
  await page.reload();
  expect(await paid.textContent()).toContain('500.00 EUR set aside for the month');
  await page.getByText('Count it again yourself').first().click();
  await look('iris', 'clip-month-shared');
  await page.goto('/policy');
  expect(await page.locator('main').textContent()).toContain('all clips of a month share 500.00 EUR more');
  await look('iris', 'policy-month');
});

test('nothing went wrong on any of these pages, and the book holds', { timeout: walk }, async () => {
  const troubles = [...windows.values()].flatMap((window) => window.troubles());
  expect(troubles.filter((trouble) => !trouble.startsWith('answered 4'))).toEqual([]);
  await stage.check();
});
