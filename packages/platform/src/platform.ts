import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Blobs, blobsIn } from './blobs.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { keepCheckpoints, openEmbedded } from './database/embedded.ts';
import { type Migration, type MigrationConnection, migrate, readMigrations } from './database/migrations.ts';
import { PgliteDatabase, pgliteTypes } from './database/pglite.ts';
import { connect, PostgresDatabase } from './database/postgres.ts';
import type { Database } from './database/types.ts';
import { type Ids, idsBy } from './ids.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { openQueues, type Queues } from './queue/queues.ts';
import { type Secrets, secretsIn } from './secrets.ts';

/** The outside world, opened. */
export interface Platform {
  config: Config;
  db: Database;
  clock: Clock;
  ids: Ids;
  blobs: Blobs;
  secrets: Secrets;
  queues: Queues;
  /** Waits for what is running, closes every connection and gives up the data folder last. */
  close(): Promise<void>;
}

export type PlatformOpened =
  | { ok: true; platform: Platform }
  | { ok: false; code: 'data_folder_in_use'; pid: number; host: string; message: string };

export interface Overrides {
  clock?: Clock;
  /** A dumped data folder (tar) the embedded database starts from when it is empty. */
  embeddedDump?: Blob;
  /** Migrate with these instead of all files of /migrations. */
  migrations?: Migration[];
}

/**
 * Opens database, queue, blobs and secrets and brings the database up to the last migration. A folder another
 * process owns is refused, naming that process. Throws when the database cannot be reached or migrated.
 */
export async function openPlatform(config: Config, overrides: Overrides = {}): Promise<PlatformOpened> {
  await mkdir(config.dataFolder, { recursive: true });
  const embedded = config.databaseUrl === null && !config.inMemory;
  const taken = embedded ? await lockFolder(config.dataFolder) : null;
  if (taken?.ok === false) {
    const message = `The data folder ${config.dataFolder} is in use by process ${taken.pid} on ${taken.host}. Stop that process, or set UNCAGED_DATA to another folder.`;
    return { ...taken, message };
  }
  try {
    return { ok: true, platform: await assemble(config, overrides, taken?.lock ?? null) };
  } catch (error) {
    await taken?.lock.release();
    throw error;
  }
}

async function assemble(config: Config, overrides: Overrides, lock: FolderLock | null): Promise<Platform> {
  const { db, closeDatabase } = await openDatabase(config, overrides);
  const clock = overrides.clock ?? systemClock;
  const queues = await openQueues(config, db);
  return {
    config,
    db,
    clock,
    ids: idsBy(clock),
    blobs: blobsIn(config.blobsFolder),
    secrets: secretsIn(config.secretsFolder),
    queues,
    async close() {
      await queues.close();
      await closeDatabase();
      await lock?.release();
    },
  };
}

interface OpenedDatabase {
  db: PgliteDatabase | PostgresDatabase;
  closeDatabase(): Promise<void>;
}

async function openDatabase(config: Config, overrides: Overrides): Promise<OpenedDatabase> {
  const migrations = overrides.migrations ?? (await readMigrations());
  if (config.databaseUrl !== null) {
    const one = connect(config.databaseUrl, 1);
    await migrate(overPostgres(one), migrations).finally(() => one.end());
    const client = connect(config.databaseUrl);
    return { db: new PostgresDatabase(client), closeDatabase: () => client.end() };
  }
  const { embeddedDump } = overrides;
  const opened = config.inMemory
    ? { client: await PGlite.create({ ...pgliteTypes, ...(embeddedDump && { loadDataDir: embeddedDump }) }) }
    : await openEmbedded(join(config.dataFolder, 'db'), embeddedDump);
  const { client } = opened;
  await migrate(overPglite(client), migrations);
  // The queue's statements find their own tables; no name stands in both schemas (a test sees to it).
  await client.exec('set search_path = public, bullmq');
  if (!('durable' in opened)) return { db: new PgliteDatabase(client), closeDatabase: () => client.close() };
  const db = new PgliteDatabase(client, () => opened.durable.durable());
  const stop = keepCheckpoints(db, opened.durable);
  return {
    db,
    async closeDatabase() {
      stop();
      await db.durable();
      await db.gate.alone(() => client.close());
    },
  };
}

export function overPglite(client: PGlite): MigrationConnection {
  return {
    script: async (text) => {
      await client.exec(text);
    },
    query: async (text, params = []) => (await client.query<Record<string, unknown>>(text, params)).rows,
  };
}

export function overPostgres(client: ReturnType<typeof connect>): MigrationConnection {
  return {
    script: async (text) => {
      await client.unsafe(text);
    },
    query: async (text, params = []) => [...(await client.unsafe(text, params))],
  };
}
