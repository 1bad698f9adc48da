import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTinyModel } from '../model/tiny.ts';
import type { GenerateRequest } from '../sample/request.ts';
import type { TrainEvent, TrainRequest } from '../train/request.ts';
import { type Engine, type EngineEvent, startEngine } from './engine.ts';

let dir: string;
let engine: Engine;
const lines: string[] = [];
const start = () =>
  startEngine({
    modelDir: dir,
    model: 'tiny',
    provider: 'cpu',
    threads: 1,
    onLog: (line) => lines.push(line),
  });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'engine-process-'));
  await writeTinyModel(dir);
  engine = await start();
}, 60_000);
afterAll(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

async function collect(from: Engine, request: GenerateRequest, signal?: AbortSignal): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of from.generate(request, signal ? { signal } : {})) events.push(event);
  return events;
}

test('a clip comes with previews, files and a record that makes it again', async () => {
  const request = { prompt: 'red zebra', seed: 4, steps: 6, previewEvery: 2 };
  const events = await collect(engine, request);
  expect(events.map((event) => event.type)).toEqual(['preview', 'preview', 'preview', 'result']);
  const last = events.at(-1);
  if (last?.type !== 'result') throw new Error('no result');
  const { record, files } = last.result;
  expect(record).toMatchObject({
    engine: 'onnx',
    provider: 'cpu',
    mode: 'clip',
    clauses: [{ red: 1 }],
    unknownWords: ['zebra'],
    frames: 16,
    width: 256,
  });
  expect(files?.mp4.bytes.subarray(4, 8)).toEqual(new Uint8Array(Buffer.from('ftyp')));
  const { clauses, seed, steps, guidance, mode, path } = record;
  const again = (await collect(engine, { clauses, seed, steps, guidance, mode, path })).at(-1);
  expect(again?.type === 'result' && again.result.files?.mp4.sha256).toBe(files?.mp4.sha256);
  expect(lines).toContain('provider cpu (asked for)');
});

test('raw frames on request', async () => {
  const [event] = await collect(engine, { seed: 1, steps: 2, frames: 3, deliver: 'frames', previewEvery: 0 });
  expect(event?.type === 'result' && event.result.frames?.rgb.length).toBe(3 * 256 * 256 * 3);
});

test('bad input and cancelling end in one error, and the engine goes on', async () => {
  expect(await collect(engine, { seed: 1, guidance: Number.NaN })).toMatchObject([
    { type: 'error', code: 'guidance_not_finite' },
  ]);
  const cancelled = await collect(engine, { seed: 1, steps: 1000 }, AbortSignal.abort());
  expect(cancelled.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
  expect(engine.alive).toBe(true);
});

test('a second clip meanwhile is refused as busy; leaving the loop cancels the first', async () => {
  for await (const event of engine.generate({ seed: 1, steps: 1000, previewEvery: 1 })) {
    expect(event.type).toBe('preview');
    expect(await collect(engine, { seed: 2 })).toMatchObject([{ type: 'error', code: 'busy' }]);
    break;
  }
  await expect
    .poll(async () => (await collect(engine, { seed: 2, steps: 1, frames: 1 })).at(-1)?.type, {
      timeout: 20_000,
    })
    .toBe('result');
});

/** A picture of one colour to learn from. */
async function item(background: string) {
  const create = { width: 20, height: 20, channels: 3, background } as const;
  const bytes = new Uint8Array(await sharp({ create }).png().toBuffer());
  return { bytes, mediaType: 'image/png' as const, caption: 'red zebra' };
}

const lesson = async (more: Partial<TrainRequest> = {}): Promise<TrainRequest> => ({
  kind: 'adapter',
  name: 'Moon cuts',
  styleWord: 'mooncut',
  items: [await item('#c02020'), await item('#2020c0')],
  seed: 5,
  steps: 6,
  rank: 2,
  sheetEvery: 0,
  sheet: { prompts: [], seeds: [] },
  checkpointFolder: join(dir, 'lesson'),
  manifest: '{}',
  ...more,
});

async function taught(from: Engine, request: TrainRequest, options = {}): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of from.train(request, options)) events.push(event);
  return events;
}

