/**
 * What paid work puts on the wire: calls for testing, contributions, reviews, statements and the
 * public report of what was paid. Amounts are decimal strings of minor units ("2500" EUR = 25 euros);
 * times are ISO 8601 in UTC; ids are UUIDs of version 7.
 */
import { z } from 'zod';
import {
  currencySchema,
  endpoint,
  idSchema,
  instantSchema,
  minorSchema,
  receiptSchema,
  sha256Schema,
} from './common.ts';
import { moneySchema, proofSchema } from './funds.ts';

export const contributionKinds = [
  'bug',
  'critique',
  'dataset-curation',
  'experiment',
  'feedback-session',
  'milestone',
  'recaptioning',
  'red-team',
  'stewardship',
  'translation',
] as const;
export const contributionKindSchema = z.enum(contributionKinds);
export type ContributionKind = z.infer<typeof contributionKindSchema>;

// ---- calls for testing, grants, commissions, residencies, screenings ----

/** What a call is: work asked for piece by piece, or milestones paid to those who are invited. */
export const callForms = ['testing', 'grant', 'commission', 'residency', 'screening'] as const;
export type CallForm = (typeof callForms)[number];

/** Who may hand in: any member, those who are named, or so many drawn among those who put their name down in time. */
export const joiningSchema = z.union([
  z.literal('members'),
  z.strictObject({ invited: z.array(idSchema).max(1001) }),
  z.strictObject({ drawn: z.strictObject({ seats: z.int(), joinBy: z.string() }) }),
]);
export type Joining = z.infer<typeof joiningSchema>;

/** POST /api/calls (steward): all a tester needs to know. Limits are the domain's, each with its own code. */
export const callRequestSchema = z.strictObject({
  /** testing when left out */
  form: z.string().optional(),
  title: z.string(),
  brief: z.string(),
  /** of a piece, of an hour, or of all together, as the policy's card says for the kind */
  rates: z.array(
    z.strictObject({
      kind: z.string(),
      amount: z.string(),
      /** for kinds that are paid by the hour: the most minutes of a piece; the card's when left out */
      mostMinutes: z.int().optional(),
    }),
  ),
  /** for every form but testing */
  milestones: z
    .array(
      z.strictObject({
        title: z.string(),
        amount: z.string(),
        /** when it is hoped for; ISO 8601 with its time zone */
        due: z.string().optional(),
      }),
    )
    .optional(),
  budget: z.string(),
  currency: z.string(),
  /** no submission after this; ISO 8601 with its time zone, kept as UTC */
  deadline: z.string(),
  /** days the reviewers have; then silence accepts. Policy's when left out. */
  reviewDays: z.int().optional(),
  /** reviews that agree, to decide. Policy's when left out. */
  reviewsNeeded: z.int().optional(),
  /** every member when left out */
  mayJoin: joiningSchema.optional(),
});
export type CallRequest = z.infer<typeof callRequestSchema>;

