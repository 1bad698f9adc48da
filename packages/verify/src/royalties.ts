import type { Json, Reader } from '@uncaged/book/rules';
import { indexUnit, shareOf } from '@uncaged/compensation/rules';
import { type Fields, isFields } from './entries.ts';
import { entriesOf, money } from './statement.ts';

/** What one clip paid to the works behind its model, as its entry says it, and what one holder's part of it is. */
export interface RoyaltyTold {
  entryId: string;
  position: bigint;
  generationId: string;
  modelId: string;
  currency: string;
  /** minor units that went into the pool */
  amount: bigint;
  /** S: works of weight 1 each */
  works: bigint;
  /** in 2⁻⁶⁴ minor units, owed to one unit of weight since the pool began */
  indexBefore: bigint;
  indexAfter: bigint;
  /** what a holder of so many works is owed of it: whole minor units, and the rest in 2⁻⁶⁴ of one */
  share: { weight: bigint; whole: bigint; rest: bigint };
}

/** How a clip was counted in its month, and what one holder's part of the month's sum is for it. */
export interface CountedTold {
  entryId: string;
  position: bigint;
  generationId: string;
  modelId: string;
  month: string;
  /** it was the nth clip of its model */
  place: bigint;
  /** what its model got when the month was shared; null where it was not yet, or nothing was set aside */
  shared: {
    entryId: string;
    currency: string;
    /** minor units: of the month, and of it to the model's pool */
    amount: bigint;
    modelAmount: bigint;
    /** clips of all models, and of this one */
    clips: bigint;
    modelClips: bigint;
    works: bigint;
    /** in 2⁻⁶⁴ minor units, owed to one unit of weight for all of its model's clips */
    moved: bigint;
    /** what a holder of so many works is owed for all of its model's clips: whole minor units, the rest in 2⁻⁶⁴ */
    share: { weight: bigint; whole: bigint; rest: bigint };
  } | null;
}

type Holder = bigint | { memberId: string };

/** What a clip has of the sum that the clips of its month share; null where the archive counts it in none. */
export async function countedIn(
  source: Reader,
  generationId: string,
  holder: Holder,
): Promise<CountedTold | null> {
  const weights = new Map<string, bigint>();
  let told: CountedTold | null = null;
  for await (const entry of entriesOf(source)) {
    const payload: Json = entry.opening?.payload ?? null;
    if (!isFields(payload)) continue;
    if (typeof holder !== 'bigint' && entry.kind === 'royalty.weighed')
      weigh(weights, payload, holder.memberId);
    if (entry.kind === 'royalty.counted' && entry.subject === `generation:${generationId}`)
      told = {
        ...{ entryId: entry.id, position: entry.position, generationId, shared: null },
        ...{ modelId: String(payload.modelId), month: String(payload.month) },
        place: BigInt(String(payload.clips)),
      };
    if (told && entry.kind === 'royalty.month-shared' && payload.month === told.month) {
      const weight =
        typeof holder === 'bigint' ? holder : (weights.get(`${told.modelId} ${payload.currency}`) ?? 0n);
      return { ...told, shared: sharedIn(entry.id, payload, { modelId: told.modelId, weight }) };
    }
  }
  return told;
}

function sharedIn(
  entryId: string,
  payload: Fields,
  of: { modelId: string; weight: bigint },
): CountedTold['shared'] {
  const models = Array.isArray(payload.models) ? payload.models.filter(isFields) : [];
  const own = models.find(({ modelId }) => modelId === of.modelId);
  const number = (from: Fields, name: string) => BigInt(String(from[name]));
  if (!own || number(own, 'amount') === 0n) return null;
  const [before, after] = [number(own, 'indexBefore'), number(own, 'indexAfter')];
  const { weight } = of;
  return {
    ...{ entryId, currency: String(payload.currency), amount: number(payload, 'amount') },
    ...{ modelAmount: number(own, 'amount'), modelClips: number(own, 'clips'), works: number(own, 'works') },
    clips: models.reduce((sum, one) => sum + number(one, 'clips'), 0n),
    moved: after - before,
    share: { weight, whole: shareOf(weight, before, after), rest: (weight * (after - before)) % indexUnit },
  };
}

