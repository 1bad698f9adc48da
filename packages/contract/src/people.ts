/** The wire of people: founding, inviting, joining, logging in and out, being forgotten. */
import { z } from 'zod';
import { currencySchema, endpoint, instantSchema, receiptSchema, sha256Schema } from './common.ts';

const pseudonymField = z.string().max(200);
const passwordField = z.string().max(1000);

export const memberSummarySchema = z.object({
  id: z.string(),
  /** null once the member had themself erased */
  pseudonym: z.string().nullable(),
  roles: z.array(z.string()),
  joinedAt: instantSchema,
});
export type MemberSummary = z.infer<typeof memberSummarySchema>;

export const collectiveAnswerSchema = z.object({
  founded: z.boolean(),
  name: z.string().nullable(),
  currency: currencySchema.nullable(),
  members: z.int(),
  policy: z.object({ version: z.int(), hash: sha256Schema }).nullable(),
  checkpoint: z.object({ size: z.string(), root: z.string() }).nullable(),
});
export type CollectiveAnswer = z.infer<typeof collectiveAnswerSchema>;

export const foundRequestSchema = z.strictObject({
  name: z.string().max(200),
  currency: z.string().max(10),
  founder: z.strictObject({ pseudonym: pseudonymField, password: passwordField }),
  /** money the collective starts with; `source` says where it came from, as "donation" */
  deposit: z.strictObject({ amount: z.string().max(40), source: z.string().max(200) }).optional(),
});
export type FoundRequest = z.infer<typeof foundRequestSchema>;
export const foundAnswerSchema = z.object({
  collective: z.object({ name: z.string(), currency: currencySchema }),
  member: memberSummarySchema,
  policy: z.object({ version: z.int(), hash: sha256Schema }),
  receipt: receiptSchema,
});
export type FoundAnswer = z.infer<typeof foundAnswerSchema>;

export const invitationAnswerSchema = z.object({
  id: z.string(),
  /** shown once: only its hash is kept */
  code: z.string(),
  url: z.string(),
  expiresAt: instantSchema,
  receipt: receiptSchema,
});
export type InvitationAnswer = z.infer<typeof invitationAnswerSchema>;

export const joinRequestSchema = z.strictObject({
  code: z.string().max(200),
  pseudonym: pseudonymField,
  password: passwordField,
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export const joinAnswerSchema = z.object({ member: memberSummarySchema, receipt: receiptSchema });
export type JoinAnswer = z.infer<typeof joinAnswerSchema>;

export const membersAnswerSchema = z.object({ members: z.array(memberSummarySchema) });
export type MembersAnswer = z.infer<typeof membersAnswerSchema>;

export const loginRequestSchema = z.strictObject({ pseudonym: pseudonymField, password: passwordField });
export type LoginRequest = z.infer<typeof loginRequestSchema>;
export const loginAnswerSchema = z.object({ member: memberSummarySchema });
export type LoginAnswer = z.infer<typeof loginAnswerSchema>;

export const sessionsAnswerSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      createdAt: instantSchema,
      lastSeen: instantSchema.nullable(),
      current: z.boolean(),
      userAgent: z.string().nullable(),
    }),
  ),
});
export type SessionsAnswer = z.infer<typeof sessionsAnswerSchema>;

/** What a page needs to know about who is looking. `may` are the acts their roles allow under the policy in force. */
export const meAnswerSchema = z.object({
  member: memberSummarySchema
    .omit({ joinedAt: true })
    .extend({ may: z.array(z.string()) })
    .nullable(),
});
export type MeAnswer = z.infer<typeof meAnswerSchema>;

export const erasedAnswerSchema = z.object({
  erased: z.literal(true),
  /** payloads of book entries whose words are gone while their proofs still hold */
  payloadsErased: z.int(),
  receipt: receiptSchema,
});
export type ErasedAnswer = z.infer<typeof erasedAnswerSchema>;

export const peopleEndpoints = {
  collective: endpoint('GET', '/api/collective', { answer: collectiveAnswerSchema }),
  found: endpoint('POST', '/api/collective', { body: foundRequestSchema, answer: foundAnswerSchema }),
  invite: endpoint('POST', '/api/invitations', { answer: invitationAnswerSchema }),
  join: endpoint('POST', '/api/members', { body: joinRequestSchema, answer: joinAnswerSchema }),
  members: endpoint('GET', '/api/members', { answer: membersAnswerSchema }),
  logIn: endpoint('POST', '/api/sessions', { body: loginRequestSchema, answer: loginAnswerSchema }),
  sessions: endpoint('GET', '/api/sessions', { answer: sessionsAnswerSchema }),
  /** `id` may be `current` */
  endSession: endpoint('DELETE', '/api/sessions/:id', { answer: z.object({ ended: z.literal(true) }) }),
  me: endpoint('GET', '/api/me', { answer: meAnswerSchema }),
  eraseMe: endpoint('DELETE', '/api/me', { answer: erasedAnswerSchema }),
};
