/** The wire of teaching: works chosen, captions, runs and their curves, and the adapters that come out. */
import { z } from 'zod';
import { endpoint, idSchema, instantSchema, receiptSchema, sha256Schema } from './common.ts';
import { datasetSchema, mayUseSchema, workSummarySchema } from './provenance.ts';
import { seedSchema } from './studio.ts';

/**
 * `adapter`: low-rank, on top of a base model. `model`: from nothing, on one's own works alone; only the base's
 * autoencoder, by which pictures become latents, is taken over.
 */
export const fineTuneKindSchema = z.enum(['adapter', 'model']);
export type FineTuneKind = z.infer<typeof fineTuneKindSchema>;

/**
 * draft → waiting → running → finished | stopped | failed → kept | discarded. A stopped or failed run can be
 * continued; `stopped` and `finished` hold what was learnt.
 */
export const fineTuneStateSchema = z.enum([
  'draft',
  'waiting',
  'running',
  'finished',
  'stopped',
  'failed',
  'kept',
  'discarded',
]);
export type FineTuneState = z.infer<typeof fineTuneStateSchema>;

/** What its maker may do with a fine-tune now. */
export const fineTuneActSchema = z.enum(['start', 'stop', 'continue', 'keep', 'discard']);
export type FineTuneAct = z.infer<typeof fineTuneActSchema>;

/**
 * Whether one use of a work is allowed now, and why. For teaching three matter: `fine_tune_own` (to begin at all),
 * `fine_tune_shared` (to share the adapter), `export_weights` (to take its file away).
 */
export const trainingUseSchema = mayUseSchema.extend({ expiresAt: instantSchema.nullable() });
export type TrainingUse = z.infer<typeof trainingUseSchema>;

/** A work of the asker's own, as something to learn from. */
export const materialSchema = z.object({
  work: workSummarySchema,
  /** words its maker gave it: title, else keywords */
  caption: z.string(),
  /** a caption that a machine made by looking at it; null until it was asked for */
  suggestion: z.string().nullable(),
  uses: z.array(trainingUseSchema),
  /** false while only its hash is known: then it cannot be learnt from */
  hasPicture: z.boolean(),
});
export type Material = z.infer<typeof materialSchema>;

export const materialsSchema = z.object({
  materials: z.array(materialSchema),
  cursor: z.string().nullable(),
  total: z.int(),
  /** what the policy in force allows */
  limits: z.object({
    works: z.int(),
    captionCharacters: z.int(),
    steps: z.int(),
    rank: z.int(),
    outstanding: z.int(),
    /** prompts × seeds of a sheet */
    sheetPictures: z.int(),
  }),
});
export type Materials = z.infer<typeof materialsSchema>;

export const captionsRequestSchema = z.strictObject({ works: z.array(idSchema).min(1).max(64) });
export const captionsAnswerSchema = z.object({
  captions: z.array(z.object({ workId: idSchema, caption: z.string(), machineMade: z.literal(true) })),
});

/**
 * What a maker asks for. Numbers pass unchecked: the studio names its own codes (`steps_out_of_range`,
 * `rank_out_of_range`, `seed_out_of_range`, `sheet_too_large`).
 */
export type FineTuneRequest = {
  name: string;
  /** one word of letters that the base does not know; prompts call the style by it */
  styleWord: string;
  kind: FineTuneKind;
  /** id or name of the model it begins with; left out: the newest in use */
  base?: string | undefined;
  items: { workId: string; caption: string; machineMade?: boolean | undefined }[];
  /** left out: the engine chooses */
  steps?: number | undefined;
  rank?: number | undefined;
  seed?: string | number | undefined;
  /** samples drawn before and after, each prompt with each seed */
  sheet?: { prompts: string[]; seeds: (string | number)[] } | undefined;
  /** steps between sheets; 0 or left out: only before and after */
  sheetEvery?: number | undefined;
};
export const fineTuneRequestSchema = z.object({
  name: z.string(),
  styleWord: z.string(),
  kind: fineTuneKindSchema,
  base: idSchema.optional(),
  items: z
    .array(z.object({ workId: idSchema, caption: z.string(), machineMade: z.boolean().optional() }))
    .max(10_000),
  steps: z.unknown().optional(),
  rank: z.unknown().optional(),
  seed: z.union([z.string(), z.number()]).optional(),
  sheet: z
    .object({ prompts: z.array(z.string()), seeds: z.array(z.union([z.string(), z.number()])) })
    .optional(),
  sheetEvery: z.unknown().optional(),
});

