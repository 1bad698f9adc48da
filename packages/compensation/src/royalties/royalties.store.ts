import { and, eq, sql, type Tx } from '@uncaged/platform';
import { royaltyAccruals, royaltyPools } from '../tables.ts';
import type { IndexStep, PoolIndex } from './index-rule.ts';

export type AccrualRow = typeof royaltyAccruals.$inferSelect;

export type LockedPool = PoolIndex & { works: bigint | null; weights: bigint | null };

/** The pool, with others kept from moving it until the transaction ends. Makes the pool when it is new. */
export async function lockPool(tx: Tx, modelId: string, currency: string): Promise<LockedPool> {
  await tx
    .insert(royaltyPools)
    .values({ modelId, currency, index: '0', remainder: '0', accrued: 0n })
    .onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(royaltyPools)
    .where(and(eq(royaltyPools.modelId, modelId), eq(royaltyPools.currency, currency)))
    .for('update');
  if (!row) throw new Error(`the royalty pool of model ${modelId} vanished under its lock`);
  const { works, weights } = row;
  return { index: BigInt(row.index), remainder: BigInt(row.remainder), works, weights };
}

export async function storePool(tx: Tx, modelId: string, currency: string, step: IndexStep): Promise<void> {
  await tx
    .update(royaltyPools)
    .set({
      index: step.after.index.toString(),
      remainder: step.after.remainder.toString(),
      accrued: sql`${royaltyPools.accrued} + ${step.amount}`,
    })
    .where(and(eq(royaltyPools.modelId, modelId), eq(royaltyPools.currency, currency)));
}

export async function accrualOf(tx: Tx, generationId: string): Promise<AccrualRow | null> {
  const [row] = await tx.select().from(royaltyAccruals).where(eq(royaltyAccruals.generationId, generationId));
  return row ?? null;
}

export async function insertAccrual(tx: Tx, row: AccrualRow): Promise<void> {
  await tx.insert(royaltyAccruals).values(row);
}
