import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { DurableFolder } from './durable.folder.ts';
import { type PgliteDatabase, pgliteTypes } from './pglite.ts';

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
 * PGlite hands fdatasync to nobody. Finished WAL beyond 64 MB is not kept.
 */
const startParams = [
  ...PGlite.defaultStartParams.filter((one) => one !== '-F'),
  ...['wal_sync_method=fsync', 'max_wal_size=64MB', 'min_wal_size=32MB'].flatMap((setting) => [
    '-c',
    setting,
  ]),
];

/** Opens the database in a folder; an empty one is filled from `dump` or, without one, made anew. */
export async function openEmbedded(
  folder: string,
  dump?: Blob,
): Promise<{ client: PGlite; durable: DurableFolder }> {
  const durable = new DurableFolder();
  const path = resolve(folder);
  const fresh = (await readdir(path).catch(() => [])).length === 0;
  if (fresh) durable.making();
  const options = { ...pgliteTypes, fs: new SyncingFs(path, durable), startParams };
  const client = await PGlite.create(fresh && dump ? { ...options, loadDataDir: dump } : options);
  if (fresh) durable.made(path);
  return { client, durable };
}

const checkpointAfter = { milliseconds: 5_000, walFiles: 4 };

/**
 * PostgreSQL on its own in one process never checkpoints by itself: the WAL would grow for ever and be replayed
 * whole after a crash. This does it each time four files are full; call the answer to stop.
 */
export function keepCheckpoints(db: PgliteDatabase, durable: DurableFolder): () => void {
  const timer = setInterval(() => {
    if (durable.walFiles <= checkpointAfter.walFiles) return;
    durable.checkpointed();
    void db.gate.alone(() => db.client.exec('checkpoint')).catch(() => {});
  }, checkpointAfter.milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
