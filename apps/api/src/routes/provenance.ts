import { endpoint, useSchema, type WorkUse, provenanceEndpoints as wire } from '@uncaged/contract';
import {
  type AuthorCount,
  addWork,
  confirmAuthor,
  credentialChain,
  datasetOf,
  finishImport,
  giveConsent,
  importFiles,
  importItems,
  importOf,
  lineageOf,
  listAuthors,
  listImports,
  listModels,
  listWorks,
  modelOf,
  pendingFiles,
  pictureOf,
  startImport,
  workOf,
  worksAlike,
} from '@uncaged/provenance';
import { adaptersOf, readGeneration } from '@uncaged/studio';
import { z } from 'zod';
import { readUploaded, refuseUnkeepable, uploadBytes } from '../body.ts';
import { type ApiContext, type Deps, newRoutes } from '../deps.ts';
import { Refused } from '../problems.ts';
import { route } from '../route.ts';
import {
  wireAlike,
  wireConsent,
  wireDataset,
  wireImport,
  wireItem,
  wireLineage,
  wireModel,
  wireModelSummary,
  wireWork,
  wireWorkSummary,
} from './provenance.view.ts';

/** Works that are shown beside a clip they look like. */
const ALIKE = 6;
/** A batch of an import: base64 makes four bytes of three. */
const BATCH_BYTES = 16 * 1024 * 1024;

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const cursor = z.string().max(64).optional();
const worksQuery = z.object({
  q: z.string().max(200).optional(),
  author: z.string().max(64).optional(),
  source: z.string().max(64).optional(),
  mine: z.stringbool().optional(),
  cursor,
  limit: limit(200, 48),
});
const pageQuery = z.object({ cursor, limit: limit(500, 60) });

/** Works, imports, models, datasets, lineage and content credentials. */
export function provenanceRoutes(deps: Deps) {
  const app = newRoutes();
  works(deps, app);
  uploads(deps, app);
  imports(deps, app);
  models(deps, app);
  return app;
}

type App = ReturnType<typeof newRoutes>;

function works(deps: Deps, app: App): void {
  route(app, wire.listWorks, { summary: 'Works, newest first', query: worksQuery }, async ({ c, query }) => {
    const found = await listWorks(await deps.contextOf(c), query);
    return { ok: true, answer: { ...found, works: found.works.map(wireWorkSummary) } };
  });
  route(
    app,
    wire.getWork,
    { summary: 'One work with hashes, consent and what learned from it' },
    async ({ c, params }) => {
      const found = await workOf(await deps.contextOf(c), params.id ?? '');
      return found.ok ? { ok: true, answer: { work: wireWork(found.work) } } : found;
    },
  );
  const image = endpoint('GET', '/api/works/:id/image');
  route(app, image, { summary: 'A picture of the work' }, async ({ c, params }) => {
    const found = await pictureOf(await deps.contextOf(c), params.id ?? '');
    if (!found.ok) return found;
    return c.body(Buffer.from(found.bytes), 200, {
      'content-type': 'image/webp',
      'cache-control': found.shownToAll ? 'public, max-age=86400, immutable' : 'private, no-store',
      etag: `"${found.sha256}"`,
    });
  });
  route(
    app,
    wire.giveConsent,
    { summary: 'Say yes or no to one use of my work', status: 201 },
    async ({ c, params, body, idempotencyKey }) => {
      const given = await giveConsent(await deps.contextOf(c), {
        workId: params.id ?? '',
        use: body.use,
        answer: body.answer === 'yes',
        expiresAt: body.expiresAt === undefined ? undefined : new Date(body.expiresAt),
        idempotencyKey,
      });
      if (!given.ok) return given;
      return {
        ok: true,
        answer: { consent: wireConsent(given.consent), receipt: await deps.receipt(given.entry) },
      };
    },
  );
  const authorsQuery = z.object({ q: z.string().max(200).optional(), limit: limit(1000, 100) });
  route(
    app,
    wire.listAuthors,
    { summary: 'Authors, most works first', query: authorsQuery },
    async ({ c, query }) => {
      const found = await listAuthors(await deps.contextOf(c), query);
      return { ok: true, answer: { authors: found.authors.map(wireAuthorCount), total: found.total } };
    },
  );
  route(
    app,
    wire.confirmAuthor,
    { summary: 'Confirm that a member is the artist of a name', status: 201 },
    async ({ c, params }) => {
      const confirmed = await confirmAuthor(await deps.contextOf(c), params.id ?? '');
      if (!confirmed.ok) return confirmed;
      const author = wireAuthorCount(confirmed.author);
      return { ok: true, answer: { author, receipt: await deps.receipt(confirmed.entry) } };
    },
  );
}

