import { entityKind, fillPlaceholders, type Query, type SQL, sql } from 'drizzle-orm';
import {
  PgDatabase,
  PgDialect,
  PgPreparedQuery,
  PgSession,
  type PgTransaction,
  type PreparedQueryConfig,
  type SelectedFieldsOrdered,
} from 'drizzle-orm/pg-core';
import * as drizzleUtils from 'drizzle-orm/utils';
import type { RowsHKT, Tx } from './types.ts';

// Drizzle's own drivers map rows with it; it is exported, but left out of the published types.
const { mapResultRow } = drizzleUtils as unknown as {
  mapResultRow(fields: SelectedFieldsOrdered, row: unknown[], nullable?: Record<string, boolean>): unknown;
};

/** Sends one statement. `objects`: rows by name, json parsed. `arrays`: rows by position, json as text. */
export interface Runner {
  objects(query: string, params: unknown[]): Promise<Record<string, unknown>[]>;
  arrays(query: string, params: unknown[]): Promise<unknown[][]>;
}

/** A runner that refuses statements once its transaction has ended: they would run in somebody else's. */
export function leaseOn(runner: Runner): { runner: Runner; end(): void } {
  let open = true;
  const guard = <T>(run: () => Promise<T>): Promise<T> => {
    if (open) return run();
    return Promise.reject(
      new Error('this tx was used after its transaction had ended; await all of its statements'),
    );
  };
  return {
    runner: {
      objects: (query, params) => guard(() => runner.objects(query, params)),
      arrays: (query, params) => guard(() => runner.arrays(query, params)),
    },
    end: () => {
      open = false;
    },
  };
}

type RowMapper = (rows: unknown[][]) => unknown;

const dialect = new PgDialect();

/** A drizzle handle whose statements go through `runner`. `depth` counts savepoints. */
export function handleOver(runner: Runner, depth = 0): Tx {
  const session = new RunnerSession(runner, depth);
  return new PgDatabase(dialect, session as never, undefined) as unknown as Tx;
}

class RunnerQuery extends PgPreparedQuery<PreparedQueryConfig> {
  static override readonly [entityKind] = 'RunnerQuery';
  // Set by drizzle's select builder after construction.
  joinsNotNullableMap?: Record<string, boolean>;
  readonly #runner: Runner;
  readonly #fields: SelectedFieldsOrdered | undefined;
  readonly #mapper: RowMapper | undefined;

  constructor(runner: Runner, query: Query, fields?: SelectedFieldsOrdered, mapper?: RowMapper) {
    super(query, undefined, undefined, undefined);
    this.#runner = runner;
    this.#fields = fields;
    this.#mapper = mapper;
  }

  override async execute(placeholders: Record<string, unknown> = {}): Promise<unknown> {
    const params = fillPlaceholders(this.query.params, placeholders);
    const fields = this.#fields;
    if (!fields && !this.#mapper) return this.#runner.objects(this.query.sql, params);
    const found = await this.#runner.arrays(this.query.sql, params);
    if (this.#mapper) return this.#mapper(found);
    return found.map((row) => mapResultRow(fields as SelectedFieldsOrdered, row, this.joinsNotNullableMap));
  }

  /** @internal drizzle asks before it hands rows to its relational mapper. */
  isResponseInArrayMode(): boolean {
    return true;
  }
}

class RunnerSession extends PgSession<RowsHKT> {
  static override readonly [entityKind] = 'RunnerSession';
  readonly #runner: Runner;
  readonly #depth: number;

  constructor(runner: Runner, depth: number) {
    super(dialect);
    this.#runner = runner;
    this.#depth = depth;
  }

  override prepareQuery<T extends PreparedQueryConfig>(
    query: Query,
    fields: SelectedFieldsOrdered | undefined,
    _name: string | undefined,
    _arrays: boolean,
    mapper?: RowMapper,
  ): PgPreparedQuery<T> {
    return new RunnerQuery(this.#runner, query, fields, mapper) as unknown as PgPreparedQuery<T>;
  }

  override async count(query: SQL): Promise<number> {
    const [row] = await this.execute<{ count: bigint }[]>(query);
    return Number(row?.count ?? 0);
  }

  /** A savepoint: what `fn` did is undone when it throws, the transaction around it goes on. */
  override async transaction<T>(fn: (tx: PgTransaction<RowsHKT>) => Promise<T>): Promise<T> {
    if (this.#depth === 0) throw new Error('db.read cannot open a transaction; use db.transaction');
    const name = sql.identifier(`sp${this.#depth}`);
    await this.execute(sql`savepoint ${name}`);
    try {
      const answer = await fn(handleOver(this.#runner, this.#depth + 1) as unknown as PgTransaction<RowsHKT>);
      await this.execute(sql`release savepoint ${name}`);
      return answer;
    } catch (error) {
      await this.execute(sql`rollback to savepoint ${name}`);
      throw error;
    }
  }
}
