import { describe, expect, it } from 'vitest';
import { endOfMonth, monthAfter, monthOf, sharesOfMonth } from './month-rule.ts';

describe('a month', () => {
  it('is the one in UTC, whatever the clock on the wall says', () => {
    expect(monthOf(new Date('2026-11-30T23:30:00-05:00'))).toBe('2026-12');
    expect(monthOf(new Date('2026-12-01T00:30:00+01:00'))).toBe('2026-11');
  });

  it('ends where the next one begins, over the year too', () => {
    expect(endOfMonth('2026-12').toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(endOfMonth('2028-02').toISOString()).toBe('2028-03-01T00:00:00.000Z');
    expect(monthAfter('2026-12')).toBe('2027-01');
  });

  it('that is none is refused', () => {
    expect(() => endOfMonth('2026-13')).toThrow();
  });
});

describe('its sum', () => {
  const model = (modelId: string, clips: bigint, weights = 1n) => ({ modelId, clips, weights });
  it.each([
    ['by clips', 100n, [model('a', 3n), model('b', 1n)], [75n, 25n], 0n],
    [
      'to the last coin, the odd one to the larger remainder',
      100n,
      [model('a', 1n), model('b', 2n)],
      [33n, 67n],
      0n,
    ],
    [
      'the odd coin of equals to the id that sorts first',
      101n,
      [model('b', 1n), model('a', 1n)],
      [50n, 51n],
      0n,
    ],
    [
      'not to a model whose works were all taken back',
      9n,
      [model('a', 1n), model('b', 1n, 0n)],
      [9n, 0n],
      0n,
    ],
    ['back where nobody may get any', 9n, [model('a', 5n, 0n)], [0n], 9n],
    ['back where no clip was made', 9n, [], [], 9n],
  ] as const)('is shared %s', (_, amount, models, shares, returned) => {
    expect(sharesOfMonth(amount, models)).toEqual({ shares, returned });
  });
});