export const callSchema = z.object({
  id: idSchema,
  title: z.string(),
  brief: z.string(),
  /** reviewing: past the deadline, answers still due. closed: all answered, the rest is back in the fund. */
  state: z.enum(['open', 'reviewing', 'closed']),
  openedBy: idSchema,
  openedAt: instantSchema,
  deadline: instantSchema,
  closedAt: instantSchema.nullable(),
  form: z.enum(callForms),
  mayJoin: joiningSchema,
  /** for places that are drawn: how many put their name down, whether the one who asks did, and who was drawn */
  places: z.object({ joined: z.int(), mine: z.boolean(), drawn: z.array(idSchema).nullable() }),
  currency: currencySchema,
  rates: z.array(
    z.object({
      kind: contributionKindSchema,
      /** fixed: a piece is paid so much; hourly: an hour is; shared: all pieces together, by weight, at the close */
      pay: z.enum(['fixed', 'hourly', 'shared']),
      amount: minorSchema,
      mostMinutes: z.int().nullable(),
    }),
  ),
  milestones: z.array(
    z.object({ key: z.string(), title: z.string(), amount: minorSchema, due: instantSchema.nullable() }),
  ),
  /** what one review is paid from the same escrow; "0" when policy pays none */
  reviewRate: minorSchema,
  reviewsNeeded: z.int(),
  /** how many are drawn to review a piece; null: whoever may review takes it */
  reviewerSeats: z.int().nullable(),
  reviewDays: z.int(),
  /** a panel of so many hears an appeal against a rejection, made within so many days; null: there is none */
  appeal: z.object({ seats: z.int(), days: z.int() }).nullable(),
  /** the part of its rate that a finding is paid which another member found before; null: all of it */
  laterShare: z.object({ numerator: z.int(), denominator: z.int() }).nullable(),
  /** the policy the terms were made under */
  policy: z.object({ version: z.int(), hash: sha256Schema }),
  /** SHA-256 of the frozen terms as they stand in the opening entry */
  termsHash: sha256Schema,
  /** escrowed = paid + held + reserved + available + returned */
  budget: z.object({
    escrowed: minorSchema,
    paid: minorSchema,
    /** set aside for work that waits for its answer, reviews included */
    held: minorSchema,
    /** sums that are shared by weight when the call closes */
    reserved: minorSchema,
    /** can still be promised to new work */
    available: minorSchema,
    returned: minorSchema,
  }),
  submissions: z.object({
    waiting: z.int(),
    accepted: z.int(),
    /** of the accepted, how many by silence */
    bySilence: z.int(),
    rejected: z.int(),
  }),
  entryId: idSchema,
  proof: proofSchema,
  closedEntryId: idSchema.nullable(),
});
export type Call = z.infer<typeof callSchema>;

export const callResponseSchema = z.object({ call: callSchema });
export type CallResponse = z.infer<typeof callResponseSchema>;
export const callOpenedResponseSchema = z.object({ call: callSchema, receipt: receiptSchema });
export type CallOpenedResponse = z.infer<typeof callOpenedResponseSchema>;
/** POST /api/calls/:id/names: puts one's name down where places are drawn */
export const nameDownResponseSchema = z.object({ call: callSchema, receipt: receiptSchema });

/** POST /api/calls/:id/commitments: claims a finding before it is written up, see docs/artists.md */
export const commitmentRequestSchema = z.strictObject({
  /** SHA-256 in hex over member, salt and first line */
  commitment: z.string(),
});
export const commitmentResponseSchema = z.object({
  commitment: z.object({ id: idSchema, committedAt: instantSchema, entryId: idSchema, proof: proofSchema }),
  receipt: receiptSchema,
});

export const callsResponseSchema = z.object({ calls: z.array(callSchema) });
export type CallsResponse = z.infer<typeof callsResponseSchema>;

// ---- contributions ----

/** A part of the picture, in thousandths of its width and height, from the upper left. */
export const regionSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() });
export type Region = z.infer<typeof regionSchema>;

/** POST /api/contributions. Send an `Idempotency-Key` so that a retry never submits twice. */
export const contributionRequestSchema = z.strictObject({
  callId: idSchema,
  /** the clip it is about; its seed and settings are copied into the contribution */
  generationId: idSchema.optional(),
  /** the model it is about, where it is about no one clip */
  modelId: z.string().max(200).optional(),
  kind: z.string(),
  text: z.string(),
  /** place on the clip: milliseconds from its start */
  atMs: z.int().optional(),
  frame: z.int().optional(),
  /** a part of the picture */
  region: regionSchema.optional(),
  /** the key of a milestone */
  milestone: z.string().max(10).optional(),
  /** worked, where the hour is paid */
  minutes: z.int().optional(),
  /** how much of it there is, where a sum is shared by weight */
  units: z.int().optional(),
  /** what its author calls it; nobody who judges it sees this, and a report shows that it changes nothing */
  tone: z.enum(['praise', 'criticism']).optional(),
  /** 32 bytes in hex: opens a commitment that was made to the first line of the text */
  salt: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 32 bytes in hex')
    .optional(),
  /** pictures that were sent before, in this order; see POST /api/attachments */
  attachments: z.array(idSchema).max(4).optional(),
  /** says that seed and settings are kept, for clients that told so */
  seedKept: z.literal(true).optional(),
});
export type ContributionRequest = z.infer<typeof contributionRequestSchema>;

