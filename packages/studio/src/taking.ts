import { record } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { type Material, materialOf, modelFor } from '@uncaged/provenance';
import type { StudioContext } from './context.ts';
import { enforceOn } from './enforcing.ts';
import type { Mixed } from './fine-tunes/adapters.store.ts';
import { mixedIn } from './fine-tunes/adapters.store.ts';
import { askModel, askTeaching } from './fine-tunes/consent.ts';
import * as trainings from './fine-tunes/fine-tunes.store.ts';
import { textsOf } from './fine-tunes/fine-tunes.ts';
import { mixFor } from './fine-tunes/mixing.ts';
import * as clips from './generations.store.ts';
import { enforce } from './generations.ts';
import { type Leasable, subjectOf } from './jobs.ts';
import { retiredIn } from './limits.ts';
import { recorded } from './recorded.ts';

/** A clip that a worker takes, and what it mixes into the model. */
export interface ClipTaken {
  kind: 'clip';
  row: clips.GenerationRow;
  adapters: Mixed[];
}

/** A fine-tune that a worker takes, with what it is taught by. */
export interface TrainingTaken {
  kind: 'train';
  row: trainings.FineTuneRow;
  items: (Material & { caption: string })[];
  manifest: string;
}

/**
 * Takes a waiting clip. Null where it waits no more; `ended` where a safeguard enacted since the request refuses it,
 * its model is gone, or an adapter it mixes may not be used any more: then it is over for good.
 */
export async function takeClip(
  tx: Tx,
  ctx: StudioContext,
  id: string,
  leaseId: string,
): Promise<ClipTaken | 'ended' | null> {
  const row = await clips.lockedWaiting(tx, id);
  if (!row) return null;
  if (await refuseNow(tx, ctx, row)) return 'ended';
  const model = await modelFor(tx, row.modelId ?? '', row.makerId);
  const end = async (reason: string) => {
    await giveUp(tx, ctx, { kind: 'clip', id }, reason);
    return 'ended' as const;
  };
  if (!model) return end('unknown_model: its maker threw the model away.');
  const retired = retiredIn(ctx.policy.document, model.id);
  if (retired !== null) return end(`model_retired: ${retired}`);
  const withdrawn = model.ownerId === null ? null : await askModel(tx, ctx, model.id);
  if (withdrawn) return end(`${withdrawn.code}: ${withdrawn.detail}`);
  const mixed = (await mixedIn(tx, [id])).get(id) ?? [];
  const mix = mixed.map(({ adapter, weight }) => ({ id: adapter.id, weight }));
  const given = { memberId: row.makerId, weightsSha256: row.weightsSha256 ?? '' };
  const found = await mixFor(tx, ctx, mix, given);
  if (!found.ok) return end(`${found.code}: ${found.detail}`);
  const { version: policyVersion, hash: policyHash } = ctx.policy;
  const taken = { state: 'leased' as const, leaseId, policyVersion, policyHash, step: null, stepOf: null };
  return { kind: 'clip', row: await clips.update(tx, id, taken), adapters: found.parts };
}

/** Whether a safeguard enacted since the request says no; then the clip is refused for good. */
async function refuseNow(tx: Tx, ctx: StudioContext, row: clips.GenerationRow): Promise<boolean> {
  if (row.policyHash === ctx.policy.hash) return false;
  const refusal = await enforce(tx, ctx, row, { idempotencyKey: undefined, input: null });
  if (!refusal) return false;
  await clips.update(tx, row.id, {
    state: 'refused',
    entryId: refusal.entry.id,
    enforcement: refusal.enforcement,
    policyVersion: ctx.policy.version,
    policyHash: ctx.policy.hash,
    finishedAt: ctx.clock.now(),
  });
  return true;
}

/**
 * Takes a waiting fine-tune. Null where it waits no more; `ended` where a safeguard enacted since refuses its words, or a
 * work may not be learnt from any more.
 */
export async function takeTraining(
  tx: Tx,
  ctx: StudioContext,
  id: string,
  leaseId: string,
): Promise<TrainingTaken | 'ended' | null> {
  const row = await trainings.lockedWaiting(tx, id);
  if (!row) return null;
  const items = await trainings.itemsOf(tx, id);
  const refusal =
    (await askTeaching(tx, ctx, id, ['fine_tune_own'])) ?? (await askModel(tx, ctx, row.baseModelId));
  const forbidden =
    refusal || row.policyHash === ctx.policy.hash ? null : await forbiddenNow(tx, ctx, row, items);
  const manifest = row.manifestSha256 === null ? null : await ctx.blobs.get(row.manifestSha256);
  const taught: TrainingTaken['items'] = [];
  for (const { workId, caption } of items) {
    const material = await materialOf(tx, ctx, workId);
    if (material) taught.push({ ...material, caption });
  }
  if (refusal || forbidden || !manifest || taught.length < items.length) {
    const said = refusal ? `${refusal.code}: ${refusal.detail}` : forbidden;
    const reason = said ?? 'a picture or the manifest is gone';
    await giveUp(tx, ctx, { kind: 'train', id }, reason);
    return 'ended';
  }
  const { version: policyVersion, hash: policyHash } = ctx.policy;
  const startedAt = row.startedAt ?? ctx.clock.now();
  const taken = await trainings.update(tx, id, {
    state: 'running',
    leaseId,
    policyVersion,
    policyHash,
    startedAt,
  });
  return { kind: 'train', row: taken, items: taught, manifest: new TextDecoder().decode(manifest) };
}

/** What a safeguard of the policy in force has against the words of a fine-tune; null when it has nothing. */
async function forbiddenNow(
  tx: Tx,
  ctx: StudioContext,
  row: trainings.FineTuneRow,
  items: readonly trainings.ItemRow[],
): Promise<string | null> {
  const refusal = await enforceOn(tx, ctx, {
    kind: 'fine-tune.refused',
    subject: `fine-tune:${row.id}`,
    about: { fineTuneId: row.id },
    texts: textsOf({ ...row, items }),
    memberId: row.makerId,
  });
  return refusal && `${refusal.code}: ${refusal.enforcement.clause}, ${refusal.enforcement.text}`;
}

/** Fails a job that waited and can never be done, with its entry. */
async function giveUp(
  tx: Tx,
  ctx: StudioContext,
  job: Pick<Leasable, 'kind' | 'id'>,
  reason: string,
): Promise<void> {
  const isClip = job.kind === 'clip';
  const entry = recorded(
    await record(tx, ctx, {
      kind: isClip ? 'generation.failed' : 'fine-tune.failed',
      actor: null,
      subject: subjectOf(job),
      payload: { ...(isClip ? { generationId: job.id } : { fineTuneId: job.id }), outcome: 'given_up' },
      visibility: 'private',
    }),
  );
  const failed = {
    state: 'failed' as const,
    failure: reason,
    entryId: entry.id,
    finishedAt: ctx.clock.now(),
  };
  if (isClip) await clips.update(tx, job.id, failed);
  else await trainings.update(tx, job.id, failed);
}
