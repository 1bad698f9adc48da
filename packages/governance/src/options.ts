/** Options of a vote: how they are named, and which of them a count is told about. */

export const optionStates = ['put', 'accepted', 'withdrawn'] as const;
export type OptionState = (typeof optionStates)[number];

/** Leaving the policy as it is; stands first in every vote on a change. */
export const statusQuo = 'status_quo';
/** The proposal's own patch, beside its amendments. */
export const original = 'original';

/** The key of the option that was put forward as the so-many-th. */
export function optionKey(number: number): string {
  return `o${number}`;
}
