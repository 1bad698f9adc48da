import { type Entry, priorEntry, record } from '@uncaged/book';
import { accrueRoyalty, countClip } from '@uncaged/compensation';
import type { Tx } from '@uncaged/platform';
import { type Credential, modelBehind, recordOutput, signClip } from '@uncaged/provenance';
import { type Mismatch, mismatchOf, stopFor } from './attestation.ts';
import type { StudioContext } from './context.ts';
import { mixedIn } from './fine-tunes/adapters.store.ts';
import * as clips from './generations.store.ts';
import { saidOf } from './generations.ts';
import * as store from './leases.store.ts';
import { hold, type LeaseCode } from './leases.ts';
import { decideOutputs, type OutputsDecision } from './media.ts';
import { recorded } from './recorded.ts';

/** What a worker says it made; hashes name blobs it uploaded before. */
export interface Delivery {
  outputs: { mp4: string; webp: string; poster?: string | undefined };
  /** The engine's own record of the sampling. */
  record: Record<string, unknown>;
  unknownWords: string[];
  /** Seconds inside the engine. */
  seconds: number;
  provider: string;
  policyHash: string;
  weightsSha256: string;
}

export type CompletionDecision =
  | { ok: true; generationId: string; entry: Entry; replayed: boolean }
  | Mismatch
  | {
      ok: false;
      code: LeaseCode | 'weights_mismatch' | 'unknown_blob' | Extract<OutputsDecision, { ok: false }>['code'];
      detail?: string;
    };

type Refusal = Extract<CompletionDecision, { ok: false }>;

/**
 * Takes in a finished clip: checks it, signs Content Credentials into it, and then in one transaction records
 * the output, accrues the royalty, and writes the clip's completion into the book. Telling it twice answers the
 * first answer. Errors in the order they are tested: unknown_lease, lease_not_yours, lease_lapsed,
 * lease_of_another_kind, policy_hash_mismatch (which stops the worker), weights_mismatch, unknown_blob, blob_too_large, not_an_mp4, not_a_webp, not_a_png.
 */
export async function complete(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  delivery: Delivery,
): Promise<CompletionDecision> {
  const begun = await ctx.db.transaction((tx) => begin(tx, leaseId, workerId, delivery, ctx.clock.now()));
  if (!begun.ok && 'attested' in begun) await stopFor(ctx, leaseId, workerId, begun);
  if (!begun.ok || 'entry' in begun) return begun;
  const media = await fetchMedia(ctx, delivery);
  if (!media.ok) return media;
  const signed = await signAll(ctx, begun.row, media);
  if (!signed.ok) return signed;
  const done = await ctx.db.transaction(async (tx): Promise<CompletionDecision> => {
    const again = await begin(tx, leaseId, workerId, delivery, ctx.clock.now());
    if (!again.ok || 'entry' in again) return again;
    return finish(tx, ctx, leaseId, again.row, delivery, signed);
  });
  if (done.ok) ctx.bell.ring(done.generationId);
  return done;
}

type Begun = { ok: true; row: clips.GenerationRow } | CompletionDecision;

/** Locks the clip and checks what the worker attests; answers the first answer where it is done already. */
async function begin(
  tx: Tx,
  leaseId: string,
  workerId: string,
  delivery: Delivery,
  now: Date,
): Promise<Begun> {
  const held = await hold(tx, leaseId, workerId, now, 'clip');
  if (!held.ok) return held;
  const row = await clips.byId(tx, held.job.id);
  if (!row) throw new Error(`the clip ${held.job.id} of a lease is gone`);
  if (held.state === 'completed') {
    const prior = await priorEntry(tx, completionKey(row.id));
    if (prior.state !== 'replayed') throw new Error(`clip ${row.id} is done without an entry`);
    return { ok: true, generationId: row.id, entry: prior.entry, replayed: true };
  }
  const mismatch = mismatchOf(row.policyHash, delivery.policyHash);
  if (mismatch) return mismatch;
  if (delivery.weightsSha256 !== row.weightsSha256)
    return { ok: false, code: 'weights_mismatch', detail: `The job named ${row.weightsSha256}.` };
  return { ok: true, row };
}

function completionKey(generationId: string) {
  return { idempotencyKey: `generation:${generationId}:completed`, input: { generationId } };
}

interface Media {
  mp4: Uint8Array;
  webp: Uint8Array;
  poster: Uint8Array | null;
}

async function fetchMedia(
  ctx: StudioContext,
  { outputs }: Delivery,
): Promise<({ ok: true } & Media) | Refusal> {
  const read = async (sha256: string | undefined) => (sha256 === undefined ? null : ctx.blobs.get(sha256));
  const [mp4, webp, poster] = await Promise.all([
    read(outputs.mp4),
    read(outputs.webp),
    read(outputs.poster),
  ]);
  if (!mp4 || !webp || (outputs.poster !== undefined && !poster)) {
    const missing = !mp4 ? 'mp4' : !webp ? 'webp' : 'poster';
    return { ok: false, code: 'unknown_blob', detail: `${missing} was not uploaded.` };
  }
  const decided = decideOutputs({ mp4, webp, poster });
  return decided.ok ? { ok: true, mp4, webp, poster } : decided;
}

