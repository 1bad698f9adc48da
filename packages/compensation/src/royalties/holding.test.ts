import { describe, expect, it } from 'vitest';
import { type Holding, noHolding, owedAt, paidAt, weighedAt, weightsOf } from './holding.ts';
import { emptyPool, indexUnit, stepIndex } from './index-rule.ts';

const weighed = (before: Holding, index: bigint, claimed: bigint, weight = claimed): Holding => {
  const after = weighedAt(before, index, { claimed, weight });
  if (!after) throw new Error('it cannot be weighed so');
  return after;
};

describe('a holding', () => {
  it('gets its share of every step while its weight stands, to the last fraction', () => {
    const two = weighed(noHolding, 0n, 2n);
    const pool = stepIndex(emptyPool, 10n, 3n).after;
    const { amount, after } = paidAt(two, pool.index);
    expect(amount).toBe(6n);
    expect(after.carried).toBe(2n * pool.index - 6n * indexUnit);
    const later = stepIndex(pool, 10n, 3n).after;
    expect(paidAt(after, later.index).amount).toBe(7n);
  });

  it('that is claimed late gets what waited for it', () => {
    const pool = stepIndex(emptyPool, 9n, 3n).after;
    expect(paidAt(weighed(noHolding, pool.index, 1n), pool.index).amount).toBe(3n);
  });

  it('that is taken back keeps what it earned, and earns no more', () => {
    const one = weighed(noHolding, 0n, 1n);
    const first = stepIndex(emptyPool, 3n, 3n).after;
    const gone = weighed(one, first.index, 1n, 0n);
    const second = stepIndex(first, 4n, weightsOf(3n, [gone])).after;
    expect(paidAt(gone, second.index).amount).toBe(1n);
    const back = weighed(gone, second.index, 1n);
    expect(owedAt(back, second.index)).toBe(indexUnit);
  });

  it.each([
    ['fewer works than were claimed', 1n, 1n],
    ['more paid for than are claimed', 2n, 3n],
    ['a weight below nothing', 2n, -1n],
  ])('is refused with %s', (_, claimed, weight) => {
    expect(weighedAt(weighed(noHolding, 0n, 2n), 0n, { claimed, weight })).toBeNull();
  });

  it('of a pool whose index went back throws', () => {
    expect(() => owedAt({ ...noHolding, since: 5n }, 4n)).toThrow(RangeError);
  });

  it('and all others together are never owed more than the pool got, however weights change', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const works = 40n;
    const holdings: Holding[] = [noHolding, noHolding, noHolding, noHolding];
    let [pool, got, paid] = [emptyPool, 0n, 0n];
    for (let at = 0; at < 3_000; at += 1) {
      const who = random(holdings.length);
      const held = holdings[who] ?? noHolding;
      const what = random(4);
      if (what < 2) {
        const weights = weightsOf(works, holdings);
        const amount = BigInt(1 + random(50));
        if (weights > 0n) [pool, got] = [stepIndex(pool, amount, weights).after, got + amount];
      } else if (what === 2) {
        const claimed = held.claimed < 10n ? held.claimed + BigInt(random(2)) : held.claimed;
        holdings[who] = weighed(held, pool.index, claimed, BigInt(random(Number(claimed) + 1)));
      } else {
        const { amount, after } = paidAt(held, pool.index);
        [holdings[who], paid] = [after, paid + amount];
      }
      const owed = holdings.reduce((sum, one) => sum + owedAt(one, pool.index), 0n);
      expect(owed + paid * indexUnit <= got * indexUnit).toBe(true);
    }
    expect(paid > 1_000n).toBe(true);
  });
});
