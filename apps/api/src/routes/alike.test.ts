import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

let stage: Stage;
let clip: string;
beforeAll(async () => {
  stage = await openStage();
  const token = await stage.worker('the machine in the corner');
  const asked = await stage.send('POST', '/api/generations', { as: 'iris', body: { prompt: 'a lantern' } });
  const job = await stage.lease(token);
  if (!job) throw new Error(JSON.stringify(asked.json));
  await stage.deliver(token, job);
  clip = asked.json.generation.id;
});
afterAll(() => stage[Symbol.asyncDispose]());

it('a clip says which works behind its model look most like it, to whoever may see the clip', async () => {
  const path = `/api/generations/${clip}/alike`;
  const blank = await stage.send('GET', path, { as: 'iris' });
  expect(blank).toMatchObject({ status: 200, json: { works: [], compared: 0 } });
  // The model ships with the hashes of its works alone; their pictures come with a collection.
  await stage.platform.db.read.execute(
    "update works set dhash = 'ffffffff00000000' where title = 'Red house'",
  );
  const { json } = await stage.send('GET', path, { as: 'iris' });
  expect(json.compared).toBe(1);
  expect(json.works).toMatchObject([
    { title: 'Red house', author: { name: 'A. Draughtsperson' }, image: null },
  ]);
  expect(json.works[0].alike).toBeGreaterThanOrEqual(0);
  expect(json.works[0].alike).toBeLessThanOrEqual(64);
  expect(await stage.send('GET', path, { as: 'iris' })).toMatchObject({ json });
  expect(await stage.send('GET', path)).toMatchObject({ status: 404, json: { code: 'unknown_generation' } });
});
