/** The wire of decisions: the policy in force, its history, proposals, ballots, tallies. */
import { z } from 'zod';
import { endpoint, instantSchema, receiptSchema, sha256Schema } from './common.ts';

const json = z.json();

/** One operation of a JSON Patch (RFC 6902). */
export const patchOperationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('add'), path: z.string().max(500), value: json }),
  z.strictObject({ op: z.literal('replace'), path: z.string().max(500), value: json }),
  z.strictObject({ op: z.literal('test'), path: z.string().max(500), value: json }),
  z.strictObject({ op: z.literal('remove'), path: z.string().max(500) }),
  z.strictObject({ op: z.literal('move'), from: z.string().max(500), path: z.string().max(500) }),
  z.strictObject({ op: z.literal('copy'), from: z.string().max(500), path: z.string().max(500) }),
]);
export type PatchOperation = z.infer<typeof patchOperationSchema>;

export const proposalKindSchema = z.enum(['safeguard', 'policy', 'open']);
export type ProposalKind = z.infer<typeof proposalKindSchema>;
export const ballotChoiceSchema = z.enum(['yes', 'no', 'abstain']);
export type BallotChoice = z.infer<typeof ballotChoiceSchema>;
export const proposalStateSchema = z.enum([
  'draft',
  'discussion',
  'voting',
  'passed',
  'enacted',
  'rejected',
  'lapsed',
  /** passed, but another proposal changed the same clause first: needs a vote against the new policy */
  'clash',
]);
export type ProposalState = z.infer<typeof proposalStateSchema>;

/** One changed clause. `before` is absent where the clause is new, `after` where it is removed. */
export const diffLineSchema = z.object({
  /** JSON Pointer of the clause, as `/compensation/reviewsNeeded` */
  path: z.string(),
  /** the same in words, as "compensation: reviews needed" */
  words: z.string(),
  before: json.optional(),
  after: json.optional(),
});
export type DiffLine = z.infer<typeof diffLineSchema>;

/** Which vote put a clause where it is. Genesis clauses have no proposal. */
export const clauseOriginSchema = z.object({
  path: z.string(),
  version: z.int(),
  at: instantSchema,
  proposal: z.object({ id: z.string(), number: z.int(), title: z.string() }).nullable(),
});
export type ClauseOrigin = z.infer<typeof clauseOriginSchema>;

export const policyVersionSummarySchema = z.object({
  version: z.int(),
  hash: sha256Schema,
  /** hash of the version before; null at genesis */
  previousHash: sha256Schema.nullable(),
  at: instantSchema,
  proposal: z.object({ id: z.string(), number: z.int(), title: z.string() }).nullable(),
  entryId: z.string(),
  /** what this version changed against the one before */
  diff: z.array(diffLineSchema),
});
export type PolicyVersionSummary = z.infer<typeof policyVersionSummarySchema>;

export const policyAnswerSchema = z.object({
  version: z.int(),
  hash: sha256Schema,
  previousHash: sha256Schema.nullable(),
  at: instantSchema,
  entryId: z.string(),
  /** the policy document; the type `Policy` of the governance rules describes it */
  document: z.record(z.string(), json),
  origins: z.array(clauseOriginSchema),
});
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>;
export const policyVersionsAnswerSchema = z.object({ versions: z.array(policyVersionSummarySchema) });
export type PolicyVersionsAnswer = z.infer<typeof policyVersionsAnswerSchema>;
export const policyDiffAnswerSchema = z.object({ from: z.int(), to: z.int(), diff: z.array(diffLineSchema) });
export type PolicyDiffAnswer = z.infer<typeof policyDiffAnswerSchema>;

export const proposeRequestSchema = z.strictObject({
  kind: proposalKindSchema,
  title: z.string().max(500),
  body: z.string().max(50_000),
  /** empty for an open question */
  patch: z.array(patchOperationSchema).max(200),
  /** hash of the policy that the patch was written against */
  against: z.string().max(64),
});
export type ProposeRequest = z.infer<typeof proposeRequestSchema>;

/** A fraction and what it is a fraction of, in words. */
const fraction = z.object({
  numerator: z.int(),
  denominator: z.int(),
  /** true: more than; false: at least */
  strict: z.boolean(),
  of: z.string(),
});
export const voteRuleSchema = z.object({
  quorum: fraction.extend({ atLeast: z.int() }),
  threshold: fraction,
  abstentions: z.string(),
  discussionHours: z.int(),
  votingHours: z.int(),
  delayHours: z.int(),
});
export type VoteRule = z.infer<typeof voteRuleSchema>;

