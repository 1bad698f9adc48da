import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Api, startApi } from '@uncaged/api';
import { type Client, createClient, type Generation, studioEndpoints } from '@uncaged/contract';
import { systemClock } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { shippedWeights } from './config.ts';

/** Real processes on a busy machine: nothing here is timed, but everything must end. */
const patience = 240_000;
const cli = fileURLToPath(new URL('./index.ts', import.meta.url));

let platform: TestPlatform<typeof systemClock>;
let api: Api;
let member: Client;
let token: string;
const crew = new Set<ChildProcess>();

beforeAll(async () => {
  platform = await openTestPlatform({ clock: systemClock });
  const started = await startApi({ platform, port: 0, host: '127.0.0.1', weights: shippedWeights });
  if (!started.ok) throw new Error(started.message);
  api = started.api;
  const founder = { pseudonym: 'heron', password: 'a long enough password' };
  const response = await fetch(`${api.url}/api/collective`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Night Shift', currency: 'EUR', founder }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  member = createClient({ baseUrl: api.url, headers: { cookie } });
  token = await api.localWorkerToken('under test');
}, patience);
afterEach(async () => {
  // The processes below one that is killed stop by themselves; until they have, they may lease the next test's job.
  const pids = [...crew].flatMap(({ pid }) => below(pid, ''));
  for (const child of crew) child.kill('SIGKILL');
  crew.clear();
  await vi.waitUntil(() => !pids.some(isRunning), patience);
}, patience);
afterAll(async () => {
  await api.close();
  await platform.close();
});

interface Hired {
  child: ChildProcess;
  log(): string;
  exit: Promise<number | null>;
}

function hire(as = token): Hired {
  const child = spawn(process.execPath, [cli, 'worker', '--url', api.url, '--token', as], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  crew.add(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      log += chunk;
    });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, log: () => log, exit };
}

async function ask(prompt: string, steps: number): Promise<string> {
  const reply = await member.call(studioEndpoints.createGeneration, { body: { prompt, steps, seed: 7 } });
  if (!reply.ok) throw new Error(reply.problem.detail);
  return reply.answer.generation.id;
}

async function until(id: string, holds: (clip: Generation) => boolean, worker: Hired): Promise<Generation> {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const reply = await member.call(studioEndpoints.getGeneration, { params: { id } });
    if (!reply.ok) throw new Error(reply.problem.detail);
    const { generation } = reply.answer;
    if (holds(generation)) return generation;
    if (generation.state === 'failed' || Date.now() > end)
      throw new Error(`${generation.state}: ${generation.failure}\n${worker.log()}`);
  }
}
const isDone = ({ state }: Generation) => state === 'done';
const isSampling = ({ state }: Generation) => state === 'sampling';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The ids of the processes below a worker's own that run a file. */
function below(pid: number | undefined, file: string): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const rows = table.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
  const under = (parent: number): number[] =>
    rows.flatMap((row) => {
      if (!row || Number(row[2]) !== parent) return [];
      const own = row[3]?.includes(file) ? [Number(row[1])] : [];
      return [...own, ...under(Number(row[1]))];
    });
  return pid === undefined ? [] : under(pid);
}

describe('a worker', { timeout: patience }, () => {
  it('makes a clip with the real engine and names its provider; SIGTERM ends it with 0', async () => {
    const worker = hire();
    const clip = await until(await ask('red house', 4), isDone, worker);
    expect(clip).toMatchObject({ provider: expect.stringMatching(/^(cpu|webgpu|cuda)$/), attempts: 0 });
    expect(worker.log()).toContain(`provider ${clip.provider}`);
    const file = await fetch(`${api.url}${clip.outputs?.mp4.url}`);
    expect(file.status, 'private to its maker').toBe(404);
    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
  });

  it('that is killed loses nothing: the next process of it makes the clip', async () => {
    const first = hire();
    const id = await ask('blue door', 12);
    await until(id, isSampling, first);
    const [worker] = below(first.child.pid, 'apps/worker');
    if (worker === undefined) throw new Error('no worker process is there');
    process.kill(worker, 'SIGKILL');
    await first.exit;
    const second = hire();
    const clip = await until(id, isDone, second);
    expect(clip.attempts).toBe(1);
  });

  it('whose engine dies gives the job back and goes on with a fresh engine', async () => {
    const worker = hire();
    const id = await ask('green roof', 12);
    await until(id, isSampling, worker);
    for (const pid of below(worker.child.pid, 'engine/src/process')) process.kill(pid, 'SIGKILL');
    const clip = await until(id, isDone, worker);
    expect(clip.attempts, 'a passing failure each time an engine died').toBeGreaterThan(0);
  });

  it('that must stop gives its job back without blame', async () => {
    const worker = hire();
    const id = await ask('yellow sky', 30);
    await until(id, isSampling, worker);
    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
    const clip = await until(id, ({ state }) => state === 'waiting', worker);
    expect(clip).toMatchObject({ position: 1, attempts: 0 });
  });

  it('with a token nobody knows is turned away', async () => {
    const worker = hire('uw_nobody');
    expect(await worker.exit).toBe(1);
    expect(worker.log()).toContain('not known here');
  });
});
