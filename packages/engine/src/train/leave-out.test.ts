import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../model/load.ts';
import { TINY_CLIPS, writeTinyModel } from '../model/tiny.ts';
import { openSampler, type Sampler } from '../sample/sampler.ts';
import { type LeaveOutEvent, type LeaveOutRequest, leaveOut, type SignedItem } from './leave-out.ts';
import { workshopOf } from './own.ts';

let dir: string;
let sampler: Sampler;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'leave-out-'));
  await writeTinyModel(dir, TINY_CLIPS);
  const loaded = await loadModel(dir, 'tiny');
  if (!loaded.ok) throw new Error(loaded.message);
  sampler = await openSampler(loaded.model, { provider: 'cpu', threads: 1 });
});
afterAll(async () => {
  await sampler.release();
  await rm(dir, { recursive: true });
});

async function flat(author: string, background: string, caption: string): Promise<SignedItem> {
  const create = { width: 48, height: 48, channels: 3, background } as const;
  const bytes = new Uint8Array(await sharp({ create }).png().toBuffer());
  return { author, bytes, mediaType: 'image/png', caption };
}

let folders = 0;
async function run(items: readonly SignedItem[], more: Partial<LeaveOutRequest> = {}) {
  const events: LeaveOutEvent[] = [];
  const request: LeaveOutRequest = {
    ...{ kind: 'adapter', name: 'All of us', styleWord: 'reedbed', items, seed: 5, steps: 120, rank: 2 },
    ...{ sheet: { prompts: ['reedbed'], seeds: [1, 2] }, draws: 6 },
    checkpointFolder: join(dir, `run-${folders++}`),
    ...more,
  };
  await leaveOut(workshopOf(sampler), request, { emit: (event) => events.push(event) });
  return events;
}
const authorsOf = (events: readonly LeaveOutEvent[]) => events.filter((event) => event.type === 'author');

test('a model that learnt without somebody is worse at their works, and no worse at the others', async () => {
  const items = [
    await flat('heron', '#e01010', 'red'),
    await flat('heron', '#d02010', 'red'),
    await flat('iris', '#1010e0', 'blue'),
    await flat('iris', '#2010d0', 'blue'),
  ];
  const events = await run(items);
  const trainings = events.flatMap((event) => (event.type === 'training' ? [event.without] : []));
  expect(trainings).toEqual([null, null, 'heron', 'iris']);
  const told = authorsOf(events);
  expect(told.map(({ author, works }) => [author, works])).toEqual([
    ['heron', 2],
    ['iris', 2],
  ]);
  for (const { own, others, chance, sheet } of told) {
    expect(own.fewer - own.all).toBeCloseTo(own.change, 6);
    expect(own.change).toBeGreaterThan(3 * own.error);
    expect(own.change).toBeGreaterThan(2 * Math.abs(chance.own.change));
    expect(others.change).toBeLessThan(own.change / 2);
    expect((await sharp(sheet).metadata()).width).toBeGreaterThan(2);
  }
});

test('the same works give the same numbers', async () => {
  const items = [await flat('heron', '#e01010', 'red'), await flat('iris', '#1010e0', 'blue')];
  const [one, two] = [await run(items, { steps: 4 }), await run(items, { steps: 4 })];
  expect(authorsOf(one)).toEqual(authorsOf(two));
  const whole = one.find((event) => event.type === 'whole');
  expect(whole?.sheet).not.toEqual(whole?.again);
});

test('a model from nothing is audited the same way', async () => {
  const items = [await flat('heron', '#e01010', 'red moon'), await flat('iris', '#1010e0', 'blue reed')];
  const events = await run(items, { kind: 'model', steps: 2, draws: 2 });
  expect(authorsOf(events)).toHaveLength(2);
  expect(authorsOf(events).every(({ own }) => Number.isFinite(own.change))).toBe(true);
});

test('what cannot be left out is refused', async () => {
  const one = await flat('heron', '#e01010', 'red');
  expect(await run([one, one])).toMatchObject([{ type: 'error', code: 'one_author' }]);
  const moving = { ...(await flat('iris', '#1010e0', 'blue')), frames: 4 };
  expect(await run([one, moving])).toMatchObject([{ type: 'error', code: 'moving_works' }]);
  const broken = { ...(await flat('iris', '#1010e0', 'blue')), bytes: new Uint8Array(40) };
  const events = await run([one, broken], { steps: 2 });
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'item_unreadable' });
});
