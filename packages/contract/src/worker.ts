import { z } from 'zod';
import { endpoint, idSchema, instantSchema, receiptSchema, sha256Schema } from './common.ts';
import { modeSchema, seedSchema, sizeSchema } from './studio.ts';
import { fineTuneKindSchema } from './training.ts';

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

/** A machine that attested another policy than its job ran under; it works no more until somebody lets it. */
export const stoppedWorkerSchema = z.object({
  id: idSchema,
  name: z.string(),
  stoppedAt: instantSchema,
  /** hash of the policy that its job named, and what it attested */
  expected: z.string(),
  attested: z.string(),
  entryId: idSchema,
});
export type StoppedWorker = z.infer<typeof stoppedWorkerSchema>;

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
  /** It fetches models that it lacks from the collective, so it gets jobs of those too. */
  fetches: z.boolean().default(false),
  /** What it can do. */
  kinds: z
    .array(z.enum(['clip', 'train']))
    .min(1)
    .max(2)
    .default(['clip']),
});

const leaseFields = {
  leaseId: idSchema,
  policyVersion: z.number().int(),
  policyHash: sha256Schema,
  /** The lease lapses then unless a heartbeat comes. */
  expiresAt: instantSchema,
  heartbeatSeconds: z.number(),
};

/** A model by its weights. `recordSha256` is the blob beside them: with both a worker can fetch it; null: it cannot. */
const modelToLoadSchema = z.object({
  id: z.string(),
  weightsSha256: sha256Schema,
  recordSha256: sha256Schema.nullable(),
});
export type ModelToLoad = z.infer<typeof modelToLoadSchema>;

export const clipJobSchema = z.object({
  kind: z.literal('clip'),
  ...leaseFields,
  generationId: idSchema,
  prompt: z.string(),
  seed: seedSchema,
  steps: z.number().int(),
  guidance: z.number(),
  mode: modeSchema,
  size: sizeSchema,
  model: modelToLoadSchema,
  /** Adapters to mix, as blobs. */
  adapters: z.array(z.object({ sha256: sha256Schema, weight: z.number() })),
});
export type ClipJob = z.infer<typeof clipJobSchema>;

export const trainJobSchema = z.object({
  kind: z.literal('train'),
  ...leaseFields,
  fineTuneId: idSchema,
  trainKind: fineTuneKindSchema,
  name: z.string(),
  styleWord: z.string(),
  seed: seedSchema,
  /** null: the engine chooses */
  steps: z.number().int().nullable(),
  rank: z.number().int().nullable(),
  sheetEvery: z.number().int(),
  sheet: z.object({ prompts: z.array(z.string()), seeds: z.array(seedSchema) }),
  /** What an adapter is made on; of a model from nothing, whose autoencoder it draws with. */
  base: modelToLoadSchema,
  /** Pictures to learn from, as blobs; `frames` is more than 1 for an animated WebP. */
  items: z.array(
    z.object({
      sha256: sha256Schema,
      mediaType: z.enum(['image/png', 'image/webp']),
      frames: z.number().int(),
      caption: z.string(),
    }),
  ),
  /** JSON text that goes into the file. */
  manifest: z.string(),
});
export type TrainJob = z.infer<typeof trainJobSchema>;

export const jobSchema = z.discriminatedUnion('kind', [clipJobSchema, trainJobSchema]);
export type Job = z.infer<typeof jobSchema>;

/** `stop`: its maker wants the run to end with what it has. */
export const heartbeatAnswerSchema = z.object({ expiresAt: instantSchema, stop: z.boolean() });

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

const stepSchema = z.number().int().min(0).max(10_000_000);

export const trainProgressSchema = z.object({
  step: stepSchema,
  of: stepSchema.min(1),
  /** Points of the curve since the last time. */
  losses: z.array(z.object({ step: stepSchema, loss: z.number() })).max(1_000),
  imagesPerSecond: z.number().min(0),
  secondsLeft: z.number().min(0),
  /** A PNG uploaded before. */
  sheet: z.object({ step: stepSchema, sha256: sha256Schema }).optional(),
});
export type TrainProgress = z.infer<typeof trainProgressSchema>;

export const taughtSchema = z.object({
  /** The safetensors file, uploaded before. */
  file: sha256Schema,
  steps: stepSchema,
  /** Steps it would have gone. */
  of: stepSchema.min(1),
  /** GPU-seconds over all its runs, wall time inside the engine. */
  seconds: z.number().min(0).max(864_000),
  provider: z.string().min(1).max(40),
  policyHash: sha256Schema,
  /** What the engine really had loaded. */
  baseWeightsSha256: sha256Schema,
});
export type TaughtReport = z.infer<typeof taughtSchema>;

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
  stoppedWorkers: endpoint('GET', '/api/workers/stopped', {
    answer: z.object({ workers: z.array(stoppedWorkerSchema) }),
  }),
  resumeWorker: endpoint('POST', '/api/workers/:id/resume', { answer: z.object({ receipt: receiptSchema }) }),
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
  trainProgress: endpoint('POST', '/api/worker/leases/:id/training', {
    body: trainProgressSchema,
    answer: heartbeatAnswerSchema,
  }),
  taught: endpoint('POST', '/api/worker/leases/:id/taught', {
    body: taughtSchema,
    answer: z.object({ fineTuneId: idSchema, replayed: z.boolean(), receipt: receiptSchema }),
  }),
  fail: endpoint('POST', '/api/worker/leases/:id/fail', {
    body: failSchema,
    answer: z.object({ state: z.enum(['waiting', 'failed']), receipt: receiptSchema }),
  }),
};
