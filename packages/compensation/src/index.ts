/** Paid work: terms before work, silence pays, royalties to the cent. */

export { escrowedByCurrency } from './calls/calls.store.ts';
export { type Call, callOf, callsOf, openCall } from './calls/calls.ts';
export { termsPayload } from './calls/payload.ts';
export { type PutDown, putDown } from './calls/places.ts';
export { compensationChecks } from './checks.ts';
export {
  type Appealed,
  appealRejection,
  judgeRejection,
} from './contributions/appeals.ts';
export { attachmentOf, keepAttachment } from './contributions/attachments.ts';
export { commitFinding } from './contributions/commitments.ts';
export {
  contributionOf,
  contributionsOf,
  eraseWords,
  isUnderReview,
  reviewDesk,
  type SubmissionGiven,
  submit,
} from './contributions/contributions.ts';
export { type EarlierFinding, earlierFindings, type ReviewGiven, review } from './contributions/reviews.ts';
export type { GenerationRef } from './contributions/submission.ts';
export type { ContributionView } from './contributions/view.ts';
export { due } from './due.ts';
export { deposit, fundsOf, type Movement, movementsOf } from './funds/funds.ts';
export { declareSource, exchange, reverseMovement, transfer } from './funds/moves.ts';
export { type PaidReport, paidSince, whatWasPaid } from './paid/paid.ts';
export {
  holdersOfModel,
  type ModelHoldings,
  type OwedOfPool,
  type PoolState,
  poolsOf,
  royaltiesOfMember,
  weighPool,
} from './royalties/holders.ts';
export { type CountedClip, countClip, countedClip } from './royalties/months.ts';
export { type Accrued, accrueRoyalty, type RoyaltyOfClip, royaltyOfClip } from './royalties/royalties.ts';
export { type MemberStatement, statementOf } from './statement/statement.ts';
