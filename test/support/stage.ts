import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '@uncaged/api';
import { sealStanding } from '@uncaged/book';
import type { BookChecks } from '@uncaged/contract';
import { type ManualClock, manualClock, type Platform } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { type Visitor, visitor } from './visitor.ts';

export const root = path.resolve(import.meta.dirname, '..', '..');
export const weights = path.join(root, 'packages', 'engine', 'weights');

/** A real collective to tell a story on: the api over HTTP, the database in force, real workers, its own time. */
export interface Stage extends AsyncDisposable {
  url: string;
  clock: ManualClock;
  visitor(): Visitor;
  /** Starts a real worker process that leases from this collective; it stops with the stage. */
  hire(token: string): void;
  /** Lets time pass, then does what has become due. */
  pass(milliseconds: number): Promise<void>;
  /** Waits until something holds; throws after ten minutes. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** Waits until every entry written so far stands in the tree. */
  sealed(): Promise<void>;
  /** Runs every named invariant check; throws naming what was violated. */
  check(): Promise<void>;
}

export interface StageOptions {
  /** When the story begins. */
  start?: Date;
  /** Where it is told, with `clock` as its clock; an empty database of its own when left out. */
  platform?: Platform & { clock: ManualClock };
  /** The portal's built handler, for stories told in a browser. */
  portal?: string;
}

/** Raises a stage on an empty database. */
export async function raise({
  start = new Date('2026-11-01T09:00:00Z'),
  platform: given,
  portal,
}: StageOptions = {}): Promise<Stage> {
  const platform = given ?? (await openTestPlatform({ clock: manualClock(start) }));
  const started = await startApi({
    platform,
    weights,
    port: 0,
    host: '127.0.0.1',
    portal: portal ?? null,
    ticking: false,
  });
  if (!started.ok) throw new Error(started.message);
  const { api } = started;
  const workers: Hired[] = [];
  const cache = await mkdtemp(path.join(tmpdir(), 'uncaged-worker-'));
  const anyone = visitor(api.url);
  return {
    url: api.url,
    clock: platform.clock,
    visitor: () => visitor(api.url),
    hire(token) {
      workers.push(hire(api.url, token, cache));
    },
    async pass(milliseconds) {
      platform.clock.advance(milliseconds);
      while ((await api.tick()) > 0);
    },
    until: (holds) => until(holds, workers),
    async sealed() {
      await sealStanding(platform, 60_000);
    },
    check: () => checkAll(anyone),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await api.close();
      await platform.close();
      await rm(cache, { recursive: true, force: true });
    },
  };
}

interface Hired {
  /** Null while it runs; what it last said once it has ended badly. */
  ended(): string | null;
  stop(): Promise<void>;
}

/**
 * The worker as an artist would start it on a machine of their own, with what it fetches in `cache`. What it logs is
 * shown when it ends badly.
 */
function hire(url: string, token: string, cache: string): Hired {
  const worker = spawn(
    process.execPath,
    [path.join(root, 'apps', 'cli', 'src', 'index.ts'), 'worker', '--url', url, '--token', token],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, UNCAGED_WORKER_CACHE: cache },
    },
  );
  let log = '';
  let ended: string | null = null;
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-8_000);
    });
  const exited = new Promise<void>((resolve) =>
    worker.once('exit', (code) => {
      ended = `status ${code}\n${log}`;
      resolve();
    }),
  );
  return {
    ended: () => ended,
    async stop() {
      worker.kill('SIGTERM');
      await exited;
    },
  };
}

async function until(holds: () => Promise<boolean>, workers: readonly Hired[]): Promise<void> {
  for (const deadline = Date.now() + 600_000; Date.now() < deadline; await sleep(100)) {
    if (await holds()) return;
    for (const worker of workers)
      if (worker.ended() !== null) throw new Error(`a worker ended:\n${worker.ended()}`);
  }
  throw new Error('waited ten minutes for nothing');
}

async function checkAll(reader: Visitor): Promise<void> {
  const { checks } = await reader.get<BookChecks>('/api/book/checks');
  const violations = checks.flatMap((check) =>
    check.violations.map((each) => `${check.name}: ${each.what} ${each.detail}`),
  );
  if (checks.length === 0) throw new Error('no check ran');
  if (violations.length > 0) throw new Error(`violated: ${violations.join('; ')}`);
}
