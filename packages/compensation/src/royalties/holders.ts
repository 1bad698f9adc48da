import type { Entry } from '@uncaged/book';
import { collectiveOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { atOneInstant, type GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import * as store from './holders.store.ts';
import { type Holding, noHolding, paidAt, weighedAt, weightsOf } from './holding.ts';
import { lockPool } from './royalties.store.ts';

/** Whose works taught a model, by member; each work has weight 1. */
export interface ModelHoldings {
  modelId: string;
  /** all works of its dataset */
  works: bigint;
  /** works that are this member's, and those of them that are paid for now */
  holders: readonly { memberId: string; claimed: bigint; weight: bigint }[];
}

/** Members in one entry, so that it stays a page. */
const inOneEntry = 500;

/**
 * Weighs a model's pool anew: a checkpoint of what everybody is owed so far, and from here on they are paid by the new
 * weights. Only who changed is written; nothing is where nothing changed. Answers the entries royalty.weighed.
 * Throws where a member's works became fewer, or are more than the model's: works are never unclaimed.
 */
export async function weighPool(
  tx: Tx,
  given: GovernedContext,
  { modelId, works, holders }: ModelHoldings,
): Promise<Entry[]> {
  const ctx = atOneInstant(given);
  const collective = await collectiveOf(tx);
  if (!collective) throw new Error('a pool was weighed where no collective was founded');
  if (holders.length === 0) return [];
  const key = { modelId, currency: collective.currency };
  const pool = await lockPool(tx, modelId, key.currency);
  const holdings = await store.holdingsOf(tx, key);
  const changed = holders.filter(({ memberId, claimed, weight }) => {
    const before = holdings.get(memberId) ?? noHolding;
    return before.claimed !== claimed || before.weight !== weight;
  });
  if (changed.length === 0) return [];
  const entries: Entry[] = [];
  for (let at = 0; at < changed.length; at += inOneEntry) {
    const part = changed.slice(at, at + inOneEntry);
    const stored = part.map(({ memberId, claimed, weight }) => {
      const holding = weighedAt(holdings.get(memberId) ?? noHolding, pool.index, { claimed, weight });
      if (!holding) throw new Error(`the works of ${memberId} behind ${modelId} cannot be weighed so`);
      holdings.set(memberId, holding);
      return { memberId, holding };
    });
    const weights = weightsOf(works, holdings.values());
    if (weights < 0n || claimedOf(holdings) > works)
      throw new Error(`more works were claimed than taught ${modelId}`);
    await store.storeWeights(tx, key, { works, weights });
    await store.storeHoldings(tx, key, stored, ctx.now);
    entries.push(
      await recordAllowed(tx, ctx, {
        kind: 'royalty.weighed',
        actor: null,
        subject: `model:${modelId}`,
        payload: {
          ...key,
          index: pool.index.toString(),
          works: works.toString(),
          weights: weights.toString(),
          holders: part.map(({ memberId, claimed, weight }) => {
            return { memberId, claimed: claimed.toString(), weight: weight.toString() };
          }),
        },
        visibility: 'public',
      }),
    );
  }
  return entries;
}

function claimedOf(holdings: ReadonlyMap<string, Holding>): bigint {
  let claimed = 0n;
  for (const holding of holdings.values()) claimed += holding.claimed;
  return claimed;
}

/** Whose royalties are paid at a moment: all that were settled last before its month began, in UTC. */
export function royaltiesDue(tx: Tx, now: Date, limit: number): Promise<store.HolderKey[]> {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  return store.owedSince(tx, month, limit);
}

/**
 * Pays a member what a pool owes them, in whole minor units; the rest is carried. False where that is nothing. The
 * pool holds it: no more is owed than was accrued.
 */
export async function payRoyalty(tx: Tx, given: GovernedContext, key: store.HolderKey): Promise<boolean> {
  const ctx = atOneInstant(given);
  const { modelId, currency, memberId } = key;
  const pool = await lockPool(tx, modelId, currency);
  const before = await store.holdingOfMember(tx, key);
  if (!before) return false;
  const { amount, after } = paidAt(before, pool.index);
  if (amount === 0n) return false;
  await recordAllowed(tx, ctx, {
    kind: 'royalty.paid',
    actor: null,
    subject: `model:${modelId}`,
    payload: {
      ...key,
      amount: amount.toString(),
      weight: before.weight.toString(),
      indexBefore: before.since.toString(),
      indexAfter: after.since.toString(),
      carriedBefore: before.carried.toString(),
      carriedAfter: after.carried.toString(),
    },
    visibility: 'public',
    postings: [
      { account: `pool:${modelId}`, currency, amount: -amount },
      { account: `member:${memberId}`, currency, amount },
    ],
  });
  await store.storePayment(tx, key, { amount, after, at: ctx.now });
  return true;
}

export type OwedOfPool = store.OwedRow;

/** What a member holds of every model's pool: works, what waits to be paid, and what was. */
export function royaltiesOfMember(tx: Tx, memberId: string): Promise<OwedOfPool[]> {
  return store.holdingsOfMember(tx, memberId);
}

export interface PoolState {
  modelId: string;
  currency: string;
  /** minor units that went in, and that went out to members */
  accrued: Minor;
  paid: Minor;
  /** in 2⁻⁶⁴ minor units */
  index: bigint;
  /** works behind the model, and those of them that are paid for; null before it was weighed */
  works: bigint | null;
  weights: bigint | null;
}

/** A model's pools, one a currency. */
export async function poolsOf(tx: Tx, modelId: string): Promise<PoolState[]> {
  const found = await store.poolsOfModel(tx, modelId);
  return found.map((pool) => ({ ...pool, index: BigInt(pool.index) }));
}

/** Who holds works of a model, one list a currency of its pools that were weighed. */
export async function holdersOfModel(
  tx: Tx,
  modelId: string,
): Promise<{ currency: string; holders: { memberId: string; claimed: bigint; weight: bigint }[] }[]> {
  const lists = [];
  for (const { currency, weights } of await poolsOf(tx, modelId)) {
    if (weights === null) continue;
    const holdings = await store.holdingsOf(tx, { modelId, currency });
    lists.push({ currency, holders: [...holdings].map(([memberId, held]) => ({ memberId, ...held })) });
  }
  return lists;
}
