/** The wire of what members say about proposals, to whom they hand on their voice, and what ties them. */
import { z } from 'zod';
import { endpoint, instantSchema, namedSchema, receiptSchema } from './common.ts';
import { proposalKindSchema } from './governance.ts';

export const commentSchema = z.object({
  id: z.string(),
  /** the comment it answers */
  parentId: z.string().nullable(),
  /** the line of the diff it is about, as a JSON Pointer; null: the whole proposal */
  clause: z.string().nullable(),
  member: namedSchema,
  /** null: its author took it back, or left */
  body: z.string().nullable(),
  writtenAt: instantSchema,
  withdrawnAt: instantSchema.nullable(),
  entryId: z.string(),
  /** whether the asking member wrote it and can take it back */
  mine: z.boolean(),
});
export type Comment = z.infer<typeof commentSchema>;
export const commentsAnswerSchema = z.object({ comments: z.array(commentSchema) });
export type CommentsAnswer = z.infer<typeof commentsAnswerSchema>;
export const commentRequestSchema = z.strictObject({
  body: z.string().max(20_000),
  clause: z.string().max(500).exactOptional(),
  parentId: z.string().max(100).exactOptional(),
});
export type CommentRequest = z.infer<typeof commentRequestSchema>;
export const commentWrittenAnswerSchema = z.object({ commentId: z.string(), receipt: receiptSchema });

export const delegationsAnswerSchema = z.object({
  /** kinds of proposals that a voice can be handed on for; empty where the policy knows no delegation */
  topics: z.array(proposalKindSchema),
  given: z.array(
    z.object({
      topic: z.string(),
      to: namedSchema,
      /** through whom it goes; the last would vote with it */
      chain: z.array(namedSchema),
      givenAt: instantSchema,
      entryId: z.string(),
    }),
  ),
  /** how many voices reach the asking member, by kind; whose they are is not told */
  received: z.array(z.object({ topic: z.string(), voices: z.int() })),
});
export type DelegationsAnswer = z.infer<typeof delegationsAnswerSchema>;
export const delegationRequestSchema = z.strictObject({
  topic: proposalKindSchema,
  /** id of a member */
  to: z.string().max(100),
});
export type DelegationRequest = z.infer<typeof delegationRequestSchema>;
export const delegationChangedAnswerSchema = delegationsAnswerSchema.extend({ receipt: receiptSchema });

export const interestKindSchema = z.enum(['sponsor', 'vendor', 'paid_partnership', 'other']);
export type InterestKind = z.infer<typeof interestKindSchema>;
/** What an interest touches; nothing named touches nothing. */
export const touchesSchema = z.strictObject({
  kinds: z.array(proposalKindSchema).max(20).exactOptional(),
  /** JSON Pointers into the policy */
  clauses: z.array(z.string().min(1).max(500)).max(50).exactOptional(),
  proposalIds: z.array(z.string().max(100)).max(50).exactOptional(),
});
export const interestSchema = z.object({
  id: z.string(),
  /** whose it is; null: the collective's */
  member: namedSchema.nullable(),
  kind: interestKindSchema,
  /** with whom, and what it is; null once its member left */
  counterpart: z.string().nullable(),
  about: z.string().nullable(),
  touches: touchesSchema,
  /** the day it began, as 2026-03-01 */
  since: z.string(),
  declaredAt: instantSchema,
  endedAt: instantSchema.nullable(),
  entryId: z.string(),
  /** whether it touches the proposal that was asked about */
  touching: z.boolean(),
  mayEnd: z.boolean(),
});
export type Interest = z.infer<typeof interestSchema>;
export const interestsAnswerSchema = z.object({
  interests: z.array(interestSchema),
  /** whether the asking member may declare for the collective */
  mayDeclareForAll: z.boolean(),
});
export type InterestsAnswer = z.infer<typeof interestsAnswerSchema>;
export const interestRequestSchema = z.strictObject({
  of: z.enum(['me', 'collective']),
  kind: interestKindSchema,
  counterpart: z.string().max(2_000),
  about: z.string().max(10_000),
  since: z.iso.date(),
  touches: touchesSchema,
});
export type InterestRequest = z.infer<typeof interestRequestSchema>;
export const interestChangedAnswerSchema = z.object({ receipt: receiptSchema });

export const deliberationEndpoints = {
  comments: endpoint('GET', '/api/proposals/:id/comments', { answer: commentsAnswerSchema }),
  writeComment: endpoint('POST', '/api/proposals/:id/comments', {
    body: commentRequestSchema,
    answer: commentWrittenAnswerSchema,
  }),
  withdrawComment: endpoint('POST', '/api/comments/:id/withdraw', {
    answer: z.object({ receipt: receiptSchema }),
  }),
  delegations: endpoint('GET', '/api/delegations', { answer: delegationsAnswerSchema }),
  delegate: endpoint('POST', '/api/delegations', {
    body: delegationRequestSchema,
    answer: delegationChangedAnswerSchema,
  }),
  revokeDelegation: endpoint('POST', '/api/delegations/:topic/revoke', {
    answer: delegationChangedAnswerSchema,
  }),
  /** query: `proposal`, an id: its author's interests and those that touch it */
  interests: endpoint('GET', '/api/interests', { answer: interestsAnswerSchema }),
  declareInterest: endpoint('POST', '/api/interests', {
    body: interestRequestSchema,
    answer: interestChangedAnswerSchema,
  }),
  endInterest: endpoint('POST', '/api/interests/:id/end', { answer: interestChangedAnswerSchema }),
};
