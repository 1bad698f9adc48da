import { randomUUID } from 'node:crypto';
import type { PaperAnswer, ProposalDetail } from '@uncaged/contract';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ballotOn, newPaper, type Paper, signedPaper } from '../../apps/portal/src/lib/papers.ts';
import { awake, openBrowser, openWindow, raiseWithPortal, type Watched } from '../support/browser.ts';
import { type Deciding, gather, HOUR, password, ranking } from '../support/deciding.ts';
import { inspect } from '../support/inspect.ts';
import type { Stage } from '../support/stage.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt', 'mica'] as const;
type Name = (typeof names)[number];
const walk = 300_000;
const phone = { width: 390, height: 844 };

let stage: Stage;
let browser: Browser;
let reeds: Deciding<Name>;
let iris: Watched;
let nacht: Watched;
let proposalId: string;

async function windowOf(who: Name): Promise<Watched> {
  const window = await openWindow(browser, stage);
  await window.page.goto('/come?to=/decide');
  await window.page.getByLabel('Your pseudonym').fill(who);
  await window.page.getByLabel('Your password').fill(password);
  await window.page.getByRole('button', { name: 'Come in' }).click();
  await window.page.waitForURL(({ pathname }) => pathname === '/decide');
  return window;
}
const ask = (who: Name, prompt: string) =>
  reeds.members[who].request<{ generation: { id: string } }>('POST', '/api/generations', {
    body: { prompt },
    idempotencyKey: randomUUID(),
  });

beforeAll(async () => {
  stage = await raiseWithPortal();
  reeds = await gather(stage, 'Reed Bed', names);
  for (const who of names) await ask(who, 'reeds at night, after Linnet');
  browser = await openBrowser();
  iris = await windowOf('iris');
  nacht = await windowOf('nacht');
});
afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

test('a safeguard is written in fields; how it will read, and what it would have refused, is there before it is sent', {
  timeout: walk,
}, async () => {
  const { page } = iris;
  await page.goto('/decide/new');
  await awake(page);
  await page.getByLabel('Title').fill('Ask the living first');
  await page.getByLabel('Why').fill('She draws reeds for a living and nobody has asked her.');
  await page.getByLabel('Names, one a line').fill('Linnet\nTern');
  const read = page.locator('section', { has: page.getByRole('heading', { name: 'How it will read' }) });
  await read.getByText('Linnet').first().waitFor();
  await page.getByRole('button', { name: 'Look back' }).click();
  await page.getByText('would have been refused').waitFor();
  expect(await page.locator('.big').first().textContent()).toBe('6');
  await page.getByText('Ask for more than the rule does').click();
  await page.getByLabel('Ends by itself after days').fill('0');
  expect(await inspect(page, 'compose')).toEqual([]);
  await page.getByRole('button', { name: 'Write it down as a draft' }).click();
  await page.getByText('Write a whole number from 1 to 3,650').first().waitFor();
  expect(await page.getByLabel('Names, one a line').inputValue()).toContain('Tern');
  await page.getByLabel('Ends by itself after days').fill('365');
  await page.getByRole('button', { name: 'Write it down as a draft' }).click();
  await page.waitForURL(/\/decide\/[0-9a-f-]{36}$/);
  proposalId = new URL(page.url()).pathname.slice('/decide/'.length);
  const seen = await reeds.page(proposalId);
  expect(seen).toMatchObject({
    kind: 'safeguard',
    state: 'draft',
    terms: { sunsetDays: 365 },
    patch: [{ path: '/safeguards/living-artists', value: { names: ['Linnet', 'Tern'] } }],
  });
});

