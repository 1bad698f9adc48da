import { endpoint, type FineTuneEvent, trainingEndpoints as wire } from '@uncaged/contract';
import { datasetOf } from '@uncaged/provenance';
import {
  type Adapter,
  adapterBytes,
  adapterFileOf,
  adapterOf,
  continueFineTune,
  discardAdapter,
  discardFineTune,
  type FineTuneDetail,
  fineTuneBounds,
  fineTuneSummary,
  importAdapter,
  isAtRest,
  keepFineTune,
  type LifeDecision,
  listAdapters,
  listFineTunes,
  materials,
  readAdapter,
  readFineTune,
  requestFineTune,
  type StudioContext,
  shareAdapter,
  startFineTune,
  stopFineTune,
  suggestCaptions,
  unshareAdapter,
} from '@uncaged/studio';
import { z } from 'zod';
import { readBytes } from '../body.ts';
import { type ApiContext, type Deps, newRoutes } from '../deps.ts';
import { sendBlob } from '../files.ts';
import { Refused } from '../problems.ts';
import { route } from '../route.ts';
import type { Send } from '../streams.ts';
import { limited, wireEnforcement } from './studio.view.ts';
import {
  wireAdapter,
  wireAdapterDetail,
  wireFineTune,
  wireFineTuneSummary,
  wireMaterial,
} from './training.view.ts';

const listQuery = z.object({
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});

type App = ReturnType<typeof newRoutes>;

/** Works as material, fine-tunes, and the adapters that come out. */
export function trainingRoutes(deps: Deps) {
  const app = newRoutes();
  material(deps, app);
  fineTunes(deps, app);
  acts(deps, app);
  watching(deps, app);
  adapters(deps, app);
  adapterActs(deps, app);
  return app;
}

function material(deps: Deps, app: App): void {
  const works = { summary: 'One’s own works as something to learn from', query: listQuery };
  route(app, wire.materials, works, async ({ c, query }) => {
    const ctx = await deps.contextOf(c);
    const found = await materials(ctx, query);
    const bounds = fineTuneBounds(ctx);
    const limits = {
      works: bounds.maxWorks,
      captionCharacters: bounds.captionMaxCharacters,
      steps: bounds.maxSteps,
      rank: bounds.maxRank,
      outstanding: bounds.outstandingPerMember,
      sheetPictures: bounds.maxSheetPictures,
    };
    return { ok: true, answer: { ...found, materials: found.materials.map(wireMaterial), limits } };
  });
  const captions = { summary: 'Have a machine say what is in one’s own works' };
  route(app, wire.suggestCaptions, captions, async ({ c, body }) => {
    const found = await suggestCaptions(await deps.contextOf(c), body.works);
    return found.ok ? { ok: true, answer: { captions: found.captions } } : found;
  });
}