/** The generation a contribution is about, as it was when the work was done. */
export const generationSnapshotSchema = z.object({
  generationId: idSchema,
  makerId: idSchema,
  seed: z.string(),
  prompt: z.string(),
  modelId: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type GenerationSnapshot = z.infer<typeof generationSnapshotSchema>;

export const reviewVerdictSchema = z.enum(['accept', 'reject']);
export type ReviewVerdict = z.infer<typeof reviewVerdictSchema>;

/** A picture that comes with a report; `sha256` is of what GET /api/attachments/:id answers. */
export const attachmentSchema = z.object({ id: idSchema, sha256: z.string() });
/** POST /api/attachments: multipart/form-data with `file`, at most 20 MiB; hand it in with a report within a week */
export const attachmentResponseSchema = z.object({ attachment: attachmentSchema });
export type AttachmentResponse = z.infer<typeof attachmentResponseSchema>;

export const contributionSchema = z.object({
  id: idSchema,
  callId: idSchema,
  callTitle: z.string(),
  /** null where it is about no one clip */
  generationId: idSchema.nullable(),
  modelId: z.string().nullable(),
  kind: contributionKindSchema,
  milestone: z.object({ key: z.string(), title: z.string() }).nullable(),
  minutes: z.int().nullable(),
  units: z.int().nullable(),
  /** null for whoever is neither its author, a reviewer of it, nor asked to review it */
  text: z.string().nullable(),
  /** pictures that came with it, for whoever sees its words: GET /api/attachments/:id */
  attachments: z.array(attachmentSchema),
  atMs: z.int().nullable(),
  frame: z.int().nullable(),
  region: regionSchema.nullable(),
  generation: generationSnapshotSchema.nullable(),
  /** null while it is under review, for all but its author: the work is judged, not the name */
  authorId: idSchema.nullable(),
  mine: z.boolean(),
  submittedAt: instantSchema,
  /** when it was committed to, where it was; else when it was handed in */
  foundAt: instantSchema,
  committed: z.boolean(),
  /** silence accepts at this time */
  reviewBy: instantSchema,
  /** how many were drawn to review it; null while nobody is, and where anybody may */
  reviewers: z.int().nullable(),
  state: z.enum(['waiting', 'accepted', 'rejected']),
  decidedAt: instantSchema.nullable(),
  decidedBy: z.enum(['reviews', 'silence', 'appeal']).nullable(),
  /** what it is paid in the entry that accepts; "0" where a sum is shared at the close of the call */
  amount: minorSchema,
  /** what it was paid; null while it waits, and while a sum is not shared yet */
  paid: minorSchema.nullable(),
  currency: currencySchema,
  /** what another member found before */
  duplicateOf: idSchema.nullable(),
  /** answers so far; verdicts and reasons are shown to the author at once, to others after the decision */
  answers: z.int(),
  reviews: z.array(
    z.object({
      verdict: reviewVerdictSchema,
      reason: z.string().nullable(),
      reviewerId: idSchema.nullable(),
      duplicateOf: idSchema.nullable(),
      mine: z.boolean(),
      at: instantSchema,
      entryId: idSchema,
      proof: proofSchema,
    }),
  ),
  /** whether the one who asks may review it now */
  mayReview: z.boolean(),
  /** until when its author, who asks, can have a panel look again */
  appealBy: instantSchema.nullable(),
  /** an appeal against a rejection; why, and what the panel says, is for its author and the panel */
  appeal: z
    .object({
      state: z.enum(['opened', 'judging', 'accepted', 'rejected']),
      openedAt: instantSchema,
      reason: z.string().nullable(),
      /** silence pays at this time */
      answersBy: instantSchema.nullable(),
      decidedAt: instantSchema.nullable(),
      seats: z.int(),
      answers: z.int(),
      judgements: z.array(
        z.object({ verdict: reviewVerdictSchema, reason: z.string().nullable(), mine: z.boolean() }),
      ),
      mayJudge: z.boolean(),
      entryId: idSchema,
      decidedEntryId: idSchema.nullable(),
    })
    .nullable(),
  entryId: idSchema,
  proof: proofSchema,
  decisionEntryId: idSchema.nullable(),
  decisionProof: proofSchema.nullable(),
});
export type Contribution = z.infer<typeof contributionSchema>;

export const contributionResponseSchema = z.object({ contribution: contributionSchema });
export type ContributionResponse = z.infer<typeof contributionResponseSchema>;
/** replayed: the same Idempotency-Key came before with the same body; nothing new was stored. */
export const contributionSubmittedResponseSchema = z.object({
  contribution: contributionSchema,
  replayed: z.boolean(),
  receipt: receiptSchema,
});
export type ContributionSubmittedResponse = z.infer<typeof contributionSubmittedResponseSchema>;
/** GET /api/contributions?call=&mine=&generation= : newest first */
export const contributionsQuerySchema = z.object({
  call: idSchema.optional(),
  generation: idSchema.optional(),
  mine: z.enum(['true', 'false', '1', '0']).optional(),
});
export type ContributionsQuery = z.infer<typeof contributionsQuerySchema>;
export const contributionsResponseSchema = z.object({ contributions: z.array(contributionSchema) });
export type ContributionsResponse = z.infer<typeof contributionsResponseSchema>;

// ---- reviews ----

/** GET /api/reviews: what waits for an answer from the one who asks, soonest deadline first */
export const reviewDeskResponseSchema = z.object({ waiting: z.array(contributionSchema) });
export type ReviewDeskResponse = z.infer<typeof reviewDeskResponseSchema>;

/** POST /api/contributions/:id/reviews. A rejection needs a reason. */
export const reviewRequestSchema = z.strictObject({
  verdict: reviewVerdictSchema,
  reason: z.string().optional(),
  /** with accept: the piece in which another member found the same before */
  duplicateOf: idSchema.optional(),
});
export type ReviewRequest = z.infer<typeof reviewRequestSchema>;

export const reviewResponseSchema = z.object({
  contribution: contributionSchema,
  review: z.object({
    verdict: reviewVerdictSchema,
    paid: moneySchema,
    entryId: idSchema,
    proof: proofSchema,
  }),
  receipt: receiptSchema,
});
export type ReviewResponse = z.infer<typeof reviewResponseSchema>;

/** GET /api/contributions/:id/earlier: what others found before, for whoever is asked to review the piece */
export const earlierResponseSchema = z.object({
  earlier: z.array(
    z.object({
      id: idSchema,
      foundAt: instantSchema,
      text: z.string().nullable(),
      generationId: idSchema.nullable(),
    }),
  ),
});
export type EarlierResponse = z.infer<typeof earlierResponseSchema>;

// ---- appeals against a rejection ----

/** POST /api/contributions/:id/appeal (its author) */
export const appealRejectionRequestSchema = z.strictObject({ reason: z.string() });
/** POST /api/contributions/:id/judgements (the panel). A no needs a reason. */
export const workJudgementRequestSchema = z.strictObject({
  verdict: reviewVerdictSchema,
  reason: z.string().optional(),
});
export const appealedResponseSchema = z.object({ contribution: contributionSchema, receipt: receiptSchema });

// ---- statement ----

export const statementLineSchema = z.object({
  entryId: idSchema,
  time: instantSchema,
  /** the entry's kind in the book, e.g. contribution.accepted */
  kind: z.string(),
  /** what it was for, in words */
  what: z.string(),
  callId: idSchema.nullable(),
  contributionId: idSchema.nullable(),
  /** + to the member, − from the member */
  amount: minorSchema,
  currency: currencySchema,
  /** the running balance in that currency after this line */
  balance: minorSchema,
  proof: proofSchema,
});
export type StatementLine = z.infer<typeof statementLineSchema>;

/** GET /api/me/statement: oldest first */
export const statementResponseSchema = z.object({
  memberId: idSchema,
  account: z.string(),
  lines: z.array(statementLineSchema),
  balances: z.array(z.object({ currency: currencySchema, amount: minorSchema, lines: z.int() })),
});
export type StatementResponse = z.infer<typeof statementResponseSchema>;

// ---- what was paid ----

/** GET /api/paid: public, never names a member */
export const paidResponseSchema = z.object({
  asOf: instantSchema,
  /** by kind of work ("review" and "royalty" are kinds here too) and currency */
  paid: z.array(
    z.object({
      kind: z.string(),
      currency: currencySchema,
      pieces: z.int(),
      /**
       * The lower of the two middle amounts when the count is even, so always one that was really paid.
       * Null (a bar on the page) while fewer members stand behind it than policy's privacy.minGroupSize.
       */
      median: minorSchema.nullable(),
      total: minorSchema,
    }),
  ),
  totals: z.array(z.object({ currency: currencySchema, pieces: z.int(), total: minorSchema })),
  /**
   * The same by what its authors call their words; a tone of fewer members than privacy.minGroupSize is left out.
   * `median` as above; null where nothing was accepted.
   */
  byTone: z.array(
    z.object({
      tone: z.enum(['praise', 'criticism']),
      currency: currencySchema,
      accepted: z.int(),
      rejected: z.int(),
      median: minorSchema.nullable(),
    }),
  ),
  /** the unpaid-labour meter */
  owed: z.object({
    /** accepted and not paid: must be zero, since acceptance and payment are one entry */
    acceptedUnpaid: z.array(z.object({ currency: currencySchema, pieces: z.int(), total: minorSchema })),
    submittedUnanswered: z.array(
      z.object({ currency: currencySchema, pieces: z.int(), total: minorSchema, oldest: instantSchema }),
    ),
  }),
});
export type PaidResponse = z.infer<typeof paidResponseSchema>;

export const compensationEndpoints = {
  openCall: endpoint<CallRequest, CallOpenedResponse>('POST', '/api/calls', {
    body: callRequestSchema,
    answer: callOpenedResponseSchema,
  }),
  listCalls: endpoint('GET', '/api/calls', { answer: callsResponseSchema }),
  getCall: endpoint('GET', '/api/calls/:id', { answer: callResponseSchema }),
  putNameDown: endpoint('POST', '/api/calls/:id/names', { answer: nameDownResponseSchema }),
  commitFinding: endpoint('POST', '/api/calls/:id/commitments', {
    body: commitmentRequestSchema,
    answer: commitmentResponseSchema,
  }),
  submitContribution: endpoint<ContributionRequest, ContributionSubmittedResponse>(
    'POST',
    '/api/contributions',
    { body: contributionRequestSchema, answer: contributionSubmittedResponseSchema },
  ),
  keepAttachment: endpoint('POST', '/api/attachments', { answer: attachmentResponseSchema }),
  listContributions: endpoint('GET', '/api/contributions', { answer: contributionsResponseSchema }),
  getContribution: endpoint('GET', '/api/contributions/:id', { answer: contributionResponseSchema }),
  reviewDesk: endpoint('GET', '/api/reviews', { answer: reviewDeskResponseSchema }),
  reviewContribution: endpoint<ReviewRequest, ReviewResponse>('POST', '/api/contributions/:id/reviews', {
    body: reviewRequestSchema,
    answer: reviewResponseSchema,
  }),
  earlierFindings: endpoint('GET', '/api/contributions/:id/earlier', { answer: earlierResponseSchema }),
  appealRejection: endpoint('POST', '/api/contributions/:id/appeal', {
    body: appealRejectionRequestSchema,
    answer: appealedResponseSchema,
  }),
  judgeRejection: endpoint('POST', '/api/contributions/:id/judgements', {
    body: workJudgementRequestSchema,
    answer: appealedResponseSchema,
  }),
  myStatement: endpoint('GET', '/api/me/statement', { answer: statementResponseSchema }),
  whatWasPaid: endpoint('GET', '/api/paid', { answer: paidResponseSchema }),
};