function wireAuthorCount({ id, name, memberId, works: count, confirmedAt }: AuthorCount) {
  return { id, name, memberId, works: Number(count), confirmed: confirmedAt !== null };
}

const uploadSchema = z.object({
  title: z.string().trim().min(1).max(300),
  author: z.string().trim().min(1).max(200).optional(),
  keywords: z.array(z.string().trim().min(1).max(80)).max(100),
  licence: z.string().trim().max(300),
  consents: z.array(useSchema),
  expiresAt: z.iso.datetime().optional(),
});

/** The fields of the upload form, checked. Refuses text_malformed, and invalid_input, naming the field. */
function readUpload(form: FormData): z.infer<typeof uploadSchema> {
  refuseUnkeepable([...form.values()].filter((value) => typeof value === 'string'));
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const list = (name: string) =>
    form
      .getAll(name)
      .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
      .map((value) => value.trim())
      .filter((value) => value !== '');
  const read = uploadSchema.safeParse({
    title: text('title'),
    author: text('author'),
    keywords: list('keywords'),
    licence: text('licence') ?? '',
    consents: list('consents') as WorkUse[],
    expiresAt: text('expiresAt'),
  });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.map(String).join('.') || 'body';
  throw new Refused('invalid_input', { field, detail: `${field}: ${issue?.message}` });
}

function uploads(deps: Deps, app: App): void {
  route(
    app,
    wire.createWork,
    { summary: 'Bring in a work of my own', status: 201 },
    async ({ c, idempotencyKey }) => {
      const ctx = await deps.contextOf(c);
      const { bytes, form } = await readUploaded(c, uploadBytes);
      const { expiresAt, ...fields } = readUpload(form);
      const added = await addWork(ctx, {
        ...fields,
        bytes,
        expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
        idempotencyKey,
      });
      if (!added.ok) return added;
      const receipt = added.entry && (await deps.receipt(added.entry));
      return {
        ok: true,
        answer: { work: wireWork(added.work), created: added.created, receipt },
        status: added.created ? 201 : 200,
      };
    },
  );
}

function imports(deps: Deps, app: App): void {
  route(
    app,
    wire.startImport,
    { summary: 'Begin to bring in a collection, or go on with it' },
    async ({ c, body }) => {
      const started = await startImport(await deps.contextOf(c), body.source);
      const receipt = started.entry && (await deps.receipt(started.entry));
      return { ok: true, answer: { import: wireImport(started.report), resumed: started.resumed, receipt } };
    },
  );
  route(app, wire.pendingImport, { summary: 'Which files are still wanted' }, async ({ c, params, body }) => {
    const found = await pendingFiles(await deps.contextOf(c), params.id ?? '', body.files);
    return found.ok ? { ok: true, answer: { pending: found.pending } } : found;
  });
  route(
    app,
    wire.importFiles,
    { summary: 'Bring in a batch of files', limit: BATCH_BYTES },
    async ({ c, params, body }) => {
      const files = body.files.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes, 'base64') }));
      const kept = await importFiles(await deps.contextOf(c), params.id ?? '', files);
      if (!kept.ok) return kept;
      await deps.platform.db.durable();
      return {
        ok: true,
        answer: { outcomes: kept.outcomes.map(wireOutcome), import: wireImport(kept.report) },
      };
    },
  );
  route(app, wire.finishImport, { summary: 'End a run and write its report down' }, async ({ c, params }) => {
    const finished = await finishImport(await deps.contextOf(c), params.id ?? '');
    if (!finished.ok) return finished;
    const receipt = finished.entry && (await deps.receipt(finished.entry));
    return { ok: true, answer: { import: wireImport(finished.report), resumed: true, receipt } };
  });
  route(app, wire.listImports, { summary: 'Imports, newest first' }, async ({ c }) => {
    const found = await listImports(await deps.contextOf(c));
    return { ok: true, answer: { imports: found.map(wireImport) } };
  });
  route(app, wire.getImport, { summary: 'The report of an import' }, async ({ c, params }) => {
    const found = await importOf(await deps.contextOf(c), params.id ?? '');
    return found.ok ? { ok: true, answer: { import: wireImport(found.report) } } : found;
  });
  const itemsQuery = z.object({
    reason: z.string().max(64).optional(),
    cursor: z.string().max(1000).optional(),
    limit: limit(1000, 200),
  });
  route(
    app,
    wire.importItems,
    { summary: 'What became of each file', query: itemsQuery },
    async ({ c, params, query }) => {
      const found = await importItems(await deps.contextOf(c), params.id ?? '', query);
      if (!found.ok) return found;
      return { ok: true, answer: { items: found.items.map(wireOutcome), cursor: found.cursor } };
    },
  );
}

