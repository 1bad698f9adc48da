import { type Entry, type Fact, priorEntry, recordBatch } from '@uncaged/book';
import { pseudonymsOf } from '@uncaged/governance';
import { type ConsentUse, consentUses } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { type MayUse, mayUse } from '../consent/consent.ts';
import { type ConsentRow, consentsOfWork, insertConsents } from '../consent/consents.store.ts';
import { consentFact, consentLine } from '../consent/consents.ts';
import { type ProvenanceContext, recordedAll } from '../context.ts';
import type { Raster } from '../picture/keep.ts';
import { type FileCode, openPicture, type PictureFacts } from '../picture/read.ts';
import { ensureMemberAuthor } from './authors.store.ts';
import { authorKey, authorName, isPlaceholderAuthor } from './authors.ts';
import { insertMaterial } from './materials.store.ts';
import * as store from './works.store.ts';

export type { WorkRow } from './works.store.ts';

/** A work with everything a page needs. */
export interface WorkView {
  row: store.WorkRow;
  consents: ConsentRow[];
  uses: (MayUse & { use: ConsentUse })[];
  models: { id: string; name: string; datasetId: string; index: number }[];
}

export interface NewOwnWork {
  bytes: Uint8Array;
  title: string;
  /** The name the member signs with, when it is not their pseudonym. */
  author?: string | undefined;
  keywords: readonly string[];
  /** SPDX id or address; empty: all rights reserved. */
  licence: string;
  /** Each use the member says yes to; the rest is no. */
  consents: readonly ConsentUse[];
  expiresAt?: Date | undefined;
  idempotencyKey?: string | undefined;
}

export type WorkAdded =
  | { ok: true; work: WorkView; created: boolean; entry: Entry | null }
  | {
      ok: false;
      code: FileCode | 'author_placeholder' | 'consent_expired' | 'work_is_anothers' | 'idempotency_conflict';
      detail?: string;
    };

/**
 * Brings in a member's own work, with one line for each use they allow. The same bytes again change nothing.
 * Errors in the order they are tested: `author_placeholder`, `consent_expired`, those of `openPicture` and its
 * drawing, `idempotency_conflict`, `work_is_anothers`.
 */
export async function addWork(ctx: ProvenanceContext, wish: NewOwnWork): Promise<WorkAdded> {
  const memberId = ctx.actor.memberId;
  if (memberId === null) throw new Error('only a member brings a work of their own');
  if (wish.author !== undefined && isPlaceholderAuthor(wish.author))
    return { ok: false, code: 'author_placeholder', detail: `“${wish.author}” names nobody.` };
  if (wish.expiresAt && wish.expiresAt <= ctx.clock.now()) return { ok: false, code: 'consent_expired' };
  const opened = openPicture(wish.bytes, { isOwn: true });
  const picture = opened.ok ? await opened.draw() : opened;
  if (!picture.ok) return picture;
  const { facts, material } = picture;
  if (!material) throw new Error('a renderer made no raster of an own work');
  await ctx.blobs.put(wish.bytes);
  const shown = await ctx.blobs.put(facts.shown);
  const raster = await ctx.blobs.put(material.bytes);
  const kept = { facts, shownSha256: shown.sha256, material: { ...material, sha256: raster.sha256 } };
  return ctx.db.transaction((tx) => keepOwnWork(tx, ctx, { ...wish, memberId }, kept));
}

/** A file whose bytes, picture for pages and raster are stored. */
interface KeptFile {
  facts: PictureFacts;
  shownSha256: string;
  material: Raster & { sha256: string };
}

async function keepOwnWork(
  tx: Tx,
  ctx: ProvenanceContext,
  wish: NewOwnWork & { memberId: string },
  { facts, shownSha256, material }: KeptFile,
): Promise<WorkAdded> {
  const { memberId, idempotencyKey } = wish;
  const input = {
    sha256: facts.sha256,
    title: wish.title,
    author: wish.author ?? null,
    keywords: [...wish.keywords],
    licence: wish.licence,
    consents: [...wish.consents].sort(),
    expiresAt: wish.expiresAt?.toISOString() ?? null,
  };
  const prior = idempotencyKey === undefined ? null : await priorEntry(tx, { idempotencyKey, input });
  if (prior?.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
  const [known] = await store.worksByHash(tx, [facts.sha256]);
  if (known) {
    const isTheirs = known.memberId === memberId;
    if (!isTheirs && !(await store.isShownAt(tx, known.id, ctx.clock.now())))
      return { ok: false, code: 'work_is_anothers' };
    const entry = prior?.state === 'replayed' ? prior.entry : null;
    return { ok: true, work: await viewOf(tx, ctx, known), created: false, entry };
  }
  const name = wish.author === undefined ? null : authorName(wish.author);
  const authorId = await ensureMemberAuthor(tx, {
    id: ctx.ids.next(),
    name,
    key: name === null ? null : authorKey(name),
    memberId,
  });
  const work = ownWork(ctx, wish, facts, { authorId, shownSha256 });
  const consents = [...new Set(wish.consents)].map((use) =>
    consentLine(ctx, { workId: work.id, use, answer: true, memberId, expiresAt: wish.expiresAt ?? null }),
  );
  const isPublic = wish.consents.includes('publish');
  const [added, ...given] = recordedAll(
    await recordBatch(tx, ctx, [
      {
        ...addedFact(work, memberId, name, isPublic),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey, input }),
      },
      ...consents.map((line) => consentFact(line, work.basis)),
    ]),
  );
  if (!added) throw new Error('recording a work gave no entry');
  await store.insertWorks(tx, [{ ...work, entryId: added.id }]);
  await insertMaterial(tx, work.id, material);
  await insertConsents(
    tx,
    consents.map((line, index) => ({ ...line, entryId: given[index]?.id ?? '' })),
  );
  const row = await store.workById(tx, work.id);
  if (!row) throw new Error('a work was not written');
  return { ok: true, work: await viewOf(tx, ctx, row), created: true, entry: added };
}

