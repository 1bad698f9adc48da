import { type Entry, record } from '@uncaged/book';
import { collectiveOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { atOneInstant, type GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import { royaltyDue } from './due-rule.ts';
import { type IndexStep, type PoolIndex, stepIndex } from './index-rule.ts';
import * as store from './royalties.store.ts';

export interface GenerationMade {
  generationId: string;
  modelId: string;
  /** the works in the model's dataset, each of weight 1: S of the index until the pool was weighed */
  works: bigint | number;
}

export interface Accrued {
  ok: true;
  /** what went into the pool: `due`, or 0 when the fund could not pay it or nobody holds a work */
  accrued: Minor;
  due: Minor;
  currency: string;
  /** null when policy pays nothing, or when this generation was settled before */
  entry: Entry | null;
}

/**
 * Pays what policy says a generation owes into its model's pool, out of the fund that policy names, and moves the
 * pool's index one step. Nothing is promised without money behind it: when the fund has too little, or no work
 * stands behind the model, nothing accrues and royalty.unfunded says so. At most once a generation. Never refuses:
 * a dry fund stops no clip.
 */
export async function accrueRoyalty(tx: Tx, given: GovernedContext, made: GenerationMade): Promise<Accrued> {
  const ctx = atOneInstant(given);
  const collective = await collectiveOf(tx);
  if (!collective) throw new Error('a generation was made where no collective was founded');
  const { currency } = collective;
  const { royalty } = ctx.policy.document.compensation;
  const due = royaltyDue(royalty);
  if (due === 0n) return { ok: true, accrued: 0n, due, currency, entry: null };
  const pool = await store.lockPool(tx, made.modelId, currency);
  const before = await store.accrualOf(tx, made.generationId);
  if (before)
    return { ok: true, accrued: before.amount, due: before.due, currency: before.currency, entry: null };
  const works = pool.weights ?? BigInt(made.works);
  const facts = { ...made, works, due, currency, fund: royalty.fund };
  const paid = works > 0n ? await payIntoPool(tx, ctx, facts, pool) : null;
  const settled = paid ?? { entry: await recordUnfunded(tx, ctx, facts), step: null };
  const { entry, step } = settled;
  const after = step?.after ?? pool;
  await store.insertAccrual(tx, {
    generationId: made.generationId,
    modelId: made.modelId,
    currency,
    amount: step?.amount ?? 0n,
    due,
    works,
    indexBefore: pool.index.toString(),
    indexAfter: after.index.toString(),
    remainderBefore: pool.remainder.toString(),
    remainderAfter: after.remainder.toString(),
    accruedAt: ctx.now,
    entryId: entry.id,
  });
  return { ok: true, accrued: step?.amount ?? 0n, due, currency, entry };
}

type Facts = {
  generationId: string;
  modelId: string;
  works: bigint;
  due: Minor;
  currency: string;
  fund: string;
};

/** The step as the entry holds it: integers as decimal strings, the index in 2⁻⁶⁴ minor units. */
export function stepPayload(step: IndexStep) {
  return {
    amount: step.amount.toString(),
    works: step.weights.toString(),
    indexBefore: step.before.index.toString(),
    indexAfter: step.after.index.toString(),
    remainderBefore: step.before.remainder.toString(),
    remainderAfter: step.after.remainder.toString(),
  };
}

async function payIntoPool(
  tx: Tx,
  ctx: GovernedContext,
  facts: Facts,
  pool: PoolIndex,
): Promise<{ entry: Entry; step: IndexStep } | null> {
  const { generationId, modelId, currency, due } = facts;
  const step = stepIndex(pool, due, facts.works);
  const recorded = await record(tx, ctx, {
    kind: 'royalty.accrued',
    actor: null,
    subject: `generation:${generationId}`,
    payload: { generationId, modelId, currency, ...stepPayload(step) },
    visibility: 'public',
    postings: [
      { account: `fund:${facts.fund}`, currency, amount: -due },
      { account: `pool:${modelId}`, currency, amount: due },
    ],
    idempotencyKey: `royalty:${generationId}`,
  });
  if (!recorded.ok) {
    if (recorded.code === 'insufficient_funds') return null;
    throw new Error(`the book refused royalty.accrued: ${recorded.code} ${recorded.what}`);
  }
  await store.storePool(tx, modelId, currency, step);
  return { entry: recorded.entry, step };
}

async function recordUnfunded(tx: Tx, ctx: GovernedContext, facts: Facts): Promise<Entry> {
  const { generationId, modelId, currency } = facts;
  return recordAllowed(tx, ctx, {
    kind: 'royalty.unfunded',
    actor: null,
    subject: `generation:${generationId}`,
    payload: { generationId, modelId, currency, due: facts.due.toString(), works: facts.works.toString() },
    visibility: 'public',
    idempotencyKey: `royalty:${generationId}`,
  });
}

export interface RoyaltyOfClip {
  generationId: string;
  modelId: string;
  currency: string;
  /** what policy said it owes, and what went into the pool */
  due: Minor;
  amount: Minor;
  /** S: the works it was shared among */
  works: bigint;
  /** in 2⁻⁶⁴ minor units */
  indexBefore: bigint;
  indexAfter: bigint;
  entryId: string;
  accruedAt: Date;
}

/** What a clip paid to the works behind its model; null where it owed nothing, or is not made yet. */
export async function royaltyOfClip(tx: Tx, generationId: string): Promise<RoyaltyOfClip | null> {
  const row = await store.accrualOf(tx, generationId);
  if (!row) return null;
  const { modelId, currency, due, amount, works, entryId, accruedAt } = row;
  return {
    ...{ generationId, modelId, currency, due, amount, works, entryId, accruedAt },
    ...{ indexBefore: BigInt(row.indexBefore), indexAfter: BigInt(row.indexAfter) },
  };
}
