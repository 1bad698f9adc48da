import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

let stage: Stage;
let token: string;
beforeAll(async () => {
  stage = await openStage();
  token = await stage.worker('the machine in the corner');
});
afterAll(() => stage[Symbol.asyncDispose]());

const get = async (path: string, as?: string) => (await stage.send('GET', path, as ? { as } : {})).json;

async function makeClip(): Promise<string> {
  const asked = await stage.send('POST', '/api/generations', { as: 'iris', body: { prompt: 'a lantern' } });
  const job = await stage.lease(token);
  if (!job) throw new Error(JSON.stringify(asked.json));
  await stage.deliver(token, job);
  return asked.json.generation.id;
}

/** Nacht brings a work under a name, and a steward confirms that this is the artist of it. */
async function confirmNacht(name: string): Promise<void> {
  const form = new FormData();
  form.set('file', new File(['<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'], 'a.svg'));
  form.set('title', 'Blue house');
  form.set('author', name);
  const reply = await stage.raw('/api/works', { method: 'POST', as: 'nacht', body: form });
  const { work } = (await reply.json()) as { work: { author: { id: string } } };
  const confirmed = await stage.send('POST', `/api/authors/${work.author.id}/confirm`, { as: 'heron' });
  if (confirmed.status >= 300) throw new Error(JSON.stringify(confirmed.json));
}

it('a clip pays the work behind its model; its maker claims it later and is paid when the month turns', async () => {
  const clip = await makeClip();
  const paid = await get(`/api/generations/${clip}/royalty`);
  expect(paid).toMatchObject({
    ...{ model: { name: 'commons-2' }, counted: null },
    paid: { currency: 'EUR', amount: '2', works: 1 },
  });
  expect(BigInt(paid.paid.indexAfter) - BigInt(paid.paid.indexBefore)).toBe(2n << 64n);
  expect((await get(paid.paid.proof)).entry.kind).toBe('royalty.accrued');

  const { works } = await get('/api/works?q=Red%20house', 'iris');
  const earned = await get(`/api/works/${works[0].id}/royalties`);
  expect(earned.pools).toMatchObject([
    { model: { name: 'commons-2' }, weight: 1, weights: 1, earned: (2n << 64n).toString(), objected: false },
  ]);
  expect(earned.pools[0].claimed).toBe(false);
  expect((await get('/api/me/royalties', 'nacht')).pools).toEqual([]);

  await confirmNacht('A. Draughtsperson');
  expect(await stage.tick()).toBeGreaterThan(0);
  await makeClip();
  expect((await get(`/api/works/${works[0].id}/royalties`)).pools[0].claimed).toBe(true);
  const held = await get('/api/me/royalties', 'nacht');
  expect(held.pools).toMatchObject([
    { mine: 1, weight: 1, weights: 1, owed: (4n << 64n).toString(), paid: '0' },
  ]);

  stage.platform.clock.set(new Date(held.nextPayout));
  await stage.tick();
  const body = { pseudonym: 'nacht', password: 'a long enough password' };
  const cookie = (await stage.send('POST', '/api/sessions', { body })).headers.getSetCookie()[0] ?? '';
  const mine = async (path: string) => (await stage.raw(path, { headers: { cookie } })).json();
  expect((await mine('/api/me/royalties')).pools).toMatchObject([{ owed: '0', paid: '4' }]);
  const { lines } = await mine('/api/me/statement');
  expect(lines.at(-1)).toMatchObject({ amount: '4', what: 'royalties of your works' });
});

it('every invariant holds after it', async () => {
  const { checks } = await get('/api/book/checks', 'operator');
  expect(checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
});

it('what is not there is told apart', async () => {
  expect(await stage.send('GET', '/api/generations/none/royalty')).toMatchObject({
    status: 404,
    json: { code: 'no_royalty' },
  });
  expect(await stage.send('GET', '/api/works/none/royalties')).toMatchObject({
    status: 404,
    json: { code: 'unknown_work' },
  });
  expect((await stage.send('GET', '/api/me/royalties')).status).toBe(401);
});
