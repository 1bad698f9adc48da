/** The wire of what follows a vote: policies as files and at past moments, emergency measures, appeals. */
import { z } from 'zod';
import {
  currencySchema,
  endpoint,
  instantSchema,
  minorSchema,
  namedSchema,
  receiptSchema,
  sha256Schema,
} from './common.ts';
import {
  diffLineSchema,
  patchOperationSchema,
  policyAnswerSchema,
  proposalBriefSchema,
} from './governance.ts';

/** A policy file, as `GET /api/policy/file` writes it, to be checked against the policy in force. */
export const policyFileRequestSchema = z.strictObject({ yaml: z.string().max(1_000_000) });
/** The patch that leads from the policy in force to the file; `against` is the hash to propose it with. */
export const policyFileAnswerSchema = z.object({
  patch: z.array(patchOperationSchema),
  against: sha256Schema,
  diff: z.array(diffLineSchema),
});
export type PolicyFileAnswer = z.infer<typeof policyFileAnswerSchema>;

/** A change on trial: the part of all jobs that runs under it, and how it ended. */
export const canarySchema = z.object({
  proposal: proposalBriefSchema,
  hash: sha256Schema,
  percent: z.int(),
  startedAt: instantSchema,
  endsAt: instantSchema,
  entryId: z.string(),
  endedAt: instantSchema.nullable(),
  outcome: z.enum(['enacted', 'reverted', 'clash']).nullable(),
  /** jobs under it, and how many were refused or failed; null while it runs */
  measured: z.object({ jobs: z.int(), refused: z.int(), failed: z.int() }).nullable(),
});
export type Canary = z.infer<typeof canarySchema>;
/** Dates that votes set, and what runs on trial. */
export const policyFollowingAnswerSchema = z.object({
  canaries: z.array(canarySchema),
  dates: z.array(
    z.object({
      proposal: proposalBriefSchema,
      what: z.enum(['sunset', 'review']),
      dueAt: instantSchema,
      doneAt: instantSchema.nullable(),
    }),
  ),
});
export type PolicyFollowingAnswer = z.infer<typeof policyFollowingAnswerSchema>;

/** What a patch would have changed in the last days. */
export const replayRequestSchema = z.strictObject({
  patch: z.array(patchOperationSchema).max(200),
  /** hash of the policy the patch is put on, in hex */
  against: z.string().max(64),
  /** 1 to 365; 30 when left out */
  days: z.int().optional(),
});
export type ReplayRequest = z.infer<typeof replayRequestSchema>;
export const replayAnswerSchema = z.object({
  policyVersion: z.int(),
  since: instantSchema,
  until: instantSchema,
  /** no outcome is told that fewer members stand behind */
  floor: z.int(),
  /** how much was looked at: clips and fine-tunes that were asked for, and pieces that were paid */
  looked: z.object({ clips: z.int(), fineTunes: z.int(), pieces: z.int() }),
  /** requests that would have come out differently */
  outcomes: z.array(
    z.object({
      about: z.enum(['clip', 'fine_tune']),
      change: z.enum(['refused', 'allowed']),
      code: z.string(),
      clause: z.string(),
      /** what the clause says to whoever it refuses, else its path in words */
      words: z.string(),
      requests: z.int(),
    }),
  ),
  /** what was paid, under the policy as it is and with the patch; in minor units */
  payouts: z.array(
    z.object({
      kind: z.string(),
      currency: currencySchema,
      pieces: z.int(),
      before: minorSchema,
      after: minorSchema,
    }),
  ),
});
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;

export const emergencyRequestSchema = z.strictObject({
  title: z.string().max(500),
  body: z.string().max(50_000),
  patch: z.array(patchOperationSchema).max(200),
  against: z.string().max(64),
  /** how long it holds unless a vote keeps it */
  hours: z.int(),
});
export type EmergencyRequest = z.infer<typeof emergencyRequestSchema>;
export const emergencySchema = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string(),
  patch: z.array(patchOperationSchema),
  diff: z.array(diffLineSchema),
  hours: z.int(),
  state: z.enum(['signing', 'in_force', 'ratified', 'ended', 'lapsed']),
  createdAt: instantSchema,
  inForceAt: instantSchema.nullable(),
  endsAt: instantSchema.nullable(),
  /** the version it made */
  version: z.int().nullable(),
  signersNeeded: z.int(),
  signatures: z.array(z.object({ member: namedSchema, signedAt: instantSchema, entryId: z.string() })),
  /** the vote on whether it stays */
  proposalId: z.string().nullable(),
  proposalNumber: z.int().nullable(),
  entryId: z.string(),
  maySign: z.boolean(),
});
export type Emergency = z.infer<typeof emergencySchema>;
export const emergenciesAnswerSchema = z.object({
  emergencies: z.array(emergencySchema),
  /** whether the asking member may ask for one */
  mayOpen: z.boolean(),
});
export type EmergenciesAnswer = z.infer<typeof emergenciesAnswerSchema>;
export const emergencyAnswerSchema = z.object({ emergency: emergencySchema });
export type EmergencyAnswer = z.infer<typeof emergencyAnswerSchema>;
export const emergencyChangedAnswerSchema = emergencyAnswerSchema.extend({ receipt: receiptSchema });
export type EmergencyChangedAnswer = z.infer<typeof emergencyChangedAnswerSchema>;

