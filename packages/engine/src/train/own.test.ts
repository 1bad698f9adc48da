import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAdapter } from '../adapter/read.ts';
import { generate } from '../generate.ts';
import { type LoadedModel, loadModel } from '../model/load.ts';
import { unpackOwnModel } from '../model/own.ts';
import { TINY_CLIPS, writeTinyModel } from '../model/tiny.ts';
import { openSampler, type Sampler } from '../sample/sampler.ts';
import { type TrainHooks, trainOwn, workshopOf } from './own.ts';
import type { TrainEvent, TrainItem, TrainRequest } from './request.ts';

let dir: string;
let base: LoadedModel;
let sampler: Sampler;
let items: TrainItem[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'train-own-'));
  await writeTinyModel(dir, TINY_CLIPS);
  const loaded = await loadModel(dir, 'tiny');
  if (!loaded.ok) throw new Error(loaded.message);
  base = loaded.model;
  sampler = await openSampler(base, { provider: 'cpu', threads: 1 });
  items = await Promise.all(
    ['#c02020', '#2020c0'].map(async (background, i) => {
      const create = { width: 40 + 20 * i, height: 50, channels: 3, background } as const;
      const bytes = new Uint8Array(await sharp({ create }).png().toBuffer());
      return { bytes, mediaType: 'image/png' as const, caption: `${i === 0 ? 'red' : 'blue'} zebra` };
    }),
  );
});
afterAll(async () => {
  await sampler.release();
  await rm(dir, { recursive: true });
});

const none = { prompts: [], seeds: [] };
let folders = 0;
const asked = (more: Partial<TrainRequest> = {}): TrainRequest => ({
  kind: 'adapter',
  name: 'Moon cuts',
  styleWord: 'mooncut',
  items,
  seed: 5,
  steps: 12,
  rank: 2,
  sheetEvery: 0,
  sheet: { prompts: ['red mooncut', 'blue'], seeds: [1, 2, 3] },
  checkpointFolder: join(dir, `run-${folders++}`),
  manifest: '{"works":[]}',
  ...more,
});

async function run(
  request: TrainRequest,
  hooks: Omit<TrainHooks, 'emit'> = {},
  on?: (event: TrainEvent) => void,
) {
  const events: TrainEvent[] = [];
  const emit = (event: TrainEvent): void => {
    events.push(event);
    on?.(event);
  };
  await trainOwn(workshopOf(sampler), request, { ...hooks, emit });
  return events;
}

function resultOf(events: readonly TrainEvent[]) {
  const last = events.at(-1);
  if (last?.type !== 'result') throw new Error(JSON.stringify(last));
  return last;
}

test('a run says what it does not know, shows before and after, and ends in an adapter', async () => {
  const events = await run(asked({ sheetEvery: 5 }));
  expect(events[0]).toEqual({
    type: 'started',
    steps: 12,
    resumedAt: 0,
    unknownWords: ['zebra'],
    pictures: 2,
  });
  expect(events.flatMap((event) => (event.type === 'sheet' ? [event.step] : []))).toEqual([0, 5, 10, 12]);
  const progress = events.filter((event) => event.type === 'progress').at(-1);
  expect(progress).toMatchObject({ step: 12, steps: 12, secondsLeft: 0 });
  const sheets = events.filter((event) => event.type === 'sheet');
  const { width, height } = await sharp(sheets[0]?.png).metadata();
  expect([width, height]).toEqual([3 * 16 + 2 * 2, 2 * 16 + 2]);
  expect(sheets[0]?.png).not.toEqual(sheets.at(-1)?.png);
  const read = readAdapter(resultOf(events).safetensors);
  expect(read).toMatchObject({
    ok: true,
    adapter: { styleWord: 'mooncut', rank: 2, steps: 12, manifest: '{"works":[]}', base: { name: 'tiny' } },
  });
});

