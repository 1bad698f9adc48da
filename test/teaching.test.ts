// Teaching for real: the api over HTTP, a worker in a process of its own, the engine on a very small model.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, startApi } from '@uncaged/api';
import type { AdapterDetail, FineTune, Generation } from '@uncaged/contract';
import { systemClock } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { writeTinyModel } from '../packages/engine/src/model/tiny.ts';
import { root } from './support/stage.ts';
import { type Visitor, visitor } from './support/visitor.ts';

/** Real processes on a busy machine: nothing here is timed, but everything must end. */
const patience = 480_000;

interface Place {
  api: Api;
  platform: TestPlatform<typeof systemClock>;
  heron: Visitor;
}

let folder: string;
let weights: string;
let here: Place;
let token: string;
let worker: ChildProcess;
let log = '';
let works: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'uncaged-teaching-'));
  weights = await mkdtemp(path.join(folder, 'weights-'));
  await writeTinyModel(weights);
  for (const kind of ['json', 'safetensors'])
    await copyFile(path.join(weights, `tiny.${kind}`), path.join(weights, `commons-2.${kind}`));
  const work = {
    sha256: 'a1'.repeat(32),
    title: 'Red house',
    author: 'A. Draughtsperson',
    licence: 'CC0-1.0',
  };
  await writeFile(path.join(weights, 'commons-2.manifest.jsonl'), `${JSON.stringify(work)}\n`);
  here = await found('Night Shift');
  token = await here.api.localWorkerToken('under test');
  works = [];
  for (const colour of ['#c33', '#33c', '#3c3'])
    works.push(await bring(here.heron, colour, ['fine_tune_own', 'export_weights']));
  hire();
}, patience);
afterAll(async () => {
  worker.kill('SIGKILL');
  await here.api.close();
  await here.platform.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a failed test left running would keep the worker from the next one. */
afterEach(async () => {
  const { fineTunes } = await here.heron.get<{ fineTunes: FineTune[] }>('/api/fine-tunes');
  for (const { id, may } of fineTunes) if (may.includes('stop')) await act(id, 'stop');
});

async function found(name: string): Promise<Place> {
  const platform = await openTestPlatform({ clock: systemClock });
  const started = await startApi({ platform, weights, port: 0, host: '127.0.0.1', portal: null });
  if (!started.ok) throw new Error(started.message);
  const heron = visitor(started.api.url);
  const founder = { pseudonym: 'heron', password: 'heron remembers this sentence' };
  await heron.post('/api/collective', { name, currency: 'EUR', founder });
  return { api: started.api, platform, heron };
}

async function bring(as: Visitor, colour: string, consents: string[]): Promise<string> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle cx="16" cy="16" r="12" fill="${colour}"/></svg>`;
  const form = new FormData();
  form.set('file', new File([svg], 'a.svg'));
  form.set('title', `circle ${colour}`);
  for (const use of consents) form.append('consents', use);
  const reply = await as.raw('POST', '/api/works', form);
  const json = (await reply.json()) as { work: { id: string } };
  if (reply.status !== 201) throw new Error(JSON.stringify(json));
  return json.work.id;
}

function hire(): void {
  const entry = path.join(root, 'apps', 'worker', 'src', 'index.ts');
  const cache = path.join(folder, 'cache');
  worker = spawn(process.execPath, [entry, '--url', here.api.url, '--weights', weights, '--cache', cache], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, UNCAGED_WORKER_TOKEN: token, UNCAGED_PROVIDER: 'cpu' },
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream?.on('data', (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-8_000);
    });
}

async function until<Thing>(look: () => Promise<Thing>, holds: (thing: Thing) => boolean): Promise<Thing> {
  let seen: Thing | undefined;
  for (const end = Date.now() + patience; Date.now() < end; await sleep(200)) {
    seen = await look();
    if (holds(seen)) return seen;
  }
  throw new Error(`waited too long; last: ${JSON.stringify(seen).slice(0, 2_000)}\n${log}`);
}

const fineTune = async (id: string) =>
  (await here.heron.get<{ fineTune: FineTune }>(`/api/fine-tunes/${id}`)).fineTune;
const clip = async (id: string) =>
  (await here.heron.get<{ generation: Generation }>(`/api/generations/${id}`)).generation;
const act = (id: string, what: string) =>
  here.heron.post<{ fineTune: FineTune }>(`/api/fine-tunes/${id}/${what}`);

async function teach(wish: { styleWord: string; kind?: string; steps: number }): Promise<string> {
  const { fineTune: draft } = await here.heron.post<{ fineTune: FineTune }>('/api/fine-tunes', {
    name: `By ${wish.styleWord}`,
    kind: 'adapter',
    items: works.map((workId, at) => ({ workId, caption: ['red', 'blue', ''][at] })),
    rank: wish.kind === 'model' ? undefined : 2,
    seed: 7,
    sheet: { prompts: [wish.styleWord], seeds: [1, 2] },
    ...wish,
  });
  await act(draft.id, 'start');
  return draft.id;
}

async function generate(wish: object): Promise<Generation> {
  const body = { prompt: 'red', steps: 2, seed: 5, ...wish };
  const { generation } = await here.heron.post<{ generation: Generation }>('/api/generations', body);
  return until(
    () => clip(generation.id),
    ({ state }) => state === 'done' || state === 'failed',
  );
}

const atRest = ({ state }: FineTune) => state !== 'waiting' && state !== 'running';

test(
  'an adapter is taught, kept, mixed below zero, taken along and brought into a second collective',
  async () => {
    const id = await teach({ styleWord: 'mooncut', steps: 12 });
    const done = await until(() => fineTune(id), atRest);
    expect(done.failure, log).toBeNull();
    expect(done).toMatchObject({ state: 'finished', steps: { done: 12, of: 12 }, provider: 'cpu' });
    expect(done.losses.length).toBeGreaterThan(0);
    expect(done.sheets.map(({ step }) => step)).toEqual([0, 12]);
    const png = await here.heron.bytes(done.sheets[1]?.url ?? '');
    expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG');
    const { adapter } = (await act(id, 'keep')).fineTune;
    if (!adapter) throw new Error('nothing was kept');

    const made = await generate({ prompt: 'red mooncut', adapters: [{ id: adapter.id, weight: -1.5 }] });
    expect(made.failure, log).toBeNull();
    expect(made).toMatchObject({ state: 'done', unknownWords: [] });
    expect(made.adapters).toMatchObject([{ styleWord: 'mooncut', weight: -1.5 }]);
    const plain = await generate({ prompt: 'red mooncut' });
    expect(plain).toMatchObject({ state: 'done', unknownWords: ['mooncut'] });

    const file = await here.heron.bytes(adapter.file ?? '');
    const there = await found('Day Shift');
    try {
      const brought = await there.heron.raw('POST', '/api/adapters/import', new Uint8Array(file));
      const answer = (await brought.json()) as { adapter: AdapterDetail };
      expect(brought.status, JSON.stringify(answer)).toBe(201);
      expect(answer.adapter).toMatchObject({ sha256: adapter.sha256, works: 3, source: 'imported' });
      expect(answer.adapter.manifest).toMatchObject({
        collective: 'Night Shift',
        works: [{ title: 'circle #c33', caption: 'red', consentId: expect.any(String) }, {}, {}],
      });
    } finally {
      await there.api.close();
      await there.platform.close();
    }
  },
  patience,
);

test(
  'a model from nothing becomes one’s own, and the worker fetches it to make clips with',
  async () => {
    const id = await teach({ styleWord: 'allmine', kind: 'model', steps: 6 });
    const done = await until(() => fineTune(id), atRest);
    expect(done.failure, log).toBeNull();
    const { modelId } = (await act(id, 'keep')).fineTune;
    const made = await generate({ prompt: 'allmine', model: modelId });
    expect(made.failure, log).toBeNull();
    expect(made).toMatchObject({ state: 'done', modelId, unknownWords: [] });
  },
  patience,
);

test(
  'a run stops with what it has, is gone on with from there, and outlives a worker that is killed',
  async () => {
    const id = await teach({ styleWord: 'longhaul', steps: 20_000 });
    await until(
      () => fineTune(id),
      ({ steps }) => steps.done > 0,
    );
    await act(id, 'stop');
    const stopped = await until(() => fineTune(id), atRest);
    expect(stopped.failure, log).toBeNull();
    expect(stopped).toMatchObject({ state: 'stopped', may: ['continue', 'keep', 'discard'] });
    await act(id, 'continue');
    await until(
      () => fineTune(id),
      ({ state, steps }) => state === 'running' && steps.done > stopped.steps.done,
    );
    worker.kill('SIGKILL');
    hire();
    const again = await until(
      () => fineTune(id),
      ({ state, attempts }) => state === 'running' && attempts === 1,
    );
    expect(again.failure).toMatch(/^the worker (started anew|fell silent)$/);
    await act(id, 'stop');
    const end = await until(() => fineTune(id), atRest);
    expect(end.state).toBe('stopped');
    expect(end.steps.done).toBeGreaterThanOrEqual(stopped.steps.done);
    await act(id, 'discard');
  },
  patience,
);

test(
  'an engine that dies gives the job back twice with the reason, then it fails; the worker lives on',
  async () => {
    const id = await teach({ styleWord: 'shortlived', steps: 20_000 });
    for (let killed = 0; killed < 3; killed++) {
      await until(
        () => fineTune(id),
        ({ state, attempts, imagesPerSecond }) =>
          state === 'running' && attempts === killed && (imagesPerSecond ?? 0) > 0,
      );
      for (const pid of await childrenOf(worker.pid ?? 0)) process.kill(pid, 'SIGKILL');
      await until(
        () => fineTune(id),
        ({ attempts }) => attempts > killed,
      );
    }
    const failed = await until(() => fineTune(id), atRest);
    expect(failed).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/^child_died: .*SIGKILL/),
    });
    expect((await generate({})).state).toBe('done');
  },
  patience,
);

/** Processes that a process started (proc(5), /proc/pid/task/tid/children). */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

test(
  'an adapter that no engine can use ends its clip with a clear word, and the next clip is made',
  async () => {
    const { models } = await here.heron.get<{ models: { name: string; weightsSha256: string }[] }>(
      '/api/models',
    );
    const base = models.find(({ name }) => name === 'commons-2');
    const file = wrongSizes(base?.weightsSha256 ?? '');
    const reply = await here.heron.raw('POST', '/api/adapters/import', new Uint8Array(file));
    const { adapter } = (await reply.json()) as { adapter: AdapterDetail };
    expect(reply.status).toBe(201);
    const made = await generate({ prompt: 'red', adapters: [{ id: adapter.id, weight: 1 }] });
    expect(made).toMatchObject({ state: 'failed', attempts: 1, failure: expect.stringMatching(/^adapter_/) });
    expect((await generate({})).state).toBe('done');
  },
  patience,
);

/** An adapter's file that says everything it should and fits no model. */
function wrongSizes(base_sha256: string): Uint8Array {
  const metadata = {
    format: 'uncaged-adapter-1',
    name: 'Odd',
    style_word: 'oddword',
    base_name: 'commons-2',
  };
  const numbers = { base_sha256, rank: '1', steps: '1', manifest: '{}', licence: '' };
  const half = (shape: number[], from: number) => {
    return { dtype: 'F16', shape, data_offsets: [from, from + 6] };
  };
  const header = JSON.stringify({
    __metadata__: { ...metadata, ...numbers },
    'block.0.qkv.A': half([3, 1], 0),
    'block.0.qkv.B': half([1, 3], 6),
  });
  const bytes = Buffer.alloc(8 + header.length + 12);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
}
