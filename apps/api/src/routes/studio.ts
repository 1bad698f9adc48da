import { endpoint, type GenerationEvent, studioEndpoints } from '@uncaged/contract';
import {
  consulted,
  generationPreview,
  listMine,
  listWall,
  publish,
  readGeneration,
  requestGeneration,
  type StudioContext,
  unpublish,
} from '@uncaged/studio';
import { z } from 'zod';
import { type ApiContext, type Deps, newRoutes } from '../deps.ts';
import { sendBlob } from '../files.ts';
import { route } from '../route.ts';
import type { Send } from '../streams.ts';
import { limited, wireEnforcement, wireGeneration, wireRule } from './studio.view.ts';

const listQuery = z.object({
  mine: z.enum(['1', 'true', '0', 'false']).optional(),
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});

/** Clips: ask, look, watch it come, show, take back. */
export function studioRoutes(deps: Deps) {
  const app = newRoutes();
  route(
    app,
    studioEndpoints.createGeneration,
    { summary: 'Ask for a clip', status: 202 },
    async ({ c, body, idempotencyKey }) => {
      const ctx = await deps.studioOf(c);
      const result = await requestGeneration(ctx, { ...body, idempotencyKey });
      if ('enforcement' in result) {
        const { code, generationId, enforcement, entry } = result;
        const receipt = await deps.receipt(entry);
        return { ok: false, code, generationId, enforcement: wireEnforcement(enforcement, receipt), receipt };
      }
      if (!result.ok) return limited(ctx, 'clip', result);
      const generation = wireGeneration(result.generation);
      const { position, estimateSeconds } = generation;
      return {
        ok: true,
        answer: { generation, position, estimateSeconds, receipt: await deps.receipt(result.entry) },
      };
    },
  );
  route(
    app,
    studioEndpoints.listGenerations,
    { summary: 'Published clips, or one’s own', query: listQuery },
    async ({ c, query }) => {
      const ctx = await deps.contextOf(c);
      const list = query.mine === '1' || query.mine === 'true' ? listMine : listWall;
      const page = await list(ctx, query.cursor ?? null, query.limit);
      return { ok: true, answer: { ...page, generations: page.generations.map(wireGeneration) } };
    },
  );
  route(app, studioEndpoints.getGeneration, { summary: 'One clip' }, async ({ c, params }) => {
    const ctx = await deps.contextOf(c);
    const generation = await readGeneration(ctx, params.id ?? '');
    if (!generation) return { ok: false, code: 'unknown_generation' };
    const rules = (await consulted(ctx, generation.row)).map(wireRule);
    return { ok: true, answer: { generation: wireGeneration(generation), rules } };
  });
  route(
    app,
    studioEndpoints.publishGeneration,
    { summary: 'Show a clip to everybody' },
    async ({ c, params, body }) => {
      const ctx = await deps.studioOf(c);
      const result = await publish(ctx, params.id ?? '', body.caption);
      if (!result.ok) return limited(ctx, 'clip', result);
      const receipt = await deps.receipt(result.entry);
      return { ok: true, answer: { generation: wireGeneration(result.generation), receipt } };
    },
  );
  route(
    app,
    studioEndpoints.unpublishGeneration,
    { summary: 'Take a clip back from the wall' },
    async ({ c, params }) => {
      const result = await unpublish(await deps.studioOf(c), params.id ?? '');
      if (!result.ok) return result;
      const receipt = await deps.receipt(result.entry);
      return { ok: true, answer: { generation: wireGeneration(result.generation), receipt } };
    },
  );
  files(deps, app);
  return app;
}

function files(deps: Deps, app: ReturnType<typeof newRoutes>): void {
  const kinds = {
    'clip.mp4': ['mp4Sha256', 'video/mp4'],
    'preview.webp': ['webpSha256', 'image/webp'],
    'poster.png': ['posterSha256', 'image/png'],
  } as const;
  for (const [file, [column, mediaType]] of Object.entries(kinds))
    route(
      app,
      endpoint('GET', `/api/generations/:id/${file}`),
      { summary: `The ${file}` },
      async ({ c, params }) => {
        const generation = await readGeneration(await deps.contextOf(c), params.id ?? '');
        if (!generation) return { ok: false, code: 'unknown_generation' };
        const sha256 = generation.row[column];
        if (sha256 === null) return { ok: false, code: 'no_output' };
        const shared = generation.row.publishedAt !== null;
        const name = `${generation.row.id}.${file.split('.')[1]}`;
        return sendBlob(c, deps.platform.blobs, { sha256, mediaType, shared, name });
      },
    );
  const preview = endpoint('GET', '/api/generations/:id/preview');
  route(app, preview, { summary: 'Picture of the sample in progress' }, async ({ c, params }) => {
    const found = await generationPreview(await deps.contextOf(c), params.id ?? '');
    if (!found) return { ok: false, code: 'no_output' };
    return c.body(found.bytes as Uint8Array<ArrayBuffer>, 200, {
      'content-type': found.mediaType,
      'cache-control': 'private, no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });
  const events = endpoint('GET', '/api/generations/:id/events');
  route(app, events, { summary: 'Changes of a clip as an event stream' }, async ({ c, params }) => {
    const ctx = await deps.studioOf(c);
    if (!(await readGeneration(ctx, params.id ?? ''))) return { ok: false, code: 'unknown_generation' };
    return deps.streams.open(c, (send, signal) => watch(ctx, c, send, signal));
  });
}

/** Says every change of a clip until it is finished. Other replicas' changes are seen by looking again. */
async function watch(ctx: StudioContext, c: ApiContext, send: Send, signal: AbortSignal): Promise<void> {
  const id = c.req.param('id') ?? '';
  const lookAgainMs = ctx.db.dialect === 'pglite' ? 5_000 : 500;
  for (let said = -1n; !signal.aborted; ) {
    const rung = ctx.bell.wait(id, lookAgainMs, signal);
    const found = await readGeneration(ctx, id);
    if (!found) return;
    if (found.row.changes !== said) {
      said = found.row.changes;
      const event = eventOf(wireGeneration(found));
      await send(event.type, event);
      if (event.type === 'done' || event.type === 'failed') return;
    }
    await rung;
  }
}

function eventOf(generation: ReturnType<typeof wireGeneration>): GenerationEvent {
  const { state, progress, preview } = generation;
  if (state === 'done') return { type: 'done', generation };
  if (state === 'failed' || state === 'refused') {
    const reason = state === 'failed' ? (generation.failure ?? '') : (generation.enforcement?.text ?? '');
    return { type: 'failed', reason, generation };
  }
  if (state === 'sampling' && progress) return { type: 'progress', ...progress, preview };
  return { type: 'state', generation };
}
