import { type Entry, type Fact, type Json, record } from '@uncaged/book';
import { collectiveOf, type GovernedContext, pseudonymsOf } from '@uncaged/governance';
import { fineTuneRules } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import {
  type Ground,
  groundsOf,
  keepOwnModel,
  registerTrainingSet,
  retireOwnModel,
} from '@uncaged/provenance';
import { queueBell } from '../bell.ts';
import type { StudioContext } from '../context.ts';
import { type EnforcementRefusal, enforceOn } from '../enforcing.ts';
import { recorded } from '../recorded.ts';
import { readAdapterFile } from './adapter-file.ts';
import * as adapters from './adapters.store.ts';
import { askModel, type WithoutConsent, withoutConsent } from './consent.ts';
import * as store from './fine-tunes.store.ts';
import { detail, type FineTuneDetail, textsOf } from './fine-tunes.ts';
import { type FineTuneAct, mayNow } from './state.ts';

export type LifeDecision =
  | { ok: true; fineTune: FineTuneDetail; entry: Entry }
  | EnforcementRefusal
  | WithoutConsent
  | { ok: false; code: LifeCode; detail?: string };

type LifeCode =
  | 'unknown_fine_tune'
  | 'wrong_state'
  | 'too_many_outstanding'
  | 'adapter_there_already'
  | 'model_there_already';

type Step =
  | { ok: true; change: Parameters<typeof store.update>[2]; entry: Entry }
  | Exclude<LifeDecision, { ok: true }>;

/**
 * One act of its maker on a fine-tune, in one transaction with its entry. Errors in the order they are tested:
 * unknown_fine_tune (also another’s), wrong_state, and those of the act itself.
 */
async function act(
  ctx: StudioContext,
  id: string,
  wanted: FineTuneAct,
  take: (tx: Tx, row: store.FineTuneRow) => Promise<Step>,
): Promise<LifeDecision> {
  const result = await ctx.db.transaction(async (tx): Promise<LifeDecision> => {
    const row = await store.locked(tx, id);
    if (!row || row.makerId !== ctx.actor.memberId) return { ok: false, code: 'unknown_fine_tune' };
    const may = mayNow({ ...row, hasFile: row.fileSha256 !== null });
    if (!may.includes(wanted))
      return {
        ok: false,
        code: 'wrong_state',
        detail: `It is ${row.state}; you may ${may.join(', ') || 'wait'}.`,
      };
    const step = await take(tx, row);
    if (!step.ok) return step;
    const after = await store.update(tx, id, { ...step.change, entryId: step.entry.id });
    return { ok: true, fineTune: await detail(tx, ctx, after), entry: step.entry };
  });
  if (!result.ok) return result;
  if (result.fineTune.row.state === 'waiting') await ctx.carrier.offer(id).catch(() => {});
  ctx.bell.ring(id);
  ctx.bell.ring(queueBell);
  return result;
}

async function say(
  tx: Tx,
  ctx: StudioContext,
  row: store.FineTuneRow,
  fact: Pick<Fact, 'kind'> & { payload?: { [key: string]: Json } },
): Promise<Entry> {
  return recorded(
    await record(tx, ctx, {
      kind: fact.kind,
      actor: row.makerId,
      subject: `fine-tune:${row.id}`,
      payload: { fineTuneId: row.id, ...fact.payload },
      visibility: 'private',
    }),
  );
}

/**
 * Puts a draft into the queue. What it learns from is fixed now: its works and the lines they stand on become a set
 * with a root. Errors of the act: too_many_outstanding, work_without_consent, refused_by_safeguard.
 */
