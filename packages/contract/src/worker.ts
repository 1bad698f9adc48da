import { z } from 'zod';
import { endpoint, idSchema, instantSchema, receiptSchema, sha256Schema } from './common.ts';
import { modeSchema, seedSchema } from './studio.ts';

/** Anything JSON: what the engine wrote about how a clip was made. */
const jsonRecord = z.record(z.string(), z.json());

export const workerCreateSchema = z.object({
  name: z.string().trim().min(1).max(80),
  /** Days until the token is over; left out: until it is revoked. */
  days: z.int().min(1).max(366).optional(),
});
export const workerSchema = z.object({
  id: idSchema,
  name: z.string(),
  createdAt: instantSchema,
  lastSeen: instantSchema.nullable(),
  expiresAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
});
export type WorkerInfo = z.infer<typeof workerSchema>;

/** The token is shown once; only its SHA-256 is kept. */
export const workerCreatedSchema = z.object({
  worker: workerSchema,
  token: z.string(),
  receipt: receiptSchema,
});

export const leaseRequestSchema = z.object({
  /** Milliseconds to wait for a job before answering 204; at most 20,000. */
  waitMs: z.number().int().min(0).max(20_000).default(0),
  /** Names this process of the worker. A new name tells that the old process is gone: its leases go back. */
  instance: z.string().max(64).optional(),
  /** SHA-256 of the weights this worker holds; it gets only jobs of models it can run. Empty: any. */
  weights: z.array(sha256Schema).max(64).default([]),
});

export const jobSchema = z.object({
  leaseId: idSchema,
  generationId: idSchema,
  prompt: z.string(),
  seed: seedSchema,
  steps: z.number().int(),
  guidance: z.number(),
  mode: modeSchema,
  model: z.object({ id: z.string(), weightsSha256: sha256Schema }),
  policyVersion: z.number().int(),
  policyHash: sha256Schema,
  /** The lease lapses then unless a heartbeat comes. */
  expiresAt: instantSchema,
  heartbeatSeconds: z.number(),
});
export type Job = z.infer<typeof jobSchema>;

export const heartbeatAnswerSchema = z.object({ expiresAt: instantSchema });

export const progressSchema = z.object({
  step: z.number().int().min(0),
  of: z.number().int().min(1),
  /** A PNG or WebP, base64, at most 512 KiB once decoded. */
  preview: z.base64().max(700_000).optional(),
});

export const blobStoredSchema = z.object({ sha256: sha256Schema, size: z.number().int() });

export const completeSchema = z.object({
  outputs: z.object({ mp4: sha256Schema, webp: sha256Schema, poster: sha256Schema.optional() }),
  /** The engine's own record of the sampling: latent position, path, versions. */
  record: jsonRecord,
  unknownWords: z.array(z.string().max(500)).max(500).default([]),
  /** GPU-seconds, wall time inside the engine. */
  seconds: z.number().min(0).max(86_400),
  provider: z.string().min(1).max(40),
  /** The policy the worker ran the job under: must be the one the job named. */
  policyHash: sha256Schema,
  /** What the engine really loaded. */
  weightsSha256: sha256Schema,
});
export type Completion = z.infer<typeof completeSchema>;

export const failSchema = z.object({
  reason: z.string().min(1).max(2_000),
  /** The worker must stop; the clip is not to blame and waits again. */
  returned: z.boolean().default(false),
  /** It would fail the same way again, so it is not tried again. */
  final: z.boolean().default(false),
});

export const workerEndpoints = {
  createWorker: endpoint('POST', '/api/workers', { body: workerCreateSchema, answer: workerCreatedSchema }),
  listWorkers: endpoint('GET', '/api/workers', { answer: z.object({ workers: z.array(workerSchema) }) }),
  revokeWorker: endpoint('DELETE', '/api/workers/:id', { answer: z.object({ receipt: receiptSchema }) }),
  lease: endpoint('POST', '/api/worker/lease', {
    body: leaseRequestSchema,
    answer: z.object({ job: jobSchema }).nullable(),
  }),
  heartbeat: endpoint('POST', '/api/worker/leases/:id/heartbeat', { answer: heartbeatAnswerSchema }),
  progress: endpoint('POST', '/api/worker/leases/:id/progress', {
    body: progressSchema,
    answer: heartbeatAnswerSchema,
  }),
  complete: endpoint('POST', '/api/worker/leases/:id/complete', {
    body: completeSchema,
    answer: z.object({ generationId: idSchema, replayed: z.boolean(), receipt: receiptSchema }),
  }),
  fail: endpoint('POST', '/api/worker/leases/:id/fail', {
    body: failSchema,
    answer: z.object({ state: z.enum(['waiting', 'failed']), receipt: receiptSchema }),
  }),
};