/** What a member held of each pool when it was last weighed, by model and currency. */
function weigh(weights: Map<string, bigint>, payload: Json, memberId: string): void {
  if (!isFields(payload) || !Array.isArray(payload.holders)) return;
  for (const one of payload.holders)
    if (isFields(one) && one.memberId === memberId)
      weights.set(`${payload.modelId} ${payload.currency}`, BigInt(String(one.weight)));
}

/**
 * The royalty of one clip, for a holder of so many works, or for a member by what they held when it was made; null
 * where the archive has none.
 */
export async function royaltyIn(
  source: Reader,
  generationId: string,
  holder: Holder,
): Promise<RoyaltyTold | null> {
  const weights = new Map<string, bigint>();
  for await (const entry of entriesOf(source)) {
    const payload: Json = entry.opening?.payload ?? null;
    if (typeof holder !== 'bigint' && entry.kind === 'royalty.weighed')
      weigh(weights, payload, holder.memberId);
    if (entry.kind !== 'royalty.accrued' || entry.subject !== `generation:${generationId}`) continue;
    if (!isFields(payload)) throw new Error('the royalty’s payload is missing');
    const weight =
      typeof holder === 'bigint' ? holder : (weights.get(`${payload.modelId} ${payload.currency}`) ?? 0n);
    const number = (name: string) => BigInt(String(payload[name]));
    const [indexBefore, indexAfter] = [number('indexBefore'), number('indexAfter')];
    return {
      ...{ entryId: entry.id, position: entry.position, generationId },
      ...{ modelId: String(payload.modelId), currency: String(payload.currency) },
      ...{ amount: number('amount'), works: number('works'), indexBefore, indexAfter },
      share: {
        weight,
        whole: shareOf(weight, indexBefore, indexAfter),
        rest: (weight * (indexAfter - indexBefore)) % indexUnit,
      },
    };
  }
  return null;
}

/** One page on what a clip paid, and how anybody recomputes a holder's part of it. */
export function royaltyInWords(told: RoyaltyTold): string {
  const { generationId, amount, currency, modelId, works, indexBefore, indexAfter, share } = told;
  const moved = indexAfter - indexBefore;
  return `Clip ${generationId} paid ${money(amount, currency)} ${currency} to the works behind ${modelId}.

It stands in the book as entry ${told.entryId}, leaf ${told.position}. The entry says:
  works         ${works}, each of weight 1
  index before  ${indexBefore}
  index after   ${indexAfter}

The index is what one work has been owed since the pool began, in 2^-64 of the smallest coin. It moved by
(${amount} * 2^64 + what was left over before) div ${works} = ${moved}.

Whoever holds ${share.weight} of these works is owed ${share.weight} * ${moved} / 2^64
  = ${share.whole} of the smallest coin, and ${share.rest} / 2^64 of one more, which adds up with the next clips.`;
}

/** The same page on the sum that the clips of its month shared. */
export function countedInWords(told: CountedTold): string {
  const { generationId, month, modelId, place, shared } = told;
  const counted = `Clip ${generationId} was counted in ${month} as clip ${place} of ${modelId}.

It stands in the book as entry ${told.entryId}, leaf ${told.position}.`;
  if (!shared) return `${counted} Nothing of that month was shared among its works yet, or ever.`;
  const { amount, currency, clips, modelClips, modelAmount, works, moved, share } = shared;
  return `${counted} The month was shared by entry ${shared.entryId}:
  set aside     ${money(amount, currency)} ${currency}, by ${clips} clips of all models
  ${modelId.padEnd(13)} ${modelClips} clips, so ${money(modelAmount, currency)} ${currency} to its works (largest remainder)
  works         ${works}, each of weight 1

The index of ${modelId} moved by (${modelAmount} * 2^64 + what was left over before) div ${works} = ${moved}.

Whoever holds ${share.weight} of these works is owed ${share.weight} * ${moved} / 2^64
  = ${share.whole} of the smallest coin, and ${share.rest} / 2^64 of one more, for all ${modelClips} clips alike.`;
}
