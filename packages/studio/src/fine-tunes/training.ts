import { type Entry, priorEntry, record } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { type Mismatch, mismatchOf, stopFor } from '../attestation.ts';
import { queueBell } from '../bell.ts';
import type { StudioContext } from '../context.ts';
import * as leases from '../leases.store.ts';
import { endWithdrawn, hold, type LeaseCode, leaseMs } from '../leases.ts';
import { mediaBytes, mediaKind } from '../media.ts';
import { recorded } from '../recorded.ts';
import * as workers from '../workers.store.ts';
import { type AdapterReading, readAdapterFile } from './adapter-file.ts';
import { askTeaching, type WithoutConsent } from './consent.ts';
import * as store from './fine-tunes.store.ts';
import { checkSafetensors } from './safetensors.ts';

/** How far a run is, as its worker says. */
export interface TrainingProgress {
  step: number;
  of: number;
  losses: readonly { step: number; loss: number }[];
  imagesPerSecond: number;
  secondsLeft: number;
  /** A sheet that was drawn, uploaded before. */
  sheet?: { step: number; sha256: string } | undefined;
}

export type TrainingDecision =
  | { ok: true; expiresAt: Date; stop: boolean }
  | { ok: false; code: LeaseCode | 'unknown_blob' | 'blob_too_large' | 'not_a_png' };

/**
 * Keeps the lease of a run alive and says how far it is; answers whether its maker wants it to stop. Errors in the
 * order they are tested: unknown_blob, blob_too_large, not_a_png (the sheet), unknown_lease, lease_not_yours,
 * lease_lapsed, lease_of_another_kind.
 */
export async function trainingProgress(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  progress: TrainingProgress,
): Promise<TrainingDecision> {
  const sheet = progress.sheet && (await checkSheet(ctx, progress.sheet.sha256));
  if (sheet && !sheet.ok) return sheet;
  let fineTuneId = '';
  const result = await ctx.db.transaction(async (tx): Promise<TrainingDecision> => {
    const now = ctx.clock.now();
    const held = await hold(tx, leaseId, workerId, now, 'train');
    if (!held.ok) return held;
    if (held.state === 'completed') return { ok: false, code: 'lease_lapsed' };
    fineTuneId = held.job.id;
    const expiresAt = new Date(now.getTime() + leaseMs);
    await leases.update(tx, leaseId, { expiresAt });
    await workers.heard(tx, workerId, now);
    const { step, of, losses, imagesPerSecond, secondsLeft } = progress;
    await store.noteLosses(tx, fineTuneId, losses);
    if (progress.sheet) await store.noteSheet(tx, fineTuneId, progress.sheet);
    const loss = losses.at(-1)?.loss;
    const row = await store.update(tx, fineTuneId, {
      step,
      stepOf: of,
      imagesPerSecond,
      secondsLeft,
      ...(loss === undefined ? {} : { loss }),
    });
    return { ok: true, expiresAt, stop: row.stopWanted };
  });
  if (result.ok) ctx.bell.ring(fineTuneId);
  return result;
}

async function checkSheet(
  ctx: StudioContext,
  sha256: string,
): Promise<{ ok: true } | { ok: false; code: 'unknown_blob' | 'blob_too_large' | 'not_a_png' }> {
  const bytes = await ctx.blobs.get(sha256);
  if (!bytes) return { ok: false, code: 'unknown_blob' };
  if (bytes.length > mediaBytes.poster) return { ok: false, code: 'blob_too_large' };
  return mediaKind(bytes) === 'png' ? { ok: true } : { ok: false, code: 'not_a_png' };
}

/** What a worker says it taught; hashes name blobs it uploaded before. */
export interface Taught {
  /** The safetensors file. */
  file: string;
  steps: number;
  /** Steps it would have gone. */
  of: number;
  /** Seconds inside the engine, over all its runs. */
  seconds: number;
  provider: string;
  policyHash: string;
  /** Weights it began with. */
  baseWeightsSha256: string;
}

export type TaughtDecision =
  | { ok: true; fineTuneId: string; entry: Entry; replayed: boolean }
  | WithoutConsent
  | Mismatch
  | { ok: false; code: TaughtCode; detail?: string };

type TaughtCode =
  | LeaseCode
  | 'weights_mismatch'
  | 'unknown_blob'
  | 'model_misshapen'
  | 'adapter_other_base'
  | 'adapter_other_word'
  | Extract<AdapterReading, { ok: false }>['code'];

/**
 * Takes in what a run learnt: checks the file, and in one transaction writes it down with its entry. Telling it twice
 * answers the first answer. Errors in the order they are tested: unknown_lease, lease_not_yours, lease_lapsed,
 * lease_of_another_kind, policy_hash_mismatch, weights_mismatch, unknown_blob; of an adapter those of
 * `readAdapterFile`, adapter_other_base, adapter_other_word; of a model model_misshapen; work_without_consent (a work
 * may not be learnt from any more: nothing is kept).
 */