function ownWork(
  ctx: ProvenanceContext,
  wish: NewOwnWork,
  facts: PictureFacts,
  ids: { authorId: string; shownSha256: string },
): store.NewWork {
  const { shown: _shown, ...kept } = facts;
  return {
    id: ctx.ids.next(),
    title: wish.title,
    keywords: [...wish.keywords],
    licence: wish.licence === '' ? 'All rights reserved' : wish.licence,
    spdx: /^[A-Za-z0-9][A-Za-z0-9.+-]{0,79}$/.test(wish.licence) ? wish.licence : 'LicenseRef-as-stated',
    basis: 'member_consent',
    source: 'upload',
    path: null,
    entryId: null,
    createdAt: ctx.clock.now(),
    ...kept,
    ...ids,
  };
}

/** Public only when its maker lets it be shown: else the book keeps the commitment and says no words. */
function addedFact(work: store.NewWork, actor: string, author: string | null, isPublic: boolean): Fact {
  return {
    kind: 'work.added',
    actor,
    subject: `work:${work.id}`,
    payload: workPayload(work, author),
    visibility: isPublic ? 'public' : 'private',
  };
}

/** What the book says about a work whose bytes are here. */
export function workPayload(work: store.NewWork, author: string | null) {
  return {
    workId: work.id,
    title: work.title,
    author,
    licence: work.licence,
    spdx: work.spdx,
    basis: work.basis,
    source: work.source,
    path: work.path,
    sha256: work.sha256,
    sanitised: work.sanitisedSha256,
    pixels: work.pixelsSha256,
    dhash: work.dhash,
  };
}

async function viewOf(tx: Tx, ctx: ProvenanceContext, row: store.WorkRow): Promise<WorkView> {
  const consents = await consentsOfWork(tx, row.id);
  const { datasets } = ctx.policy.document;
  const at = ctx.clock.now();
  const [named] = await withNames(tx, [row]);
  return {
    row: named ?? row,
    consents,
    uses: consentUses.map((use) => ({ use, ...mayUse(use, row, consents, datasets, at) })),
    models: await store.modelsOfWork(tx, row.id),
  };
}

/** Fills in the pseudonyms of members who sign with no other name. */
export async function withNames<T extends { memberId: string | null; authorName: string | null }>(
  tx: Tx,
  found: readonly T[],
): Promise<T[]> {
  const ids = found.flatMap((row) =>
    row.memberId !== null && row.authorName === null ? [row.memberId] : [],
  );
  if (ids.length === 0) return [...found];
  const names = await pseudonymsOf(tx, [...new Set(ids)]);
  return found.map((row) => ({
    ...row,
    authorName: row.authorName ?? names.get(row.memberId ?? '') ?? null,
  }));
}

/** Whether who asks may see a work: everyone what is shown, makers their own. */
async function maySee(tx: Tx, ctx: ProvenanceContext, row: store.WorkRow): Promise<boolean> {
  if (row.memberId !== null && row.memberId === ctx.actor.memberId) return true;
  return store.isShownAt(tx, row.id, ctx.clock.now());
}

/** One work, or `unknown_work`, also for a work its maker shows to nobody. */
export async function workOf(
  ctx: ProvenanceContext,
  id: string,
): Promise<{ ok: true; work: WorkView } | { ok: false; code: 'unknown_work' }> {
  const row = await store.workById(ctx.db.read, id);
  if (!row || !(await maySee(ctx.db.read, ctx, row))) return { ok: false, code: 'unknown_work' };
  return { ok: true, work: await viewOf(ctx.db.read, ctx, row) };
}

/** Works that are shown to everyone, or a member's own. Newest first; `cursor` is the last id of the page before. */
export async function listWorks(
  ctx: ProvenanceContext,
  asked: {
    q?: string | undefined;
    author?: string | undefined;
    source?: string | undefined;
    mine?: boolean | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ works: store.WorkRow[]; cursor: string | null; total: number }> {
  const memberId = asked.mine ? (ctx.actor.memberId ?? '') : undefined;
  const found = await store.worksOf(ctx.db.read, {
    q: asked.q,
    author: asked.author,
    source: asked.source,
    memberId,
    before: asked.cursor,
    limit: asked.limit + 1,
    at: ctx.clock.now(),
  });
  const works = await withNames(ctx.db.read, found.works.slice(0, asked.limit));
  return {
    works,
    total: found.total,
    cursor: found.works.length > asked.limit ? (works.at(-1)?.id ?? null) : null,
  };
}

/** The picture of a work for pages (WebP), or `unknown_work`, or `no_picture` while only its hash is known. */
export async function pictureOf(
  ctx: ProvenanceContext,
  id: string,
): Promise<
  | { ok: true; sha256: string; bytes: Uint8Array; shownToAll: boolean }
  | { ok: false; code: 'unknown_work' | 'no_picture' }
> {
  const row = await store.workById(ctx.db.read, id);
  if (!row || !(await maySee(ctx.db.read, ctx, row))) return { ok: false, code: 'unknown_work' };
  const bytes = row.shownSha256 === null ? null : await ctx.blobs.get(row.shownSha256);
  if (!bytes || row.shownSha256 === null) return { ok: false, code: 'no_picture' };
  return { ok: true, sha256: row.shownSha256, bytes, shownToAll: row.memberId === null };
}
