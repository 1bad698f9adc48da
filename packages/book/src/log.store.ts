import { rows, sql, type Tx } from '@uncaged/platform';
import { toHex } from './bytes.ts';
import type { NodeAt, TreeNode } from './merkle.ts';

export interface StoredCheckpoint {
  size: bigint;
  root: Uint8Array;
  /** C2SP signed note. */
  note: string;
  time: Date;
}

/** Takes the one sealer's lock until the transaction ends; false when another process holds it. */
export async function lockSealing(tx: Tx): Promise<boolean> {
  const [row] = await rows<{ locked: boolean }>(tx, sql`select pg_try_advisory_xact_lock(7202) as locked`);
  return row?.locked ?? false;
}

/**
 * For the rest of this transaction the database goes by indexes. What is not sealed yet is a handful of a great many:
 * it cannot know that, and would read all entries and leaves each time.
 */
export async function byIndex(tx: Tx): Promise<void> {
  await tx.execute(
    sql`select set_config(name, 'off', true)
        from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) as setting (name)`,
  );
}

/**
 * Entries that stand in no leaf, in causal order, up to the first whose transaction number is not yet below every
 * running one. A transaction numbered later may have been first to commit what an earlier numbered one then built on
 * (a deposit that a clip's royalty spends): taking the second without the first would turn cause and effect round in
 * the log. `below`: up to where this look reached, for `rememberSealing`; null when something was left.
 */
export async function unsealed(
  tx: Tx,
  limit: number,
): Promise<{ entries: { id: string; leafHash: Uint8Array }[]; below: string | null }> {
  const found = await rows<{ id: string; leafHash: Uint8Array; ended: boolean; below: string }>(
    tx,
    sql`with looked as (select pg_snapshot_xmin(pg_current_snapshot()) as below)
        select e.id, e.leaf_hash as "leafHash", e.xid < looked.below as ended, looked.below::text as below
        from looked, book_entries e
        where e.xid >= (select sealed_below from book_sealing)
          and not exists (select from book_leaves l where l.entry_id = e.id)
        -- Not by the index of the order, which begins with all that is sealed.
        order by e.seq + 0 limit ${limit}`,
  );
  const running = found.findIndex(({ ended }) => !ended);
  const entries = running < 0 ? found : found.slice(0, running);
  return {
    entries,
    below: entries.length < found.length || found.length === limit ? null : (found[0]?.below ?? null),
  };
}

/** Remembers that no unsealed entry is left below this transaction. */
export async function rememberSealing(tx: Tx, below: string): Promise<void> {
  await tx.execute(sql`update book_sealing set sealed_below = ${below}::text::xid8`);
}

/** Count of leaves. */
export async function treeSize(tx: Tx): Promise<bigint> {
  const [row] = await rows<{ size: bigint }>(
    tx,
    sql`select coalesce(max(position) + 1, 0)::int8 as size from book_leaves`,
  );
  return row?.size ?? 0n;
}

/** Appends leaves from position `first` on, the subtrees they complete, and the checkpoint over them. */
export async function appendLeaves(
  tx: Tx,
  first: bigint,
  entryIds: readonly string[],
  nodes: readonly TreeNode[],
  checkpoint: StoredCheckpoint,
): Promise<void> {
  await tx.execute(
    sql`insert into book_leaves (position, entry_id, leaf_hash)
        select ${first}::int8 + given.n - 1, e.id, e.leaf_hash
        from jsonb_array_elements_text(${JSON.stringify(entryIds)}::text::jsonb) with ordinality as given (id, n)
        join book_entries e on e.id = given.id`,
  );
  const complete = nodes.map(({ level, index, hash }) => ({
    level,
    index: index.toString(),
    hash: toHex(hash),
  }));
  await tx.execute(
    sql`insert into book_nodes (level, index, hash)
        select level, index, decode(hash, 'hex')
        from jsonb_to_recordset(${JSON.stringify(complete)}::text::jsonb) as n (level smallint, index int8, hash text)`,
  );
  const { size, root, note, time } = checkpoint;
  await tx.execute(
    sql`insert into book_checkpoints (size, root, note, "time")
        values (${size}, decode(${toHex(root)}, 'hex'), ${note}, ${time.toISOString()}::timestamptz)`,
  );
}

/** Stored hashes of complete subtrees; those not stored are missing from the answer. */
export async function nodesAt(tx: Tx, wanted: readonly NodeAt[]): Promise<TreeNode[]> {
  if (wanted.length === 0) return [];
  const asked = wanted.map(({ level, index }) => ({ level, index: index.toString() }));
  return rows<TreeNode>(
    tx,
    sql`with asked as (
          select * from jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb) as a (level int, index int8)
        )
        select a.level, a.index, coalesce(n.hash, l.leaf_hash) as hash
        from asked a
        left join book_nodes n on a.level > 0 and n.level = a.level and n.index = a.index
        left join book_leaves l on a.level = 0 and l.position = a.index
        where coalesce(n.hash, l.leaf_hash) is not null`,
  );
}

/** The newest checkpoint, or null before the first sealing. */
export async function newestCheckpoint(tx: Tx): Promise<StoredCheckpoint | null> {
  const [row] = await rows<StoredCheckpoint>(
    tx,
    sql`select size, root, note, "time" from book_checkpoints order by size desc limit 1`,
  );
  return row ?? null;
}

/** The first checkpoint over an entry; null until it is sealed. */
export async function checkpointOver(tx: Tx, entryId: string): Promise<StoredCheckpoint | null> {
  const [row] = await rows<StoredCheckpoint>(
    tx,
    sql`select c.size, c.root, c.note, c."time" from book_leaves l join book_checkpoints c on c.size > l.position
        where l.entry_id = ${entryId} order by c.size limit 1`,
  );
  return row ?? null;
}

/** The causal number of the newest entry; 0 in an empty book. */
export async function newestSeq(tx: Tx): Promise<bigint> {
  const [row] = await rows<{ seq: bigint }>(
    tx,
    sql`select coalesce(max(seq), 0)::int8 as seq from book_entries`,
  );
  return row?.seq ?? 0n;
}

/** Whether every entry up to this causal number is sealed. */
export async function sealedThrough(tx: Tx, seq: bigint): Promise<boolean> {
  const [row] = await rows<{ open: boolean }>(
    tx,
    sql`select exists (
          select from book_entries e
          where e.xid >= (select sealed_below from book_sealing) and e.seq + 0 <= ${seq}
            and not exists (select from book_leaves l where l.entry_id = e.id)
        ) as open`,
  );
  return !row?.open;
}

/** Has the database look at its tables, so that it chooses by what stands there. Owners only; for others nothing happens. */
export async function countTables(tx: Tx): Promise<void> {
  await tx.execute(sql`analyze`);
}

/** Clears away credits that were added up, and balances as they were. Outside any transaction; owners only, as above. */
export async function sweepCredits(tx: Tx): Promise<void> {
  await tx.execute(sql`vacuum (analyze) book_credits`);
  await tx.execute(sql`vacuum (analyze) book_balances`);
}
