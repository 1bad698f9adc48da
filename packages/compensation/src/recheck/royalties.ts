import { type Holding, noHolding, paidAt, weighedAt, weightsOf } from '../royalties/holding.ts';
import { emptyPool, type IndexStep, stepHolds } from '../royalties/index-rule.ts';
import {
  type Fields,
  type Finding,
  fields,
  idOf,
  isFields,
  list,
  moves,
  type ReadEntry,
  type Rule,
  type Seen,
  type SeenPool,
  text,
} from './seen.ts';

export const number = (payload: Fields, name: string) => BigInt(text(payload, name));
const keyOf = (modelId: string, currency: string) => `${modelId} ${currency}`;

/** The pool an entry is about, as the log has left it. */
function poolOf(seen: Seen, payload: Fields): SeenPool {
  return poolNamed(seen, text(payload, 'modelId'), text(payload, 'currency'));
}

export function poolNamed({ pools }: Seen, modelId: string, currency: string): SeenPool {
  const key = keyOf(modelId, currency);
  const there = pools.get(key) ?? { ...emptyPool, weighed: null, holdings: new Map<string, Holding>() };
  pools.set(key, there);
  return there;
}

export function weightsIn({ pools }: Seen, modelId: string, currency: string): bigint | null {
  return pools.get(keyOf(modelId, currency))?.weighed?.weights ?? null;
}

function accrued(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const pool = poolOf(seen, payload);
  const step = stepOf(pool, payload);
  if (typeof step === 'string') return step;
  const { amount } = step;
  const account = `pool:${text(payload, 'modelId')}`;
  const [payer] = entry.postings.filter((posting) => posting.amount < 0n);
  if (
    !payer?.account.startsWith('fund:') ||
    !moves(entry, payer.account, account, amount, text(payload, 'currency'))
  )
    return 'does not pay into the pool what it accrues';
  Object.assign(pool, step.after);
  return null;
}

/** The step that these words describe, from where the pool stands; or why it is none. */
export function stepOf(pool: SeenPool, payload: Fields): IndexStep | string {
  const before = { index: number(payload, 'indexBefore'), remainder: number(payload, 'remainderBefore') };
  const after = { index: number(payload, 'indexAfter'), remainder: number(payload, 'remainderAfter') };
  const [amount, weights] = [number(payload, 'amount'), number(payload, 'works')];
  if (before.index !== pool.index || before.remainder !== pool.remainder)
    return 'does not start where the pool stood';
  if (pool.weighed && pool.weighed.weights !== weights)
    return 'is shared among other works than are paid for';
  const step = { amount, weights, before, after };
  return stepHolds(step) ? step : 'does not follow from the index rule';
}

/** A checkpoint: who holds how many of a model's works from here on. */
function weighed(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const pool = poolOf(seen, payload);
  const works = number(payload, 'works');
  if (text(payload, 'modelId') !== idOf(entry) || entry.postings.length > 0)
    return 'is about another model, or moves money';
  if (number(payload, 'index') !== pool.index) return 'is not weighed where the pool stands';
  if (pool.weighed && pool.weighed.works !== works) return 'says that other works taught the model';
  for (const one of list(payload, 'holders')) {
    if (!isFields(one)) throw new Error('its list of holders has none');
    const memberId = text(one, 'memberId');
    const now = { claimed: number(one, 'claimed'), weight: number(one, 'weight') };
    const holding = weighedAt(pool.holdings.get(memberId) ?? noHolding, pool.index, now);
    if (!holding) return 'takes works away from a member, or pays for more than are theirs';
    pool.holdings.set(memberId, holding);
  }
  const weights = weightsOf(works, pool.holdings.values());
  let claimed = 0n;
  for (const holding of pool.holdings.values()) claimed += holding.claimed;
  if (claimed > works) return 'gives members more works than taught the model';
  if (weights !== number(payload, 'weights')) return 'does not add up to what is paid for';
  pool.weighed = { works, weights };
  return null;
}

/** What a member is paid out of a pool follows from their works and the way its index went. */
function paid(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const pool = poolOf(seen, payload);
  const memberId = text(payload, 'memberId');
  const holding = pool.holdings.get(memberId);
  if (!holding) return 'pays a member who holds no work of the model';
  const { amount, after } = paidAt(holding, pool.index);
  const says =
    number(payload, 'weight') === holding.weight &&
    number(payload, 'indexBefore') === holding.since &&
    number(payload, 'indexAfter') === after.since &&
    number(payload, 'carriedBefore') === holding.carried &&
    number(payload, 'carriedAfter') === after.carried;
  if (!says || amount !== number(payload, 'amount') || amount <= 0n)
    return 'does not follow from what the member holds';
  pool.holdings.set(memberId, after);
  const currency = text(payload, 'currency');
  return moves(entry, `pool:${text(payload, 'modelId')}`, `member:${memberId}`, amount, currency)
    ? null
    : 'does not pay the member what they are owed';
}

export const royaltyRules: Readonly<Record<string, Rule>> = {
  'royalty.accrued': accrued,
  'royalty.weighed': weighed,
  'royalty.paid': paid,
};
