import { createHash } from 'node:crypto';
import { type Entry, type Json, priorEntry, record } from '@uncaged/book';
import { type GovernedContext, pseudonymsOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { modelsSeenBy } from '@uncaged/provenance';
import type { StudioContext } from '../context.ts';
import { recorded } from '../recorded.ts';
import { plainText } from '../request.ts';
import { type AdapterFile, type AdapterReading, readAdapterFile } from './adapter-file.ts';
import * as store from './adapters.store.ts';
import { askConsent, type WithoutConsent } from './consent.ts';
import * as fineTunes from './fine-tunes.store.ts';
import { makerOf } from './fine-tunes.ts';
import { consentFor } from './mixing.ts';

/** An adapter as somebody sees it. */
export interface Adapter {
  row: store.AdapterRow;
  pseudonym: string | null;
  /** Of the model here that has its base's weights; null when there is none. */
  baseModelId: string | null;
  /** Why the looker cannot put it into a clip now; null when they can. */
  because: string | null;
}

/** Rows with what a viewer wants beside them. */
async function presentAll(
  tx: Tx,
  ctx: GovernedContext,
  found: readonly store.AdapterRow[],
): Promise<Adapter[]> {
  const looker = makerOf(ctx);
  const names = await pseudonymsOf(tx, [...new Set(found.map(({ ownerId }) => ownerId))]);
  const models = await modelsSeenBy(tx, looker);
  const shown: Adapter[] = [];
  for (const row of found) {
    const base = models.find(({ weightsSha256 }) => weightsSha256 === row.baseWeightsSha256);
    const refusal = row.state === 'ready' ? await consentFor(tx, ctx, row, looker) : null;
    const gone = row.state === 'ready' ? null : 'adapter_discarded';
    shown.push({
      row,
      pseudonym: names.get(row.ownerId) ?? null,
      baseModelId: base?.id ?? null,
      because: gone ?? refusal?.code ?? (base ? null : 'adapter_other_base'),
    });
  }
  return shown;
}

export async function presentAdapter(tx: Tx, ctx: GovernedContext, row: store.AdapterRow): Promise<Adapter> {
  const [shown] = await presentAll(tx, ctx, [row]);
  return shown as Adapter;
}

/** The actor's own adapters and those others share, newest first; `cursor` as the last answer gave it. */
export async function listAdapters(
  ctx: GovernedContext,
  cursor: string | null,
  limit: number,
): Promise<{ adapters: Adapter[]; cursor: string | null }> {
  const found = await store.within(ctx.db.read, makerOf(ctx), cursor, limit + 1);
  const shown = found.slice(0, limit);
  const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { adapters: await presentAll(ctx.db.read, ctx, shown), cursor: next };
}

const maySee = (row: store.AdapterRow, memberId: string | null) =>
  row.ownerId === memberId || row.sharedAt !== null;

/** One of the actor's own, or one that is shared; null for any other. */
export async function readAdapter(ctx: GovernedContext, id: string): Promise<Adapter | null> {
  const row = await store.byId(ctx.db.read, id);
  return row && maySee(row, ctx.actor.memberId) ? presentAdapter(ctx.db.read, ctx, row) : null;
}

/** What a fine-tune was kept as; null while it was not. */
export async function adapterOf(ctx: GovernedContext, row: fineTunes.FineTuneRow): Promise<Adapter | null> {
  return row.adapterId === null ? null : readAdapter(ctx, row.adapterId);
}

export type ImportDecision =
  | { ok: true; adapter: Adapter; entry: Entry }
  | { ok: false; code: ImportCode; detail?: string };

type ImportCode =
  | Extract<AdapterReading, { ok: false }>['code']
  | 'idempotency_conflict'
  | 'adapter_other_base'
  | 'adapter_there_already'
  | 'style_word_taken';

/**
 * Takes in an adapter's file from elsewhere, as the actor's own. Its manifest is kept with it; the consents behind it
 * stand in another book, so it can be used here and not shared. Errors in the order they are tested: those of
 * `readAdapterFile`, idempotency_conflict, adapter_other_base (no model here has its base's weights),
 * adapter_there_already, style_word_taken.
 */
export async function importAdapter(
  ctx: StudioContext,
  asked: { bytes: Uint8Array; name?: string | undefined; idempotencyKey?: string | undefined },
): Promise<ImportDecision> {
  const read = readAdapterFile(asked.bytes);
  if (!read.ok) return read;
  const { adapter } = read;
  const name = [...plainText(asked.name ?? '')].slice(0, 80).join('') || adapter.name;
  const sha256 = createHash('sha256').update(asked.bytes).digest('hex');
  const models = await modelsSeenBy(ctx.db.read, makerOf(ctx));
  const { base } = adapter;
  const key = { idempotencyKey: asked.idempotencyKey, input: { sha256, name } as Json };
  const known = models.some(({ weightsSha256 }) => weightsSha256 === base.weightsSha256);
  // A blob that no row stands on is no loss; a row without its blob would be.
  if (known) await ctx.blobs.put(asked.bytes);
  return ctx.db.transaction(async (tx): Promise<ImportDecision> => {
    const prior = await priorEntry(tx, key);
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') return replay(tx, ctx, prior.entry);
    if (!known) {
      const detail = `It was taught on ${base.name} (${base.weightsSha256.slice(0, 12)}…), which is not here.`;
      return { ok: false, code: 'adapter_other_base', detail };
    }
    return keepImported(tx, ctx, { ...adapter, name, sha256, size: asked.bytes.length }, key);
  });
}

async function keepImported(
  tx: Tx,
  ctx: StudioContext,
  file: AdapterFile & { sha256: string; size: number },
  key: { idempotencyKey: string | undefined; input: Json },
): Promise<ImportDecision> {
  const ownerId = makerOf(ctx);
  const { name, styleWord, base, rank, steps, manifest, works, sha256, size } = file;
  if (await store.ownByHash(tx, ownerId, sha256)) return { ok: false, code: 'adapter_there_already' };
  if (await store.hasWord(tx, ownerId, styleWord))
    return { ok: false, code: 'style_word_taken', detail: `An adapter you can mix goes by “${styleWord}”.` };
  const id = ctx.ids.next();
  const entry = recorded(
    await record(tx, ctx, {
      kind: 'adapter.imported',
      actor: ownerId,
      subject: `adapter:${id}`,
      payload: { adapterId: id, sha256, baseWeightsSha256: base.weightsSha256, works },
      visibility: 'public',
      ...key,
    }),
  );
  const row = await store.insert(tx, {
    id,
    ownerId,
    name,
    styleWord,
    source: 'imported',
    baseName: base.name,
    baseWeightsSha256: base.weightsSha256,
    sha256,
    size: BigInt(size),
    rank,
    steps,
    works,
    manifest: JSON.stringify(manifest),
    state: 'ready',
    entryId: entry.id,
    createdAt: ctx.clock.now(),
  });
  return { ok: true, adapter: await presentAdapter(tx, ctx, row), entry };
}

async function replay(tx: Tx, ctx: StudioContext, entry: Entry): Promise<ImportDecision> {
  const row = await store.byId(tx, entry.subject.slice('adapter:'.length));
  if (!row) throw new Error(`entry ${entry.id} names no adapter`);
  return { ok: true, adapter: await presentAdapter(tx, ctx, row), entry };
}

export type AdapterDecision =
  | { ok: true; adapter: Adapter; entry: Entry }
  | WithoutConsent
  | {
      ok: false;
      code:
        | 'unknown_adapter'
        | 'not_your_adapter'
        | 'adapter_discarded'
        | 'adapter_consent_elsewhere'
        | 'wrong_state';
      detail?: string;
    };

type Change =
  | { ok: true; change: Partial<store.AdapterRow>; said: { [key: string]: Json } }
  | Exclude<AdapterDecision, { ok: true }>;

async function change(
  ctx: GovernedContext,
  id: string,
  kind: 'adapter.shared' | 'adapter.unshared' | 'adapter.discarded',
  decide: (tx: Tx, row: store.AdapterRow) => Promise<Change> | Change,
): Promise<AdapterDecision> {
  return ctx.db.transaction(async (tx): Promise<AdapterDecision> => {
    const row = await store.locked(tx, id);
    if (!row || !maySee(row, ctx.actor.memberId)) return { ok: false, code: 'unknown_adapter' };
    if (row.ownerId !== ctx.actor.memberId) return { ok: false, code: 'not_your_adapter' };
    if (row.state === 'discarded') return { ok: false, code: 'adapter_discarded' };
    const decided = await decide(tx, row);
    if (!decided.ok) return decided;
    const entry = recorded(
      await record(tx, ctx, {
        kind,
        actor: row.ownerId,
        subject: `adapter:${id}`,
        payload: { adapterId: id, sha256: row.sha256, ...decided.said },
        visibility: 'public',
      }),
    );
    const after = await store.update(tx, id, { ...decided.change, entryId: entry.id });
    return { ok: true, adapter: await presentAdapter(tx, ctx, after), entry };
  });
}

/**
 * Its maker lets everybody mix it. Errors in the order they are tested: unknown_adapter, not_your_adapter,
 * adapter_discarded, wrong_state (shared already), adapter_consent_elsewhere (imported), work_without_consent
 * (a work lacks a line for `fine_tune_shared`).
 */
export function shareAdapter(ctx: GovernedContext, id: string): Promise<AdapterDecision> {
  return change(ctx, id, 'adapter.shared', async (tx, row) => {
    if (row.sharedAt !== null) return { ok: false, code: 'wrong_state', detail: 'It is shared already.' };
    if (row.fineTuneId === null) return { ok: false, code: 'adapter_consent_elsewhere' };
    const items = await fineTunes.itemsOf(tx, row.fineTuneId);
    const refusal = await askConsent(
      tx,
      ctx,
      items.map(({ workId }) => workId),
      ['fine_tune_own', 'fine_tune_shared'],
    );
    const said = { name: row.name, styleWord: row.styleWord };
    return refusal ?? { ok: true, change: { sharedAt: ctx.clock.now() }, said };
  });
}

/** Its maker takes it back. Clips made with it stay. Errors: those of sharing, but for consent. */
export function unshareAdapter(ctx: GovernedContext, id: string): Promise<AdapterDecision> {
  return change(ctx, id, 'adapter.unshared', (_, row) =>
    row.sharedAt === null
      ? { ok: false, code: 'wrong_state', detail: 'It is not shared.' }
      : { ok: true, change: { sharedAt: null }, said: {} },
  );
}

/** Its maker throws it away, with its file; clips made with it keep their lineage. Errors: as of taking back. */
export function discardAdapter(ctx: GovernedContext, id: string): Promise<AdapterDecision> {
  return change(ctx, id, 'adapter.discarded', async (tx, row) => {
    if (row.fineTuneId !== null) await fineTunes.update(tx, row.fineTuneId, { state: 'discarded' });
    return { ok: true, change: { state: 'discarded', sharedAt: null }, said: {} };
  });
}

export type FileDecision =
  | { ok: true; sha256: string; name: string }
  | WithoutConsent
  | { ok: false; code: 'unknown_adapter' | 'not_your_adapter' | 'adapter_discarded' };

/**
 * The file of an adapter, for its maker to take along. Errors in the order they are tested: unknown_adapter,
 * not_your_adapter, adapter_discarded, work_without_consent (a work lacks a line for `export_weights`).
 */
export async function adapterFileOf(ctx: GovernedContext, id: string): Promise<FileDecision> {
  const tx = ctx.db.read;
  const row = await store.byId(tx, id);
  if (!row || !maySee(row, ctx.actor.memberId)) return { ok: false, code: 'unknown_adapter' };
  if (row.ownerId !== ctx.actor.memberId) return { ok: false, code: 'not_your_adapter' };
  if (row.state === 'discarded') return { ok: false, code: 'adapter_discarded' };
  const items = row.fineTuneId === null ? [] : await fineTunes.itemsOf(tx, row.fineTuneId);
  const workIds = items.map(({ workId }) => workId);
  const refusal = await askConsent(tx, ctx, workIds, ['export_weights']);
  return refusal ?? { ok: true, sha256: row.sha256, name: `${row.styleWord}.safetensors` };
}

/** What others may know of adapters that a clip was made with, by id. */
export async function adaptersOf(
  ctx: Pick<GovernedContext, 'db'>,
  ids: readonly string[],
): Promise<Map<string, { row: store.AdapterRow; pseudonym: string | null }>> {
  const found = await store.byIds(ctx.db.read, ids);
  const names = await pseudonymsOf(ctx.db.read, [...new Set([...found.values()].map((row) => row.ownerId))]);
  return new Map([...found].map(([id, row]) => [id, { row, pseudonym: names.get(row.ownerId) ?? null }]));
}