test('it is talked over, line by line, and looked back on by anybody here', { timeout: walk }, async () => {
  const { page } = nacht;
  await page.goto(`/decide/${proposalId}`);
  await awake(page);
  await page.getByLabel('About').selectOption({ index: 1 });
  await page.getByLabel('What I say to it').fill('She signs as AV too.');
  await page.getByRole('button', { name: 'Say it' }).click();
  await page.getByText('She signs as AV too.').waitFor();
  await iris.page.goto(`/decide/${proposalId}`);
  await awake(iris.page);
  await iris.page.locator('summary', { hasText: 'Answer' }).click();
  await iris.page.getByLabel('Answer to nacht').fill('That is too short to be a name.');
  await iris.page.getByRole('button', { name: 'Answer', exact: true }).click();
  await iris.page.getByText('That is too short to be a name.').waitFor();
  await page.locator('summary', { hasText: 'Put other words for it' }).click();
  await page.getByLabel('What it is called').fill('All three ways she signs');
  await page.getByLabel('Names, one a line').first().fill('Linnet\nTern\nGrey Tern');
  await page.getByRole('button', { name: 'Put it forward' }).click();
  await page.getByRole('button', { name: 'Take it back' }).last().waitFor();
  expect((await reeds.page(proposalId)).options[0]?.diff[0]?.after).toMatchObject({
    names: ['Linnet', 'Tern', 'Grey Tern'],
  });
  await iris.page.reload();
  await awake(iris.page);
  await iris.page.locator('summary', { hasText: 'Write it anew' }).click();
  await iris.page.getByLabel('Why it is so').fill('Nobody asked her, and she draws reeds for a living.');
  await iris.page.getByRole('button', { name: 'Put these words in its place' }).click();
  await iris.page.getByText('Nobody asked her, and').first().waitFor();
  await iris.page.locator('summary', { hasText: 'Write it anew' }).click();
  const why = iris.page.getByLabel('Why it is so');
  expect(await why.inputValue(), 'the form begins with what stands').toContain('Nobody asked her');
  await reeds.members.nacht.post(`/api/proposals/${proposalId}/options/o1/withdraw`);
  await page.reload();
  await awake(page);
  await page.getByLabel('The last days').selectOption('90');
  await page.getByRole('button', { name: 'Look back' }).click();
  await page.getByText('would have been refused').waitFor();
  expect(await inspect(page, 'talked-over')).toEqual([]);
  expect(await inspect(iris.page, 'next-step')).toEqual([]);
});

