import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** `tx.execute(query)` answers with the rows themselves, on either database. */
export interface RowsHKT extends PgQueryResultHKT {
  type: this['row'][];
}

/**
 * A handle on the database: a running transaction, or `db.read`. The same type and the same values over PGlite
 * and PostgreSQL: int8 → bigint, timestamptz → Date, bytea → Uint8Array, json → value, numeric and date → string.
 * `tx.transaction(fn)` opens a savepoint.
 */
export type Tx = PgDatabase<RowsHKT, Record<string, never>>;

export interface Database {
  readonly dialect: 'pglite' | 'postgres';
  /**
   * Runs `fn` in one transaction: commits when it resolves, rolls back when it throws and throws the same error
   * on. PGlite has one connection, so there transactions run one after the other, first come, first served.
   * Throws `NestedDatabaseUse` when called inside a running transaction: pass `tx` on instead.
   */
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Single statements outside a transaction. Throws `NestedDatabaseUse` inside a running one. */
  readonly read: Tx;
  /**
   * Resolves once everything committed before the call is on the disk (PGlite: a group commit of the WAL files,
   * at most one every 50 ms). PostgreSQL commits synchronously, so there it resolves at once.
   */
  durable(): Promise<void>;
}

/** `db.transaction` or `db.read` was used inside a running transaction, which would wait for itself for ever. */
export class NestedDatabaseUse extends Error {
  override name = 'NestedDatabaseUse';
  constructor(what: string) {
    super(`${what} was used inside a running transaction; use the tx that transaction handed out`);
  }
}

/** An error of the database server, the same over both drivers. Parameters are left out: they may be personal. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  /** SQLSTATE, e.g. 23505 for a unique violation. */
  readonly code: string;
  readonly constraint: string | null;
  readonly table: string | null;
  readonly detail: string | null;
  readonly query: string;

  constructor(message: string, facts: DatabaseErrorFacts, cause: unknown) {
    super(message, { cause });
    this.code = facts.code;
    this.constraint = facts.constraint ?? null;
    this.table = facts.table ?? null;
    this.detail = facts.detail ?? null;
    this.query = facts.query;
  }
}

interface DatabaseErrorFacts {
  code: string;
  query: string;
  constraint?: string | undefined;
  table?: string | undefined;
  detail?: string | undefined;
}

/**
 * The rows of a raw query.
 * @example await rows<{ total: bigint }>(tx, sql`select sum(amount)::int8 as total from postings`)
 */
export async function rows<T>(tx: Tx, query: SQL): Promise<T[]> {
  return (await tx.execute(query)) as T[];
}
