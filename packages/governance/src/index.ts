export { governanceChecks } from './checks.ts';
export type { GovernedContext } from './context.ts';
export { due } from './decisions.ts';
export { eraseMe } from './erasing.ts';
export { type Founded, type Founding, found } from './founding.ts';
export { genesisPolicy } from './genesis.ts';
export { invite, join } from './invitations.ts';
export { type Collective, collectiveOf, type Member, memberOf, membersOf, pseudonymsOf } from './members.ts';
export {
  type Enforcement,
  enforcementOf,
  type PolicyVersion,
  policyDiff,
  policyHistory,
  policyInForce,
  policyVersion,
} from './policies.ts';
export { type ProposalDetail, type ProposalSummary, proposalOf, proposalsOf } from './proposal-pages.ts';
export { castBallot, type Draft, openProposal, propose } from './proposals.ts';
export * from './rules.ts';