function fineTunes(deps: Deps, app: App): void {
  const create = { summary: 'Write down what to teach', status: 201 as const };
  route(app, wire.createFineTune, create, async ({ c, body, idempotencyKey }) => {
    const ctx = await deps.studioOf(c);
    return changed(deps, ctx, await requestFineTune(ctx, { ...body, idempotencyKey }));
  });
  const list = { summary: 'One’s own fine-tunes, newest first', query: listQuery };
  route(app, wire.listFineTunes, list, async ({ c, query }) => {
    const found = await listFineTunes(await deps.contextOf(c), query.cursor ?? null, query.limit);
    return { ok: true, answer: { ...found, fineTunes: found.fineTunes.map(wireFineTuneSummary) } };
  });
  route(app, wire.getFineTune, { summary: 'One of one’s own fine-tunes' }, async ({ c, params }) => {
    const ctx = await deps.studioOf(c);
    const found = await readFineTune(ctx, params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_fine_tune' };
    return { ok: true, answer: { fineTune: await wholly(ctx, found) } };
  });
}

/** A fine-tune with its adapter and its set, as the wire has it. */
async function wholly(ctx: StudioContext, found: FineTuneDetail) {
  const { datasetId } = found.row;
  const set = datasetId === null ? null : await datasetOf(ctx, datasetId, { limit: 1 });
  return wireFineTune(found, {
    adapter: await adapterOf(ctx, found.row),
    dataset: set?.ok ? set.dataset : null,
    looker: ctx.actor.memberId,
  });
}

/** What became of a fine-tune, or the refusal with what it stands on. */
async function changed(
  deps: Deps,
  ctx: StudioContext,
  result: LifeDecision | Awaited<ReturnType<typeof requestFineTune>>,
) {
  if ('enforcement' in result) {
    const receipt = await deps.receipt(result.entry);
    const { code, enforcement } = result;
    return { ok: false as const, code, enforcement: wireEnforcement(enforcement, receipt), receipt };
  }
  if (!result.ok) return limited(ctx, 'fine_tune', result);
  const receipt = await deps.receipt(result.entry);
  return { ok: true as const, answer: { fineTune: await wholly(ctx, result.fineTune), receipt } };
}

function acts(deps: Deps, app: App): void {
  const each = [
    [wire.startFineTune, 'Put a draft into the queue', startFineTune],
    [wire.stopFineTune, 'Stop with what was learnt so far', stopFineTune],
    [wire.continueFineTune, 'Go on where it stopped', continueFineTune],
    [wire.keepFineTune, 'Keep what was learnt', keepFineTune],
    [wire.discardFineTune, 'Throw it away, with its files', discardFineTune],
  ] as const;
  for (const [act, summary, take] of each)
    route(app, act, { summary }, async ({ c, params }) => {
      const ctx = await deps.studioOf(c);
      return changed(deps, ctx, await take(ctx, params.id ?? ''));
    });
}

function watching(deps: Deps, app: App): void {
  const sheet = endpoint('GET', '/api/fine-tunes/:id/sheets/:step');
  route(app, sheet, { summary: 'A sheet of samples, PNG' }, async ({ c, params }) => {
    const found = await readFineTune(await deps.contextOf(c), params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_fine_tune' };
    const drawn = found.sheets.find(({ step }) => String(step) === params.step);
    if (!drawn) return { ok: false, code: 'no_sheet' };
    const name = `${found.row.id}-${drawn.step}.png`;
    const { blobs } = deps.platform;
    return sendBlob(c, blobs, { sha256: drawn.sha256, mediaType: 'image/png', shared: false, name });
  });
  const events = endpoint('GET', '/api/fine-tunes/:id/events');
  route(app, events, { summary: 'Changes of a fine-tune as an event stream' }, async ({ c, params }) => {
    const ctx = await deps.studioOf(c);
    if (!(await fineTuneSummary(ctx, params.id ?? ''))) return { ok: false, code: 'unknown_fine_tune' };
    return deps.streams.open(c, (send, signal) => watch(ctx, c, send, signal));
  });
}

/** Says every change until it is at rest. Other replicas' changes are seen by looking again. */
async function watch(ctx: StudioContext, c: ApiContext, send: Send, signal: AbortSignal): Promise<void> {
  const id = c.req.param('id') ?? '';
  const lookAgainMs = ctx.db.dialect === 'pglite' ? 5_000 : 500;
  let sheetSaid = '';
  for (let said = -1n; !signal.aborted; ) {
    const rung = ctx.bell.wait(id, lookAgainMs, signal);
    const found = await fineTuneSummary(ctx, id);
    if (!found) return;
    if (found.row.changes !== said) {
      said = found.row.changes;
      const fineTune = wireFineTuneSummary(found);
      const { sheet } = fineTune;
      if (sheet && sheet.sha256 !== sheetSaid) await tell(send, { type: 'sheet', fineTune, sheet });
      sheetSaid = sheet?.sha256 ?? '';
      const ended = isAtRest(fineTune.state);
      await tell(send, {
        type: ended ? 'ended' : fineTune.state === 'running' ? 'progress' : 'state',
        fineTune,
      });
      if (ended) return;
    }
    await rung;
  }
}

const tell = (send: Send, event: FineTuneEvent) => send(event.type, event);

function adapters(deps: Deps, app: App): void {
  const list = { summary: 'Adapters one may mix into clips, newest first', query: listQuery };
  route(app, wire.listAdapters, list, async ({ c, query }) => {
    const ctx = await deps.contextOf(c);
    const found = await listAdapters(ctx, query.cursor ?? null, query.limit);
    const shown = found.adapters.map((one) => wireAdapter(one, ctx.actor.memberId));
    return { ok: true, answer: { ...found, adapters: shown } };
  });
  route(app, wire.getAdapter, { summary: 'An adapter with its manifest' }, async ({ c, params }) => {
    const ctx = await deps.contextOf(c);
    const found = await readAdapter(ctx, params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_adapter' };
    return { ok: true, answer: { adapter: wireAdapterDetail(found, ctx.actor.memberId) } };
  });
  const file = endpoint('GET', '/api/adapters/:id/file');
  route(app, file, { summary: 'The safetensors file of one’s own adapter' }, async ({ c, params }) => {
    const found = await adapterFileOf(await deps.contextOf(c), params.id ?? '');
    if (!found.ok) return found;
    const { sha256, name } = found;
    const mediaType = 'application/octet-stream';
    return sendBlob(c, deps.platform.blobs, { sha256, mediaType, shared: false, name });
  });
}

const importQuery = z.object({ name: z.string().max(300).optional() });

function adapterActs(deps: Deps, app: App): void {
  const bring = { summary: 'Bring in an adapter’s file', status: 201 as const, query: importQuery };
  route(app, wire.importAdapter, bring, async ({ c, query, idempotencyKey }) => {
    const ctx = await deps.studioOf(c);
    const bytes = await readBytes(c, adapterBytes).catch((error: unknown) => {
      if (error instanceof Refused && error.code === 'body_too_large')
        throw new Refused('adapter_too_large', error.extras);
      throw error;
    });
    return adapterChanged(deps, ctx, await importAdapter(ctx, { bytes, name: query.name, idempotencyKey }));
  });
  const each = [
    [wire.shareAdapter, 'Let everybody here mix it', shareAdapter],
    [wire.unshareAdapter, 'Take it back', unshareAdapter],
    [wire.discardAdapter, 'Throw it away, with its file', discardAdapter],
  ] as const;
  for (const [act, summary, take] of each)
    route(app, act, { summary }, async ({ c, params }) => {
      const ctx = await deps.studioOf(c);
      return adapterChanged(deps, ctx, await take(ctx, params.id ?? ''));
    });
}

async function adapterChanged<Refusal extends { ok: false; code: string }>(
  deps: Deps,
  ctx: StudioContext,
  result: { ok: true; adapter: Adapter; entry: Parameters<Deps['receipt']>[0] } | Refusal,
) {
  if (!result.ok) return result;
  const receipt = await deps.receipt(result.entry);
  return {
    ok: true as const,
    answer: { adapter: wireAdapterDetail(result.adapter, ctx.actor.memberId), receipt },
  };
}
