import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A WAL file under its final name; those still being made are synced at once, before they are renamed. */
const walSegment = /\/pg_wal\/[0-9A-F]{24}$/;

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
  readonly #sinceCheckpoint = new Set<string>();
  /** How many WAL syncs were noted, and how many of them, counted from the first, are done. */
  #notes = 0;
  #synced = 0;
  #making = false;
  #made: Promise<void> = Promise.resolve();
  #underWay: { files: string[]; done: Promise<void> } | null = null;
  #lastStart = 0;
  #broken: { error: unknown } | null = null;

  /** Called where PostgreSQL calls fsync. `fd` is null for a folder. */
  fsync(path: string, fd: number | null): void {
    if (this.#making) return;
    if (walSegment.test(path)) {
      this.#notes++;
      this.#noted.add(path);
      this.#sinceCheckpoint.add(path);
      return;
    }
    for (const wal of new Set([...this.#noted, ...(this.#underWay?.files ?? [])])) syncPath(wal);
    this.#noted.clear();
    this.#synced = this.#notes;
    if (fd === null) syncPath(path);
    else fsyncSync(fd);
  }

  /** WAL files of 16 MiB written to since `checkpointed` was called. */
  get walFiles(): number {
    return this.#sinceCheckpoint.size;
  }

  checkpointed(): void {
    this.#sinceCheckpoint.clear();
  }

  /** A new folder is being filled: single syncs are left out until `made`. */
  making(): void {
    this.#making = true;
  }

  /** Puts the new folder on the disk, all of it, in the background; `durable` waits for it. */
  made(folder: string): void {
    this.#making = false;
    this.#made = syncTree(folder);
    this.#made.catch((error) => {
      this.#broken = { error };
    });
  }

  /** Resolves once every WAL sync noted before the call is done. Fails for good once one has failed. */
  async durable(): Promise<void> {
    await this.#made;
    const wanted = this.#notes;
    while (this.#synced < wanted) {
      if (this.#broken) throw refusal(this.#broken.error);
      await (this.#underWay?.done ?? this.#start());
    }
  }

  #start(): Promise<void> {
    const files: string[] = [];
    const run = async () => {
      const wait = this.#lastStart + syncEvery - performance.now();
      if (wait > 0) await new Promise((go) => setTimeout(go, wait));
      this.#lastStart = performance.now();
      const upTo = this.#notes;
      files.push(...this.#noted);
      this.#noted.clear();
      await Promise.all(files.map(datasync));
      this.#synced = Math.max(this.#synced, upTo);
    };
    const done = run()
      .catch((error) => {
        this.#broken = { error };
        throw refusal(error);
      })
      .finally(() => {
        this.#underWay = null;
      });
    this.#underWay = { files, done };
    return done;
  }
}

function refusal(cause: unknown): Error {
  return new Error('The disk refused to sync the database. Stop, check the disk, start again.', { cause });
}

/** A WAL file goes only after a checkpoint, whose control file was synced after all noted WAL: nothing is lost. */
function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function syncPath(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    absent(error);
    return;
  }
  try {
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

async function datasync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(absent);
  if (!handle) return;
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
