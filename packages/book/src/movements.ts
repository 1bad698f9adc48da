import { mayOverdraw, type Posting } from './postings.ts';

/** What a batch of entries does to one account in one currency. */
export interface Movement {
  readonly account: string;
  readonly currency: string;
  /** The sum of its postings. */
  readonly net: bigint;
  /** The lowest running sum after any entry of the batch, at most 0: what the account must hold beforehand. */
  readonly lowest: bigint;
}

/**
 * Sorts what a batch does into `debits` (accounts that must hold money beforehand and get locked, sorted by account
 * and currency) and `credits` (accounts that only gain). Accounts of the world are left out: they need no funds.
 */
export function movementsOf(batch: readonly (readonly Posting[])[]): {
  debits: Movement[];
  credits: Movement[];
} {
  const running = new Map<string, { account: string; currency: string; net: bigint; lowest: bigint }>();
  for (const postings of batch) {
    for (const { account, currency, amount } of postings) {
      if (mayOverdraw(account)) continue;
      const key = `${account} ${currency}`;
      const movement = running.get(key) ?? { account, currency, net: 0n, lowest: 0n };
      movement.net += amount;
      running.set(key, movement);
    }
    for (const { account, currency } of postings) {
      const movement = running.get(`${account} ${currency}`);
      if (movement && movement.net < movement.lowest) movement.lowest = movement.net;
    }
  }
  const movements = [...running.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, movement]) => movement);
  return {
    debits: movements.filter(({ lowest }) => lowest < 0n),
    credits: movements.filter(({ lowest, net }) => lowest === 0n && net > 0n),
  };
}