test('the vote is one screen on a phone', { timeout: walk }, async () => {
  await iris.page.getByRole('button', { name: 'Put it to the vote' }).click();
  await iris.page.getByRole('button', { name: 'yes', exact: true }).waitFor();
  const { page } = nacht;
  await page.goto('/decide');
  const waiting = page.locator('section', { has: page.getByRole('heading', { name: 'Waits for you' }) });
  await waiting.getByRole('link', { name: 'Ask the living first' }).waitFor();
  await page.setViewportSize(phone);
  await page.goto(`/decide/${proposalId}`);
  await awake(page);
  const button = page.getByRole('button', { name: 'yes', exact: true });
  const box = await button.boundingBox();
  expect((box?.y ?? 9999) + (box?.height ?? 0), 'yes is on the first screen').toBeLessThan(phone.height);
  await button.click();
  await page.getByText('Your yes is kept').waitFor();
  expect(await inspect(page, 'voting')).toEqual([]);
  await page.goto('/decide');
  await page.getByRole('heading', { name: 'We vote now' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Waits for you' }).count(), 'voted, so nothing waits').toBe(
    0,
  );
  for (const who of ['heron', 'iris', 'ko'] as const) await reeds.vote(who, proposalId, { choice: 'yes' });
  await reeds.vote('salt', proposalId, { choice: 'no' });
  await reeds.close(proposalId);
  await page.goto(`/decide/${proposalId}`);
  await awake(page);
  await page.getByText('4 yes, 1 no').first().waitFor();
  expect(await inspect(page, 'result')).toEqual([]);
});

test('a refusal says which vote it follows, and can be judged by those whom the lot chose', {
  timeout: walk,
}, async () => {
  const { page } = nacht;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/make');
  await awake(page);
  await page.getByLabel('What should it make').fill('a linnet on a reed, singing');
  await page.getByRole('button', { name: 'Make a clip' }).click();
  await page.getByRole('link', { name: 'have the refusal judged' }).click();
  await page.waitForURL('**/decide/appeals?clip=*');
  await page.getByLabel('Why it should not have been refused').fill('A linnet is a bird.');
  expect(await inspect(page, 'appeal-asked')).toEqual([]);
  await page.getByRole('button', { name: 'Ask a panel' }).click();
  await page.waitForURL(/\/decide\/appeals\/[0-9a-f-]{36}$/);
  const address = new URL(page.url()).pathname;
  await stage.sealed();
  await stage.pass(1);
  type Panel = { appeal: { panel: { id: string }[] } };
  const { appeal } = await reeds.members.heron.get<Panel>(`/api/appeals/${address.split('/').at(-1)}`);
  const judges = names.filter((name) => appeal.panel.some(({ id }) => id === reeds.ids[name]));
  for (const [index, judge] of judges.slice(0, 2).entries()) {
    await using window = await windowOf(judge);
    await window.page.goto('/decide/appeals');
    await window.page.getByRole('heading', { name: 'Waits for you' }).waitFor();
    await window.page.goto(address);
    await awake(window.page);
    await window.page.getByLabel('Why').fill('It names a bird.');
    if (index === 0) expect(await inspect(window.page, 'appeal-judged')).toEqual([]);
    await window.page.getByRole('button', { name: 'The refusal was wrong' }).click();
    await window.page.getByText('You said it was').waitFor();
    expect(window.troubles()).toEqual([]);
  }
  await stage.pass(1);
  await page.goto(address);
  await page.getByText('The refusal was wrong.').waitFor();
  expect(await inspect(page, 'appeal-decided')).toEqual([]);
});

test('three options are ranked by taps and by keys, and the count is told', { timeout: walk }, async () => {
  const id = await reeds.propose('ko', 'open', [], {
    title: 'What do we show in the foyer?',
    body: 'One wall, one month.',
    options: [{ title: 'The bell' }, { title: 'The lamp' }, { title: 'The door' }],
  });
  await reeds.open('ko', id);
  const { page } = nacht;
  await page.setViewportSize(phone);
  await page.goto(`/decide/${id}`);
  await awake(page);
  await page.getByRole('button', { name: /The lamp/ }).click();
  await page.getByRole('button', { name: /The bell/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('The lamp > The bell').waitFor();
  expect(await inspect(page, 'ranking')).toEqual([]);
  await page.setViewportSize(phone);
  await page.getByRole('button', { name: 'Vote', exact: true }).click();
  await page.getByText('is kept').waitFor();
  const keys = Object.fromEntries((await reeds.page(id)).ballotOptions.map(({ key, title }) => [title, key]));
  const [bell, lamp, door] = ['The bell', 'The lamp', 'The door'].map((title) => keys[title] ?? '');
  await reeds.vote('heron', id, ranking(bell ?? '', door ?? ''));
  await reeds.vote('iris', id, ranking(lamp ?? '', door ?? ''));
  await reeds.vote('ko', id, ranking(door ?? '', lamp ?? ''));
  const closed: ProposalDetail = await reeds.close(id);
  expect(closed.winners.map(({ title }) => title)).toEqual(['The lamp']);
  await page.goto(`/decide/${id}`);
  await awake(page);
  await page.getByRole('heading', { name: 'Why The lamp' }).waitFor();
  expect(await inspect(page, 'counted')).toEqual([]);
});

test('seats are counted round by round', { timeout: walk }, async () => {
  const id = await reeds.propose('iris', 'election', [], {
    title: 'Two who do the chores',
    terms: { role: 'steward', seats: 2 },
  });
  await reeds.members.iris.post(`/api/proposals/${id}/open`);
  const { page } = nacht;
  await page.goto(`/decide/${id}`);
  await awake(page);
  await page.getByLabel('Why I would do it').fill('I like the chores.');
  await page.getByRole('button', { name: 'I stand' }).click();
  await page.getByRole('button', { name: 'No longer stand' }).waitFor();
  for (const who of ['heron', 'ko'] as const)
    await reeds.members[who].post(`/api/proposals/${id}/candidacies`, { statement: 'I would.' });
  expect(await inspect(page, 'standing')).toEqual([]);
  await stage.pass((await reeds.page(id)).rule.discussionHours * HOUR);
  await reeds.vote('nacht', id, ranking('o1', 'o3'));
  await reeds.vote('heron', id, ranking('o2', 'o3'));
  await reeds.vote('iris', id, ranking('o1', 'o2'));
  await reeds.vote('ko', id, ranking('o3', 'o1'));
  await reeds.vote('mica', id, ranking('o1', 'o3'));
  await reeds.close(id);
  await page.goto(`/decide/${id}`);
  await awake(page);
  await page.getByText('Round 1: first choices').waitFor();
  expect(await inspect(page, 'elected')).toEqual([]);
});

test('a voice is lent, an interest declared, a harm stopped, an old rule read', {
  timeout: walk,
}, async () => {
  const { page } = nacht;
  await page.goto('/me/delegations');
  await awake(page);
  await page.getByLabel('Who votes with my voice on Protect somebody').selectOption({ label: 'ko' });
  await page.getByRole('button', { name: 'Lend my voice' }).first().click();
  await page.getByRole('button', { name: 'Take my voice back' }).waitFor();
  expect(await inspect(page, 'voices')).toEqual([]);

  await page.goto('/decide/interests');
  await awake(page);
  await page.getByLabel('With whom').fill('a paint shop');
  await page.getByLabel('Since').fill('2026-03-01');
  await page.getByLabel('What it is').fill('They pay my studio.');
  await page.getByLabel('What work is paid').check();
  await page.getByRole('button', { name: 'Declare it' }).click();
  await page.getByRole('heading', { name: /a paint shop/ }).waitFor();
  expect(await inspect(page, 'interests')).toEqual([]);

  // Elected above, so nacht may sign.
  await page.goto('/decide/emergencies');
  await awake(page);
  await page.getByLabel('What must stop').fill('A name is misused');
  await page.getByLabel('Why it cannot wait').fill('It is on every wall tonight.');
  await page.getByLabel('Names, one a line').first().fill('Linnet\nTern\nPlover');
  await page.getByRole('button', { name: 'Ask for it, and sign' }).click();
  await page.getByText('1 more needed').waitFor();
  expect(await inspect(page, 'emergencies')).toEqual([]);

  await page.goto('/policy');
  await awake(page);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.waitForURL('**/policy?from=*');
  await page.locator('#then ins').first().waitFor();
  expect(await inspect(page, 'policy-compared')).toEqual([]);
  await page
    .getByLabel('On which day')
    .fill(new Date(Date.now() - 12.5 * 24 * HOUR).toISOString().slice(0, 10));
  await page.getByRole('button', { name: 'Read them' }).click();
  await page.getByRole('heading', { name: 'The rules, as they were' }).waitFor();
  await page.goto('/decide');
  await awake(page);
  expect(await inspect(page, 'proposals')).toEqual([]);
});

test('a secret vote: a paper first, a ballot on it as nobody, and afterwards one finds one’s own', {
  timeout: walk,
}, async () => {
  const id = await reeds.propose('ko', 'open', [], {
    title: 'Do we trust the host?',
    terms: { secret: true },
  });
  const { rule, secret } = await reeds.open('ko', id);
  const { page } = nacht;
  await page.setViewportSize(phone);
  await page.goto(`/decide/${id}`);
  await awake(page);
  await page.getByRole('button', { name: 'Take a paper' }).click();
  await page.getByText('You have your paper.').waitFor();
  expect(await inspect(page, 'secret-paper')).toEqual([]);
  const others: Paper[] = [];
  for (const who of ['heron', 'iris', 'ko', 'salt'] as const) {
    const blank = await newPaper(id, secret?.modulus ?? '');
    const body = { blinded: blank.blinded };
    const { signed } = await reeds.members[who].post<PaperAnswer>(`/api/proposals/${id}/papers`, body);
    others.push(await signedPaper(blank, secret?.modulus ?? '', signed));
  }
  await stage.pass((rule.votingHours * HOUR) / 2);
  for (const paper of others)
    await stage
      .visitor()
      .post(`/api/proposals/${id}/secret-ballots`, ballotOn(paper, { choice: 'no', vote: null }));
  await page.setViewportSize(phone);
  await page.reload();
  await awake(page);
  const sent = page.waitForRequest('**/secret-ballots');
  await page.getByRole('button', { name: 'yes', exact: true }).click();
  expect((await (await sent).allHeaders()).cookie, 'nobody’s name goes along').toBeUndefined();
  await page.getByText('Kept, as nobody’s.').waitFor();
  expect(await inspect(page, 'secret-vote')).toEqual([]);
  await stage.pass((rule.votingHours * HOUR) / 2);
  await page.reload();
  await awake(page);
  await page.getByText('1 yes, 4 no').first().waitFor();
  await page.getByText('yours', { exact: true }).waitFor();
  expect(await inspect(page, 'secret-counted')).toEqual([]);
});

test('without JavaScript one writes, votes and ranks', { timeout: walk }, async () => {
  const id = await reeds.propose('ko', 'open', [], {
    title: 'Soup or bread?',
    options: [{ title: 'Soup' }, { title: 'Bread' }],
  });
  await reeds.open('ko', id);
  const { cookies } = await nacht.page.context().storageState();
  await using plain = await openWindow(browser, stage, { javaScriptEnabled: false });
  await plain.page.context().addCookies(cookies);
  const { page } = plain;
  await page.goto(`/decide/${id}`);
  await page.getByLabel('Place of Soup').selectOption('1');
  await page.getByLabel('Place of Bread').selectOption('2');
  await page.getByRole('button', { name: 'Vote', exact: true }).click();
  await page.getByText('is kept').waitFor();
  await page.goto('/decide/new?kind=rate_card');
  await page.getByLabel('Title').fill('More for a bug');
  await page.getByLabel('A bug report, at least').fill('a lot');
  await page.getByRole('button', { name: 'Write it down as a draft' }).click();
  await page.getByText('Write an amount in EUR').first().waitFor();
  await page.getByLabel('A bug report, at least').fill('31.50');
  await page.getByRole('button', { name: 'Write it down as a draft' }).click();
  await page.getByRole('heading', { name: 'More for a bug' }).waitFor();
});

test('nothing went wrong on any of these pages, and the book holds', async () => {
  expect(iris.troubles().filter((trouble) => !/answered 422/.test(trouble))).toEqual([]);
  expect(nacht.troubles().filter((trouble) => !/answered 40[0-9]/.test(trouble))).toEqual([]);
  await stage.sealed();
  await stage.check();
});
