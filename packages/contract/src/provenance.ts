/** The wire of works: what was brought, by whom, on what basis, what learned from it, and what came out. */
import { z } from 'zod';
import { endpoint, idSchema, instantSchema, receiptSchema, sha256Schema } from './common.ts';

/** Each use needs its own line; absent means no. */
export const useSchema = z.enum([
  'train_base',
  'fine_tune_own',
  'fine_tune_shared',
  'style_name_prompting',
  'publish',
  'export_weights',
  'data_mining',
]);
export type WorkUse = z.infer<typeof useSchema>;

/** Why the collective may hold the work at all. */
export const basisSchema = z.enum(['public_domain_dedication', 'member_consent']);
export type Basis = z.infer<typeof basisSchema>;

export const authorRefSchema = z.object({
  id: idSchema,
  /** null once a member had themself erased */
  name: z.string().nullable(),
  memberId: z.string().nullable(),
});
export type AuthorRef = z.infer<typeof authorRefSchema>;

export const workSummarySchema = z.object({
  id: idSchema,
  title: z.string(),
  author: authorRefSchema,
  keywords: z.array(z.string()),
  /** an SPDX id or a licence URI; as published by the author */
  licence: z.string(),
  basis: basisSchema,
  /** where it came from: `openclipart`, `upload`, `commons-2` */
  source: z.string(),
  /** SHA-256 of the original bytes: the identity of a work */
  sha256: sha256Schema,
  /** where its picture is; null while only its hash is known */
  image: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** pictures that are kept of a work that moves; 1 for a still one; null while only its hash is known */
  frames: z.int().nullable(),
  createdAt: instantSchema,
});
export type WorkSummary = z.infer<typeof workSummarySchema>;

export const consentLineSchema = z.object({
  id: idSchema,
  use: useSchema,
  answer: z.enum(['yes', 'no']),
  by: z.string(),
  givenAt: instantSchema,
  expiresAt: instantSchema.nullable(),
  /** SHA-256 of the exact sentence that was agreed to */
  textSha256: sha256Schema,
  text: z.string(),
  entryId: idSchema,
});
export type ConsentLine = z.infer<typeof consentLineSchema>;

export const mayUseSchema = z.object({
  use: useSchema,
  allowed: z.boolean(),
  /** `dedicated_to_all`, `consented`, `no_consent`, `revoked`, `expired`, `not_accepted_by_policy` … */
  because: z.string(),
  consentId: z.string().nullable(),
});

export const workSchema = workSummarySchema.extend({
  mediaType: z.string().nullable(),
  /** bytes of the original */
  size: z.int().nullable(),
  hashes: z.object({
    original: sha256Schema,
    sanitised: sha256Schema.nullable(),
    pixels: sha256Schema.nullable(),
    /** 64-bit difference hash, 16 hex digits */
    dhash: z.string().nullable(),
  }),
  /** the work's own book entry; null when it stands in the book through its dataset's root only */
  entryId: z.string().nullable(),
  /** path inside the collection it was imported from */
  path: z.string().nullable(),
  /** every line ever given, newest first */
  consents: z.array(consentLineSchema),
  /** what may be done with it now, and why */
  uses: z.array(mayUseSchema),
  models: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      datasetId: idSchema,
      index: z.int(),
    }),
  ),
});
export type Work = z.infer<typeof workSchema>;

export const workListSchema = z.object({
  works: z.array(workSummarySchema),
  cursor: z.string().nullable(),
  total: z.int(),
});
export type WorkList = z.infer<typeof workListSchema>;

export const workCreatedSchema = z.object({
  work: workSchema,
  /** false when the same bytes were here before: nothing changed */
  created: z.boolean(),
  receipt: receiptSchema.nullable(),
});
export type WorkCreated = z.infer<typeof workCreatedSchema>;

export const consentRequestSchema = z.strictObject({
  use: useSchema,
  answer: z.enum(['yes', 'no']),
  expiresAt: instantSchema.optional(),
});
export type ConsentRequest = z.infer<typeof consentRequestSchema>;

export const consentAnswerSchema = z.object({ consent: consentLineSchema, receipt: receiptSchema });

export const authorSchema = authorRefSchema.extend({
  works: z.int(),
  /** a steward confirmed that this member is the artist of that name */
  confirmed: z.boolean(),
});
export const authorListSchema = z.object({ authors: z.array(authorSchema), total: z.int() });
export type AuthorList = z.infer<typeof authorListSchema>;

