/** The wire of decisions: the policy in force, its history, proposals, ballots, tallies. */
import { z } from 'zod';
import { ballotChoiceSchema, secretVoteSchema, voteSchema } from './ballots.ts';
import { endpoint, instantSchema, namedSchema, receiptSchema, sha256Schema } from './common.ts';

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

export const proposalKindSchema = z.enum([
  'safeguard',
  'policy',
  'open',
  'feature',
  'rate_card',
  'call',
  'model',
  'dataset',
  'membership',
  'election',
  'emergency',
  'charter',
]);
export type ProposalKind = z.infer<typeof proposalKindSchema>;
export const proposalStateSchema = z.enum([
  'draft',
  'discussion',
  'voting',
  'passed',
  /** in force for a part of all jobs, on trial */
  'canary',
  'enacted',
  'rejected',
  'lapsed',
  /** passed, but another proposal changed the same clause first: needs a vote against the new policy */
  'clash',
  /** passed, but somebody whose own consent it needed did not give it */
  'vetoed',
  'withdrawn',
  /** was on trial or in force, and was taken back */
  'reverted',
]);
export type ProposalState = z.infer<typeof proposalStateSchema>;

export const voteMethodSchema = z.enum(['yes_no', 'approval', 'score', 'schulze', 'stv', 'budget']);
export type VoteMethod = z.infer<typeof voteMethodSchema>;

/** What an author asks of the vote and of what follows, within the rule of the policy. */
export const termsRequestSchema = z.strictObject({
  /** how options are counted; one of the methods of the kind's rule, the first where it is left out */
  method: voteMethodSchema.exclude(['yes_no']).exactOptional(),
  /** of an election: how many are elected (1 where left out), and to which role */
  seats: z.int().min(1).max(100).exactOptional(),
  role: z.string().max(63).exactOptional(),
  /** of a budget vote: what is shared out, in whole units */
  total: z.int().min(1).max(1_000_000_000_000).exactOptional(),
  /** the vote opens no sooner than this, nor sooner than the rule says */
  discussUntil: instantSchema.exactOptional(),
  /** nobody learns who voted how, where the rule leaves it to the author */
  secret: z.literal(true).exactOptional(),
  /** the change applies to so many percent of jobs first, and is taken back when the measure rises above a bound */
  canary: z
    .strictObject({
      percent: z.int().min(1).max(50),
      hours: z
        .int()
        .min(1)
        .max(24 * 30),
      measure: z.enum(['refused_per_thousand', 'failed_per_thousand']),
      revertAbove: z.int().min(0).max(1000),
    })
    .exactOptional(),
  /** counted from the enactment: then the change is taken back */
  sunsetDays: z.int().min(1).max(3650).exactOptional(),
  /** counted from the enactment: then everybody is asked to look at it again */
  reviewDays: z.int().min(1).max(3650).exactOptional(),
  /** ids of members without whose own yes the change is not put in force, whatever the vote */
  needsConsentOf: z.array(z.string().min(1).max(100)).min(1).max(50).exactOptional(),
});
export type TermsRequest = z.infer<typeof termsRequestSchema>;
/** The same as it stands; the machine adds what a vote of its own is about. */
export const termsSchema = termsRequestSchema.extend({
  rebases: z.string().exactOptional(),
  emergencyId: z.string().exactOptional(),
});
export type Terms = z.infer<typeof termsSchema>;

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
  /** the emergency measure that made it, or whose end did; null for others */
  emergencyId: z.string().nullable(),
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
  proposal: z.object({ id: z.string(), number: z.int(), title: z.string() }).nullable(),
  emergencyId: z.string().nullable(),
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
  terms: termsRequestSchema.exactOptional(),
  /** answers to an open question, where it is more than yes or no */
  options: z
    .array(z.strictObject({ title: z.string().max(500), body: z.string().max(50_000).exactOptional() }))
    .max(100)
    .exactOptional(),
});
export type ProposeRequest = z.infer<typeof proposeRequestSchema>;

/** New words for a proposal whose vote is not open; discussion begins anew. What is left out of `terms` is dropped. */
export const reviseRequestSchema = z.strictObject({
  title: z.string().max(500),
  body: z.string().max(50_000),
  patch: z.array(patchOperationSchema).max(200),
  against: z.string().max(64),
  terms: termsRequestSchema.exactOptional(),
});
export type ReviseRequest = z.infer<typeof reviseRequestSchema>;

/** Of a change: an amendment, a whole patch against the policy the proposal was written against. Of a question: an answer. */
export const optionRequestSchema = z.strictObject({
  title: z.string().max(500),
  body: z.string().max(50_000),
  /** empty for an answer */
  patch: z.array(patchOperationSchema).max(200),
});
export type OptionRequest = z.infer<typeof optionRequestSchema>;

