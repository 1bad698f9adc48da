import { allocate } from '@uncaged/book/rules';
import type { Minor } from '../money.ts';

/** The month of a moment in UTC, as 2026-11. */
export function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}

/** When a month is over: the first moment of the next one, in UTC. Throws for what is no month. */
export function endOfMonth(month: string): Date {
  const begins = new Date(`${month}-01T00:00:00.000Z`);
  if (Number.isNaN(begins.getTime())) throw new RangeError(`${month} is no month`);
  return new Date(Date.UTC(begins.getUTCFullYear(), begins.getUTCMonth() + 1, 1));
}

/** The month after, as 2026-12 after 2026-11. */
export function monthAfter(month: string): string {
  return monthOf(endOfMonth(month));
}

/** The account where a month's sum waits until it is shared. */
export function monthAccount(month: string): string {
  return `escrow:royalties-${month}`;
}

export interface ClipsOfModel {
  modelId: string;
  /** of this month */
  clips: bigint;
  /** S of its pool when the month is shared: a model whose works are all taken back gets nothing */
  weights: bigint;
}

/**
 * What each model gets of a month's sum: by its clips, by largest remainder, ties to the id that sorts first. The sum
 * goes back where no model may get any. In the order asked.
 */
export function sharesOfMonth(
  amount: Minor,
  models: readonly ClipsOfModel[],
): { shares: Minor[]; returned: Minor } {
  const parts = allocate(
    amount,
    models.map(({ modelId, clips, weights }) => ({ key: modelId, weight: weights > 0n ? clips : 0n })),
  );
  if (!parts.ok) return { shares: models.map(() => 0n), returned: amount };
  return { shares: parts.allotments.map((one) => one.amount), returned: 0n };
}
