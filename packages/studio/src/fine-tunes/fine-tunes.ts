import { randomInt } from 'node:crypto';
import { type Entry, type Json, priorEntry, record } from '@uncaged/book';
import { type GovernedContext, pseudonymsOf } from '@uncaged/governance';
import { fineTuneRules } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { type Ground, groundsOf, type ModelRow, modelFor, shownAmong } from '@uncaged/provenance';
import type { StudioContext } from '../context.ts';
import { type EnforcementRefusal, enforceOn } from '../enforcing.ts';
import { retiredIn } from '../limits.ts';
import { type QueueView, queueView } from '../queue.ts';
import { recorded } from '../recorded.ts';
import * as adapters from './adapters.store.ts';
import { type WithoutConsent, withoutConsent } from './consent.ts';
import * as store from './fine-tunes.store.ts';
import { decideFineTune, type FineTuneDecision, type FineTuneWish, type RawFineTune } from './request.ts';
import { vocabularyHas } from './vocabulary.ts';

/** A fine-tune as a list shows it. */
export interface FineTune {
  row: store.FineTuneRow;
  pseudonym: string | null;
  works: number;
  queue: QueueView;
  newestSheet: store.SheetRow | null;
}

/** A fine-tune with everything about it. */
export interface FineTuneDetail extends FineTune {
  items: (store.ItemRow & { ground: Ground })[];
  losses: store.LossRow[];
  sheets: store.SheetRow[];
}

export type FineTuneRequested =
  | { ok: true; fineTune: FineTuneDetail; entry: Entry }
  | EnforcementRefusal
  | WithoutConsent
  | { ok: false; code: RequestCode; detail?: string };

type RequestCode =
  | Extract<FineTuneDecision, { ok: false }>['code']
  | 'idempotency_conflict'
  | 'no_model'
  | 'unknown_model'
  | 'model_retired'
  | WorksCode
  | 'style_word_taken';
type WorksCode = 'unknown_work' | 'not_your_work' | 'no_picture';

/** Points of a curve that are shown. */
const curvePoints = 500;

/** What the policy in force allows of teaching. */
export function fineTuneBounds({ policy }: GovernedContext) {
  const { captionMaxCharacters, promptMaxCharacters } = policy.document.studio;
  return { ...fineTuneRules(policy.document), captionMaxCharacters, promptMaxCharacters };
}

/**
 * Writes down what a maker wants to teach: a draft, and its entry. Errors in the order they are tested: those of
 * `decideFineTune`, idempotency_conflict, no_model, unknown_model, unknown_work, not_your_work, no_picture,
 * work_without_consent, style_word_taken, refused_by_safeguard.
 */
export async function requestFineTune(
  ctx: StudioContext,
  asked: RawFineTune & { base?: string | undefined; idempotencyKey?: string | undefined },
): Promise<FineTuneRequested> {
  const makerId = makerOf(ctx);
  const { idempotencyKey, base, ...raw } = asked;
  const decided = decideFineTune(raw, fineTuneBounds(ctx), randomInt(2 ** 32));
  if (!decided.ok) return decided;
  const key = { idempotencyKey, input: JSON.parse(JSON.stringify({ ...raw, base: base ?? null })) as Json };
  return ctx.db.transaction(async (tx): Promise<FineTuneRequested> => {
    const prior = await priorEntry(tx, key);
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return replay(tx, ctx, prior.entry);
    return admit(tx, ctx, decided.wish, { makerId, base, ...key });
  });
}

/** The member who acts; the door lets nobody else in here. */
export function makerOf({ actor }: GovernedContext): string {
  if (actor.memberId === null) throw new Error('only a member teaches');
  return actor.memberId;
}

interface Admission {
  makerId: string;
  base: string | undefined;
  idempotencyKey: string | undefined;
  input: Json;
}