export const candidacyRequestSchema = z.strictObject({ statement: z.string().max(50_000) });
export type CandidacyRequest = z.infer<typeof candidacyRequestSchema>;

export const proposalConsentRequestSchema = z.strictObject({ yes: z.boolean() });
export type ProposalConsentRequest = z.infer<typeof proposalConsentRequestSchema>;

/** A fraction and what it is a fraction of, in words. */
const fraction = z.object({
  numerator: z.int(),
  denominator: z.int(),
  /** true: more than; false: at least */
  strict: z.boolean(),
  of: z.string(),
});
export const voteRuleSchema = z.object({
  about: z.string(),
  method: voteMethodSchema,
  quorum: fraction.extend({ atLeast: z.int() }),
  threshold: fraction,
  abstentions: z.string(),
  discussionHours: z.int(),
  votingHours: z.int(),
  delayHours: z.int(),
  /** how votes among several options are counted; without it the kind takes none */
  options: z
    .object({
      methods: z.array(voteMethodSchema),
      unranked: z.enum(['implicit', 'explicit']),
      tie: z.string(),
      scoreMax: z.int(),
      maxOptions: z.int(),
    })
    .optional(),
  secrecy: z.string().optional(),
  lateQuorum: z.object({ lastHours: z.int(), extendHours: z.int() }).optional(),
  affected: z.object({ roles: z.array(z.string()), threshold: fraction }).optional(),
  recusal: z.string().optional(),
});
export type VoteRule = z.infer<typeof voteRuleSchema>;

/** How those decided whose own majority is needed too; absent where the rule asks for none. */
const affectedHalfSchema = z.object({
  roles: z.array(z.string()),
  eligible: z.int(),
  yes: z.int(),
  no: z.int(),
  abstain: z.int(),
  /** true too where nobody holds these roles: then it is waived, and the words say so */
  reached: z.boolean(),
});

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
  /** how many of these voices were given through somebody else; absent where none was */
  represented: z.int().optional(),
  affected: affectedHalfSchema.optional(),
});
export type Tally = z.infer<typeof tallySchema>;

/** The count of a vote among options. */
export const optionTallySchema = z.object({
  method: voteMethodSchema,
  /** keys, the best first; more than one only where there are several seats */
  winners: z.array(z.string()),
  counted: z.int(),
  abstain: z.int(),
  eligible: z.int(),
  quorumReached: z.boolean(),
  passed: z.boolean(),
  words: z.string(),
  /** what the method publishes: counts, sums, matrices, rounds */
  detail: z.record(z.string(), json),
  represented: z.int().optional(),
  affected: affectedHalfSchema.optional(),
});
export type OptionTally = z.infer<typeof optionTallySchema>;

export const proposalBriefSchema = z.object({ id: z.string(), number: z.int(), title: z.string() });

/** An amendment, an answer, or a candidate. */
export const proposalOptionSchema = z.object({
  key: z.string(),
  title: z.string(),
  body: z.string(),
  /** an amendment's whole change; null for others */
  patch: z.array(patchOperationSchema).nullable(),
  diff: z.array(diffLineSchema),
  /** who stands, of a candidacy */
  member: namedSchema.nullable(),
  author: namedSchema,
  /** accepted: its author's words became the proposal's own */
  state: z.enum(['put', 'accepted', 'withdrawn']),
  createdAt: instantSchema,
  entryId: z.string(),
  may: z.object({ withdraw: z.boolean(), accept: z.boolean() }),
});
export type ProposalOption = z.infer<typeof proposalOptionSchema>;

/** What a ballot may name, in the listed order, which also decides ties. */
export const ballotOptionSchema = z.object({ key: z.string(), title: z.string() });
export type BallotOption = z.infer<typeof ballotOptionSchema>;

