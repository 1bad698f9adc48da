import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPool, indexUnit, type PoolIndex, shareOf, stepHolds, stepIndex } from './index-rule.ts';

describe('the royalty index', () => {
  it('divides a cent among three works and carries what is left', () => {
    const one = stepIndex(emptyPool, 1n, 3n);
    expect(one.after.index).toBe(indexUnit / 3n);
    expect(one.after.remainder).toBe(indexUnit % 3n);
    const two = stepIndex(one.after, 1n, 3n);
    const three = stepIndex(two.after, 1n, 3n);
    expect(three.after).toEqual({ index: indexUnit, remainder: 0n });
    expect(shareOf(1n, 0n, three.after.index)).toBe(1n);
  });

  const step = fc.record({ amount: fc.bigInt(1n, 10n ** 15n), weights: fc.bigInt(1n, 10n ** 9n) });

  it('neither mints nor loses: what went in is in the index and the remainder, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let pool: PoolIndex = emptyPool;
        let owed = 0n;
        let paidIn = 0n;
        for (const { amount, weights } of steps) {
          const next = stepIndex(pool, amount, weights);
          expect(stepHolds(next)).toBe(true);
          owed += (next.after.index - pool.index) * weights;
          paidIn += amount;
          pool = next.after;
        }
        expect(owed + pool.remainder).toBe(paidIn * indexUnit);
      }),
    );
  });

  it('never gives holders more than was accrued, nor keeps a minor unit a holder or more back', () => {
    const weights = fc.array(fc.bigInt(1n, 1000n), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        weights,
        fc.array(fc.bigInt(1n, 10n ** 9n), { minLength: 1, maxLength: 20 }),
        (held, amounts) => {
          const total = held.reduce((a, b) => a + b, 0n);
          const end = amounts.reduce((pool, amount) => stepIndex(pool, amount, total).after, emptyPool);
          const accrued = amounts.reduce((a, b) => a + b, 0n);
          const given = held.reduce((sum, weight) => sum + shareOf(weight, 0n, end.index), 0n);
          expect(given).toBeLessThanOrEqual(accrued);
          expect(accrued - given).toBeLessThanOrEqual(BigInt(held.length));
        },
      ),
    );
  });

  it('gives the same share in one stretch or read at its end, whatever the number of holders', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 10n ** 6n), { minLength: 2, maxLength: 30 }), (amounts) => {
        const end = amounts.reduce((pool, amount) => stepIndex(pool, amount, 7n).after, emptyPool);
        const paidIn = amounts.reduce((a, b) => a + b, 0n);
        expect(shareOf(7n, 0n, end.index)).toBeLessThanOrEqual(paidIn);
        expect(shareOf(7n, 0n, end.index)).toBeGreaterThanOrEqual(paidIn - 1n);
      }),
    );
  });

  it('finds a changed amount, weight, index or remainder', () => {
    const good = stepIndex({ index: 5n, remainder: 2n }, 7n, 11n);
    expect(stepHolds({ ...good, amount: 8n })).toBe(false);
    expect(stepHolds({ ...good, weights: 10n })).toBe(false);
    expect(stepHolds({ ...good, after: { ...good.after, index: good.after.index + 1n } })).toBe(false);
    expect(stepHolds({ ...good, after: { ...good.after, remainder: good.after.remainder + 1n } })).toBe(
      false,
    );
    expect(stepHolds({ ...good, weights: 0n })).toBe(false);
  });

  it.each([
    ['no amount', 0n, 3n],
    ['a negative amount', -1n, 3n],
    ['nobody to hold it', 1n, 0n],
  ])('throws on %s', (_, amount, weights) => {
    expect(() => stepIndex(emptyPool, amount, weights)).toThrow(RangeError);
  });
});
