import type { PGlite } from '@electric-sql/pglite';
import { Gate } from './gate.ts';
import { Nesting } from './nesting.ts';
import { handleOver, leaseOn, type Runner } from './session.ts';
import { type Database, DatabaseError, type Tx } from './types.ts';
import { byteaBytes, byteaText, encodeParams } from './values.ts';

/** Type numbers of pg_type. */
const oid = { bytea: 17, int8: 20, json: 114, date: 1082, timestamp: 1114, timestamptz: 1184, jsonb: 3802 };

const asText = (value: string) => value;

const parsers = {
  [oid.int8]: (value: string) => BigInt(value),
  [oid.bytea]: byteaBytes,
  [oid.timestamptz]: (value: string) => new Date(value),
  [oid.timestamp]: asText,
  [oid.date]: asText,
};
const textJson = { [oid.json]: asText, [oid.jsonb]: asText };

const serializers = { [oid.bytea]: byteaText };

/** What postgres.js infers from a value, so that both drivers type a parameter the same way. */
function typeOf(value: unknown): number {
  if (typeof value === 'bigint') return oid.int8;
  if (value instanceof Date) return oid.timestamptz;
  if (value instanceof Uint8Array) return oid.bytea;
  if (typeof value === 'boolean') return 16;
  return 0;
}

export interface PgliteFacts {
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  detail?: string;
}

/** PGlite behind the one gate that its transactions, its single statements and the queue's statements share. */
export class PgliteDatabase implements Database {
  readonly dialect = 'pglite';
  readonly gate = new Gate();
  readonly nesting = new Nesting();
  readonly client: PGlite;
  readonly read: Tx;
  readonly #sync: () => Promise<void>;

  /** `sync` puts what was committed so far on the disk; in memory there is nothing to do. */
  constructor(client: PGlite, sync: () => Promise<void> = async () => {}) {
    this.client = client;
    this.#sync = sync;
    this.read = handleOver(this.#gated(runnerOver(client)));
  }

  async transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    this.nesting.refuse('db.transaction');
    return this.gate.alone(() =>
      this.nesting.within(async () => {
        await this.client.exec('begin');
        const lease = leaseOn(runnerOver(this.client));
        try {
          const answer = await fn(handleOver(lease.runner, 1));
          lease.end();
          await this.client.exec('commit').catch(rethrow('commit'));
          return answer;
        } catch (error) {
          lease.end();
          await this.client.exec('rollback');
          throw error;
        }
      }),
    );
  }

  durable(): Promise<void> {
    return this.#sync();
  }

  #gated(runner: Runner): Runner {
    const single = <T>(run: () => Promise<T>): Promise<T> => {
      this.nesting.refuse('db.read');
      return this.gate.alone(run);
    };
    return {
      objects: (query, params) => single(() => runner.objects(query, params)),
      arrays: (query, params) => single(() => runner.arrays(query, params)),
    };
  }
}

/** Options every PGlite of ours is opened with. */
export const pgliteTypes = { parsers, serializers };

function runnerOver(client: PGlite): Runner {
  return {
    async objects(query, params) {
      const values = encodeParams(params);
      const options = { paramTypes: values.map(typeOf) };
      return (await client.query<Record<string, unknown>>(query, values, options).catch(rethrow(query))).rows;
    },
    async arrays(query, params) {
      const values = encodeParams(params);
      const options = { paramTypes: values.map(typeOf), rowMode: 'array' as const, parsers: textJson };
      return (await client.query<unknown[]>(query, values, options).catch(rethrow(query))).rows;
    },
  };
}

function rethrow(query: string) {
  return (error: unknown): never => {
    const facts = error as PgliteFacts;
    if (typeof facts.code !== 'string') throw error;
    const { code, constraint, table, detail } = facts;
    throw new DatabaseError(facts.message, { code, constraint, table, detail, query }, error);
  };
}
