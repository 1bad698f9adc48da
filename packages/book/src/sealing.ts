import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Database, Secrets, Tx } from '@uncaged/platform';
import { foldCredits } from './accounts.ts';
import { signCheckpoint } from './checkpoint.ts';
import { type BookKey, bookKey } from './key.ts';
import * as store from './log.store.ts';
import { edgeOf, TreeBuilder, type TreeNode } from './merkle.ts';

/** What sealing needs of the outside world. */
export interface SealingContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

/** Leaves one transaction appends at most, so that others need not wait long for the embedded database. */
const CHUNK = 500;

/**
 * Appends every entry whose transaction has ended to the tree and signs a checkpoint over it; answers how many. Only
 * entries below the oldest transaction still running are taken, so a late commit is never passed over, and in the order
 * they were written, so that nothing stands before what it built on. Safe to call
 * from several processes (others answer 0) and to repeat after a crash: each chunk is one transaction.
 */
export async function seal(ctx: SealingContext): Promise<number> {
  const key = await bookKey(ctx.secrets);
  for (let sealed = 0; ; ) {
    const count = await ctx.db.transaction((tx) => sealChunk(tx, ctx.clock, key));
    sealed += count;
    if (count < CHUNK) return sealed;
  }
}

/**
 * Seals until all that stands now is sealed; false when a transaction that will not end held it up for `patienceMs`.
 * On a shared server somebody else's transaction may hold up one pass of `seal` for a moment.
 */
export async function sealStanding(ctx: SealingContext, patienceMs = 5_000): Promise<boolean> {
  const last = await store.newestSeq(ctx.db.read);
  for (const until = performance.now() + patienceMs; ; await sleep(50)) {
    await seal(ctx);
    if (await ctx.db.transaction((tx) => sealedThrough(tx, last))) return true;
    if (performance.now() > until) return false;
  }
}

/** From here on it pays to choose by what stands in the tables. */
const SMALL = 512n;
/** Entries after which what was folded is cleared away. */
const SWEPT = 1000n;
const bits = (size: bigint) => size.toString(2).length;

/**
 * What the book needs again and again: seals, adds waiting credits to balances, sweeps away what that leaves behind, and
 * has the database count its tables anew when the tree has doubled. The embedded database does neither by itself: it
 * would read all credits there ever were, and go on reading whole tables as it did while they were small. Answers how
 * many entries were sealed.
 */
export async function tend(ctx: SealingContext): Promise<number> {
  const sealed = await seal(ctx);
  if (sealed === 0) return 0;
  await ctx.db.transaction((tx) => foldCredits(tx));
  const size = await store.treeSize(ctx.db.read);
  if (size / SWEPT !== (size - BigInt(sealed)) / SWEPT) await store.sweepCredits(ctx.db.read);
  if (size >= SMALL && bits(size) !== bits(size - BigInt(sealed))) await store.countTables(ctx.db.read);
  return sealed;
}

async function sealedThrough(tx: Tx, seq: bigint): Promise<boolean> {
  await store.byIndex(tx);
  return store.sealedThrough(tx, seq);
}

async function sealChunk(tx: Tx, clock: Clock, { key, sign }: BookKey): Promise<number> {
  if (!(await store.lockSealing(tx))) return 0;
  await store.byIndex(tx);
  const { entries, below } = await store.unsealed(tx, CHUNK);
  if (entries.length === 0) return 0;
  const first = await store.treeSize(tx);
  const builder = await builderAt(tx, first);
  const nodes = entries.flatMap(({ leafHash }) => builder.push(leafHash));
  const root = builder.root();
  const note = signCheckpoint(builder.size, root, key, sign);
  const checkpoint = { size: builder.size, root, note, time: clock.now() };
  await store.appendLeaves(
    tx,
    first,
    entries.map(({ id }) => id),
    nodes,
    checkpoint,
  );
  if (below !== null) await store.rememberSealing(tx, below);
  return entries.length;
}

async function builderAt(tx: Tx, size: bigint): Promise<TreeBuilder> {
  const edge = edgeOf(size);
  const stored = new Map(
    (await store.nodesAt(tx, edge)).map((node) => [`${node.level}/${node.index}`, node]),
  );
  return new TreeBuilder(
    edge.map(({ level, index }): TreeNode => {
      const node = stored.get(`${level}/${index}`);
      if (!node) throw new Error(`the tree lacks node ${level}/${index}`);
      return node;
    }),
  );
}

export interface Sealer {
  /** Stops after a last sealing. */
  stop(): Promise<void>;
}

/** Between two looks, in milliseconds: well within the second that is promised. */
const PAUSE_MS = 300;

/**
 * Tends the book again and again. An error is handed to `onError` and the next round
 * tries again; entries wait meanwhile, nothing is lost.
 */
export function startSealer(
  ctx: SealingContext,
  onError: (error: unknown) => void = (error) =>
    console.error('sealing the book failed, will try again:', error),
): Sealer {
  let stopped = false;
  let wake = () => {};
  const round = async (): Promise<void> => {
    try {
      await tend(ctx);
    } catch (error) {
      onError(error);
    }
  };
  const loop = (async () => {
    while (!stopped) {
      await round();
      if (stopped) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PAUSE_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await round();
  })();
  return {
    async stop() {
      stopped = true;
      wake();
      await loop;
    },
  };
}
