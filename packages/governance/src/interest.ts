import { pathsTouch } from './patch.ts';
import type { ProposalKind } from './policy.ts';

export const interestKinds = ['sponsor', 'vendor', 'paid_partnership', 'other'] as const;
export type InterestKind = (typeof interestKinds)[number];

/** What an interest touches: kinds of proposals, clauses of the policy, proposals. Nothing named touches nothing. */
export interface Touches {
  kinds?: ProposalKind[];
  /** JSON Pointers: a proposal that changes one of these, or what is inside */
  clauses?: string[];
  proposalIds?: string[];
}

/** A proposal as far as an interest can touch it. `paths` are the clauses that it, or an amendment of it, changes. */
export interface Touchable {
  id: string;
  kind: ProposalKind;
  paths: readonly string[];
}

export function touches(
  { kinds = [], clauses = [], proposalIds = [] }: Touches,
  proposal: Touchable,
): boolean {
  return (
    proposalIds.includes(proposal.id) ||
    kinds.includes(proposal.kind) ||
    clauses.some((clause) => proposal.paths.some((path) => pathsTouch(path, clause)))
  );
}
