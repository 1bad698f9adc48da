import { balanceOf, type Entry, type Posting, record } from '@uncaged/book';
import { collectiveOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { atOneInstant, type GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import { monthlyDue } from './due-rule.ts';
import { type IndexStep, stepIndex } from './index-rule.ts';
import { endOfMonth, monthAccount, monthAfter, monthOf, sharesOfMonth } from './month-rule.ts';
import * as store from './months.store.ts';
import { type LockedPool, lockPool, storePool } from './royalties.store.ts';
import { type GenerationMade, stepPayload } from './royalties.ts';

/**
 * Counts a clip in its month, where policy has the clips of a month share a sum; answers the entry royalty.counted, or
 * null where there is no such sum, no work stands behind the model, or the clip was counted before. A clip that comes
 * after its month was shared counts in the next. Before `accrueRoyalty` in one transaction: months are locked before
 * pools.
 */
export async function countClip(tx: Tx, given: GovernedContext, made: GenerationMade): Promise<Entry | null> {
  const ctx = atOneInstant(given);
  const { generationId, modelId } = made;
  const works = BigInt(made.works);
  if (works === 0n || monthlyDue(ctx.policy.document.compensation.royalty) === 0n) return null;
  if (await store.countedOf(tx, generationId)) return null;
  const month = await openFrom(tx, monthOf(ctx.now));
  const place = await store.countOne(tx, { month, modelId, works });
  const entry = await recordAllowed(tx, ctx, {
    kind: 'royalty.counted',
    actor: null,
    subject: `generation:${generationId}`,
    payload: { generationId, modelId, month, works: works.toString(), clips: place.toString() },
    visibility: 'public',
    idempotencyKey: `royalty-counted:${generationId}`,
  });
  await store.insertCounted(tx, {
    ...{ generationId, month, modelId, place },
    ...{ countedAt: ctx.now, entryId: entry.id },
  });
  return entry;
}

/** The first month from this one on that was not shared, kept from being shared until the transaction ends. */
async function openFrom(tx: Tx, month: string): Promise<string> {
  await store.beginMonth(tx, month);
  const { sharedAt } = await store.lockMonth(tx, month, 'share');
  return sharedAt === null ? month : openFrom(tx, monthAfter(month));
}

/** The month for which a sum is to be set aside: this one, where policy names a sum and the fund holds it. */
export async function monthToOpen(tx: Tx, ctx: GovernedContext & { now: Date }): Promise<string[]> {
  const { royalty } = ctx.policy.document.compensation;
  const due = monthlyDue(royalty);
  if (due === 0n) return [];
  const month = monthOf(ctx.now);
  const row = await store.monthRow(tx, month);
  if (row && (row.amount !== null || row.sharedAt !== null)) return [];
  const collective = await collectiveOf(tx);
  if (!collective) return [];
  return (await balanceOf(tx, `fund:${royalty.fund}`, collective.currency)) >= due ? [month] : [];
}

/** Sets a month's sum aside, out of the fund that policy names; false where that was done, or the fund holds less. */
export async function openMonth(tx: Tx, given: GovernedContext, month: string): Promise<boolean> {
  const ctx = atOneInstant(given);
  const collective = await collectiveOf(tx);
  if (!collective) throw new Error('a month was opened where no collective was founded');
  const { currency } = collective;
  const { royalty } = ctx.policy.document.compensation;
  const amount = monthlyDue(royalty);
  await store.beginMonth(tx, month);
  const row = await store.lockMonth(tx, month, 'update');
  if (row.amount !== null || row.sharedAt !== null) return false;
  const recorded = await record(tx, ctx, {
    kind: 'royalty.month-opened',
    actor: null,
    subject: `month:${month}`,
    payload: { month, currency, amount: amount.toString(), fund: royalty.fund },
    visibility: 'public',
    postings: [
      { account: `fund:${royalty.fund}`, currency, amount: -amount },
      { account: monthAccount(month), currency, amount },
    ],
    idempotencyKey: `royalty-month:${month}`,
  });
  if (!recorded.ok) {
    if (recorded.code === 'insufficient_funds') return false;
    throw new Error(`the book refused royalty.month-opened: ${recorded.code} ${recorded.what}`);
  }
  await store.storeOpened(tx, month, {
    ...{ currency, fund: royalty.fund, amount },
    openedEntryId: recorded.entry.id,
  });
  return true;
}

/** Months that are over and wait to be shared, oldest first. */
export function monthsOver(tx: Tx, now: Date): Promise<string[]> {
  return store.monthsToShare(tx, monthOf(now));
}

interface ModelShare {
  modelId: string;
  clips: bigint;
  /** of its pool's index; null where it gets nothing */
  step: IndexStep | null;
}

/**
 * Shares a month's sum among the models by their clips, into their pools, or back into its fund where nobody may get
 * any. One entry, royalty.month-shared, says all of it; false where the month was shared before.
 */
export async function shareMonth(tx: Tx, given: GovernedContext, month: string): Promise<boolean> {
  const ctx = atOneInstant(given);
  if (ctx.now < endOfMonth(month)) throw new Error(`the month ${month} is not over`);
  const row = await store.lockMonth(tx, month, 'update');
  if (row.sharedAt !== null) return false;
  const { amount, currency, fund } = row;
  const shared =
    amount === null || currency === null || fund === null
      ? { models: await unpaid(tx, month), returned: 0n, postings: [] }
      : await paid(tx, { month, amount, currency, fund });
  const entry = await recordAllowed(tx, ctx, {
    kind: 'royalty.month-shared',
    actor: null,
    subject: `month:${month}`,
    payload: {
      month,
      currency,
      amount: (amount ?? 0n).toString(),
      returned: shared.returned.toString(),
      models: shared.models.map(({ modelId, clips, step }) => {
        return { modelId, clips: clips.toString(), ...(step ? stepPayload(step) : { amount: '0' }) };
      }),
    },
    visibility: 'public',
    postings: shared.postings,
    idempotencyKey: `royalty-shared:${month}`,
  });
  for (const { modelId, step } of shared.models)
    if (step && currency !== null) {
      await storePool(tx, modelId, currency, step);
      await store.storeShare(tx, { month, modelId }, step);
    }
  const { returned } = shared;
  await store.storeShared(tx, month, { returned, sharedAt: ctx.now, sharedEntryId: entry.id });
  return true;
}

interface Shared {
  models: ModelShare[];
  returned: Minor;
  postings: Posting[];
}

/** A month for which nothing was set aside: what was counted is written down all the same. */
async function unpaid(tx: Tx, month: string): Promise<ModelShare[]> {
  const models = await store.modelsOfMonth(tx, month);
  return models.map(({ modelId, clips }) => ({ modelId, clips, step: null }));
}

async function paid(
  tx: Tx,
  { month, amount, currency, fund }: { month: string; amount: Minor; currency: string; fund: string },
): Promise<Shared> {
  const models: { modelId: string; clips: bigint; pool: LockedPool; weights: bigint }[] = [];
  // Sorted by model, as every other who locks more than one pool must.
  for (const { modelId, clips, works } of await store.modelsOfMonth(tx, month)) {
    const pool = await lockPool(tx, modelId, currency);
    models.push({ modelId, clips, pool, weights: pool.weights ?? works });
  }
  const { shares, returned } = sharesOfMonth(amount, models);
  const postings: Posting[] = [{ account: monthAccount(month), currency, amount: -amount }];
  if (returned > 0n) postings.push({ account: `fund:${fund}`, currency, amount: returned });
  const stepped = models.map(({ modelId, clips, pool, weights }, at) => {
    const share = shares[at] ?? 0n;
    if (share > 0n) postings.push({ account: `pool:${modelId}`, currency, amount: share });
    return { modelId, clips, step: share > 0n ? stepIndex(pool, share, weights) : null };
  });
  return { models: stepped, returned, postings };
}

/** How a clip stands in its month: which of its model's clips it was, and what they got. */
export interface CountedClip {
  month: string;
  modelId: string;
  entryId: string;
  countedAt: Date;
  /** it was the nth of its model's clips */
  place: bigint;
  /** clips of its model, and of all models, so far or when the month was shared */
  ofModel: bigint;
  ofAll: bigint;
  currency: string | null;
  /** what was set aside for the month; null where the fund could not yet */
  amount: Minor | null;
  /** what its model's pool got of it; null until the month is shared */
  modelAmount: Minor | null;
  /** S when it was shared */
  weights: bigint | null;
  sharedEntryId: string | null;
}

/** How a clip was counted in its month; null where it was not. */
export async function countedClip(tx: Tx, generationId: string): Promise<CountedClip | null> {
  const row = await store.countedOf(tx, generationId);
  if (!row) return null;
  const { month, modelId, place, entryId, countedAt } = row;
  const of = await store.monthRow(tx, month);
  const models = await store.modelsOfMonth(tx, month);
  const own = models.find((one) => one.modelId === modelId);
  if (!of || !own) throw new Error(`clip ${generationId} is counted in a month that is not there`);
  return {
    ...{ month, modelId, entryId, countedAt, place, ofModel: own.clips },
    ofAll: models.reduce((sum, { clips }) => sum + clips, 0n),
    ...{ currency: of.currency, amount: of.amount, sharedEntryId: of.sharedEntryId },
    modelAmount: of.sharedAt === null ? null : (own.amount ?? 0n),
    weights: own.weights,
  };
}
