import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerMedian, type Piece, paidByKind, totalsOf } from './report.ts';

const piece = (kind: string, amount: bigint, member: string | null, currency = 'EUR'): Piece => ({
  kind,
  amount,
  member,
  currency,
});

describe('what was paid', () => {
  const pieces = [
    piece('critique', 2500n, 'heron'),
    piece('bug', 3000n, 'iris'),
    piece('bug', 2000n, 'heron'),
    piece('bug', 5000n, 'ko', 'USD'),
    piece('royalty', 2n, null),
  ];

  it('is listed by kind and currency; a figure about fewer people than the floor is kept back', () => {
    expect(paidByKind(pieces, 2)).toEqual([
      { kind: 'bug', currency: 'EUR', pieces: 2, median: 2000n, total: 5000n },
      { kind: 'bug', currency: 'USD', pieces: 1, median: null, total: 5000n },
      { kind: 'critique', currency: 'EUR', pieces: 1, median: null, total: 2500n },
      { kind: 'royalty', currency: 'EUR', pieces: 1, median: 2n, total: 2n },
    ]);
  });

  it('is summed by currency, never across', () => {
    expect(totalsOf(paidByKind(pieces, 2))).toEqual([
      { currency: 'EUR', pieces: 4, total: 7502n },
      { currency: 'USD', pieces: 1, total: 5000n },
    ]);
  });

  it('has a median that was really paid, with half on either side', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 10n ** 12n), { minLength: 1 }), (amounts) => {
        const median = lowerMedian(amounts);
        expect(amounts).toContain(median);
        expect(amounts.filter((amount) => amount < median).length * 2).toBeLessThanOrEqual(amounts.length);
        expect(amounts.filter((amount) => amount > median).length * 2).toBeLessThanOrEqual(amounts.length);
      }),
    );
    expect(() => lowerMedian([])).toThrow(RangeError);
  });
});
