import type { Secrets, Tx } from '@uncaged/platform';
import { sameBytes } from './bytes.ts';
import { openCheckpoint } from './checkpoint.ts';
import * as store from './checks.store.ts';
import { everyEntry } from './entries.store.ts';
import { bookKey } from './key.ts';
import { commitmentOf, entryHash } from './leaf.ts';
import { TreeBuilder } from './merkle.ts';

export type Violation = store.Violation;

/** A named invariant. Other domains bring their own; `runChecks` runs them all. */
export interface Check {
  readonly name: string;
  /** What breaks it, at most a hundred; none when it holds. */
  run(tx: Tx, ctx: { readonly secrets: Secrets }): Promise<Violation[]>;
}

export interface Checked {
  readonly name: string;
  readonly ok: boolean;
  readonly violations: readonly Violation[];
}

/** The book's own invariants, each recomputed on another path than the one that wrote it. */
export const bookChecks: readonly Check[] = [
  { name: 'postings of an entry sum to zero', run: store.unbalancedEntries },
  { name: 'every posting has its entry', run: store.strayPostings },
  { name: 'balances are the sums of their postings', run: store.wrongBalances },
  { name: 'no account but the world’s was ever below zero', run: store.overdrawnAccounts },
  { name: 'positions are dense and leaves are their entries’', run: store.brokenPositions },
  { name: 'every leaf hash recomputes from what is stored', run: wrongLeaves },
  { name: 'every payload that is not erased opens its commitment', run: wrongCommitments },
  { name: 'every checkpoint is signed and is the root of its leaves', run: wrongCheckpoints },
];

/** Runs checks one after the other. */
export async function runChecks(
  tx: Tx,
  ctx: { readonly secrets: Secrets },
  checks: readonly Check[] = bookChecks,
): Promise<Checked[]> {
  const results: Checked[] = [];
  for (const check of checks) {
    const violations = await check.run(tx, ctx);
    results.push({ name: check.name, ok: violations.length === 0, violations });
  }
  return results;
}

async function wrongLeaves(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for await (const entry of everyEntry(tx)) {
    if (!sameBytes(entryHash(entry), entry.leafHash)) {
      found.push({ what: entry.id, detail: 'its columns hash to another leaf' });
    }
  }
  return found.slice(0, 100);
}

async function wrongCommitments(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for await (const { id, payload, salt, commitment } of everyEntry(tx)) {
    if (payload === null || salt === null) continue;
    if (!sameBytes(commitmentOf(salt, payload), commitment)) {
      found.push({ what: id, detail: 'payload and salt do not open the commitment' });
    }
  }
  return found.slice(0, 100);
}

async function wrongCheckpoints(tx: Tx, ctx: { readonly secrets: Secrets }): Promise<Violation[]> {
  const { key } = await bookKey(ctx.secrets);
  const found: Violation[] = [];
  const builder = new TreeBuilder();
  for (const { size, root, note } of await store.allCheckpoints(tx)) {
    while (builder.size < size) {
      const missing = size - builder.size;
      const leaves = await store.leafHashes(tx, builder.size, missing < 5000n ? Number(missing) : 5000);
      if (leaves.length === 0)
        return [...found, { what: String(size), detail: 'the tree is smaller than this' }];
      for (const { hash } of leaves) builder.push(hash);
    }
    const opened = openCheckpoint(note, key);
    if (!opened.ok) found.push({ what: String(size), detail: opened.code });
    else if (opened.checkpoint.size !== size || !sameBytes(opened.checkpoint.root, root)) {
      found.push({ what: String(size), detail: 'the signed note says something else' });
    }
    if (!sameBytes(builder.root(), root))
      found.push({ what: String(size), detail: 'not the root of its leaves' });
  }
  return found.slice(0, 100);
}
