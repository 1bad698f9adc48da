import { join, resolve } from 'node:path';

/** Where everything is, read once from the environment. */
export interface Config {
  /** Folder of the embedded database, blobs and secrets (UNCAGED_DATA, default ./data). */
  dataFolder: string;
  /** Keep the embedded database in memory: tests only. */
  inMemory: boolean;
  /** PostgreSQL (DATABASE_URL); null: embedded PGlite. */
  databaseUrl: string | null;
  /** Redis for the queue (REDIS_URL); null: the queue lives in the database. */
  redisUrl: string | null;
  /** Put before every Redis key of the queue (UNCAGED_REDIS_PREFIX). */
  redisPrefix: string;
  /** Folder of signing keys and secrets (UNCAGED_SECRETS, default <data>/secrets). */
  secretsFolder: string;
  /** Folder of blobs (UNCAGED_BLOBS, default <data>/blobs). */
  blobsFolder: string;
  /** Address to listen on (HOST, default 127.0.0.1). */
  host: string;
  /** Port to listen on (PORT, default 3000; 0 takes a free one). */
  port: number;
  /** The address people use, for cookies and links (UNCAGED_URL); null: as requested. */
  publicUrl: string | null;
}

export type ConfigRead =
  | { ok: true; config: Config }
  | { ok: false; code: 'bad_config'; problems: { variable: string; message: string }[] };

type Env = Record<string, string | undefined>;

/** Reads the environment. Every wrong variable is named in one answer; empty strings count as unset. */
export function readConfig(env: Env = process.env): ConfigRead {
  const problems: { variable: string; message: string }[] = [];
  const set = (name: string): string | null => env[name]?.trim() || null;
  const url = (name: string, protocols: string[]): string | null => {
    const value = set(name);
    if (value === null) return null;
    const protocol = URL.canParse(value) ? new URL(value).protocol : null;
    if (protocol !== null && protocols.includes(protocol)) return value;
    problems.push({
      variable: name,
      message: `must be a URL that starts with ${protocols.join('// or ')}//`,
    });
    return null;
  };
  const dataFolder = resolve(set('UNCAGED_DATA') ?? 'data');
  const portText = set('PORT') ?? '3000';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : -1;
  if (port < 0 || port > 65_535)
    problems.push({ variable: 'PORT', message: 'must be a number from 0 to 65535' });
  const config: Config = {
    dataFolder,
    inMemory: false,
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: url('REDIS_URL', ['redis:', 'rediss:']),
    redisPrefix: set('UNCAGED_REDIS_PREFIX') ?? 'uncaged',
    secretsFolder: resolve(set('UNCAGED_SECRETS') ?? join(dataFolder, 'secrets')),
    blobsFolder: resolve(set('UNCAGED_BLOBS') ?? join(dataFolder, 'blobs')),
    host: set('HOST') ?? '127.0.0.1',
    port,
    publicUrl: url('UNCAGED_URL', ['http:', 'https:']),
  };
  return problems.length > 0 ? { ok: false, code: 'bad_config', problems } : { ok: true, config };
}
