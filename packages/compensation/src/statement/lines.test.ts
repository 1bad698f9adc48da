import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AccountLine, runningBalances } from './lines.ts';

const line = fc.record({
  entryId: fc.uuid(),
  time: fc.constant(new Date('2026-03-01T12:00:00Z')),
  kind: fc.constant('contribution.accepted'),
  subject: fc.constant('contribution:1'),
  amount: fc.bigInt(-(10n ** 12n), 10n ** 12n),
  currency: fc.constantFrom('EUR', 'JPY', 'USD'),
});

it('a statement adds up line by line, one currency apart from the other', () => {
  fc.assert(
    fc.property(fc.array(line), (postings: AccountLine[]) => {
      const { lines, balances } = runningBalances(postings);
      expect(lines.map(({ balance: _, ...rest }) => rest)).toEqual(postings);
      for (const { currency, amount, lines: count } of balances) {
        const own = lines.filter((one) => one.currency === currency);
        expect(own.length).toBe(count);
        expect(own.reduce((sum, one) => sum + one.amount, 0n)).toBe(amount);
        expect(own.at(-1)?.balance).toBe(amount);
      }
    }),
  );
});
