import { EventEmitter } from 'node:events';
import { createPostgresBackend, createRedisBackend, runMigrations } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Config } from '../config.ts';
import { PgliteDatabase } from '../database/pglite.ts';
import type { PostgresDatabase } from '../database/postgres.ts';
import { type Backing, JobQueue } from './job.queue.ts';
import { poolOver } from './pglite.pool.ts';

export interface Queues {
  /** The queue of that name (letters, digits and hyphens); the same object each time. */
  of(name: string): JobQueue;
}

export interface OpenQueues extends Queues {
  close(): Promise<void>;
}

/** Queues on Redis when there is one, else in the database itself. */
export async function openQueues(config: Config, db: PgliteDatabase | PostgresDatabase): Promise<OpenQueues> {
  const { backing, release } = await openBacking(config, db);
  const open = new Map<string, JobQueue>();
  return {
    of(name) {
      if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`${name} is no name for a queue`);
      const queue = open.get(name) ?? new JobQueue(name, backing, db.nesting);
      open.set(name, queue);
      return queue;
    },
    async close() {
      await Promise.all([...open.values()].map((queue) => queue.close()));
      await release();
    },
  };
}

async function openBacking(
  config: Config,
  db: PgliteDatabase | PostgresDatabase,
): Promise<{ backing: Backing; release(): Promise<void> }> {
  if (config.redisUrl !== null) {
    const redis = new Redis(config.redisUrl, { maxRetriesPerRequest: null, lazyConnect: true });
    redis.setMaxListeners(0);
    await redis.connect();
    const backing: Backing = {
      factory: createRedisBackend as never,
      connection: redis,
      prefix: config.redisPrefix,
    };
    return { backing, release: async () => void (await redis.quit()) };
  }
  const embedded = db instanceof PgliteDatabase;
  const pool = embedded
    ? poolOver(db)
    : new pg.Pool({
        connectionString: config.databaseUrl as string,
        max: 4,
        keepAlive: true,
        options: '-c search_path=bullmq,public',
      });
  if (pool instanceof EventEmitter) pool.setMaxListeners(0);
  await migrateQueues(pool as never);
  return {
    backing: { factory: createPostgresBackend as never, connection: pool },
    release: () => pool.end(),
  };
}

interface Connectable {
  connect(): Promise<Parameters<typeof runMigrations>[0] & { release(): void }>;
}

/** BullMQ's own migrations, into the schema `bullmq`. */
export async function migrateQueues(pool: Connectable): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq');
  } finally {
    client.release();
  }
}
