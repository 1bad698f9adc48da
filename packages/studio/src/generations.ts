import { randomInt } from 'node:crypto';
import { type Entry, type Json, priorEntry, record } from '@uncaged/book';
import { isUnderReview } from '@uncaged/compensation';
import { type GovernedContext, mayDo, policyForJob, pseudonymsOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { modelFor } from '@uncaged/provenance';
import { queueBell } from './bell.ts';
import type { StudioContext } from './context.ts';
import { type Enforcement, enforceOn } from './enforcing.ts';
import * as adaptersStore from './fine-tunes/adapters.store.ts';
import { askModel, type WithoutConsent } from './fine-tunes/consent.ts';
import { decideMix, type Mix, type MixCode, mixFor } from './fine-tunes/mixing.ts';
import * as store from './generations.store.ts';
import { retiredIn, withinCap } from './limits.ts';
import { mediaKind } from './media.ts';
import { type QueueView, queueView } from './queue.ts';
import { recorded } from './recorded.ts';
import { decideWish, plainText, type RawRequest, usualSize, type Wish } from './request.ts';

/** A clip as the studio knows it, with its place in the queue and its maker's name. */
export interface Generation {
  row: store.GenerationRow;
  pseudonym: string | null;
  queue: QueueView;
  /** SHA-256 of the newest picture of the sample in progress. */
  preview: string | null;
  /** Adapters mixed into the model, in the order they were named. */
  adapters: { id: string; name: string; styleWord: string; weight: number }[];
}

export type RequestDecision =
  | { ok: true; generation: Generation; entry: Entry; replayed: boolean }
  | { ok: false; code: 'refused_by_safeguard'; generationId: string; enforcement: Enforcement; entry: Entry }
  | WithoutConsent
  | { ok: false; code: RequestCode; detail?: string };

type RequestCode =
  | Extract<ReturnType<typeof decideWish>, { ok: false }>['code']
  | 'idempotency_conflict'
  | 'no_model'
  | 'unknown_model'
  | 'model_retired'
  | MixCode
  | 'too_many_outstanding';

/**
 * Asks for a clip: a row `waiting` and a book entry in one transaction; or, where a safeguard of the policy in
 * force says no, a row `refused`, its public entry and the enforcement. Errors in the order they are tested:
 * those of `decideWish` and `decideMix`, idempotency_conflict, no_model, unknown_model, model_retired (by a vote), work_without_consent (of a
 * model of one's own), those of `mixFor`,
 * too_many_outstanding, refused_by_safeguard.
 */
export async function requestGeneration(
  ctx: StudioContext,
  asked: RawRequest & {
    model?: string | undefined;
    adapters?: readonly { id: string; weight: unknown }[] | undefined;
    idempotencyKey?: string | undefined;
  },
): Promise<RequestDecision> {
  const { idempotencyKey, ...raw } = asked;
  const decided = decideWish(raw, ctx.policy.document.studio, randomInt(2 ** 32));
  if (!decided.ok) return decided;
  const mix = decideMix(asked.adapters ?? []);
  if (!mix.ok) return mix;
  const key = { idempotencyKey, input: inputOf(raw) };
  const result = await ctx.db.transaction(async (tx): Promise<RequestDecision> => {
    const prior = await priorEntry(tx, key);
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return replay(tx, ctx, prior.entry);
    return admit(tx, ctx, decided.wish, { model: asked.model, mix: mix.mix, ...key });
  });
  if (result.ok && !result.replayed) {
    // What is committed is promised: what the carrier cannot take now is offered again every second.
    await ctx.carrier.offer(result.generation.row.id).catch(() => {});
    ctx.bell.ring(queueBell);
  }
  return result;
}

function inputOf(raw: RawRequest & { model?: string | undefined; adapters?: unknown }): Json {
  const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const { prompt, seed, steps, guidance, mode, size, model, adapters } = raw;
  return {
    ...(adapters === undefined ? {} : { adapters: text(adapters) }),
    ...(size === undefined ? {} : { size: text(size) }),
    prompt,
    seed: text(seed),
    steps: text(steps),
    guidance: text(guidance),
    mode: text(mode),
    model: text(model),
  };
}

interface Admission {
  model: string | undefined;
  mix: readonly Mix[];
  idempotencyKey: string | undefined;
  input: Json;
}

async function admit(tx: Tx, world: StudioContext, wish: Wish, asked: Admission): Promise<RequestDecision> {
  const makerId = world.actor.memberId;
  if (makerId === null) throw new Error('only a member can ask for a clip');
  const id = world.ids.next();
  // A change on trial holds for its part of all clips, from the asking on.
  const ctx = { ...world, policy: (await policyForJob(tx, id)) ?? world.policy };
  const model = await modelFor(tx, asked.model, makerId);
  if (!model) return { ok: false, code: asked.model === undefined ? 'no_model' : 'unknown_model' };
  const retired = retiredIn(ctx.policy.document, model.id);
  if (retired !== null) return { ok: false, code: 'model_retired', detail: retired };
  const withdrawn = model.ownerId === null ? null : await askModel(tx, ctx, model.id);
  if (withdrawn) return withdrawn;
  const mixed = await mixFor(tx, ctx, asked.mix, { memberId: makerId, weightsSha256: model.weightsSha256 });
  if (!mixed.ok) return mixed;
  const cap = ctx.policy.document.studio.outstandingPerMember;
  if (!withinCap(ctx.policy.document, await store.outstandingOf(tx, makerId)))
    return { ok: false, code: 'too_many_outstanding', detail: `The policy allows ${cap} at a time.` };
  const draft = {
    id,
    makerId,
    modelId: model.id,
    weightsSha256: model.weightsSha256,
    modelRecordSha256: model.recordSha256,
    ...wish,
    seed: BigInt(wish.seed),
    policyVersion: ctx.policy.version,
    policyHash: ctx.policy.hash,
    createdAt: ctx.clock.now(),
  };
  const refusal = await enforce(tx, ctx, draft, asked);
  if (refusal) {
    const { entry, enforcement } = refusal;
    await store.insert(tx, {
      ...draft,
      state: 'refused',
      entryId: entry.id,
      enforcement,
      finishedAt: draft.createdAt,
    });
    return { ok: false, code: 'refused_by_safeguard', generationId: draft.id, enforcement, entry };
  }
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'generation.requested',
      actor: makerId,
      subject: `generation:${draft.id}`,
      payload: {
        generationId: draft.id,
        prompt: wish.prompt,
        seed: String(wish.seed),
        steps: wish.steps,
        guidance: String(wish.guidance),
        mode: wish.mode,
        ...(wish.size === usualSize ? {} : { size: wish.size }),
        modelId: model.id,
        policyHash: ctx.policy.hash,
        ...(mixed.parts.length === 0 ? {} : { adapters: mixed.parts.map(saidOf) }),
      },
      visibility: 'private',
      idempotencyKey: asked.idempotencyKey,
      input: asked.input,
    }),
  );
  const row = await store.insert(tx, { ...draft, state: 'waiting', entryId: entry.id });
  await adaptersStore.mixIn(tx, row.id, mixed.parts);
  return { ok: true, generation: await present(tx, ctx, row), entry, replayed: false };
}

