import { type Entry, record, recordBatch } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { type ProvenanceContext, recorded, recordedAll } from '../context.ts';
import { rendererPeak } from '../picture/renderers.ts';
import { ensureImportedAuthors } from '../works/authors.store.ts';
import { authorKey } from '../works/authors.ts';
import { attachFiles, insertWorks, type NewWork, worksByHash } from '../works/works.store.ts';
import { workPayload } from '../works/works.ts';
import { type Accepted, type Decision, decideFile, type ImportReason } from './decide.ts';
import * as store from './imports.store.ts';

export interface ImportReport {
  id: string;
  source: string;
  state: 'open' | 'finished';
  files: number;
  accepted: number;
  refused: number;
  reasons: Record<string, number>;
  authors: number;
  seconds: number;
  peakMemory: { server: number; renderer: number };
  startedAt: Date;
  finishedAt: Date | null;
  entryId: string | null;
}

export interface ImportedFile {
  path: string;
  bytes: Uint8Array;
}

/**
 * Begins to bring in a collection, or goes on with it: one import a source. `entry` is null when it was begun
 * before.
 */
export function startImport(
  ctx: ProvenanceContext,
  source: string,
): Promise<{ ok: true; report: ImportReport; resumed: boolean; entry: Entry | null }> {
  return ctx.db.transaction(async (tx) => {
    const known = await store.importBySource(tx, source);
    if (known) return { ok: true, report: await reportOf(tx, known), resumed: true, entry: null };
    const id = ctx.ids.next();
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'import.started',
        actor: ctx.actor.memberId,
        subject: `import:${id}`,
        payload: { importId: id, source },
        visibility: 'public',
        idempotencyKey: `import:${source}:started`,
        input: { source },
      }),
    );
    await store.insertImport(tx, { id, source, startedAt: ctx.clock.now(), entryId: null });
    const row = await store.importBySource(tx, source);
    if (!row) throw new Error('an import was not written');
    return { ok: true, report: await reportOf(tx, row), resumed: false, entry };
  });
}

/** Which of these files (path and SHA-256) are not decided yet. Error: `unknown_import`. */
export async function pendingFiles(
  ctx: ProvenanceContext,
  importId: string,
  files: readonly { path: string; sha256: string }[],
): Promise<{ ok: true; pending: string[] } | { ok: false; code: 'unknown_import' }> {
  if (!(await store.importById(ctx.db.read, importId))) return { ok: false, code: 'unknown_import' };
  const known = await store.knownPaths(ctx.db.read, importId, files);
  return { ok: true, pending: files.filter((file) => !known.has(file.path)).map((file) => file.path) };
}

export type Outcome = { path: string; sha256: string; reason: ImportReason | null; workId: string | null };

/**
 * Decides a batch of files and keeps what comes in: one entry a work, all in one transaction. Files that stand
 * already with the same bytes change nothing, so a batch may be sent again. Error: `unknown_import`.
 */
export async function importFiles(
  ctx: ProvenanceContext,
  importId: string,
  files: readonly ImportedFile[],
): Promise<{ ok: true; outcomes: Outcome[]; report: ImportReport } | { ok: false; code: 'unknown_import' }> {
  if (!(await store.importById(ctx.db.read, importId))) return { ok: false, code: 'unknown_import' };
  const started = performance.now();
  const decisions = await Promise.all(files.map((file) => decideFile(labelOf(file.path), file.bytes)));
  const shown = new Map<string, string>();
  for (const decision of decisions)
    if (decision.ok) {
      await ctx.blobs.put(decision.accepted.bytes);
      shown.set(decision.accepted.sha256, (await ctx.blobs.put(decision.accepted.facts.shown)).sha256);
    }
  return ctx.db.transaction(async (tx) => {
    await store.lockImport(tx, importId);
    const row = await store.importById(tx, importId);
    if (!row) throw new Error('an import went away');
    const outcomes = await keep(tx, ctx, row, decisions, shown);
    await store.noteEffort(tx, importId, {
      activeMs: Math.round(performance.now() - started),
      serverPeak: process.resourceUsage().maxRSS * 1024,
      rendererPeak: rendererPeak(),
    });
    const after = await store.importById(tx, importId);
    return { ok: true, outcomes, report: await reportOf(tx, after ?? row) };
  });
}

async function keep(
  tx: Tx,
  ctx: ProvenanceContext,
  row: store.ImportRow,
  decisions: readonly Decision[],
  shown: ReadonlyMap<string, string>,
): Promise<Outcome[]> {
  const accepted = decisions.flatMap((decision) => (decision.ok ? [decision.accepted] : []));
  const known = new Map(
    (
      await worksByHash(
        tx,
        accepted.map((file) => file.sha256),
      )
    ).map((work) => [work.sha256, work]),
  );
  const authors = await ensureImportedAuthors(tx, [
    ...new Map(
      accepted.map(({ author }) => {
        const key = authorKey(author);
        return [key, { id: ctx.ids.next(), name: author, key }];
      }),
    ).values(),
  ]);
  // Two paths with the same bytes are one work.
  const fresh = [...new Map(accepted.map((file) => [file.sha256, file])).values()].filter(
    (file) => known.get(file.sha256)?.pixelsSha256 == null,
  );
  const works = fresh.map((file) =>
    newWork(ctx, row.source, file, {
      id: known.get(file.sha256)?.id ?? ctx.ids.next(),
      authorId: known.get(file.sha256)?.authorId ?? authors.get(authorKey(file.author)) ?? '',
      shown: shown.get(file.sha256) ?? '',
    }),
  );
  const entries = recordedAll(
    await recordBatch(
      tx,
      ctx,
      works.map((work, index) => ({
        kind: 'work.imported',
        actor: ctx.actor.memberId,
        subject: `work:${work.id}`,
        payload: workPayload(work, fresh[index]?.author ?? null),
        visibility: 'public',
      })),
    ),
  );
  const written = works.map((work, index) => ({ ...work, entryId: entries[index]?.id ?? null }));
  await insertWorks(
    tx,
    written.filter((work) => !known.has(work.sha256)),
  );
  await attachFiles(
    tx,
    written.filter((work) => known.has(work.sha256)),
  );
  const ids = new Map([...known.values(), ...written].map((work) => [work.sha256, work.id]));
  const outcomes = decisions.map((decision) => outcomeOf(decision, ids));
  await store.putItems(tx, row.id, [...new Map(outcomes.map((each) => [each.path, each])).values()]);
  return outcomes;
}

