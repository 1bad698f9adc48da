import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { pgliteTypes } from './pglite.ts';

/** At most one sync of the WAL in so many milliseconds. */
const syncEvery = 50;

/**
 * Makes the syncs PostgreSQL asks for real. PGlite's file system has no fsync of its own, so nothing would ever
 * be forced to the disk. Syncs of WAL files are only noted here: `durable` carries many of them out at once, off
 * the event loop. Before anything else is synced (a checkpoint's data files, then its control file) the noted
 * WAL goes first, which keeps PostgreSQL's order and with it its promise after a power cut.
 */
export class DurableFolder {
  readonly #noted = new Set<string>();
  #underWay: { files: string[]; done: Promise<void> } | null = null;
  #lastStart = 0;
  #broken: unknown = null;
  #created: Promise<void> = Promise.resolve();

  /** Called where PostgreSQL calls fsync. `fd` is null for a folder. */
  fsync(path: string, fd: number | null): void {
    if (path.includes('/pg_wal/')) {
      this.#noted.add(path);
      return;
    }
    for (const wal of new Set([...this.#noted, ...(this.#underWay?.files ?? [])])) syncPath(wal);
    this.#noted.clear();
    if (fd === null) syncPath(path);
    else fsyncSync(fd);
  }

  /** Puts a folder that was just made on the disk, in the background; `durable` waits for it. */
  created(folder: string): void {
    this.#created = syncTree(folder);
    this.#created.catch((error) => {
      this.#broken = error;
    });
  }

  /** Resolves once every WAL sync noted before the call is done. Fails for good once one has failed. */
  async durable(): Promise<void> {
    await this.#created;
    // What is under way may have started before the last commit wrote; then a second round is needed.
    for (let round = 0; round < 2; round++) {
      if (this.#broken)
        throw new Error('the disk refused to sync the database; stop and check it', { cause: this.#broken });
      if (this.#underWay) await this.#underWay.done;
      else if (this.#noted.size > 0) await this.#start();
      if (this.#noted.size === 0 && !this.#underWay) break;
    }
  }

  #start(): Promise<void> {
    const files: string[] = [];
    const run = async () => {
      const wait = this.#lastStart + syncEvery - performance.now();
      if (wait > 0) await new Promise((go) => setTimeout(go, wait));
      this.#lastStart = performance.now();
      files.push(...this.#noted);
      this.#noted.clear();
      await Promise.all(files.map(datasync));
    };
    const done = run()
      .catch((error) => {
        this.#broken = error;
        throw new Error('the disk refused to sync the database; stop and check it', { cause: error });
      })
      .finally(() => {
        this.#underWay = null;
      });
    this.#underWay = { files, done };
    return done;
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

async function datasync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await datasync(path);
  }
  await datasync(folder);
}

/** The parts of Emscripten's NODEFS that are used here. */
interface NodeFsModule {
  NODEFS: {
    realPath(node: unknown): string;
    stream_ops: { fsync?: (stream: { node: unknown; nfd?: number }) => number };
  };
}

class SyncingFs extends NodeFS {
  readonly #durable: DurableFolder;

  constructor(folder: string, durable: DurableFolder) {
    super(folder);
    this.#durable = durable;
  }

  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...given);
    const hook = (module: NodeFsModule) => {
      const { NODEFS } = module;
      NODEFS.stream_ops.fsync = (stream) => {
        this.#durable.fsync(NODEFS.realPath(stream.node), stream.nfd ?? null);
        return 0;
      };
    };
    const preRun = [...(emscriptenOpts.preRun as (() => void)[]), hook as unknown as () => void];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

/**
 * PGlite's own start parameters without `-F`, which would turn the syncs off, and with the WAL synced by fsync:
 * PGlite hands fdatasync to nobody.
 */
const startParams = [
  ...PGlite.defaultStartParams.filter((one) => one !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

/** Opens the database in a folder, making it first when it is empty. */
export async function openEmbedded(folder: string): Promise<{ client: PGlite; durable: DurableFolder }> {
  const durable = new DurableFolder();
  const path = resolve(folder);
  const fresh = (await readdir(path).catch(() => [])).length === 0;
  const client = await PGlite.create({ ...pgliteTypes, fs: new SyncingFs(path, durable), startParams });
  if (fresh) durable.created(path);
  return { client, durable };
}