function wireOutcome(item: { path: string; sha256: string; reason: string | null; workId: string | null }) {
  const outcome: 'accepted' | 'refused' = item.reason === null ? 'accepted' : 'refused';
  return { path: item.path, sha256: item.sha256, outcome, reason: item.reason, workId: item.workId };
}

function models(deps: Deps, app: App): void {
  /** Before the founding there is no context yet. */
  const looking = (c: ApiContext) => ({ ...deps.platform, actor: c.get('actor') });
  route(app, wire.listModels, { summary: 'Models, one’s own among them, newest first' }, async ({ c }) => {
    const found = await listModels(looking(c));
    return { ok: true, answer: { models: found.map((row) => wireModelSummary(row, Number(row.authors))) } };
  });
  route(
    app,
    wire.getModel,
    { summary: 'A model, its card and those whose works taught it' },
    async ({ c, params }) => {
      const found = await modelOf(looking(c), params.id ?? '');
      return found.ok ? { ok: true, answer: { model: wireModel(found.model, found.shares) } } : found;
    },
  );
  route(
    app,
    wire.getDataset,
    { summary: 'A dataset and a page of its works with their proofs', query: pageQuery },
    async ({ c, params, query }) => {
      const found = await datasetOf(looking(c), params.id ?? '', query);
      if (!found.ok) return found;
      const { items, cursor: next } = found.page;
      return {
        ok: true,
        answer: { dataset: wireDataset(found.dataset), items: items.map(wireItem), cursor: next },
      };
    },
  );
  route(
    app,
    wire.lineage,
    { summary: 'From a clip to the people whose work taught the machine', query: pageQuery },
    async ({ c, params, query }) => {
      const found = await lineageOf(looking(c), params.id ?? '', query);
      if (!found.ok) return found;
      const { lineage } = found;
      const named = lineage.adapters.map(({ adapterId }) => adapterId);
      return { ok: true, answer: wireLineage(lineage, await adaptersOf(deps.platform, named)) };
    },
  );
  const alike = { summary: 'Works behind its model that look most like a clip' };
  route(app, wire.alike, alike, async ({ c, params }) => {
    const ctx = await deps.contextOf(c);
    const clip = await readGeneration(ctx, params.id ?? '');
    if (!clip) return { ok: false, code: 'unknown_generation' };
    const { modelId, posterSha256: picture } = clip.row;
    if (modelId === null || picture === null) return { ok: false, code: 'no_output' };
    return { ok: true, answer: wireAlike(await worksAlike(ctx, { modelId, picture }, ALIKE)) };
  });
  route(
    app,
    wire.credentialChain,
    { summary: 'The certificates behind this collective’s content credentials' },
    async ({ c }) => {
      const { pem, rootSha256 } = await credentialChain(await deps.contextOf(c));
      return { ok: true, answer: { pem, rootSha256 } };
    },
  );
}
