/** What a stranger recomputes: policy bytes and patches, tallies, safeguards, the times of a proposal. */
export * from './counts.ts';
export * from './joining.ts';
export * from './methods/check-vote.ts';
export * from './methods/count.ts';
export * from './methods/delegation.ts';
export * from './methods/sortition.ts';
export * from './methods/types.ts';
export * from './names.ts';
export * from './options.ts';
export * from './origins.ts';
export * from './patch.ts';
export * from './policy.ts';
export * from './policy-hash.ts';
export * from './safeguards.ts';
export * from './tally.ts';
export * from './terms.ts';
export * from './timeline.ts';
