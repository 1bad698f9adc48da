import { isCurrency } from './currency.ts';

/** One leg of a movement of money: `amount` minor units into the account, out of it when negative. */
export interface Posting {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

export type PostingCode =
  | 'too_few_postings'
  | 'too_many_postings'
  | 'unknown_account'
  | 'unknown_currency'
  | 'currency_mismatch'
  | 'zero_posting'
  | 'amount_out_of_range'
  | 'unbalanced';

/** What PostgreSQL's bigint holds. */
const MAX_AMOUNT = 2n ** 63n - 1n;
export const MAX_POSTINGS = 32_767;

const ACCOUNT = /^(world|fund|escrow|member|pool):[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** Whether a string is an account: `world:` (money from outside), `fund:`, `escrow:`, `member:` or `pool:` and a name. */
export function isAccount(account: string): boolean {
  return ACCOUNT.test(account);
}

/** Whether an account may go below zero: only the world may, as what it gave stands there as a debt of ours to it. */
export function mayOverdraw(account: string): boolean {
  return account.startsWith('world:');
}

/**
 * Whether postings make a money entry; none at all is fine. Errors in this order: `too_few_postings`,
 * `too_many_postings`, then for each posting `unknown_account`, `unknown_currency`, `currency_mismatch` (one entry,
 * one currency), `zero_posting`, `amount_out_of_range`; at last `unbalanced`.
 */
export function checkPostings(
  postings: readonly Posting[],
): { ok: true } | { ok: false; code: PostingCode; index: number } {
  if (postings.length === 0) return { ok: true };
  if (postings.length < 2) return { ok: false, code: 'too_few_postings', index: 0 };
  if (postings.length > MAX_POSTINGS) return { ok: false, code: 'too_many_postings', index: MAX_POSTINGS };
  const currency = postings[0]?.currency;
  let sum = 0n;
  for (const [index, posting] of postings.entries()) {
    const code = checkPosting(posting, currency);
    if (code) return { ok: false, code, index };
    sum += posting.amount;
  }
  return sum === 0n ? { ok: true } : { ok: false, code: 'unbalanced', index: postings.length - 1 };
}

function checkPosting(posting: Posting, currency: string | undefined): PostingCode | null {
  if (!isAccount(posting.account)) return 'unknown_account';
  if (!isCurrency(posting.currency)) return 'unknown_currency';
  if (posting.currency !== currency) return 'currency_mismatch';
  if (posting.amount === 0n) return 'zero_posting';
  if (posting.amount > MAX_AMOUNT || posting.amount < -MAX_AMOUNT) return 'amount_out_of_range';
  return null;
}