test('an adapter is taught in the process, and a clip is made with it', async () => {
  const last = (await taught(engine, await lesson())).at(-1);
  if (last?.type !== 'result') throw new Error(JSON.stringify(last));
  const path = join(dir, 'mooncut.safetensors');
  await writeFile(path, last.safetensors);
  const request = { prompt: 'red mooncut', seed: 1, steps: 2, frames: 1, previewEvery: 0 };
  const [plain] = await collect(engine, request);
  const [styled] = await collect(engine, { ...request, adapters: [{ path, weight: -0.5 }] });
  if (plain?.type !== 'result' || styled?.type !== 'result') throw new Error(JSON.stringify([plain, styled]));
  expect(plain.result.record).toMatchObject({ unknownWords: ['mooncut'], adapters: [] });
  expect(styled.result.record).toMatchObject({
    unknownWords: [],
    clauses: [{ red: 1, mooncut: 1 }],
    adapters: [{ name: 'Moon cuts', styleWord: 'mooncut', sha256: last.sha256, weight: -0.5 }],
  });
  expect(styled.result.files?.mp4.sha256).not.toBe(plain.result.files?.mp4.sha256);
  const [again] = await collect(engine, request);
  expect(again?.type === 'result' && again.result.files?.mp4.sha256).toBe(plain.result.files?.mp4.sha256);
});

test('adapters that cannot be used are named, and the engine goes on', async () => {
  const path = join(dir, 'broken.safetensors');
  await writeFile(path, new Uint8Array(3));
  const asked = (adapters: GenerateRequest['adapters']) =>
    collect(engine, { seed: 1, ...(adapters && { adapters }) });
  expect(await asked([{ path, weight: 1 }])).toMatchObject([{ code: 'adapter_not_safetensors' }]);
  expect(await asked([{ path: join(dir, 'none'), weight: 1 }])).toMatchObject([{ code: 'adapter_missing' }]);
  expect(await asked([{ path, weight: Number.NaN }])).toMatchObject([{ code: 'adapters_invalid' }]);
  expect(engine.alive).toBe(true);
});

test('while it teaches, everything else is refused as busy; stop keeps, cancel drops', async () => {
  const request = await lesson({ steps: 20_000, checkpointFolder: join(dir, 'long') });
  const stop = new AbortController();
  const events: TrainEvent[] = [];
  for await (const event of engine.train(request, { stop: stop.signal })) {
    events.push(event);
    if (event.type !== 'progress') continue;
    expect(await collect(engine, { seed: 1 })).toMatchObject([{ code: 'busy' }]);
    stop.abort();
  }
  expect(events.at(-1)).toMatchObject({ type: 'result' });
  const cancelled = await taught(engine, { ...request, seed: 6 }, { signal: AbortSignal.abort() });
  expect(cancelled.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
}, 60_000);

test('a process that dies while it teaches says so', async () => {
  const request = await lesson({ steps: 20_000, checkpointFolder: join(dir, 'killed') });
  const victim = await start();
  const events: TrainEvent[] = [];
  for await (const event of victim.train(request)) {
    events.push(event);
    if (event.type === 'progress') process.kill(victim.pid as number, 'SIGKILL');
  }
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    code: 'child_died',
    message: expect.stringContaining('SIGKILL'),
  });
  await victim.close();
}, 60_000);

test('a killed process is an error event, and another can be started', async () => {
  const victim = await start();
  const events: EngineEvent[] = [];
  for await (const event of victim.generate({ seed: 1, steps: 1000, previewEvery: 1 })) {
    if (events.push(event) === 1) process.kill(victim.pid as number, 'SIGKILL');
  }
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    code: 'child_died',
    message: expect.stringContaining('SIGKILL'),
  });
  expect(victim.alive).toBe(false);
  expect(await collect(victim, { seed: 1 })).toMatchObject([{ code: 'child_died' }]);
  await victim.close();
}, 60_000);

test.each([
  [{ model: 'nothing' }, 'model_missing'],
  [{ provider: 'coreml' as const }, 'provider_unavailable'],
  [{ startTimeoutMs: 1 }, 'start_timeout'],
])(
  'an engine that cannot start says why: %o',
  async (options, code) => {
    await expect(startEngine({ modelDir: dir, model: 'tiny', ...options })).rejects.toMatchObject({
      name: 'EngineStartError',
      code,
    });
  },
  60_000,
);
