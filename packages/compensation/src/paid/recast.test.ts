import { genesisPolicy } from '@uncaged/governance';
import type { Policy } from '@uncaged/governance/rules';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { amountUnder, type PaidAlike, recastMonths, recastPaid, recastRoyalties } from './recast.ts';

let genesis: Policy;
beforeAll(async () => {
  genesis = await genesisPolicy();
});
const paying = (change: Partial<Policy['compensation']>): Policy => ({
  ...genesis,
  compensation: { ...genesis.compensation, ...change },
});
const bug = (amount: bigint, least: bigint, pieces = 1): PaidAlike => {
  return { kind: 'bug', currency: 'EUR', amount, least, pieces };
};
const withBug = (least: number) => paying({ rates: { ...genesis.compensation.rates, bug: least } });

describe('what was paid, under another rate card', () => {
  it('a call at the least follows the card up and down; a better one is only raised', () => {
    expect(amountUnder(withBug(4000), bug(3000n, 3000n))).toBe(4000n);
    expect(amountUnder(withBug(2000), bug(3000n, 3000n))).toBe(2000n);
    expect(amountUnder(withBug(2000), bug(3500n, 3000n))).toBe(3500n);
    expect(amountUnder(withBug(4000), bug(3500n, 3000n))).toBe(4000n);
  });

  it('adds up by kind and currency', () => {
    const paid = [bug(3000n, 3000n, 4), bug(5000n, 3000n, 2), { ...bug(3000n, 3000n), currency: 'USD' }];
    expect(recastPaid(withBug(3000), withBug(4000), paid)).toEqual([
      { kind: 'bug', currency: 'EUR', pieces: 6, before: 22_000n, after: 26_000n },
      { kind: 'bug', currency: 'USD', pieces: 1, before: 3000n, after: 4000n },
    ]);
  });

  it('never pays less than the card, nor more for a lower one', () => {
    const amount = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(amount, amount, amount, amount, (paid, least, one, other) => {
        const piece = bug(BigInt(Math.max(paid, least)), BigInt(least));
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const under = (card: number) => amountUnder(withBug(card), piece);
        expect(under(low) >= BigInt(low)).toBe(true);
        expect(under(low) <= under(high)).toBe(true);
        expect(under(least)).toBe(piece.amount);
      }),
    );
  });

  it('a royalty is owed for each clip that is made', () => {
    const royalty = { ...genesis.compensation.royalty, perGeneration: 12, split: { works: 3, fund: 1 } };
    const [before, after] = [paying({ royalty }), paying({ royalty: { ...royalty, perGeneration: 20 } })];
    expect(recastRoyalties({ policy: before, clips: 100 }, { policy: after, clips: 90 }, 'EUR')).toEqual({
      kind: 'royalty',
      currency: 'EUR',
      pieces: 90,
      before: 900n,
      after: 1350n,
    });
  });

  it('a month’s sum is set aside for each month that begins', () => {
    const royalty = { ...genesis.compensation.royalty, perMonth: 900, split: { works: 2, fund: 1 } };
    const window = { since: new Date('2026-10-31T12:00:00Z'), until: new Date('2027-01-01T00:00:00Z') };
    const [none, some] = [paying({ royalty: genesis.compensation.royalty }), paying({ royalty })];
    expect(recastMonths(none, some, window, 'EUR')).toEqual({
      ...{ kind: 'month', currency: 'EUR', pieces: 3, before: 0n, after: 1800n },
    });
    expect(recastMonths(none, some, { ...window, since: window.until }, 'EUR')).toBeNull();
    expect(recastMonths(none, none, window, 'EUR')).toBeNull();
  });
});
