import type { Posting } from '@uncaged/book/rules';
import { endOfMonth, monthAccount, monthAfter, monthOf, sharesOfMonth } from '../royalties/month-rule.ts';
import { number, poolNamed, stepOf } from './royalties.ts';
import {
  type Finding,
  fields,
  idOf,
  isFields,
  list,
  moves,
  type ReadEntry,
  type Rule,
  type Seen,
  type SeenMonth,
  samePostings,
  text,
} from './seen.ts';

function monthNamed({ months }: Seen, month: string): SeenMonth {
  const known = months.get(month);
  if (known) return known;
  const there = { ends: endOfMonth(month), held: null, counted: new Map(), shared: false, over: null };
  months.set(month, there);
  return there;
}

/** A clip counts in its own month, or in the first one after it that was not shared. */
function counted(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const month = text(payload, 'month');
  let own = monthOf(entry.time);
  while (seen.months.get(own)?.shared) own = monthAfter(own);
  if (month !== own) return 'counts in another month than its own';
  const models = monthNamed(seen, month).counted;
  const modelId = text(payload, 'modelId');
  const before = models.get(modelId) ?? { clips: 0n, works: number(payload, 'works') };
  if (number(payload, 'clips') !== before.clips + 1n) return 'is not the next clip of its model';
  if (number(payload, 'works') !== before.works) return 'says that other works taught its model';
  models.set(modelId, { ...before, clips: before.clips + 1n });
  return entry.postings.length > 0 ? 'moves money' : null;
}

function opened(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const month = text(payload, 'month');
  if (idOf(entry) !== month || monthOf(entry.time) !== month) return 'is for another month than its own';
  const there = monthNamed(seen, month);
  if (there.held || there.shared) return 'sets money aside twice for one month';
  const [amount, currency] = [number(payload, 'amount'), text(payload, 'currency')];
  const fund = text(payload, 'fund');
  there.held = { amount, currency, fund };
  return amount > 0n && moves(entry, `fund:${fund}`, monthAccount(month), amount, currency)
    ? null
    : 'does not set aside what it says';
}

/** A month's sum goes to the pools of the models that made its clips, by how many; or back where none may get any. */
function shared(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const month = text(payload, 'month');
  if (idOf(entry) !== month || entry.time < endOfMonth(month)) return 'shares a month that is not over';
  const there = monthNamed(seen, month);
  if (there.shared) return 'shares a month twice';
  there.shared = true;
  const { held } = there;
  const amount = held?.amount ?? 0n;
  const ids = [...there.counted.keys()].sort();
  const models = ids.map((modelId) => {
    const { clips, works } = there.counted.get(modelId) ?? { clips: 0n, works: 0n };
    const pool = held && poolNamed(seen, modelId, held.currency);
    return { modelId, clips, pool, weights: pool?.weighed?.weights ?? works };
  });
  const { shares, returned } = sharesOfMonth(amount, models);
  if (number(payload, 'amount') !== amount || number(payload, 'returned') !== returned)
    return 'does not share what was set aside';
  const postings: Posting[] = [];
  const move = (account: string, moved: bigint) => {
    if (held && moved !== 0n) postings.push({ account, currency: held.currency, amount: moved });
  };
  move(monthAccount(month), -amount);
  move(`fund:${held?.fund}`, returned);
  const said = list(payload, 'models');
  if (said.length !== models.length) return 'leaves a model out, or names one that made no clip';
  for (const [at, { modelId, clips, pool }] of models.entries()) {
    const one = said[at];
    const share = shares[at] ?? 0n;
    if (!isFields(one) || text(one, 'modelId') !== modelId || number(one, 'clips') !== clips)
      return 'counts other clips than were counted';
    if (number(one, 'amount') !== share) return 'does not share by the clips';
    if (share === 0n || !pool) continue;
    const step = stepOf(pool, one);
    if (typeof step === 'string') return step;
    if (step.weights !== models[at]?.weights) return 'is shared among other works than are paid for';
    Object.assign(pool, step.after);
    move(`pool:${modelId}`, share);
  }
  return samePostings(entry.postings, postings) ? null : 'does not pay out what it shares';
}

/** Notes which months are over as time goes on in the log. */
export function passMonths({ months }: Seen, { id, time }: ReadEntry): void {
  for (const there of months.values())
    if (!there.shared && !there.over && time >= there.ends) there.over = { entryId: id, at: time };
}

/** A machine that runs shares a month within seconds of its end, or of its own start after it. */
const shareHours = 1;

/** Months that were over, and were not shared though the log went on. */
export function unsharedMonths({ months }: Seen, last: Date): { entryId: string; why: string }[] {
  return [...months].flatMap(([month, { shared, over }]) =>
    !shared && over && last.getTime() - over.at.getTime() > shareHours * 3_600_000
      ? [{ entryId: over.entryId, why: `stands after ${month}, which was counted and never shared` }]
      : [],
  );
}

export const monthRules: Readonly<Record<string, Rule>> = {
  'royalty.counted': counted,
  'royalty.month-opened': opened,
  'royalty.month-shared': shared,
};