test('the same request gives the same bytes, also when it was stopped and went on', async () => {
  const once = resultOf(await run(asked()));
  const twice = resultOf(await run(asked()));
  expect(twice.sha256).toBe(once.sha256);
  const request = asked({ sheetEvery: 5 });
  const cancel = new AbortController();
  const broken = await run(request, { signal: cancel.signal }, (event) => {
    if (event.type === 'sheet' && event.step === 5) cancel.abort();
  });
  expect(broken.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
  const resumed = await run(request);
  expect(resumed[0]).toMatchObject({ type: 'started', resumedAt: 5 });
  expect(resultOf(resumed).sha256).toBe(once.sha256);
});

test('another seed, another result', async () => {
  const [a, b] = [resultOf(await run(asked())), resultOf(await run(asked({ seed: 6 })))];
  expect(a.sha256).not.toBe(b.sha256);
});

test('stop keeps what was learnt', async () => {
  const stop = new AbortController();
  const events = await run(asked({ sheetEvery: 4 }), { stop: stop.signal }, (event) => {
    if (event.type === 'sheet' && event.step === 4) stop.abort();
  });
  const { steps, safetensors } = resultOf(events);
  expect(steps).toBe(4);
  expect(readAdapter(safetensors)).toMatchObject({ ok: true, adapter: { steps: 4 } });
});

test('a model of one’s own comes from nothing and loads like any other', async () => {
  const request = asked({ kind: 'model', steps: 3, sheet: none, name: 'Of my own', licence: 'CC0-1.0' });
  const { safetensors } = resultOf(await run(request));
  const unpacked = await unpackOwnModel(safetensors, dir, 'own');
  expect(unpacked).toMatchObject({ ok: true, manifest: '{"works":[]}' });
  const loaded = await loadModel(dir, 'own');
  if (!loaded.ok) throw new Error(loaded.message);
  expect([...loaded.model.index.keys()]).toEqual(expect.arrayContaining(['mooncut', 'zebra', 'red']));
  expect(loaded.model.record).toMatchObject({
    name: 'Of my own',
    training: { kind: 'own', steps: 3, items: 2, autoencoder: { from: 'tiny' } },
  });
});

test('a moving work teaches stills by its frames, and motion', async () => {
  const frames = ['#ff0000', '#00ff00', '#0000ff'].map((background) => ({
    create: { width: 20, height: 20, channels: 3, background } as const,
  }));
  const pages = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
  const bytes = await sharp(pages, { join: { animated: true } })
    .webp()
    .toBuffer();
  const moving = {
    bytes: new Uint8Array(bytes),
    mediaType: 'image/webp' as const,
    frames: 3,
    caption: 'red',
  };
  const events = await run(asked({ items: [...items, moving], steps: 2, sheet: none }));
  expect(events[0]).toMatchObject({ type: 'started', pictures: 5 });
  const { safetensors } = resultOf(events);
  const read = readAdapter(safetensors);
  if (!read.ok) throw new Error(read.message);
  expect(read.adapter.sizes).toEqual({ dim: 16, depth: TINY_CLIPS.depth, temporal: { after: [1] } });
  expect(read.adapter.parameters.get('temporal.1.out.B')?.some((n) => n !== 0)).toBe(true);
  const path = join(dir, 'moving.safetensors');
  await writeFile(path, safetensors);
  const request = { prompt: 'mooncut', seed: 3, steps: 2, previewEvery: 0, deliver: 'frames' as const };
  const plain = await generate(sampler, request);
  const styled = await generate(sampler, { ...request, adapters: [{ path, weight: 2 }] });
  if (!plain.ok || !styled.ok) throw new Error('no clip');
  expect(styled.result.frames?.rgb).not.toEqual(plain.result.frames?.rgb);
});

const broken = { bytes: new Uint8Array(40), mediaType: 'image/png' as const, caption: '' };

test.each<[string, Partial<TrainRequest>, string]>([
  ['another kind', { kind: 'clone' as 'model' }, 'kind_unknown'],
  ['no name', { name: ' ' }, 'name_invalid'],
  ['two style words', { styleWord: 'moon cut' }, 'style_word_invalid'],
  ['a style word that prompts leave out', { styleWord: 'the' }, 'style_word_invalid'],
  ['a style word the base knows', { styleWord: 'Reds' }, 'style_word_taken'],
  ['no works', { items: [] }, 'items_out_of_range'],
  ['a caption without end', { items: [{ ...broken, caption: 'a'.repeat(3000) }] }, 'caption_too_long'],
  ['half a seed', { seed: 0.5 }, 'seed_invalid'],
  ['no steps', { steps: 0 }, 'steps_out_of_range'],
  ['rank 65', { rank: 65 }, 'rank_out_of_range'],
  ['the same seed twice', { sheet: { prompts: [''], seeds: [1, 1] } }, 'sheet_invalid'],
  ['a manifest that is no JSON', { manifest: '{' }, 'manifest_invalid'],
  ['a picture that cannot be read', { items: [broken] }, 'item_unreadable'],
])('%s is refused', async (_, more, code) => {
  const events = await run(asked(more));
  expect(events).toMatchObject([{ type: 'error', code }]);
});