/** An adapter’s part as the book has it: a number that is no whole one stands as text. */
export const saidOf = ({ adapterId, sha256, weight }: adaptersStore.Mixed) => {
  return { adapterId, sha256, weight: String(weight) };
};

/** Asks the safeguards of the policy in force; records a refusal as a public entry that holds no prompt. */
export async function enforce(
  tx: Tx,
  ctx: GovernedContext,
  { id: generationId, makerId, prompt }: { id: string; makerId: string; prompt: string },
  asked: { idempotencyKey: string | undefined; input: Json },
): Promise<{ enforcement: Enforcement; entry: Entry } | null> {
  const refusal = await enforceOn(tx, ctx, {
    kind: 'generation.refused',
    subject: `generation:${generationId}`,
    about: { generationId },
    texts: [prompt],
    memberId: makerId,
    key: asked,
  });
  return refusal && { enforcement: refusal.enforcement, entry: refusal.entry };
}

/** The answer of the first time, from the entry that stands under the key. */
async function replay(tx: Tx, ctx: StudioContext, entry: Entry): Promise<RequestDecision> {
  const row = await store.byId(tx, entry.subject.slice('generation:'.length));
  if (!row) throw new Error(`entry ${entry.id} names no generation`);
  if (entry.kind === 'generation.refused')
    return {
      ok: false,
      code: 'refused_by_safeguard',
      generationId: row.id,
      enforcement: row.enforcement as Enforcement,
      entry,
    };
  return { ok: true, generation: await present(tx, ctx, row), entry, replayed: true };
}

