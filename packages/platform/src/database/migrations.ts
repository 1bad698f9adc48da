import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** One forward-only file of /migrations. */
export interface Migration {
  /** The file's name, e.g. `0001_platform.sql`. */
  name: string;
  text: string;
  /** SHA-256 of the file, lower-case hex. */
  sha256: string;
}

/** The folder of migrations of this repository. */
export const migrationsFolder = fileURLToPath(new URL('../../../../migrations/', import.meta.url));

/** The migrations of a folder in the order of their numbers, or those up to `last` (four digits). */
export async function readMigrations(folder = migrationsFolder, last = '9999'): Promise<Migration[]> {
  const all = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  const names = all.filter((name) => name.slice(0, 4) <= last);
  const numbers = new Set<string>();
  const found: Migration[] = [];
  for (const name of names) {
    const number = name.slice(0, 4);
    if (numbers.has(number))
      throw new Error(`Two migrations carry the number ${number}; give ${name} the next one`);
    numbers.add(number);
    const text = await readFile(`${folder}/${name}`, 'utf8');
    found.push({ name, text, sha256: createHash('sha256').update(text).digest('hex') });
  }
  return found;
}

/** One SHA-256 over all migrations, for caches of migrated databases. */
export function hashOf(migrations: Migration[]): string {
  const all = migrations.map((one) => `${one.name} ${one.sha256}\n`).join('');
  return createHash('sha256').update(all).digest('hex');
}

/** What the runner needs of a connection: plain scripts, and queries with text results. */
export interface MigrationConnection {
  /** Runs a script of several statements. */
  script(text: string): Promise<void>;
  query(text: string, params?: string[]): Promise<Record<string, unknown>[]>;
}

const ledger = `create table if not exists public.migrations (
  name text primary key,
  sha256 text not null,
  applied_at timestamptz not null default now()
)`;

/** Any constant will do: it only has to be the same in every replica. */
const advisoryLock = 7_361_502_917;

/**
 * Applies what has not been applied yet, in order, each in its own transaction, and returns the names. The
 * connection must be one session of its own: on PostgreSQL an advisory lock keeps other replicas waiting.
 * Throws when an applied file has changed or is gone, and when a file comes before one already applied.
 */
export async function migrate(connection: MigrationConnection, migrations: Migration[]): Promise<string[]> {
  await connection.script(`select pg_advisory_lock(${advisoryLock})`);
  try {
    await connection.script(ledger);
    const done = await connection.query('select name, sha256 from public.migrations order by name');
    const pending = pendingAfter(done as { name: string; sha256: string }[], migrations);
    for (const migration of pending) await apply(connection, migration);
    return pending.map((one) => one.name);
  } finally {
    await connection.script(`select pg_advisory_unlock(${advisoryLock})`);
  }
}

function pendingAfter(done: { name: string; sha256: string }[], migrations: Migration[]): Migration[] {
  const known = new Map(migrations.map((one) => [one.name, one]));
  for (const { name, sha256 } of done) {
    const file = known.get(name);
    if (!file)
      throw new Error(
        `This database was migrated by ${name}, which this version lacks; start a newer version`,
      );
    if (file.sha256 !== sha256) {
      throw new Error(
        `${name} has changed since it was applied; put it back and write a new migration instead`,
      );
    }
    known.delete(name);
  }
  const last = done.at(-1)?.name ?? '';
  const pending = [...known.values()];
  const early = pending.find((one) => one.name < last);
  if (early) throw new Error(`${early.name} comes before ${last}, which is applied; give it the next number`);
  return pending;
}

async function apply(connection: MigrationConnection, migration: Migration): Promise<void> {
  await connection.script('begin');
  try {
    await connection.script(migration.text);
    await connection.query('insert into public.migrations (name, sha256) values ($1, $2)', [
      migration.name,
      migration.sha256,
    ]);
    await connection.script('commit');
  } catch (error) {
    await connection.script('rollback');
    const { message, position } = error as { message: string; position?: string };
    const line = position ? ` (line ${migration.text.slice(0, Number(position)).split('\n').length})` : '';
    throw new Error(`Migration ${migration.name} failed and was rolled back: ${message}${line}`);
  }
}
