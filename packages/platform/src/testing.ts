import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type ManualClock, manualClock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import { readMigrations } from './database/migrations.ts';
import { type Overrides, openPlatform, type Platform } from './platform.ts';
import { clearRedis, freshPostgres, migratedDump } from './testing.databases.ts';

export type TestPlatform<C extends Clock = ManualClock> = Platform & { clock: C } & AsyncDisposable;

/**
 * A platform of its own for one test or test file: an empty, migrated database (PGlite in memory, or with
 * DATABASE_URL a fresh one on that server), a temporary folder, and a clock that stands still unless `clock` is
 * given. Close it with `await using` or `.close()`; nothing is left behind.
 */
export function openTestPlatform(): Promise<TestPlatform>;
export function openTestPlatform<C extends Clock>(given: { clock: C }): Promise<TestPlatform<C>>;
export async function openTestPlatform(given: { clock?: Clock } = {}): Promise<TestPlatform<Clock>> {
  const folder = await mkdtemp(join(tmpdir(), 'uncaged-test-'));
  const clock = given.clock ?? manualClock();
  const config = testConfig(folder);
  // While a later migration is being written, UNCAGED_TEST_MIGRATIONS=0003 stops after 0003.
  const migrations = await readMigrations(undefined, process.env.UNCAGED_TEST_MIGRATIONS || undefined);
  const fresh = config.databaseUrl === null ? null : await freshPostgres(config.databaseUrl, migrations);
  const overrides: Overrides = {
    clock,
    migrations,
    ...(fresh ? {} : { embeddedDump: await migratedDump(migrations) }),
  };
  const redisPrefix = `uncaged-test-${randomBytes(8).toString('hex')}`;
  const opened = await openPlatform({ ...config, databaseUrl: fresh?.url ?? null, redisPrefix }, overrides);
  if (!opened.ok) throw new Error(opened.message);
  const close = async () => {
    await opened.platform.close();
    await fresh?.drop();
    if (config.redisUrl !== null) await clearRedis(config.redisUrl, redisPrefix);
    await rm(folder, { recursive: true, force: true });
  };
  return { ...opened.platform, clock, close, [Symbol.asyncDispose]: close };
}

/** The configuration of the environment, moved into `folder` and its database into memory. */
function testConfig(folder: string): Config {
  const read = readConfig({
    ...process.env,
    UNCAGED_DATA: folder,
    UNCAGED_BLOBS: '',
    UNCAGED_SECRETS: '',
    PORT: '0',
  });
  if (!read.ok) throw new Error(read.problems.map((one) => `${one.variable} ${one.message}`).join('; '));
  return { ...read.config, inMemory: true };
}