/** A row with what a viewer wants beside it. */
export async function present(tx: Tx, ctx: GovernedContext, row: store.GenerationRow): Promise<Generation> {
  const [presented] = await presentAll(tx, ctx, [row]);
  return presented as Generation;
}

async function presentAll(
  tx: Tx,
  ctx: GovernedContext,
  found: readonly store.GenerationRow[],
): Promise<Generation[]> {
  const names = await pseudonymsOf(tx, [...new Set(found.map(({ makerId }) => makerId))]);
  const unfinished = found.filter(
    ({ state }) => state === 'waiting' || state === 'leased' || state === 'sampling',
  );
  const queue = unfinished.length > 0 ? await queueView(tx, ctx) : null;
  const previews = await store.previewHashes(
    tx,
    unfinished.map(({ id }) => id),
  );
  const mixed = await adaptersStore.mixedIn(
    tx,
    found.map(({ id }) => id),
  );
  return found.map((row) => ({
    row,
    adapters: (mixed.get(row.id) ?? []).map(({ weight, adapter: { id, name, styleWord } }) => {
      return { id, name, styleWord, weight };
    }),
    pseudonym: names.get(row.makerId) ?? null,
    queue: queue?.get(row) ?? { position: null, estimateSeconds: null },
    preview: previews.get(row.id) ?? null,
  }));
}

/** A clip is private to its maker until its maker publishes it. */
export function maySee(row: { makerId: string; publishedAt: Date | null }, memberId: string | null): boolean {
  return row.publishedAt !== null || (memberId !== null && row.makerId === memberId);
}

/** The clip, or null when there is none or it is not shown to this actor. */
export async function readGeneration(ctx: GovernedContext, id: string): Promise<Generation | null> {
  const row = await store.byId(ctx.db.read, id);
  if (!row || !(await isShown(ctx, row))) return null;
  return present(ctx.db.read, ctx, row);
}

/** The newest picture of a sample in progress; null when there is none or it is not shown to this actor. */
export async function generationPreview(
  ctx: GovernedContext,
  id: string,
): Promise<{ bytes: Uint8Array; mediaType: 'image/png' | 'image/webp' } | null> {
  const row = await store.byId(ctx.db.read, id);
  if (!row || !(await isShown(ctx, row))) return null;
  const preview = await store.previewOf(ctx.db.read, id);
  if (!preview) return null;
  return { bytes: preview.bytes, mediaType: mediaKind(preview.bytes) === 'png' ? 'image/png' : 'image/webp' };
}

/** Whether this actor may look at the clip; who reviews a report about it may. */
async function isShown(ctx: GovernedContext, row: store.GenerationRow): Promise<boolean> {
  if (maySee(row, ctx.actor.memberId)) return true;
  const { memberId } = ctx.actor;
  const mayReview = mayDo(ctx.policy.document, ctx.actor.roles, 'review');
  return memberId !== null && mayReview && isUnderReview(ctx.db.read, row.id, memberId);
}

