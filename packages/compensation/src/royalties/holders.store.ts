import { and, eq, rows, sql, type Tx } from '@uncaged/platform';
import { royaltyHolders, royaltyPools } from '../tables.ts';
import type { Holding } from './holding.ts';

export type PoolKey = { modelId: string; currency: string };
export type HolderKey = PoolKey & { memberId: string };

const ofPool = ({ modelId, currency }: PoolKey) =>
  and(eq(royaltyHolders.modelId, modelId), eq(royaltyHolders.currency, currency));

type Row = typeof royaltyHolders.$inferSelect;
const holdingOf = ({ claimed, weight, since, carried }: Row): Holding => {
  return { claimed, weight, since: BigInt(since), carried: BigInt(carried) };
};

/** The holdings of a pool by member. */
export async function holdingsOf(tx: Tx, pool: PoolKey): Promise<Map<string, Holding>> {
  const found = await tx.select().from(royaltyHolders).where(ofPool(pool));
  return new Map(found.map((row) => [row.memberId, holdingOf(row)]));
}

export async function holdingOfMember(tx: Tx, key: HolderKey): Promise<Holding | null> {
  const [row] = await tx
    .select()
    .from(royaltyHolders)
    .where(and(ofPool(key), eq(royaltyHolders.memberId, key.memberId)));
  return row ? holdingOf(row) : null;
}

export async function storeHoldings(
  tx: Tx,
  pool: PoolKey,
  holdings: readonly { memberId: string; holding: Holding }[],
  settledAt: Date,
): Promise<void> {
  const written = holdings.map(({ memberId, holding }) => ({
    ...{ memberId, claimed: holding.claimed.toString(), weight: holding.weight.toString() },
    ...{ since: holding.since.toString(), carried: holding.carried.toString() },
  }));
  await tx.execute(sql`
    insert into royalty_holders (model_id, currency, member_id, claimed, weight, since, carried, settled_at)
    select ${pool.modelId}, ${pool.currency}, "memberId", claimed, weight, since, carried,
      ${settledAt.toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(written)}::text::jsonb)
      as h ("memberId" text, claimed bigint, weight bigint, since numeric, carried numeric)
    on conflict (model_id, currency, member_id) do update
      set claimed = excluded.claimed, weight = excluded.weight, since = excluded.since, carried = excluded.carried`);
}

export async function storeWeights(
  tx: Tx,
  { modelId, currency }: PoolKey,
  of: { works: bigint; weights: bigint },
): Promise<void> {
  await tx
    .update(royaltyPools)
    .set(of)
    .where(and(eq(royaltyPools.modelId, modelId), eq(royaltyPools.currency, currency)));
}

/** Writes down a payment; what stands of it in the pool goes down with it. */
export async function storePayment(
  tx: Tx,
  key: HolderKey,
  paid: { amount: bigint; after: Holding; at: Date },
): Promise<void> {
  await tx
    .update(royaltyHolders)
    .set({
      since: paid.after.since.toString(),
      carried: paid.after.carried.toString(),
      paid: sql`${royaltyHolders.paid} + ${paid.amount}`,
      settledAt: paid.at,
    })
    .where(and(ofPool(key), eq(royaltyHolders.memberId, key.memberId)));
  await tx
    .update(royaltyPools)
    .set({ paid: sql`${royaltyPools.paid} + ${paid.amount}` })
    .where(and(eq(royaltyPools.modelId, key.modelId), eq(royaltyPools.currency, key.currency)));
}

const owed = sql.raw('div(h.carried + h.weight * (p.index - h.since), 18446744073709551616)');

/** Who is owed at least one of the smallest coin, and was settled last before a moment; longest waiting first. */
export async function owedSince(tx: Tx, before: Date, limit: number): Promise<HolderKey[]> {
  return rows<HolderKey>(
    tx,
    sql`select h.model_id as "modelId", h.currency, h.member_id as "memberId"
      from royalty_holders h join royalty_pools p on p.model_id = h.model_id and p.currency = h.currency
      where h.settled_at < ${before.toISOString()}::timestamptz and ${owed} >= 1
      order by h.settled_at, h.model_id, h.member_id limit ${limit}`,
  );
}

export interface OwedRow extends PoolKey {
  claimed: bigint;
  weight: bigint;
  /** S of the pool */
  weights: bigint;
  /** in 2⁻⁶⁴ minor units */
  owed: string;
  paid: bigint;
}

/** What a member holds of every pool, what they are owed of it and what they got. */
export async function holdingsOfMember(tx: Tx, memberId: string): Promise<OwedRow[]> {
  return rows<OwedRow>(
    tx,
    sql`select h.model_id as "modelId", h.currency, h.claimed, h.weight, coalesce(p.weights, 0) as weights,
        (h.carried + h.weight * (p.index - h.since))::text as owed, h.paid
      from royalty_holders h join royalty_pools p on p.model_id = h.model_id and p.currency = h.currency
      where h.member_id = ${memberId} order by h.model_id, h.currency`,
  );
}

export interface PoolRow extends PoolKey {
  index: string;
  accrued: bigint;
  paid: bigint;
  works: bigint | null;
  weights: bigint | null;
}

export async function poolsOfModel(tx: Tx, modelId: string): Promise<PoolRow[]> {
  return rows<PoolRow>(
    tx,
    sql`select model_id as "modelId", currency, index::text as index, accrued, paid, works, weights
      from royalty_pools where model_id = ${modelId} order by currency`,
  );
}
