/**
 * `own_vote_first_cycles_unrepresented`: whoever votes is represented by nobody else, and a chain that ends in a ring, in
 * somebody who neither votes nor delegates, or in somebody who may not vote represents nobody.
 */
export interface Delegation {
  from: string;
  to: string;
}

/** A ballot that counts for `memberId`; `via` are those it came through, the one who cast it last; empty for one's own. */
export type Represented<B> = B & { via: string[] };

/**
 * One ballot for each eligible member who voted, or whose chain of delegations reaches somebody who did, through
 * eligible members alone. Of several delegations by one member the last holds. Sorted by member.
 */
export function representedBallots<B extends { memberId: string }>(
  delegations: readonly Delegation[],
  ballots: readonly B[],
  eligible: readonly string[],
): Represented<B>[] {
  const may = new Set(eligible);
  const cast = new Map(ballots.map((ballot) => [ballot.memberId, ballot]));
  const to = new Map(delegations.map((delegation) => [delegation.from, delegation.to]));
  return [...may].sort().flatMap((memberId) => {
    const via: string[] = [];
    const passed = new Set<string>();
    let voter = memberId;
    while (!cast.has(voter)) {
      const next = to.get(voter);
      passed.add(voter);
      if (next === undefined || passed.has(next) || !may.has(next)) return [];
      via.push(next);
      voter = next;
    }
    return [{ ...(cast.get(voter) as B), memberId, via }];
  });
}

/** Through whom the voice of a member goes, the last at the end; stops before a ring closes. Empty without a delegation. */
export function chainOf(delegations: readonly Delegation[], memberId: string): string[] {
  const to = new Map(delegations.map((delegation) => [delegation.from, delegation.to]));
  const chain: string[] = [];
  for (let next = to.get(memberId); next !== undefined; next = to.get(next)) {
    if (next === memberId || chain.includes(next)) break;
    chain.push(next);
  }
  return chain;
}