async function admit(
  tx: Tx,
  ctx: StudioContext,
  wish: FineTuneWish,
  { makerId, base, ...key }: Admission,
): Promise<FineTuneRequested> {
  const found = await baseFor(tx, base, makerId);
  if (!found.ok) return found;
  const retired = retiredIn(ctx.policy.document, found.model.id);
  if (retired !== null) return { ok: false, code: 'model_retired', detail: retired };
  const grounds = await worksFor(tx, ctx, wish, makerId);
  if (!grounds.ok) return grounds;
  const refusal = withoutConsent(grounds.grounds, ['fine_tune_own']);
  if (refusal) return refusal;
  const taken = await wordTaken(tx, ctx, wish.styleWord, makerId, found.model);
  if (taken !== null) return { ok: false, code: 'style_word_taken', detail: taken };
  const id = ctx.ids.next();
  const forbidden = await enforceOn(tx, ctx, {
    kind: 'fine-tune.refused',
    subject: `fine-tune:${id}`,
    about: { fineTuneId: id },
    texts: textsOf(wish),
    memberId: makerId,
  });
  if (forbidden) return forbidden;
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'fine-tune.requested',
      actor: makerId,
      subject: `fine-tune:${id}`,
      payload: requestPayload(id, wish, found.model, ctx),
      visibility: 'private',
      ...key,
    }),
  );
  const row = await store.insert(
    tx,
    draftOf(ctx, id, makerId, wish, found.model, entry.id),
    wish.items.map((item) => ({ ...item, consentId: null })),
  );
  return { ok: true, fineTune: await detail(tx, ctx, row), entry };
}

function draftOf(
  ctx: StudioContext,
  id: string,
  makerId: string,
  { seed, items: _, ...wish }: FineTuneWish,
  base: ModelRow,
  entryId: string,
) {
  return {
    ...wish,
    id,
    makerId,
    seed: BigInt(seed),
    baseModelId: base.id,
    baseName: base.name,
    baseWeightsSha256: base.weightsSha256,
    baseRecordSha256: base.recordSha256,
    state: 'draft' as const,
    policyVersion: ctx.policy.version,
    policyHash: ctx.policy.hash,
    entryId,
    createdAt: ctx.clock.now(),
  };
}

function requestPayload(
  id: string,
  { name, styleWord, kind, items, seed, steps, rank, sheetPrompts, sheetSeeds, sheetEvery }: FineTuneWish,
  base: ModelRow,
  ctx: StudioContext,
): Json {
  const taught = items.map(({ workId, caption, machineMade }) => ({ workId, caption, machineMade }));
  return {
    fineTuneId: id,
    name,
    styleWord,
    kind,
    items: taught,
    seed: String(seed),
    steps,
    rank,
    sheetPrompts,
    sheetSeeds: sheetSeeds.map(String),
    sheetEvery,
    baseModelId: base.id,
    policyHash: ctx.policy.hash,
  };
}

/** The model it begins with. Errors: no_model, unknown_model. */
async function baseFor(
  tx: Tx,
  wanted: string | undefined,
  makerId: string,
): Promise<{ ok: true; model: ModelRow } | { ok: false; code: 'no_model' | 'unknown_model' }> {
  const model = await modelFor(tx, wanted, makerId);
  if (model) return { ok: true, model };
  return { ok: false, code: wanted === undefined ? 'no_model' : 'unknown_model' };
}

/** The works in the order asked. Errors: unknown_work, not_your_work, no_picture. */
async function worksFor(
  tx: Tx,
  ctx: StudioContext,
  wish: Pick<FineTuneWish, 'items'>,
  makerId: string,
): Promise<{ ok: true; grounds: Ground[] } | { ok: false; code: WorksCode; detail: string }> {
  const ids = wish.items.map(({ workId }) => workId);
  const found = await groundsOf(tx, ctx, ids);
  const shown = await shownAmong(tx, ids, ctx.clock.now());
  const grounds: Ground[] = [];
  for (const id of ids) {
    const ground = found.get(id);
    const isTheirs = ground?.row.memberId === makerId;
    if (!ground || (!isTheirs && !shown.has(id)))
      return { ok: false, code: 'unknown_work', detail: `There is no work ${id}.` };
    if (!isTheirs) return { ok: false, code: 'not_your_work', detail: `“${ground.row.title}” is not yours.` };
    if (ground.row.shownSha256 === null)
      return { ok: false, code: 'no_picture', detail: `Of “${ground.row.title}” only the hash is here.` };
    grounds.push(ground);
  }
  return { ok: true, grounds };
}

