export { acceptOption, putOption, stand, withdrawOption } from './amendments.ts';
export {
  type Appeal,
  appealAgainst,
  appealOf,
  appealsDue,
  appealsOf,
  judgeAppeal,
  liftedBy,
  liftedFor,
  openAppeal,
} from './appeals.ts';
export { castBallot } from './casting.ts';
export { governanceChecks } from './checks.ts';
export { consentToProposal } from './consents.ts';
export type { GovernedContext } from './context.ts';
export { due } from './decisions.ts';
export { delegate, delegationView, revokeDelegation } from './delegations.ts';
export {
  type Emergency,
  emergenciesDue,
  emergenciesOf,
  emergencyOf,
  openEmergency,
  signEmergency,
} from './emergencies.ts';
export { canaryDue, datesDue, policyFollowing, policyForJob } from './enactments.ts';
export { eraseMe } from './erasing.ts';
export { type Founded, type Founding, found } from './founding.ts';
export { genesisPolicy } from './genesis.ts';
export { type Declaration, declareInterest, endInterest, type Interest, interestsOf } from './interests.ts';
export { invite, join } from './invitations.ts';
export {
  type Collective,
  collectiveOf,
  lockMembership,
  type Member,
  memberOf,
  membersOf,
  pseudonymsOf,
} from './members.ts';
export {
  type Enforcement,
  enforcementOf,
  type PolicyVersion,
  policyAt,
  policyDiff,
  policyHistory,
  policyInForce,
  policyNamed,
  policyOfHash,
  policyVersion,
} from './policies.ts';
export {
  type ProposalDetail,
  type ProposalSummary,
  proposalOf,
  proposalsOf,
  waitingFor,
} from './proposal-pages.ts';
export { type Draft, openProposal, propose, reviseProposal, withdrawProposal } from './proposals.ts';
export * from './rules.ts';
export { castSecretBallot, givePaper } from './secret-votes.ts';
export { commentsOf, withdrawComment, writeComment } from './threads.ts';