/** What other domains may know of a clip; null when there is none. Shown or not is for the caller to ask. */
export async function generationOf(
  tx: Tx,
  id: string,
): Promise<{
  id: string;
  makerId: string;
  state: store.GenerationRow['state'];
  published: boolean;
  modelId: string | null;
  seed: string;
} | null> {
  const row = await store.byId(tx, id);
  if (!row) return null;
  const { makerId, state, publishedAt, modelId, seed } = row;
  return { id, makerId, state, published: publishedAt !== null, modelId, seed: seed.toString() };
}

/** The actor's own clips, newest first; `cursor` as the last answer gave it. */
export async function listMine(ctx: GovernedContext, cursor: string | null, limit: number): Promise<Page> {
  if (ctx.actor.memberId === null) return { generations: [], cursor: null };
  const found = await store.ofMaker(ctx.db.read, ctx.actor.memberId, cursor, limit + 1);
  return pageOf(ctx, found, limit);
}

/** What makers chose to show, newest first. */
export async function listWall(ctx: GovernedContext, cursor: string | null, limit: number): Promise<Page> {
  return pageOf(ctx, await store.wall(ctx.db.read, cursor, limit + 1), limit);
}

export interface Page {
  generations: Generation[];
  cursor: string | null;
}

async function pageOf(ctx: GovernedContext, found: store.GenerationRow[], limit: number): Promise<Page> {
  const shown = found.slice(0, limit);
  const cursor = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { generations: await presentAll(ctx.db.read, ctx, shown), cursor };
}

export type ShowDecision =
  | { ok: true; generation: Generation; entry: Entry }
  | {
      ok: false;
      code: 'unknown_generation' | 'not_your_generation' | 'not_finished' | 'caption_too_long';
      detail?: string;
    };

/**
 * The maker shows a clip to everybody, with a caption; nobody has to approve it. Publishing again changes the
 * caption. Errors in the order they are tested: caption_too_long, unknown_generation, not_your_generation,
 * not_finished.
 */
export async function publish(ctx: StudioContext, id: string, rawCaption: string): Promise<ShowDecision> {
  const caption = plainText(rawCaption);
  const most = ctx.policy.document.studio.captionMaxCharacters;
  if ([...caption].length > most)
    return { ok: false, code: 'caption_too_long', detail: `At most ${most} characters.` };
  return show(ctx, id, 'generation.published', (row) => ({
    caption,
    publishedAt: row.publishedAt ?? ctx.clock.now(),
  }));
}

/** The maker takes a clip back from the wall. Copies that others saved stay where they are. */
export async function unpublish(ctx: StudioContext, id: string): Promise<ShowDecision> {
  return show(ctx, id, 'generation.unpublished', () => ({ publishedAt: null }));
}

async function show(
  ctx: StudioContext,
  id: string,
  kind: 'generation.published' | 'generation.unpublished',
  change: (row: store.GenerationRow) => { caption?: string; publishedAt: Date | null },
): Promise<ShowDecision> {
  const result = await ctx.db.transaction(async (tx): Promise<ShowDecision> => {
    const row = await store.locked(tx, id);
    if (!row || (row.makerId !== ctx.actor.memberId && row.publishedAt === null))
      return { ok: false, code: 'unknown_generation' };
    if (row.makerId !== ctx.actor.memberId) return { ok: false, code: 'not_your_generation' };
    if (row.state !== 'done') return { ok: false, code: 'not_finished' };
    const changed = change(row);
    const entry = recorded(
      await record(tx, ctx, {
        kind,
        actor: row.makerId,
        subject: `generation:${id}`,
        payload: { generationId: id, ...(changed.caption === undefined ? {} : { caption: changed.caption }) },
        visibility: 'public',
      }),
    );
    const after = await store.update(tx, id, { ...changed, entryId: entry.id });
    return { ok: true, generation: await present(tx, ctx, after), entry };
  });
  if (result.ok) ctx.bell.ring(id);
  return result;
}