export async function completeTraining(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  taught: Taught,
): Promise<TaughtDecision> {
  const begun = await ctx.db.transaction((tx) => begin(tx, leaseId, workerId, taught, ctx.clock.now()));
  if (!begun.ok && 'attested' in begun) await stopFor(ctx, leaseId, workerId, begun);
  if (!begun.ok || 'entry' in begun) return begun;
  const checked = await checkFiles(ctx, begun.row, taught);
  if (!checked.ok) return checked;
  const done = await ctx.db.transaction(async (tx): Promise<TaughtDecision> => {
    const again = await begin(tx, leaseId, workerId, taught, ctx.clock.now());
    if (!again.ok || 'entry' in again) return again;
    const refusal = await askTeaching(tx, ctx, again.row.id, ['fine_tune_own']);
    return refusal ?? finish(tx, ctx, leaseId, again.row, { ...taught, ...checked });
  });
  if (!done.ok && done.code === 'work_without_consent') await endWithdrawn(ctx, leaseId, done);
  if (done.ok) {
    ctx.bell.ring(done.fineTuneId);
    ctx.bell.ring(queueBell);
  }
  return done;
}

type Begun = { ok: true; row: store.FineTuneRow } | TaughtDecision;

const completionKey = (leaseId: string) => ({
  idempotencyKey: `lease:${leaseId}:taught`,
  input: { leaseId },
});

/** Locks the fine-tune and checks what the worker attests; answers the first answer where it is done already. */
async function begin(tx: Tx, leaseId: string, workerId: string, taught: Taught, now: Date): Promise<Begun> {
  const held = await hold(tx, leaseId, workerId, now, 'train');
  if (!held.ok) return held;
  if (held.state === 'completed') {
    const prior = await priorEntry(tx, completionKey(leaseId));
    if (prior.state !== 'replayed') throw new Error(`the lease ${leaseId} is completed without an entry`);
    return { ok: true, fineTuneId: held.job.id, entry: prior.entry, replayed: true };
  }
  const row = await store.byId(tx, held.job.id);
  if (!row) throw new Error(`the fine-tune ${held.job.id} of a lease is gone`);
  const mismatch = mismatchOf(row.policyHash, taught.policyHash);
  if (mismatch) return mismatch;
  if (taught.baseWeightsSha256 !== row.baseWeightsSha256)
    return { ok: false, code: 'weights_mismatch', detail: `The job named ${row.baseWeightsSha256}.` };
  return { ok: true, row };
}

type Checked =
  | { ok: true; size: number; recordSha256: string | null }
  | Extract<TaughtDecision, { ok: false }>;

async function checkFiles(ctx: StudioContext, row: store.FineTuneRow, { file }: Taught): Promise<Checked> {
  const bytes = await ctx.blobs.get(file);
  if (!bytes) return { ok: false, code: 'unknown_blob', detail: 'What was learnt was not uploaded.' };
  if (row.kind === 'model') return unpack(ctx, bytes, file);
  const read = readAdapterFile(bytes);
  if (!read.ok) return read;
  const { base, styleWord } = read.adapter;
  if (base.weightsSha256 !== row.baseWeightsSha256) return { ok: false, code: 'adapter_other_base' };
  if (styleWord !== row.styleWord && row.name !== '') return { ok: false, code: 'adapter_other_word' };
  return { ok: true, size: bytes.length, recordSha256: null };
}

/** What the metadata of a model in one file calls the format. */
const modelFormat = 'uncaged-model-1';

/** Takes the record out of a model’s file and keeps it beside the weights, as models lie on a worker. */
async function unpack(ctx: StudioContext, bytes: Uint8Array, sha256: string): Promise<Checked> {
  const misshapen = (detail: string): Checked => ({ ok: false, code: 'model_misshapen', detail });
  const file = checkSafetensors(bytes);
  if (!file.ok) return misshapen(file.detail);
  const { format, record } = file.metadata;
  const said = format === modelFormat ? objectIn(record) : null;
  if (!said?.config) return misshapen(`Its metadata holds no record of ${modelFormat}.`);
  const weights = { file: 'model.safetensors', sha256, bytes: bytes.length };
  const { sha256: recordSha256 } = await ctx.blobs.put(Buffer.from(JSON.stringify({ ...said, weights })));
  return { ok: true, size: bytes.length, recordSha256 };
}

function objectIn(text: string | undefined): { config?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

async function finish(
  tx: Tx,
  ctx: StudioContext,
  leaseId: string,
  row: store.FineTuneRow,
  taught: Taught & { size: number; recordSha256: string | null },
): Promise<TaughtDecision> {
  const now = ctx.clock.now();
  const { file, steps, of, provider } = taught;
  const gpuMs = Math.round(taught.seconds * 1000);
  const stopped = steps < of;
  const entry = recorded(
    await record(tx, ctx, {
      kind: stopped ? 'fine-tune.stopped' : 'fine-tune.finished',
      actor: null,
      subject: `fine-tune:${row.id}`,
      payload: { fineTuneId: row.id, sha256: file, steps, of, policyHash: row.policyHash, provider, gpuMs },
      visibility: 'private',
      ...completionKey(leaseId),
    }),
  );
  await store.update(tx, row.id, {
    // Who has left asked for everything of theirs to end.
    state: row.name === '' ? 'discarded' : stopped ? 'stopped' : 'finished',
    entryId: entry.id,
    leaseId: null,
    stopWanted: false,
    failure: null,
    step: steps,
    stepOf: of,
    imagesPerSecond: null,
    secondsLeft: null,
    provider,
    gpuMs: BigInt(gpuMs),
    fileSha256: file,
    fileSize: BigInt(taught.size),
    recordSha256: taught.recordSha256,
    finishedAt: now,
  });
  await leases.update(tx, leaseId, { outcome: 'completed', endedAt: now, entryId: entry.id });
  return { ok: true, fineTuneId: row.id, entry, replayed: false };
}