interface Stored {
  sha256: string;
  size: number;
}
interface SignedMedia {
  mp4: Stored;
  webp: Stored;
  poster: Stored | null;
  credential: Credential;
}

/**
 * Signs and stores outside any transaction: it takes tens of milliseconds and no row needs to wait for it. Errors:
 * not_an_mp4, not_a_webp, not_a_png where a file is no such thing past its first bytes.
 */
async function signAll(
  ctx: StudioContext,
  row: clips.GenerationRow,
  media: Media,
): Promise<({ ok: true } & SignedMedia) | Refusal> {
  const mixed = (await mixedIn(ctx.db.read, [row.id])).get(row.id) ?? [];
  const adapters = mixed.map(({ adapter, sha256, weight }) => ({ adapterId: adapter.id, sha256, weight }));
  const about = { generationId: row.id, modelId: row.modelId ?? '', entryId: row.entryId, adapters };
  const one = async (bytes: Uint8Array, mediaType: string) => {
    const signed = await signClip(ctx, { bytes, mediaType, ...about });
    return signed.ok ? { stored: await ctx.blobs.put(signed.bytes), credential: signed.credential } : null;
  };
  const mp4 = await one(media.mp4, 'video/mp4');
  if (!mp4) return { ok: false, code: 'not_an_mp4' };
  const webp = await one(media.webp, 'image/webp');
  if (!webp) return { ok: false, code: 'not_a_webp' };
  const poster = media.poster && (await one(media.poster, 'image/png'));
  if (media.poster && !poster) return { ok: false, code: 'not_a_png' };
  const { stored, credential } = mp4;
  return { ok: true, mp4: stored, webp: webp.stored, poster: poster?.stored ?? null, credential };
}

async function finish(
  tx: Tx,
  ctx: StudioContext,
  leaseId: string,
  row: clips.GenerationRow,
  delivery: Delivery,
  signed: SignedMedia,
): Promise<CompletionDecision> {
  const now = ctx.clock.now();
  const gpuMs = Math.round(delivery.seconds * 1000);
  const modelId = row.modelId ?? '';
  // A maker who left meanwhile took their words along; the engine's record repeats them.
  const hasLeft = row.prompt === '';
  const mixed = (await mixedIn(tx, [row.id])).get(row.id) ?? [];
  const adapters = mixed.map(({ adapter: { id, datasetId }, sha256, weight }) => {
    return { adapterId: id, datasetId, sha256, weight };
  });
  const files = { mp4: signed.mp4.sha256, webp: signed.webp.sha256, poster: signed.poster?.sha256 ?? null };
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'generation.completed',
      actor: null,
      subject: `generation:${row.id}`,
      payload: {
        generationId: row.id,
        modelId,
        policyVersion: row.policyVersion,
        policyHash: row.policyHash,
        weightsSha256: delivery.weightsSha256,
        outputs: files,
        provider: delivery.provider,
        gpuMs,
        ...(adapters.length === 0 ? {} : { adapters: adapters.map(saidOf) }),
      },
      visibility: 'public',
      ...completionKey(row.id),
    }),
  );
  const model = await modelBehind(tx, modelId);
  if (!model) throw new Error(`clip ${row.id} names the model ${modelId} that is not there`);
  await recordOutput(tx, ctx, {
    generationId: row.id,
    modelId,
    outputs: [
      { kind: 'mp4', ...signed.mp4 },
      { kind: 'webp', ...signed.webp },
      ...(signed.poster ? [{ kind: 'poster' as const, ...signed.poster }] : []),
    ],
    credential: signed.credential,
    adapters,
    entryId: entry.id,
  });
  // Nobody is paid for the clips of a model that its maker taught with their own works alone.
  if (model.ownerId === null) {
    const made = { generationId: row.id, modelId, works: model.works };
    await countClip(tx, ctx, made);
    await accrueRoyalty(tx, ctx, made);
  }
  await clips.update(tx, row.id, {
    state: 'done',
    leaseId: null,
    entryId: entry.id,
    failure: null,
    provider: delivery.provider,
    gpuMs: BigInt(gpuMs),
    unknownWords: hasLeft ? null : delivery.unknownWords,
    record: hasLeft ? null : delivery.record,
    mode: delivery.record.mode === 'walk' ? 'walk' : row.mode,
    mp4Sha256: signed.mp4.sha256,
    mp4Size: BigInt(signed.mp4.size),
    webpSha256: signed.webp.sha256,
    webpSize: BigInt(signed.webp.size),
    posterSha256: signed.poster?.sha256 ?? null,
    posterSize: signed.poster ? BigInt(signed.poster.size) : null,
    finishedAt: now,
    step: null,
    stepOf: null,
  });
  await clips.dropPreview(tx, row.id);
  await store.update(tx, leaseId, { outcome: 'completed', endedAt: now, entryId: entry.id });
  return { ok: true, generationId: row.id, entry, replayed: false };
}