export const appealSchema = z.object({
  id: z.string(),
  generationId: z.string(),
  appellant: namedSchema,
  clause: z.string(),
  /** what the clause says to whoever it refuses */
  text: z.string(),
  policyVersion: z.int(),
  openedAt: instantSchema,
  state: z.enum(['opened', 'judging', 'upheld', 'overturned']),
  /** drawn by the root of the first checkpoint over the appeal; null until then */
  panel: z.array(namedSchema).nullable(),
  seed: z.string().nullable(),
  answersBy: instantSchema.nullable(),
  decidedAt: instantSchema.nullable(),
  judged: z.int(),
  /** how many said the refusal was wrong; told when it is decided */
  overturn: z.int().nullable(),
  entryId: z.string(),
  decidedEntryId: z.string().nullable(),
  /** what only the panel and whoever appealed see; null for everybody else */
  mine: z
    .object({
      appellant: z.boolean(),
      onPanel: z.boolean(),
      /** what they said as a member of the panel */
      overturn: z.boolean().nullable(),
      /** the words that were refused; forgotten when it is decided */
      words: z.string().nullable(),
      reason: z.string().nullable(),
      answers: z.array(z.object({ overturn: z.boolean(), reason: z.string() })),
    })
    .nullable(),
});
export type Appeal = z.infer<typeof appealSchema>;
export const appealRequestSchema = z.strictObject({
  /** the refused clip, one's own */
  generationId: z.string().max(100),
  reason: z.string().max(10_000),
});
export type AppealRequest = z.infer<typeof appealRequestSchema>;
export const judgementRequestSchema = z.strictObject({
  /** true: the refusal was wrong */
  overturn: z.boolean(),
  reason: z.string().max(10_000),
});
export type JudgementRequest = z.infer<typeof judgementRequestSchema>;
export const appealsAnswerSchema = z.object({ appeals: z.array(appealSchema) });
export type AppealsAnswer = z.infer<typeof appealsAnswerSchema>;
export const appealAnswerSchema = z.object({ appeal: appealSchema });
export type AppealAnswer = z.infer<typeof appealAnswerSchema>;
export const appealChangedAnswerSchema = appealAnswerSchema.extend({ receipt: receiptSchema });
export type AppealChangedAnswer = z.infer<typeof appealChangedAnswerSchema>;

export const policiesEndpoints = {
  /** query: `moment`, an instant; the version in force then */
  policyAt: endpoint('GET', '/api/policy/at', { answer: policyAnswerSchema }),
  /** YAML; query: `version`, the one in force when left out */
  policyFile: endpoint('GET', '/api/policy/file'),
  checkPolicyFile: endpoint('POST', '/api/policy/file', {
    body: policyFileRequestSchema,
    answer: policyFileAnswerSchema,
  }),
  policyFollowing: endpoint('GET', '/api/policy/following', { answer: policyFollowingAnswerSchema }),
  replay: endpoint('POST', '/api/replay', { body: replayRequestSchema, answer: replayAnswerSchema }),
  emergencies: endpoint('GET', '/api/emergencies', { answer: emergenciesAnswerSchema }),
  emergency: endpoint('GET', '/api/emergencies/:id', { answer: emergencyAnswerSchema }),
  openEmergency: endpoint('POST', '/api/emergencies', {
    body: emergencyRequestSchema,
    answer: emergencyChangedAnswerSchema,
  }),
  signEmergency: endpoint('POST', '/api/emergencies/:id/sign', { answer: emergencyChangedAnswerSchema }),
  appeals: endpoint('GET', '/api/appeals', { answer: appealsAnswerSchema }),
  appeal: endpoint('GET', '/api/appeals/:id', { answer: appealAnswerSchema }),
  openAppeal: endpoint('POST', '/api/appeals', {
    body: appealRequestSchema,
    answer: appealChangedAnswerSchema,
  }),
  judgeAppeal: endpoint('POST', '/api/appeals/:id/judgements', {
    body: judgementRequestSchema,
    answer: appealChangedAnswerSchema,
  }),
};
