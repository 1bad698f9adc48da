import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { readMigrations } from './database/migrations.ts';
import { type Config, type Overrides, openPlatform, type Platform, readConfig, rows, sql } from './index.ts';
import { migratedDump } from './testing.databases.ts';

const folder = await mkdtemp(join(tmpdir(), 'uncaged-platform-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const env = { UNCAGED_DATA: folder };

function config(): Config {
  const read = readConfig(env);
  if (!read.ok) throw new Error('bad config');
  return read.config;
}

async function open(overrides: Overrides = {}): Promise<Platform> {
  const opened = await openPlatform(config(), overrides);
  if (!opened.ok) throw new Error(opened.message);
  return opened.platform;
}

function child() {
  const { DATABASE_URL: _, REDIS_URL: __, ...inherited } = process.env;
  const started = spawn(process.execPath, [join(import.meta.dirname, 'durable.child.ts')], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { started, lines: createInterface(started.stdout) };
}

test('what was acknowledged is there after kill -9, and the dead owner of the folder is replaced', async () => {
  const made = await open({ embeddedDump: await migratedDump(await readMigrations()) });
  await made.close();
  let acknowledged = 0;
  for (const stopAt of [3, 9]) {
    const { started, lines } = child();
    for await (const line of lines) {
      acknowledged = Number(line);
      if (acknowledged >= stopAt) break;
    }
    const refused = await openPlatform(config());
    expect(refused).toMatchObject({
      ok: false,
      code: 'data_folder_in_use',
      pid: started.pid,
      host: hostname(),
    });
    started.kill('SIGKILL');
    await once(started, 'exit');
  }
  const platform = await open();
  const [found] = await rows<{ n: bigint; last: number }>(
    platform.db.read,
    sql`select count(*) as n, max(n) as last from counted`,
  );
  expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
  expect(found?.n).toBe(BigInt(found?.last ?? -1));
  await platform.close();
}, 180_000);

test('one process owns a folder; a lock whose pid was given away again counts as dead', async () => {
  const lock = join(folder, 'lock');
  const platform = await open();
  expect(await openPlatform(config())).toMatchObject({
    ok: false,
    code: 'data_folder_in_use',
    pid: process.pid,
  });
  const owner = JSON.parse(await readFile(lock, 'utf8'));
  await platform.close();
  await expect(readFile(lock)).rejects.toThrow('ENOENT');
  await writeFile(lock, JSON.stringify({ ...owner, pid: 1, started: 'another boot:1', token: 'old' }));
  const second = await open();
  await second.close();
  await writeFile(lock, 'half a lo');
  await utimes(lock, new Date(0), new Date(0));
  await (await open()).close();
}, 180_000);