function outcomeOf(decision: Decision, ids: ReadonlyMap<string, string>): Outcome {
  if (!decision.ok)
    return { path: decision.path, sha256: decision.sha256, reason: decision.reason, workId: null };
  const { path, sha256 } = decision.accepted;
  return { path, sha256, reason: null, workId: ids.get(sha256) ?? null };
}

function newWork(
  ctx: ProvenanceContext,
  source: string,
  file: Accepted,
  ids: { id: string; authorId: string; shown: string },
): NewWork {
  const { shown: _shown, ...facts } = file.facts;
  return {
    ...facts,
    id: ids.id,
    title: file.title,
    authorId: ids.authorId,
    keywords: file.keywords,
    licence: file.licence,
    spdx: file.spdx,
    basis: 'public_domain_dedication',
    source,
    path: file.path,
    shownSha256: ids.shown,
    entryId: null,
    createdAt: ctx.clock.now(),
  };
}

/** A path is only a name here; it never reaches a file system. */
function labelOf(path: string): string {
  return path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}

/** Ends a run of an import and writes its report into the book, when anything is new. Error: `unknown_import`. */
export function finishImport(
  ctx: ProvenanceContext,
  importId: string,
): Promise<{ ok: true; report: ImportReport; entry: Entry | null } | { ok: false; code: 'unknown_import' }> {
  return ctx.db.transaction(async (tx) => {
    await store.lockImport(tx, importId);
    const row = await store.importById(tx, importId);
    if (!row) return { ok: false, code: 'unknown_import' };
    const report = await reportOf(tx, row);
    if (row.state === 'finished') return { ok: true, report, entry: null };
    const { source, files, accepted, refused, reasons, authors } = report;
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'import.finished',
        actor: ctx.actor.memberId,
        subject: `import:${importId}`,
        payload: { importId, source, files, accepted, refused, reasons, authors },
        visibility: 'public',
      }),
    );
    await store.finishImport(tx, importId, ctx.clock.now(), entry.id);
    const after = await store.importById(tx, importId);
    return { ok: true, report: await reportOf(tx, after ?? row), entry };
  });
}

/** The report of an import. Error: `unknown_import`. */
export async function importOf(
  ctx: ProvenanceContext,
  importId: string,
): Promise<{ ok: true; report: ImportReport } | { ok: false; code: 'unknown_import' }> {
  const row = await store.importById(ctx.db.read, importId);
  return row ? { ok: true, report: await reportOf(ctx.db.read, row) } : { ok: false, code: 'unknown_import' };
}

/** All imports, newest first. */
export async function listImports(ctx: ProvenanceContext): Promise<ImportReport[]> {
  const found = await store.importsOf(ctx.db.read);
  const reports: ImportReport[] = [];
  for (const row of found) reports.push(await reportOf(ctx.db.read, row));
  return reports;
}

/** What became of each file, by path; with a `reason`, only what was refused for it. */
export async function importItems(
  ctx: ProvenanceContext,
  importId: string,
  asked: { reason?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<
  { ok: true; items: store.ItemRow[]; cursor: string | null } | { ok: false; code: 'unknown_import' }
> {
  if (!(await store.importById(ctx.db.read, importId))) return { ok: false, code: 'unknown_import' };
  const found = await store.itemsOf(ctx.db.read, importId, {
    reason: asked.reason,
    after: asked.cursor,
    limit: asked.limit + 1,
  });
  const items = found.slice(0, asked.limit);
  return { ok: true, items, cursor: found.length > asked.limit ? (items.at(-1)?.path ?? null) : null };
}

async function reportOf(tx: Tx, row: store.ImportRow): Promise<ImportReport> {
  const { reasons, authors } = await store.countsOf(tx, row.id);
  const refused = reasons.filter((each) => each.reason !== null);
  const sum = (counted: typeof reasons) => counted.reduce((total, each) => total + Number(each.files), 0);
  return {
    id: row.id,
    source: row.source,
    state: row.state,
    files: sum(reasons),
    accepted: sum(reasons) - sum(refused),
    refused: sum(refused),
    reasons: Object.fromEntries(refused.map((each) => [each.reason, Number(each.files)])),
    authors,
    seconds: Number(row.activeMs) / 1000,
    peakMemory: { server: Number(row.serverPeak), renderer: Number(row.rendererPeak) },
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    entryId: row.entryId,
  };
}
