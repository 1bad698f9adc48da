import { allocate, type Posting } from '@uncaged/book/rules';
import { mainFund } from '../funds/deposit.ts';
import type { Minor } from '../money.ts';
import type { WorkKind } from './kinds.ts';
import type { CallTerms } from './terms.ts';

/** An accepted piece of a kind whose sum is shared. */
export interface SharedPiece {
  contributionId: string;
  memberId: string;
  kind: WorkKind;
  /** its weight */
  units: number;
}

export interface Share extends SharedPiece {
  amount: Minor;
}

/**
 * What each accepted piece gets of the sum of its kind, by largest remainder over the weights (ties as `allocate`
 * says, by the piece's id); a kind in which nothing was accepted shares nothing. Sorted by piece.
 */
export function sharesAtClose(terms: Pick<CallTerms, 'rates'>, pieces: readonly SharedPiece[]): Share[] {
  return terms.rates
    .filter(({ pay }) => pay === 'shared')
    .flatMap(({ kind, amount }) => {
      const own = pieces.filter((piece) => piece.kind === kind);
      if (own.length === 0) return [];
      const parts = allocate(
        amount,
        own.map(({ contributionId, units }) => ({ key: contributionId, weight: BigInt(units) })),
      );
      if (!parts.ok) throw new Error(`a sum could not be shared by weight: ${parts.code}`);
      const byId = new Map(parts.allotments.map((part) => [part.key, part.amount]));
      return own.map((piece) => ({ ...piece, amount: byId.get(piece.contributionId) ?? 0n }));
    })
    .sort((a, b) => (a.contributionId < b.contributionId ? -1 : 1));
}

/** A share as it stands in the payload of call.closed. */
export function sharePayload({ contributionId, memberId, kind, units, amount }: Share) {
  return { contributionId, memberId, kind, units, amount: amount.toString() };
}

/** Out of the escrow: to each member what all their pieces got, and to the fund what is left. */
export function closingPostings(
  callId: string,
  currency: string,
  shares: readonly Share[],
  returned: Minor,
): Posting[] {
  const byMember = Map.groupBy(shares, ({ memberId }) => memberId);
  const paid = [...byMember.keys()].sort().map((memberId) => {
    const amount = (byMember.get(memberId) ?? []).reduce((sum, share) => sum + share.amount, 0n);
    return { account: `member:${memberId}`, currency, amount };
  });
  const to = [...paid, { account: `fund:${mainFund}`, currency, amount: returned }];
  const moved = to.filter(({ amount }) => amount > 0n);
  const total = moved.reduce((sum, { amount }) => sum + amount, 0n);
  return total === 0n ? [] : [{ account: `escrow:${callId}`, currency, amount: -total }, ...moved];
}