export function startFineTune(ctx: StudioContext, id: string): Promise<LifeDecision> {
  return act(ctx, id, 'start', async (tx, row) => {
    const ready = await readyToRun(tx, ctx, row);
    if (!ready.ok) return ready;
    const { items, grounds } = ready;
    const taught = items.map((item, index) => {
      const ground = grounds[index] as Ground;
      const line = ground.uses.find(({ use }) => use === 'fine_tune_own');
      return { item, row: ground.row, consentId: line?.consentId ?? null };
    });
    for (const { item, consentId } of taught) await store.noteConsent(tx, row.id, item.index, consentId);
    const set = await registerTrainingSet(tx, ctx, {
      name: `fine-tune ${row.id}`,
      ownerId: row.makerId,
      items: taught,
    });
    const manifest = await manifestOf(tx, ctx, row, taught, { id: set.id, root: set.root });
    const { sha256: manifestSha256 } = await ctx.blobs.put(Buffer.from(JSON.stringify(manifest)));
    const { version: policyVersion, hash: policyHash } = ctx.policy;
    const payload = { datasetId: set.id, root: set.root, count: set.items, manifestSha256, policyHash };
    const entry = await say(tx, ctx, row, { kind: 'fine-tune.started', payload });
    const queuedAt = ctx.clock.now();
    return {
      ok: true,
      entry,
      change: { state: 'waiting', queuedAt, datasetId: set.id, manifestSha256, policyVersion, policyHash },
    };
  });
}

/** What goes into the file: who taught it with what, on which ground. */
async function manifestOf(
  tx: Tx,
  ctx: GovernedContext,
  row: store.FineTuneRow,
  taught: readonly { item: store.ItemRow; row: Ground['row']; consentId: string | null }[],
  dataset: { id: string; root: string },
) {
  const collective = await collectiveOf(tx);
  const names = await pseudonymsOf(tx, [row.makerId]);
  return {
    format: 'uncaged-manifest-1',
    collective: collective?.name ?? null,
    maker: { id: row.makerId, pseudonym: names.get(row.makerId) ?? null },
    fineTuneId: row.id,
    kind: row.kind,
    styleWord: row.styleWord,
    base: { name: row.baseName, weightsSha256: row.baseWeightsSha256 },
    policy: { version: ctx.policy.version, hash: ctx.policy.hash },
    dataset,
    works: taught.map(({ item, row: work, consentId }) => ({
      title: work.title,
      author: work.authorName,
      licence: work.licence,
      sha256: work.sha256,
      consentId,
      caption: item.caption,
    })),
    startedAt: ctx.clock.now().toISOString(),
  };
}

type Ready =
  | { ok: true; items: store.ItemRow[]; grounds: Ground[] }
  | EnforcementRefusal
  | WithoutConsent
  | { ok: false; code: 'too_many_outstanding'; detail: string };

/** Whether it may take its place in the queue, asked anew each time. */
async function readyToRun(tx: Tx, ctx: StudioContext, row: store.FineTuneRow): Promise<Ready> {
  const most = fineTuneRules(ctx.policy.document).outstandingPerMember;
  if ((await store.outstandingOf(tx, row.makerId)) >= most)
    return { ok: false, code: 'too_many_outstanding', detail: `The policy allows ${most} at a time.` };
  const items = await store.itemsOf(tx, row.id);
  const found = await groundsOf(
    tx,
    ctx,
    items.map(({ workId }) => workId),
  );
  const grounds = items.flatMap(({ workId }) => found.get(workId) ?? []);
  if (grounds.length < items.length) throw new Error(`a work of the fine-tune ${row.id} is gone`);
  const refusal = withoutConsent(grounds, ['fine_tune_own']) ?? (await askModel(tx, ctx, row.baseModelId));
  if (refusal) return refusal;
  const forbidden = await enforceOn(tx, ctx, {
    kind: 'fine-tune.refused',
    subject: `fine-tune:${row.id}`,
    about: { fineTuneId: row.id },
    texts: textsOf({ ...row, items }),
    memberId: row.makerId,
  });
  return forbidden ?? { ok: true, items, grounds };
}

/** Asks a run to stop with what it has, or takes it out of the queue. */
export function stopFineTune(ctx: StudioContext, id: string): Promise<LifeDecision> {
  return act(ctx, id, 'stop', async (tx, row) => {
    const runs = row.state === 'running';
    const entry = await say(tx, ctx, row, { kind: runs ? 'fine-tune.stop-asked' : 'fine-tune.stopped' });
    return { ok: true, entry, change: runs ? { stopWanted: true } : { state: 'stopped' } };
  });
}

/**
 * Puts a stopped or failed one back into the queue; it goes on from its checkpoint where the same worker takes it.
 * Errors of the act: those of starting.
 */
