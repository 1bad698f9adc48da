import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { Redis } from 'ioredis';
import { hashOf, type Migration, migrate } from './database/migrations.ts';
import { PgliteDatabase, pgliteTypes } from './database/pglite.ts';
import { connect } from './database/postgres.ts';
import { overPglite, overPostgres } from './platform.ts';
import { poolOver } from './queue/pglite.pool.ts';
import { migrateQueues } from './queue/queues.ts';

/** Longer than it takes to build a dump on a busy machine (milliseconds). */
const buildPatience = 60_000;

/** The data folder of a PGlite after all migrations, built once for these migrations and kept in the temp folder. */
export async function migratedDump(migrations: Migration[]): Promise<Blob> {
  const folder = join(tmpdir(), 'uncaged-dumps');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${hashOf(migrations).slice(0, 32)}.tar`);
  const building = `${path}.building`;
  for (;;) {
    const bytes = await readFile(path).catch(() => null);
    if (bytes) return new Blob([bytes]);
    const mine = await mkdir(building).then(
      () => true,
      () => false,
    );
    if (mine) {
      try {
        return await buildDump(path, migrations);
      } finally {
        await rm(building, { recursive: true, force: true });
      }
    }
    await sleep(50);
    const marker = await stat(building).catch(() => null);
    if (marker && Date.now() - marker.mtimeMs > buildPatience)
      await rm(building, { recursive: true, force: true });
  }
}

async function buildDump(path: string, migrations: Migration[]): Promise<Blob> {
  const client = await PGlite.create('memory://', pgliteTypes);
  await migrate(overPglite(client), migrations);
  await migrateQueues(poolOver(new PgliteDatabase(client)));
  const dump = await client.dumpDataDir('none');
  await client.close();
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, new Uint8Array(await dump.arrayBuffer()));
  await rename(temporary, path);
  return dump;
}

export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A new database on the server of `url`, cloned from a template that holds all migrations. */
export async function freshPostgres(url: string, migrations: Migration[]): Promise<FreshDatabase> {
  const template = `uncaged_template_${hashOf(migrations).slice(0, 16)}`;
  const name = `uncaged_test_${randomBytes(8).toString('hex')}`;
  await onServer(url, async (server) => {
    await server.unsafe('select pg_advisory_lock(51409)');
    const there = await server.unsafe('select 1 from pg_database where datname = $1', [template]);
    if (there.length === 0) await buildTemplate(server, url, template, migrations);
    await server.unsafe(`create database ${name} template ${template} strategy file_copy`);
    await server.unsafe('select pg_advisory_unlock(51409)');
  });
  return {
    url: inDatabase(url, name),
    drop: () =>
      onServer(url, async (server) => void (await server.unsafe(`drop database ${name} with (force)`))),
  };
}

type Server = ReturnType<typeof connect>;

async function buildTemplate(
  server: Server,
  url: string,
  template: string,
  migrations: Migration[],
): Promise<void> {
  const draft = `${template}_draft`;
  await server.unsafe(`drop database if exists ${draft}`);
  await server.unsafe(`create database ${draft} template template0 encoding 'UTF8' locale 'C.UTF-8'`);
  await onServer(
    inDatabase(url, draft),
    async (inside) => void (await migrate(overPostgres(inside), migrations)),
  );
  await server.unsafe(`alter database ${draft} rename to ${template}`);
}

async function onServer(url: string, run: (server: Server) => Promise<void>): Promise<void> {
  const server = connect(url, 1);
  try {
    await run(server);
  } finally {
    await server.end();
  }
}

function inDatabase(url: string, name: string): string {
  const moved = new URL(url);
  moved.pathname = `/${name}`;
  return moved.href;
}

/** Deletes every key that starts with `prefix`. */
export async function clearRedis(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  const keys: string[] = [];
  for await (const found of redis.scanStream({ match: `${prefix}:*`, count: 1000 }))
    keys.push(...(found as string[]));
  if (keys.length > 0) await redis.unlink(keys);
  await redis.quit();
}
