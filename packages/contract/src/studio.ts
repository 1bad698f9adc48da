import { z } from 'zod';
import { endpoint, idSchema, instantSchema, receiptSchema, sha256Schema } from './common.ts';

/** A seed is an integer from 0 to 2^53 − 1, written as a decimal string. */
export const seedSchema = z.string().regex(/^(0|[1-9][0-9]{0,15})$/, 'must be an integer as a string');

export const modeSchema = z.enum(['clip', 'walk']);

/** Sides of a finished clip in pixels: 64 is what the model drew, the others are made by its upscaler. */
export const sizeSchema = z.literal([64, 256, 360]);
export type ClipSize = z.infer<typeof sizeSchema>;

/**
 * What a maker asks for. Numbers are checked for their kind in the studio, which names its own codes
 * (`guidance_not_finite`, `steps_out_of_range`, `prompt_too_long`, `seed_out_of_range`, `size_unsupported`,
 * `weight_not_finite`);
 * guidance may be any finite number, negative too.
 */
export const generationRequestSchema = z.object({
  prompt: z.string(),
  seed: z.union([z.string(), z.number()]).optional(),
  steps: z.unknown().optional(),
  guidance: z.unknown().optional(),
  mode: modeSchema.optional(),
  size: z.unknown().optional(),
  model: idSchema.optional(),
  adapters: z.array(z.object({ id: idSchema, weight: z.unknown() })).optional(),
});
export type GenerationRequest = {
  prompt: string;
  seed?: string | number | undefined;
  steps?: number | undefined;
  guidance?: number | undefined;
  mode?: 'clip' | 'walk' | undefined;
  /** Default 256. */
  size?: ClipSize | undefined;
  model?: string | undefined;
  /** At most 4, mixed; a weight is any finite number, below zero too. */
  adapters?: { id: string; weight: number }[] | undefined;
};

export const generationStateSchema = z.enum(['waiting', 'leased', 'sampling', 'done', 'failed', 'refused']);
export type GenerationState = z.infer<typeof generationStateSchema>;

export const outputSchema = z.object({ sha256: sha256Schema, url: z.string(), size: z.number().int() });
export type Output = z.infer<typeof outputSchema>;

/** Why the machine refused, down to the vote that made it refuse. */
export const enforcementSchema = z.looseObject({
  clause: z.string(),
  text: z.string(),
  policyVersion: z.number().int(),
  policyHash: sha256Schema,
  proposalId: z.string().nullable(),
  tally: z.unknown(),
  entryId: idSchema,
  receipt: receiptSchema,
});
export type Enforcement = z.infer<typeof enforcementSchema>;

/** A clause that a machine went by, and the vote that set it: behind a limit somebody met, or held and met by nobody. */
export const ruleReceiptSchema = z.object({
  clause: z.string(),
  text: z.string(),
  policyVersion: z.number().int(),
  policyHash: sha256Schema,
  /** version in which the clause got its present words */
  setInVersion: z.number().int(),
  proposalId: z.string().nullable(),
  proposalNumber: z.number().int().nullable(),
  proposalTitle: z.string().nullable(),
  /** the entry that put the clause in force */
  entryId: idSchema,
});
export type RuleReceipt = z.infer<typeof ruleReceiptSchema>;

export const generationSchema = z.object({
  id: idSchema,
  state: generationStateSchema,
  prompt: z.string(),
  seed: z.string(),
  steps: z.number().int(),
  guidance: z.number(),
  mode: modeSchema,
  size: sizeSchema,
  /** Words of the prompt that the model never saw in training. */
  unknownWords: z.array(z.string()),
  /** cuda, webgpu, cpu… that made the clip; null until a worker said so. */
  provider: z.string().nullable(),
  outputs: z.object({ mp4: outputSchema, webp: outputSchema, poster: outputSchema.nullable() }).nullable(),
  /** Picture of the sample in progress. */
  preview: z.string().nullable(),
  progress: z.object({ step: z.number().int(), of: z.number().int() }).nullable(),
  maker: z.object({ id: idSchema, pseudonym: z.string().nullable() }),
  published: z.boolean(),
  publishedAt: instantSchema.nullable(),
  caption: z.string().nullable(),
  modelId: z.string(),
  /** adapters mixed into the model, in the order they were named */
  adapters: z.array(z.object({ id: idSchema, name: z.string(), styleWord: z.string(), weight: z.number() })),
  policyVersion: z.number().int(),
  policyHash: z.string(),
  /** The book entry that stands for the latest event of this generation. */
  entryId: idSchema,
  /** Place in the queue, 1 is next; null when not waiting. */
  position: z.number().int().nullable(),
  /** Seconds until it is done, from recent measured clips; null when not waiting or running. */
  estimateSeconds: z.number().nullable(),
  /** GPU-seconds it took, as the worker measured. */
  seconds: z.number().nullable(),
  attempts: z.number().int(),
  failure: z.string().nullable(),
  enforcement: enforcementSchema.nullable(),
  createdAt: instantSchema,
  finishedAt: instantSchema.nullable(),
});
export type Generation = z.infer<typeof generationSchema>;

export const generationCreatedSchema = z.object({
  generation: generationSchema,
  position: z.number().int().nullable(),
  estimateSeconds: z.number().nullable(),
  receipt: receiptSchema,
});
export type GenerationCreated = z.infer<typeof generationCreatedSchema>;

/** `wall`: with `mine=1` the caller's own, else what is published. Newest first. */
export const generationListSchema = z.object({
  generations: z.array(generationSchema),
  cursor: z.string().nullable(),
});

export const publishSchema = z.object({ caption: z.string().max(500).default('') });

export const generationChangedSchema = z.object({ generation: generationSchema, receipt: receiptSchema });

/** What `GET /api/generations/:id/events` sends: the SSE event name is `type`, the data this object. */
export const generationEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), generation: generationSchema }),
  z.object({
    type: z.literal('progress'),
    step: z.number().int(),
    of: z.number().int(),
    /** Where the newest preview picture is; changes with each picture. */
    preview: z.string().nullable(),
  }),
  z.object({ type: z.literal('done'), generation: generationSchema }),
  z.object({ type: z.literal('failed'), reason: z.string(), generation: generationSchema }),
]);
export type GenerationEvent = z.infer<typeof generationEventSchema>;

export const studioEndpoints = {
  createGeneration: endpoint<GenerationRequest, GenerationCreated>('POST', '/api/generations', {
    // numbers pass unchecked: the studio names its own codes for them
    body: generationRequestSchema as z.ZodType<unknown> as z.ZodType<GenerationRequest>,
    answer: generationCreatedSchema,
  }),
  listGenerations: endpoint('GET', '/api/generations', { answer: generationListSchema }),
  /** `rules`: the safeguards of the policy it ran under, each with the vote that set it */
  getGeneration: endpoint('GET', '/api/generations/:id', {
    answer: z.object({ generation: generationSchema, rules: z.array(ruleReceiptSchema) }),
  }),
  publishGeneration: endpoint('POST', '/api/generations/:id/publish', {
    body: publishSchema,
    answer: generationChangedSchema,
  }),
  unpublishGeneration: endpoint('POST', '/api/generations/:id/unpublish', {
    answer: generationChangedSchema,
  }),
};