export function continueFineTune(ctx: StudioContext, id: string): Promise<LifeDecision> {
  return act(ctx, id, 'continue', async (tx, row) => {
    if (row.datasetId === null) throw new Error(`the fine-tune ${row.id} never began`);
    const ready = await readyToRun(tx, ctx, row);
    if (!ready.ok) return ready;
    const { version: policyVersion, hash: policyHash } = ctx.policy;
    const entry = await say(tx, ctx, row, { kind: 'fine-tune.continued', payload: { policyHash } });
    const fresh = { failures: 0, lapses: 0, failure: null, finishedAt: null };
    const queuedAt = ctx.clock.now();
    return { ok: true, entry, change: { ...fresh, state: 'waiting', queuedAt, policyVersion, policyHash } };
  });
}

/**
 * Keeps what was learnt: an adapter that its maker can mix into clips, or a model of their own. Errors of the act:
 * adapter_there_already, model_there_already (the same bytes are kept already).
 */
export function keepFineTune(ctx: StudioContext, id: string): Promise<LifeDecision> {
  return act(ctx, id, 'keep', (tx, row) =>
    row.kind === 'adapter' ? keepAdapter(tx, ctx, row) : keepModel(tx, ctx, row),
  );
}

async function keepAdapter(tx: Tx, ctx: StudioContext, row: store.FineTuneRow): Promise<Step> {
  const sha256 = row.fileSha256 ?? '';
  if (await adapters.ownByHash(tx, row.makerId, sha256)) return { ok: false, code: 'adapter_there_already' };
  const bytes = await ctx.blobs.get(sha256);
  const read = bytes && readAdapterFile(bytes);
  if (!bytes || !read?.ok) throw new Error(`the file ${sha256} of the fine-tune ${row.id} is damaged`);
  const { base, rank, steps, manifest, works } = read.adapter;
  const id = ctx.ids.next();
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'adapter.kept',
      actor: row.makerId,
      subject: `adapter:${id}`,
      payload: { adapterId: id, sha256, baseWeightsSha256: base.weightsSha256, works },
      visibility: 'public',
    }),
  );
  await adapters.insert(tx, {
    id,
    ownerId: row.makerId,
    name: row.name,
    styleWord: row.styleWord,
    source: 'trained',
    fineTuneId: row.id,
    baseName: base.name,
    baseWeightsSha256: base.weightsSha256,
    sha256,
    size: BigInt(bytes.length),
    rank,
    steps,
    works,
    manifest: JSON.stringify(manifest),
    datasetId: row.datasetId,
    state: 'ready',
    entryId: entry.id,
    createdAt: ctx.clock.now(),
  });
  return { ok: true, entry, change: { state: 'kept', adapterId: id } };
}

async function keepModel(tx: Tx, ctx: StudioContext, row: store.FineTuneRow): Promise<Step> {
  const { fileSha256, recordSha256, datasetId } = row;
  const bytes = recordSha256 === null ? null : await ctx.blobs.get(recordSha256);
  if (!bytes || fileSha256 === null || recordSha256 === null || datasetId === null)
    throw new Error(`the fine-tune ${row.id} has no model to keep`);
  const kept = await keepOwnModel(tx, ctx, {
    name: row.name,
    ownerId: row.makerId,
    weightsSha256: fileSha256,
    recordSha256,
    record: JSON.parse(new TextDecoder().decode(bytes)) as object,
    datasetId,
    parent: row.baseModelId,
  });
  if (!kept.ok) return kept;
  return { ok: true, entry: kept.entry, change: { state: 'kept', modelId: kept.modelId } };
}

/** Throws away what was learnt, kept or not; its files go too. Clips made with it keep their lineage. */
export function discardFineTune(ctx: StudioContext, id: string): Promise<LifeDecision> {
  return act(ctx, id, 'discard', async (tx, row) => {
    const { adapterId, modelId } = row;
    if (modelId !== null) await retireOwnModel(tx, modelId);
    const entry = await say(tx, ctx, row, { kind: 'fine-tune.discarded', payload: { adapterId, modelId } });
    if (adapterId !== null)
      await adapters.update(tx, adapterId, { state: 'discarded', sharedAt: null, entryId: entry.id });
    return { ok: true, entry, change: { state: 'discarded' } };
  });
}
