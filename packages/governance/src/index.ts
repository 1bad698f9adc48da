export type { GovernedContext } from './context.ts';
export { due } from './decisions.ts';
export { genesisPolicy } from './genesis.ts';
export {
  type Enforcement,
  enforcementOf,
  type PolicyVersion,
  policyDiff,
  policyHistory,
  policyInForce,
  policyVersion,
} from './policies.ts';
export { castBallot, type Draft, openProposal, propose } from './proposals.ts';
export * from './rules.ts';