const personSchema = z.object({ id: idSchema, pseudonym: z.string().nullable() });
const baseSchema = z.object({ id: idSchema.nullable(), name: z.string(), weightsSha256: sha256Schema });

/** A low-rank adapter: of its maker alone until its maker shares it. */
export const adapterSchema = z.object({
  id: idSchema,
  name: z.string(),
  styleWord: z.string(),
  source: z.enum(['trained', 'imported']),
  maker: personSchema,
  /** the asker made it or brought it in */
  mine: z.boolean(),
  shared: z.boolean(),
  sharedAt: instantSchema.nullable(),
  /** `id` is null when this collective does not know the base */
  base: baseSchema,
  sha256: sha256Schema,
  size: z.int(),
  rank: z.int(),
  steps: z.int(),
  /** how many works taught it */
  works: z.int(),
  fineTuneId: idSchema.nullable(),
  /** where the safetensors file is; null for everybody but its maker */
  file: z.string().nullable(),
  /** may the asker put it into a clip now, and if not, why (a code such as `work_without_consent`) */
  usable: z.boolean(),
  because: z.string().nullable(),
  entryId: idSchema,
  createdAt: instantSchema,
});
export type Adapter = z.infer<typeof adapterSchema>;

export const adapterDetailSchema = adapterSchema.extend({
  /** what the file says of itself: works, makers, licences, consent ids; null when it says nothing */
  manifest: z.json(),
});
export type AdapterDetail = z.infer<typeof adapterDetailSchema>;

export const sheetSchema = z.object({
  step: z.int(),
  /** PNG: a row a prompt, a column a seed */
  url: z.string(),
  sha256: sha256Schema,
});
export type Sheet = z.infer<typeof sheetSchema>;

export const fineTuneSummarySchema = z.object({
  id: idSchema,
  kind: fineTuneKindSchema,
  name: z.string(),
  styleWord: z.string(),
  state: fineTuneStateSchema,
  /** its maker asked it to stop; it does after the step under way */
  stopping: z.boolean(),
  maker: personSchema,
  base: baseSchema,
  works: z.int(),
  steps: z.object({ done: z.int(), of: z.int().nullable() }),
  /** null unless it runs and has said so */
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  loss: z.number().nullable(),
  /** place in the queue, 1 is next; null when it does not wait */
  position: z.int().nullable(),
  estimateSeconds: z.number().nullable(),
  /** seconds of machine time so far */
  seconds: z.number().nullable(),
  provider: z.string().nullable(),
  attempts: z.int(),
  failure: z.string().nullable(),
  adapterId: idSchema.nullable(),
  modelId: idSchema.nullable(),
  /** the newest sheet */
  sheet: sheetSchema.nullable(),
  may: z.array(fineTuneActSchema),
  entryId: idSchema,
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
});
export type FineTuneSummary = z.infer<typeof fineTuneSummarySchema>;

export const fineTuneSchema = fineTuneSummarySchema.extend({
  seed: seedSchema,
  rank: z.int().nullable(),
  sheetEvery: z.int(),
  asked: z.object({ prompts: z.array(z.string()), seeds: z.array(seedSchema) }),
  items: z.array(
    z.object({
      work: workSummarySchema,
      caption: z.string(),
      machineMade: z.boolean(),
      /** the line it was learnt under; null before the start */
      consentId: idSchema.nullable(),
      /** what its maker allows now */
      uses: z.array(trainingUseSchema),
    }),
  ),
  /** in the order of steps, at most 500 points */
  losses: z.array(z.object({ step: z.int(), loss: z.number() })),
  /** in the order of steps; the first is from before, the last from after */
  sheets: z.array(sheetSchema),
  adapter: adapterSchema.nullable(),
  /** what it learnt from, with its root; null before the start */
  dataset: datasetSchema.nullable(),
});
export type FineTune = z.infer<typeof fineTuneSchema>;