/** One import a source: run again, it goes on where it was and takes only what is new. */
export const importReportSchema = z.object({
  id: idSchema,
  source: z.string(),
  state: z.enum(['open', 'finished']),
  files: z.int(),
  accepted: z.int(),
  refused: z.int(),
  /** refused files by named reason */
  reasons: z.record(z.string(), z.int()),
  authors: z.int(),
  /** seconds the server worked on it, all interruptions left out */
  seconds: z.number(),
  /** highest resident memory seen, bytes: the server's and its largest renderer's */
  peakMemory: z.object({ server: z.int(), renderer: z.int() }),
  startedAt: instantSchema,
  finishedAt: instantSchema.nullable(),
  entryId: z.string().nullable(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const importStartSchema = z.strictObject({ source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/) });
export const importAnswerSchema = z.object({
  import: importReportSchema,
  /** true when this source was begun before */
  resumed: z.boolean(),
  receipt: receiptSchema.nullable(),
});
export type ImportAnswer = z.infer<typeof importAnswerSchema>;

/** Which of these files the server still wants. */
export const importPendingSchema = z.strictObject({
  files: z.array(z.strictObject({ path: z.string().min(1).max(1000), sha256: sha256Schema })).max(5000),
});
export const importPendingAnswerSchema = z.object({ pending: z.array(z.string()) });

export const importBatchSchema = z.strictObject({
  files: z
    .array(z.strictObject({ path: z.string().min(1).max(1000), bytes: z.string().max(7_500_000) }))
    .min(1)
    .max(64),
});
export type ImportBatch = z.infer<typeof importBatchSchema>;

export const importOutcomeSchema = z.object({
  path: z.string(),
  sha256: sha256Schema,
  outcome: z.enum(['accepted', 'refused']),
  /** named reason of a refusal */
  reason: z.string().nullable(),
  workId: z.string().nullable(),
});
export const importBatchAnswerSchema = z.object({
  outcomes: z.array(importOutcomeSchema),
  import: importReportSchema,
});
export type ImportBatchAnswer = z.infer<typeof importBatchAnswerSchema>;

export const importItemsSchema = z.object({
  items: z.array(importOutcomeSchema),
  cursor: z.string().nullable(),
});

export const shareSchema = z.object({
  id: idSchema,
  name: z.string().nullable(),
  memberId: z.string().nullable(),
  works: z.int(),
  /** whole numbers; share = weight / totalWeight */
  weight: z.int(),
  totalWeight: z.int(),
});
export type Share = z.infer<typeof shareSchema>;

export const modelSummarySchema = z.object({
  id: idSchema,
  name: z.string(),
  /** what makes a model that model */
  weightsSha256: sha256Schema,
  licence: z.string(),
  createdAt: instantSchema,
  datasetId: idSchema,
  works: z.int(),
  authors: z.int(),
  parameters: z.int().nullable(),
  /** `in_use`, or `tainted` once a work it saw was revoked */
  state: z.string(),
  /** a member's own, from nothing: of them alone */
  private: z.boolean(),
  entryId: idSchema,
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;
export const modelListSchema = z.object({ models: z.array(modelSummarySchema) });

export const datasetSchema = z.object({
  id: idSchema,
  name: z.string(),
  version: z.int(),
  /** RFC 6962 root over (item hash, basis or consent id) */
  root: sha256Schema,
  items: z.int(),
  entryId: idSchema,
  createdAt: instantSchema,
});
export type Dataset = z.infer<typeof datasetSchema>;

export const modelSchema = modelSummarySchema.extend({
  /** architecture, as the engine wrote it */
  config: z.unknown(),
  /** how it was trained: images seen, steps, seed, losses, time, machine */
  training: z.unknown(),
  /** the model card, Markdown */
  card: z.string().nullable(),
  parents: z.array(z.string()),
  dataset: datasetSchema,
  authorShares: z.array(shareSchema),
});
export type Model = z.infer<typeof modelSchema>;

/** One work as an item of a dataset, with what is needed to check that it is in the root. */
export const datasetItemSchema = z.object({
  index: z.int(),
  workId: idSchema,
  sha256: sha256Schema,
  title: z.string(),
  author: authorRefSchema,
  licence: z.string(),
  basis: basisSchema,
  consentId: z.string().nullable(),
  weight: z.int(),
  leafHash: sha256Schema,
  /** RFC 6962 audit path to the dataset's root */
  proof: z.array(sha256Schema),
  /** the work's own book entry, if it has one */
  entryId: z.string().nullable(),
  image: z.string().nullable(),
});
export type DatasetItem = z.infer<typeof datasetItemSchema>;

export const datasetPageSchema = z.object({
  dataset: datasetSchema,
  items: z.array(datasetItemSchema),
  cursor: z.string().nullable(),
});
export type DatasetPage = z.infer<typeof datasetPageSchema>;

export const credentialSchema = z.object({
  /** SHA-256 of the signed file */
  sha256: sha256Schema,
  /** label of the C2PA manifest inside it */
  label: z.string(),
  issuer: z.string(),
  signedAt: instantSchema,
  /** SHA-256 of the leaf certificate */
  certificateSha256: sha256Schema,
});
export type Credential = z.infer<typeof credentialSchema>;

/** From a clip to the people whose work taught the machine. */
export const lineageSchema = z.object({
  generation: z.object({
    id: idSchema,
    entryId: z.string().nullable(),
    outputs: z.array(z.object({ kind: z.string(), sha256: sha256Schema })),
  }),
  credential: credentialSchema.nullable(),
  model: modelSummarySchema,
  dataset: datasetSchema,
  works: z.array(datasetItemSchema),
  cursor: z.string().nullable(),
  authors: z.array(shareSchema),
  /** adapters mixed in, each with the works it was taught with; of a private one's works only how many */
  adapters: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      styleWord: z.string(),
      weight: z.number(),
      sha256: sha256Schema,
      source: z.enum(['trained', 'imported']),
      maker: z.object({ id: idSchema, pseudonym: z.string().nullable() }),
      dataset: datasetSchema.nullable(),
      works: z.array(datasetItemSchema),
      worksCount: z.int(),
      entryId: idSchema,
    }),
  ),
});
export type Lineage = z.infer<typeof lineageSchema>;

/**
 * GET /api/generations/:id/alike: works behind the clip's model that look most like it. Likeness is no sign of where it
 * came from, and nobody is paid by it.
 */
export const alikeSchema = z.object({
  works: z.array(
    z.object({
      workId: idSchema,
      title: z.string(),
      author: authorRefSchema,
      image: z.string().nullable(),
      /** of 64 steps of light and dark those that are the same */
      alike: z.int(),
    }),
  ),
  /** works of the model whose picture is known here */
  compared: z.int(),
});
export type Alike = z.infer<typeof alikeSchema>;

export const provenanceEndpoints = {
  /** query: `q`, `author` (author id), `source`, `mine`, `cursor`, `limit` */
  listWorks: endpoint('GET', '/api/works', { answer: workListSchema }),
  getWork: endpoint('GET', '/api/works/:id', { answer: z.object({ work: workSchema }) }),
  /**
   * multipart/form-data: file (PNG, JPEG, WebP, AVIF, GIF, SVG; MP4 or WebM with VP8, VP9 or AV1; at most 20 MiB),
   * title, author?, keywords (comma separated or repeated), licence, consents (one use each, repeated), expiresAt?
   */
  createWork: endpoint<FormData, WorkCreated>('POST', '/api/works', { answer: workCreatedSchema }),
  giveConsent: endpoint('POST', '/api/works/:id/consents', {
    body: consentRequestSchema,
    answer: consentAnswerSchema,
  }),
  /** query: `q`, `limit`; most works first */
  listAuthors: endpoint('GET', '/api/authors', { answer: authorListSchema }),
  confirmAuthor: endpoint('POST', '/api/authors/:id/confirm', {
    answer: z.object({ author: authorSchema, receipt: receiptSchema }),
  }),
  startImport: endpoint('POST', '/api/imports', { body: importStartSchema, answer: importAnswerSchema }),
  pendingImport: endpoint('POST', '/api/imports/:id/pending', {
    body: importPendingSchema,
    answer: importPendingAnswerSchema,
  }),
  importFiles: endpoint('POST', '/api/imports/:id/works', {
    body: importBatchSchema,
    answer: importBatchAnswerSchema,
  }),
  finishImport: endpoint('POST', '/api/imports/:id/finish', { answer: importAnswerSchema }),
  listImports: endpoint('GET', '/api/imports', {
    answer: z.object({ imports: z.array(importReportSchema) }),
  }),
  getImport: endpoint('GET', '/api/imports/:id', { answer: z.object({ import: importReportSchema }) }),
  /** query: `reason`, `cursor` */
  importItems: endpoint('GET', '/api/imports/:id/items', { answer: importItemsSchema }),
  listModels: endpoint('GET', '/api/models', { answer: modelListSchema }),
  /** `id`: the model's id or its name */
  getModel: endpoint('GET', '/api/models/:id', { answer: z.object({ model: modelSchema }) }),
  /** query: `cursor`, `limit` */
  getDataset: endpoint('GET', '/api/datasets/:id', { answer: datasetPageSchema }),
  /** query: `cursor`, `limit` for the works */
  lineage: endpoint('GET', '/api/generations/:id/lineage', { answer: lineageSchema }),
  alike: endpoint('GET', '/api/generations/:id/alike', { answer: alikeSchema }),
  /** the collective's certificate chain, PEM: whom a C2PA reader may trust */
  credentialChain: endpoint('GET', '/api/credentials/chain', {
    answer: z.object({ pem: z.string(), rootSha256: sha256Schema }),
  }),
};
