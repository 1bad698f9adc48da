import { EventEmitter } from 'node:events';
import type { PgPool, PgPoolClient, PgQueryResult } from 'bullmq';
import type { PgliteDatabase } from '../database/pglite.ts';

/** BullMQ expects int8 as node-postgres gives it: as text. */
const options = { parsers: { 20: (value: string) => value } };

/**
 * As much of a `pg.Pool` as BullMQ's PostgreSQL backend uses, over the one connection of a PGlite. Every
 * statement passes the database's gate by itself; a client that says BEGIN keeps it until COMMIT or ROLLBACK.
 * LISTEN is left out: jobs are leased by hand, nobody waits for a notification.
 */
export function poolOver(db: PgliteDatabase): PgPool {
  const pool = new EventEmitter().setMaxListeners(0);
  return Object.assign(pool, {
    query: (text: string, params?: readonly unknown[]) => db.gate.alone(() => send(db, text, params)),
    connect: async () => new PoolClient(db) as unknown as PgPoolClient,
    end: async () => {},
  }) as unknown as PgPool;
}

async function send<R>(
  db: PgliteDatabase,
  text: string,
  params?: readonly unknown[],
): Promise<PgQueryResult<R>> {
  // A script of several statements has no parameters and needs the simple protocol.
  if (params === undefined) {
    const results = await db.client.exec(text, options);
    const last = results.at(-1);
    return { rows: (last?.rows ?? []) as R[], rowCount: last?.affectedRows ?? 0 };
  }
  const { rows, affectedRows } = await db.client.query<R>(text, params.map(plain), options);
  return { rows, rowCount: rows.length || (affectedRows ?? 0) };
}

/** node-postgres sends objects as JSON. */
function plain(value: unknown): unknown {
  const json =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
  return json ? JSON.stringify(value) : value;
}

class PoolClient extends EventEmitter {
  readonly #db: PgliteDatabase;
  #leave: (() => void) | null = null;

  constructor(db: PgliteDatabase) {
    super();
    this.setMaxListeners(0);
    this.#db = db;
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    const word = text.trim().split(/\s/, 1)[0]?.toUpperCase();
    if (word === 'BEGIN') this.#leave = await this.#db.gate.enter();
    if (!this.#leave) return this.#db.gate.alone(() => send<R>(this.#db, text, params));
    try {
      return await send<R>(this.#db, text, params);
    } finally {
      if (word === 'COMMIT' || word === 'ROLLBACK') this.#release();
    }
  }

  release(): void {
    this.#release();
  }

  #release(): void {
    this.#leave?.();
    this.#leave = null;
  }
}