/** What `GET /api/fine-tunes/:id/events` sends: the SSE event name is `type`, the data this object. */
export const fineTuneEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), fineTune: fineTuneSummarySchema }),
  z.object({ type: z.literal('progress'), fineTune: fineTuneSummarySchema }),
  z.object({ type: z.literal('sheet'), fineTune: fineTuneSummarySchema, sheet: sheetSchema }),
  /** finished, stopped, failed, kept or discarded: the last event */
  z.object({ type: z.literal('ended'), fineTune: fineTuneSummarySchema }),
]);
export type FineTuneEvent = z.infer<typeof fineTuneEventSchema>;

const changed = z.object({ fineTune: fineTuneSchema, receipt: receiptSchema });
const adapterChanged = z.object({ adapter: adapterDetailSchema, receipt: receiptSchema });

export const trainingEndpoints = {
  /** query: `cursor`, `limit` (≤ 200); the asker's own works, newest first */
  materials: endpoint('GET', '/api/training/materials', { answer: materialsSchema }),
  /** looks at the pictures of own works and says what is in them; keeps the answer as `suggestion` */
  suggestCaptions: endpoint('POST', '/api/fine-tunes/captions', {
    body: captionsRequestSchema,
    answer: captionsAnswerSchema,
  }),
  createFineTune: endpoint<FineTuneRequest, z.infer<typeof changed>>('POST', '/api/fine-tunes', {
    // numbers pass unchecked: the studio names its own codes for them
    body: fineTuneRequestSchema as z.ZodType<unknown> as z.ZodType<FineTuneRequest>,
    answer: changed,
  }),
  /** the asker's own, newest first; query: `cursor`, `limit` */
  listFineTunes: endpoint('GET', '/api/fine-tunes', {
    answer: z.object({ fineTunes: z.array(fineTuneSummarySchema), cursor: z.string().nullable() }),
  }),
  getFineTune: endpoint('GET', '/api/fine-tunes/:id', { answer: z.object({ fineTune: fineTuneSchema }) }),
  startFineTune: endpoint('POST', '/api/fine-tunes/:id/start', { answer: changed }),
  stopFineTune: endpoint('POST', '/api/fine-tunes/:id/stop', { answer: changed }),
  continueFineTune: endpoint('POST', '/api/fine-tunes/:id/continue', { answer: changed }),
  /** makes the adapter, or the private model, that clips can be made with */
  keepFineTune: endpoint('POST', '/api/fine-tunes/:id/keep', { answer: changed }),
  discardFineTune: endpoint('POST', '/api/fine-tunes/:id/discard', { answer: changed }),
  /** own ones and those others share, newest first; query: `cursor`, `limit` */
  listAdapters: endpoint('GET', '/api/adapters', {
    answer: z.object({ adapters: z.array(adapterSchema), cursor: z.string().nullable() }),
  }),
  getAdapter: endpoint('GET', '/api/adapters/:id', { answer: z.object({ adapter: adapterDetailSchema }) }),
  /** the body is the safetensors file itself, at most 64 MB; query: `name` to call it otherwise */
  importAdapter: endpoint<Uint8Array, z.infer<typeof adapterChanged>>('POST', '/api/adapters/import', {
    answer: adapterChanged,
  }),
  shareAdapter: endpoint('POST', '/api/adapters/:id/share', { answer: adapterChanged }),
  unshareAdapter: endpoint('POST', '/api/adapters/:id/unshare', { answer: adapterChanged }),
  discardAdapter: endpoint('POST', '/api/adapters/:id/discard', { answer: adapterChanged }),
};