/** By what a style word is taken, for people; null when it is free. */
async function wordTaken(
  tx: Tx,
  ctx: StudioContext,
  word: string,
  makerId: string,
  base: ModelRow,
): Promise<string | null> {
  if (await vocabularyHas(ctx.blobs, base.recordSha256, word))
    return `${base.name} knows “${word}” already and draws something else by it.`;
  if (await store.hasWord(tx, makerId, word)) return `Another fine-tune of yours goes by “${word}”.`;
  if (await adapters.hasWord(tx, makerId, word)) return `An adapter you can mix goes by “${word}”.`;
  return null;
}

/** Everything in it that is words: safeguards hold for these as for prompts. */
export function textsOf(wish: {
  name: string;
  styleWord: string;
  sheetPrompts: readonly string[];
  items: readonly { caption: string }[];
}): string[] {
  const captions = wish.items.map(({ caption }) => caption);
  return [wish.name, wish.styleWord, ...wish.sheetPrompts, ...captions];
}

async function replay(tx: Tx, ctx: StudioContext, entry: Entry): Promise<FineTuneRequested> {
  const row = await store.byId(tx, entry.subject.slice('fine-tune:'.length));
  if (!row) throw new Error(`entry ${entry.id} names no fine-tune`);
  return { ok: true, fineTune: await detail(tx, ctx, row), entry };
}

/** Rows with what a viewer wants beside them. */
async function presentAll(
  tx: Tx,
  ctx: GovernedContext,
  found: readonly store.FineTuneRow[],
): Promise<FineTune[]> {
  const ids = found.map(({ id }) => id);
  const names = await pseudonymsOf(tx, [...new Set(found.map(({ makerId }) => makerId))]);
  const works = await store.worksOf(tx, ids);
  const sheets = await store.newestSheets(tx, ids);
  const queue = found.some(({ state }) => state === 'waiting') ? await queueView(tx, ctx) : null;
  return found.map((row) => ({
    row,
    pseudonym: names.get(row.makerId) ?? null,
    works: works.get(row.id) ?? 0,
    queue: queue?.get(row) ?? { position: null, estimateSeconds: null },
    newestSheet: sheets.get(row.id) ?? null,
  }));
}

/** A row with everything about it. */
export async function detail(tx: Tx, ctx: GovernedContext, row: store.FineTuneRow): Promise<FineTuneDetail> {
  const [shown] = await presentAll(tx, ctx, [row]);
  if (!shown) throw new Error('presenting one showed none');
  const items = await store.itemsOf(tx, row.id);
  const grounds = await groundsOf(
    tx,
    ctx,
    items.map(({ workId }) => workId),
  );
  return {
    ...shown,
    items: items.flatMap((item) => {
      const ground = grounds.get(item.workId);
      return ground ? [{ ...item, ground }] : [];
    }),
    losses: await store.lossesOf(tx, row.id, curvePoints),
    sheets: await store.sheetsOf(tx, row.id),
  };
}

/** The actor's own fine-tunes, newest first; `cursor` as the last answer gave it. */
export async function listFineTunes(
  ctx: GovernedContext,
  cursor: string | null,
  limit: number,
): Promise<{ fineTunes: FineTune[]; cursor: string | null }> {
  const found = await store.ofMaker(ctx.db.read, makerOf(ctx), cursor, limit + 1);
  const shown = found.slice(0, limit);
  const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { fineTunes: await presentAll(ctx.db.read, ctx, shown), cursor: next };
}

/** One of the actor's own, as a list shows it; null for anybody else's. */
export async function fineTuneSummary(ctx: GovernedContext, id: string): Promise<FineTune | null> {
  const row = await store.byId(ctx.db.read, id);
  if (row?.makerId !== ctx.actor.memberId) return null;
  const [shown] = await presentAll(ctx.db.read, ctx, [row]);
  return shown ?? null;
}

/** One of the actor's own with everything about it; null for anybody else's. */
export async function readFineTune(ctx: GovernedContext, id: string): Promise<FineTuneDetail | null> {
  const row = await store.byId(ctx.db.read, id);
  return row?.makerId === ctx.actor.memberId ? detail(ctx.db.read, ctx, row) : null;
}
