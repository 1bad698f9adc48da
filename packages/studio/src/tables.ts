import {
  bigint,
  boolean,
  bytea,
  doublePrecision,
  instant,
  integer,
  jsonb,
  minor,
  pgTable,
  text,
} from '@uncaged/platform';
import type { FineTuneState } from './fine-tunes/state.ts';
import type { ClipSize } from './request.ts';

export const workers = pgTable('workers', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  tokenSha256: bytea('token_sha256').notNull(),
  addedBy: text('added_by'),
  createdAt: instant('created_at').notNull(),
  lastSeen: instant('last_seen'),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
});

export const generations = pgTable('generations', {
  id: text('id').primaryKey(),
  makerId: text('maker_id').notNull(),
  modelId: text('model_id'),
  weightsSha256: text('weights_sha256'),
  modelRecordSha256: text('model_record_sha256'),
  prompt: text('prompt').notNull(),
  seed: bigint('seed', { mode: 'bigint' }).notNull(),
  steps: integer('steps').notNull(),
  guidance: doublePrecision('guidance').notNull(),
  mode: text('mode').$type<'clip' | 'walk'>().notNull(),
  size: integer('size').$type<ClipSize>().notNull(),
  state: text('state').$type<'waiting' | 'leased' | 'sampling' | 'done' | 'failed' | 'refused'>().notNull(),
  policyVersion: integer('policy_version').notNull(),
  policyHash: text('policy_hash').notNull(),
  entryId: text('entry_id').notNull(),
  leaseId: text('lease_id'),
  failures: integer('failures').notNull().default(0),
  lapses: integer('lapses').notNull().default(0),
  failure: text('failure'),
  step: integer('step'),
  stepOf: integer('step_of'),
  provider: text('provider'),
  gpuMs: minor('gpu_ms'),
  unknownWords: jsonb('unknown_words').$type<string[]>(),
  record: jsonb('record').$type<Record<string, unknown>>(),
  mp4Sha256: text('mp4_sha256'),
  mp4Size: minor('mp4_size'),
  webpSha256: text('webp_sha256'),
  webpSize: minor('webp_size'),
  posterSha256: text('poster_sha256'),
  posterSize: minor('poster_size'),
  enforcement: jsonb('enforcement').$type<Record<string, unknown>>(),
  caption: text('caption'),
  publishedAt: instant('published_at'),
  createdAt: instant('created_at').notNull(),
  finishedAt: instant('finished_at'),
  changes: minor('changes').notNull().default(0n),
});

export const leases = pgTable('leases', {
  id: text('id').primaryKey(),
  generationId: text('generation_id'),
  fineTuneId: text('fine_tune_id'),
  memberId: text('member_id').notNull(),
  workerId: text('worker_id').notNull(),
  instance: text('instance'),
  leasedAt: instant('leased_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  outcome: text('outcome').$type<'completed' | 'failed' | 'lapsed' | 'returned'>(),
  reason: text('reason'),
  entryId: text('entry_id'),
});

export const generationPreviews = pgTable('generation_previews', {
  generationId: text('generation_id').primaryKey(),
  sha256: text('sha256').notNull(),
  bytes: bytea('bytes').notNull(),
});

export const fineTunes = pgTable('fine_tunes', {
  id: text('id').primaryKey(),
  makerId: text('maker_id').notNull(),
  kind: text('kind').$type<'adapter' | 'model'>().notNull(),
  name: text('name').notNull(),
  styleWord: text('style_word').notNull(),
  baseModelId: text('base_model_id').notNull(),
  baseName: text('base_name').notNull(),
  baseWeightsSha256: text('base_weights_sha256').notNull(),
  baseRecordSha256: text('base_record_sha256'),
  seed: bigint('seed', { mode: 'bigint' }).notNull(),
  steps: integer('steps'),
  rank: integer('rank'),
  sheetPrompts: jsonb('sheet_prompts').$type<string[]>().notNull(),
  sheetSeeds: jsonb('sheet_seeds').$type<number[]>().notNull(),
  sheetEvery: integer('sheet_every').notNull(),
  state: text('state').$type<FineTuneState>().notNull(),
  policyVersion: integer('policy_version').notNull(),
  policyHash: text('policy_hash').notNull(),
  entryId: text('entry_id').notNull(),
  datasetId: text('dataset_id'),
  manifestSha256: text('manifest_sha256'),
  leaseId: text('lease_id'),
  stopWanted: boolean('stop_wanted').notNull().default(false),
  failures: integer('failures').notNull().default(0),
  lapses: integer('lapses').notNull().default(0),
  failure: text('failure'),
  step: integer('step').notNull().default(0),
  stepOf: integer('step_of'),
  loss: doublePrecision('loss'),
  imagesPerSecond: doublePrecision('images_per_second'),
  secondsLeft: doublePrecision('seconds_left'),
  provider: text('provider'),
  gpuMs: minor('gpu_ms'),
  fileSha256: text('file_sha256'),
  fileSize: minor('file_size'),
  recordSha256: text('record_sha256'),
  adapterId: text('adapter_id'),
  modelId: text('model_id'),
  createdAt: instant('created_at').notNull(),
  queuedAt: instant('queued_at'),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
  changes: minor('changes').notNull().default(0n),
});

export const fineTuneItems = pgTable('fine_tune_items', {
  fineTuneId: text('fine_tune_id').notNull(),
  index: integer('index').notNull(),
  workId: text('work_id').notNull(),
  caption: text('caption').notNull(),
  machineMade: boolean('machine_made').notNull(),
  consentId: text('consent_id'),
});

export const fineTuneLosses = pgTable('fine_tune_losses', {
  fineTuneId: text('fine_tune_id').notNull(),
  step: integer('step').notNull(),
  loss: doublePrecision('loss').notNull(),
});

export const fineTuneSheets = pgTable('fine_tune_sheets', {
  fineTuneId: text('fine_tune_id').notNull(),
  step: integer('step').notNull(),
  sha256: text('sha256').notNull(),
});

export const captionSuggestions = pgTable('caption_suggestions', {
  workId: text('work_id').primaryKey(),
  caption: text('caption').notNull(),
});

export const adapters = pgTable('adapters', {
  id: text('id').primaryKey(),
  ownerId: text('owner_id').notNull(),
  name: text('name').notNull(),
  styleWord: text('style_word').notNull(),
  source: text('source').$type<'trained' | 'imported'>().notNull(),
  fineTuneId: text('fine_tune_id'),
  baseName: text('base_name').notNull(),
  baseWeightsSha256: text('base_weights_sha256').notNull(),
  sha256: text('sha256').notNull(),
  size: minor('size').notNull(),
  rank: integer('rank').notNull(),
  steps: integer('steps').notNull(),
  works: integer('works').notNull(),
  manifest: text('manifest'),
  datasetId: text('dataset_id'),
  state: text('state').$type<'ready' | 'discarded'>().notNull(),
  hasFile: boolean('has_file').notNull().default(true),
  sharedAt: instant('shared_at'),
  entryId: text('entry_id').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const generationAdapters = pgTable('generation_adapters', {
  generationId: text('generation_id').notNull(),
  index: integer('index').notNull(),
  adapterId: text('adapter_id').notNull(),
  sha256: text('sha256').notNull(),
  weight: doublePrecision('weight').notNull(),
});
