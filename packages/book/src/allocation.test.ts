import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocate } from './allocation.ts';
import { currencyExponent, formatMinor, isCurrency, parseMajor } from './currency.ts';

const amounts = (total: bigint, ...weights: bigint[]) => {
  const keyed = weights.map((weight, index) => ({ key: String.fromCharCode(97 + index), weight }));
  const given = allocate(total, keyed);
  return given.ok ? given.allotments.map(({ amount }) => amount) : given.code;
};

test.each([
  ['three quarters of 9999', amounts(9999n, 75n, 25n), [7499n, 2500n]],
  ['a tie goes to the key that sorts first', amounts(1n, 1n, 1n, 1n), [1n, 0n, 0n]],
  ['two left among three equals', amounts(5n, 1n, 1n, 1n), [2n, 2n, 1n]],
  ['the largest remainder before the first key', amounts(10n, 1n, 2n), [3n, 7n]],
  ['nothing to give', amounts(0n, 1n, 2n), [0n, 0n]],
  ['a weight of none', amounts(7n, 0n, 1n), [0n, 7n]],
  ['negative total', amounts(-1n, 1n), 'negative_total'],
  ['negative weight', amounts(1n, -1n, 3n), 'negative_weight'],
  ['no weight', amounts(1n, 0n), 'no_weight'],
  ['nobody', amounts(1n), 'no_weight'],
])('%s', (_, given, expected) => {
  expect(given).toEqual(expected);
});

test('a key twice is refused', () => {
  const twice = [
    { key: 'a', weight: 1n },
    { key: 'a', weight: 1n },
  ];
  expect(allocate(1n, twice)).toEqual({ ok: false, code: 'duplicate_key' });
});

test('every cent is given, each within one of its exact share, whatever the order of the list', () => {
  const weights = fc.uniqueArray(fc.record({ key: fc.string(), weight: fc.bigInt(0n, 10n ** 12n) }), {
    selector: ({ key }) => key,
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), weights, (total, list) => {
      const sum = list.reduce((before, { weight }) => before + weight, 0n);
      const given = allocate(total, list);
      if (sum === 0n) {
        expect(given).toEqual({ ok: false, code: 'no_weight' });
        return;
      }
      if (!given.ok) throw new Error(given.code);
      expect(given.allotments.reduce((before, { amount }) => before + amount, 0n)).toBe(total);
      for (const [index, { amount }] of given.allotments.entries()) {
        const exact = total * (list[index]?.weight ?? 0n);
        const off = amount * sum - exact;
        expect(off < sum && off > -sum).toBe(true);
      }
      const again = allocate(total, list.toReversed());
      expect(again.ok && again.allotments.toReversed()).toEqual(given.allotments);
    }),
  );
});

test('minor units by ISO 4217', () => {
  expect(['EUR', 'JPY', 'BHD', 'CLF', 'XXX', 'eur'].map(currencyExponent)).toEqual([2, 0, 3, 4, null, null]);
  expect(isCurrency('EUR')).toBe(true);
  expect(formatMinor(-5n, 'EUR')).toBe('-0.05');
  expect(formatMinor(1234567n, 'BHD')).toBe('1234.567');
  expect(formatMinor(12n, 'JPY')).toBe('12');
  expect(parseMajor('12.3', 'EUR')).toBe(1230n);
  expect(parseMajor('12.345', 'EUR')).toBeNull();
  expect(parseMajor('1.0', 'JPY')).toBeNull();
  expect(parseMajor('1e3', 'EUR')).toBeNull();
  fc.assert(
    fc.property(
      fc.bigInt(-(10n ** 14n), 10n ** 14n),
      fc.constantFrom('EUR', 'JPY', 'BHD'),
      (amount, currency) => {
        expect(parseMajor(formatMinor(amount, currency) ?? '', currency)).toBe(amount);
      },
    ),
  );
});
