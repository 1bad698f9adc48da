import type { Definition, Vote } from './methods/types.ts';
import { changesPolicy } from './patch.ts';
import type { ProposalKind, VoteRule } from './policy.ts';
import type { Terms } from './terms.ts';

/** A ballot among options. */
export type OptionVote = Exclude<Vote, { choice: unknown }>;

export type OptionState = 'put' | 'accepted' | 'withdrawn';

/** Leaving the policy as it is; stands first in every vote on a change, so that a tie changes nothing. */
export const statusQuo = 'status_quo';
export const statusQuoTitle = 'Leave it as it is';
/** The proposal's own patch, beside its amendments. */
export const original = 'original';

/** The key of the option that was put forward as the so-many-th. */
export function optionKey(number: number): string {
  return `o${number}`;
}

/** How this vote is counted if it is one among options: as its author asked, or else the rule's first method. */
export function optionMethod(rule: VoteRule, terms: Terms): Definition['method'] | null {
  const methods = rule.options?.methods ?? [];
  return methods.find((method) => method === terms.method) ?? methods[0] ?? null;
}

/**
 * What a count is told besides the ballots; null for a vote by yes and no. `put` are the keys of the amendments,
 * answers or candidates that stand, in the order in which they were put forward. A change without an amendment is
 * voted on by yes and no, and so is a question without answers.
 */
export function definitionOf(
  kind: ProposalKind,
  rule: VoteRule,
  terms: Terms,
  put: readonly string[],
): Definition | null {
  const method = optionMethod(rule, terms);
  if (!rule.options || !method || put.length === 0) return null;
  const { unranked, scoreMax } = rule.options;
  const definition: Definition = {
    method,
    options: changesPolicy(kind) ? [statusQuo, original, ...put] : [...put],
    unranked,
  };
  if (kind === 'election') definition.seats = terms.seats ?? 1;
  if (method === 'score') definition.scoreMax = scoreMax;
  if (method === 'budget') definition.total = terms.total ?? 0;
  return definition;
}

/**
 * Whether a vote cannot open for want of options. A question that was asked with answers needs two of them, an
 * election somebody who stands.
 */
export function optionsMissing(kind: ProposalKind, asked: number, standing: number): boolean {
  if (kind === 'election') return standing < 1;
  return kind === 'open' && asked > 0 && standing < 2;
}