export const proposalSummarySchema = z.object({
  id: z.string(),
  number: z.int(),
  kind: proposalKindSchema,
  title: z.string(),
  /** null where the machine opened the vote by itself */
  author: namedSchema.nullable(),
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
  /** nobody learns who voted how; then `cast` stays 0 */
  secretBallots: z.boolean(),
  /** of a vote by yes and no, after its close */
  tally: tallySchema.nullable(),
  /** by which the vote is counted, or would be if it opened now */
  method: voteMethodSchema,
  /** of a vote among options, after its close */
  optionTally: optionTallySchema.nullable(),
  /** the options that won, the best first; empty before the close, and in a vote by yes and no */
  winners: z.array(ballotOptionSchema),
  /** how many amendments, answers or candidates stand */
  standing: z.int(),
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
      member: namedSchema,
      /** of a vote by yes and no */
      choice: ballotChoiceSchema.nullable(),
      /** of a vote among options */
      vote: voteSchema.nullable(),
      castAt: instantSchema,
      entryId: z.string(),
    }),
  ),
  /** the asking member's own standing; null for a visitor */
  mine: z
    .object({
      eligible: z.boolean(),
      choice: ballotChoiceSchema.nullable(),
      vote: voteSchema.nullable(),
      /** has no vote here, for an interest they declared */
      recused: z.boolean(),
      /** what they answered where their own consent is asked; null where it is not, or not yet answered */
      consent: z.boolean().nullable(),
      /** what they can do now */
      may: z.object({
        open: z.boolean(),
        revise: z.boolean(),
        withdraw: z.boolean(),
        /** put an amendment, or an answer */
        amend: z.boolean(),
        stand: z.boolean(),
        /** lay their candidacy down */
        layDown: z.boolean(),
        cast: z.boolean(),
        consent: z.boolean(),
      }),
    })
    .nullable(),
  entryId: z.string(),
  tallyEntryId: z.string().nullable(),
  terms: termsSchema,
  /** amendments, answers, candidates, in the order in which they were put forward; withdrawn ones too */
  options: z.array(proposalOptionSchema),
  /** what a ballot may name; empty for a vote by yes and no. Before the vote: as it would be if it opened now */
  ballotOptions: z.array(ballotOptionSchema),
  /** what the count is told besides the ballots, as it stood when the vote opened; null for yes and no */
  definition: z
    .object({
      method: voteMethodSchema,
      options: z.array(z.string()),
      unranked: z.enum(['implicit', 'explicit']),
      seats: z.int().optional(),
      scoreMax: z.int().optional(),
      total: z.int().optional(),
    })
    .nullable(),
  /** when a late quorum moved the close */
  extendedAt: instantSchema.nullable(),
  /** who would have had a vote, but for an interest they declared */
  recused: z.array(namedSchema),
  /** those whose own majority is needed too, as they stood when the vote opened */
  affected: z.object({ roles: z.array(z.string()), eligible: z.int() }).nullable(),
  /** members without whose own yes the change is not put in force; null: not answered yet */
  consents: z.array(z.object({ member: namedSchema, yes: z.boolean().nullable() })),
  /** the delegations that the count followed; empty until the close */
  delegations: z.array(z.object({ from: namedSchema, to: namedSchema, entryId: z.string() })),
  /** of a secret vote, once it is open: papers first, then ballots; null for all others */
  secret: secretVoteSchema.nullable(),
  /** the clash that this vote settles, and the vote that settles this clash */
  rebases: proposalBriefSchema.nullable(),
  rebasedBy: proposalBriefSchema.nullable(),
});
export type ProposalDetail = z.infer<typeof proposalDetailSchema>;

export const proposalsAnswerSchema = z.object({
  proposals: z.array(proposalSummarySchema),
  /** ids of those in which the asking member's ballot, paper or own consent is still to come */
  waiting: z.array(z.string()),
});
export type ProposalsAnswer = z.infer<typeof proposalsAnswerSchema>;
export const proposalAnswerSchema = z.object({ proposal: proposalDetailSchema });
export type ProposalAnswer = z.infer<typeof proposalAnswerSchema>;
export const proposalChangedAnswerSchema = z.object({
  proposal: proposalDetailSchema,
  receipt: receiptSchema,
});
export type ProposalChangedAnswer = z.infer<typeof proposalChangedAnswerSchema>;

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
  /** the author changes the words before the vote; a discussion under way begins anew */
  reviseProposal: endpoint('POST', '/api/proposals/:id/revisions', {
    body: reviseRequestSchema,
    answer: proposalChangedAnswerSchema,
  }),
  /** the author takes it back, before its vote opens */
  withdrawProposal: endpoint('POST', '/api/proposals/:id/withdraw', { answer: proposalChangedAnswerSchema }),
  /** anybody who may propose puts an amendment, or an answer, before the vote opens */
  putOption: endpoint('POST', '/api/proposals/:id/options', {
    body: optionRequestSchema,
    answer: proposalChangedAnswerSchema,
  }),
  /** the author makes an amendment the proposal's own words */
  acceptOption: endpoint('POST', '/api/proposals/:id/options/:key/accept', {
    answer: proposalChangedAnswerSchema,
  }),
  /** whoever put an amendment or an answer, or stands, takes it back */
  withdrawOption: endpoint('POST', '/api/proposals/:id/options/:key/withdraw', {
    answer: proposalChangedAnswerSchema,
  }),
  /** stands for election, oneself only */
  stand: endpoint('POST', '/api/proposals/:id/candidacies', {
    body: candidacyRequestSchema,
    answer: proposalChangedAnswerSchema,
  }),
  /** whose own consent is needed answers, until the change is put in force */
  consentToProposal: endpoint('POST', '/api/proposals/:id/consents', {
    body: proposalConsentRequestSchema,
    answer: proposalChangedAnswerSchema,
  }),
};