export const tallySchema = z.object({
  yes: z.int(),
  no: z.int(),
  abstain: z.int(),
  eligible: z.int(),
  quorumReached: z.boolean(),
  thresholdReached: z.boolean(),
  passed: z.boolean(),
  /** the count and the rule in one sentence a person can check */
  words: z.string(),
});
export type Tally = z.infer<typeof tallySchema>;

export const proposalSummarySchema = z.object({
  id: z.string(),
  number: z.int(),
  kind: proposalKindSchema,
  title: z.string(),
  author: z.object({ id: z.string(), pseudonym: z.string().nullable() }),
  state: proposalStateSchema,
  createdAt: instantSchema,
  /** end of discussion, and so the opening of the vote, where the kind has a discussion */
  discussionEndsAt: instantSchema.nullable(),
  votingOpenedAt: instantSchema.nullable(),
  votingClosesAt: instantSchema.nullable(),
  /** when a passed proposal takes effect */
  enactsAt: instantSchema.nullable(),
  enactedVersion: z.int().nullable(),
  eligible: z.int().nullable(),
  /** ballots cast so far; how they were cast is told at the close */
  cast: z.int(),
  tally: tallySchema.nullable(),
});
export type ProposalSummary = z.infer<typeof proposalSummarySchema>;

export const proposalDetailSchema = proposalSummarySchema.extend({
  body: z.string(),
  patch: z.array(patchOperationSchema),
  against: z.object({ version: z.int(), hash: sha256Schema }),
  /** false when the policy has moved on since the proposal was written */
  againstInForce: z.boolean(),
  diff: z.array(diffLineSchema),
  rule: voteRuleSchema,
  /** clauses that another enacted proposal changed first, when the state is `clash` */
  clashes: z.array(z.string()),
  /** who chose what; empty until the close */
  ballots: z.array(
    z.object({
      member: z.object({ id: z.string(), pseudonym: z.string().nullable() }),
      choice: ballotChoiceSchema,
      castAt: instantSchema,
      entryId: z.string(),
    }),
  ),
  /** the asking member's own standing; null for a visitor */
  mine: z.object({ eligible: z.boolean(), choice: ballotChoiceSchema.nullable() }).nullable(),
  entryId: z.string(),
  tallyEntryId: z.string().nullable(),
});
export type ProposalDetail = z.infer<typeof proposalDetailSchema>;

export const proposalsAnswerSchema = z.object({ proposals: z.array(proposalSummarySchema) });
export type ProposalsAnswer = z.infer<typeof proposalsAnswerSchema>;
export const proposalAnswerSchema = z.object({ proposal: proposalDetailSchema });
export type ProposalAnswer = z.infer<typeof proposalAnswerSchema>;
export const proposalChangedAnswerSchema = z.object({
  proposal: proposalDetailSchema,
  receipt: receiptSchema,
});
export type ProposalChangedAnswer = z.infer<typeof proposalChangedAnswerSchema>;

export const ballotRequestSchema = z.strictObject({ choice: ballotChoiceSchema });
export type BallotRequest = z.infer<typeof ballotRequestSchema>;
export const ballotAnswerSchema = z.object({
  proposalId: z.string(),
  choice: ballotChoiceSchema,
  /** the choice this ballot replaced, if the member had voted before */
  replaced: ballotChoiceSchema.nullable(),
  closesAt: instantSchema,
  receipt: receiptSchema,
});
export type BallotAnswer = z.infer<typeof ballotAnswerSchema>;

export const governanceEndpoints = {
  policy: endpoint('GET', '/api/policy', { answer: policyAnswerSchema }),
  policyVersions: endpoint('GET', '/api/policy/versions', { answer: policyVersionsAnswerSchema }),
  policyVersion: endpoint('GET', '/api/policy/versions/:version', { answer: policyAnswerSchema }),
  /** query: `from` and `to`, two version numbers */
  policyDiff: endpoint('GET', '/api/policy/diff', { answer: policyDiffAnswerSchema }),
  propose: endpoint('POST', '/api/proposals', {
    body: proposeRequestSchema,
    answer: proposalChangedAnswerSchema,
  }),
  proposals: endpoint('GET', '/api/proposals', { answer: proposalsAnswerSchema }),
  proposal: endpoint('GET', '/api/proposals/:id', { answer: proposalAnswerSchema }),
  /** the author freezes the text: discussion begins, or the vote where the kind has no discussion */
  openProposal: endpoint('POST', '/api/proposals/:id/open', { answer: proposalChangedAnswerSchema }),
  cast: endpoint('POST', '/api/proposals/:id/ballots', {
    body: ballotRequestSchema,
    answer: ballotAnswerSchema,
  }),
};
