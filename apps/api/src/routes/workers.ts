import {
  blobStoredSchema,
  type ClipJob,
  endpoint,
  type Job,
  type TrainJob,
  workerEndpoints,
} from '@uncaged/contract';
import {
  addWorker,
  complete,
  completeTraining,
  giveBack,
  heartbeat,
  type Leased,
  lease,
  leaseMs,
  listWorkers,
  mayFetch,
  mediaBytes,
  queueBell,
  resumeWorker,
  revokeWorker,
  stoppedWorkers,
  trainingProgress,
  type WorkerInfo,
} from '@uncaged/studio';
import { type ApiContext, type Deps, newRoutes } from '../deps.ts';
import { sendBlob } from '../files.ts';
import { Refused } from '../problems.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';

/** Between two looks of a waiting worker, when no bell rang in this process. */
const lookAgainMs = 1_000;
const blobBytes = Math.max(...Object.values(mediaBytes));

/** Machines: admit, list, revoke; and the protocol by which a machine works. */
export function workerRoutes(deps: Deps) {
  const app = newRoutes();
  stewardRoutes(deps, app);
  leaseRoute(deps, app);
  route(app, workerEndpoints.heartbeat, { summary: 'Keep a lease alive' }, async ({ c, params }) =>
    expiry(await heartbeat(await deps.studioOf(c), params.id ?? '', workerOf(c), null)),
  );
  route(app, workerEndpoints.progress, { summary: 'Say how far a clip is' }, async ({ c, params, body }) => {
    const preview = body.preview === undefined ? null : new Uint8Array(Buffer.from(body.preview, 'base64'));
    const progress = { step: body.step, of: body.of, preview };
    return expiry(await heartbeat(await deps.studioOf(c), params.id ?? '', workerOf(c), progress));
  });
  route(app, workerEndpoints.complete, { summary: 'Deliver a clip' }, async ({ c, params, body }) => {
    const result = await complete(await deps.studioOf(c), params.id ?? '', workerOf(c), body);
    if (!result.ok) return result;
    const { generationId, replayed } = result;
    return { ok: true, answer: { generationId, replayed, receipt: await deps.receipt(result.entry) } };
  });
  const training = { summary: 'Say how far a fine-tune is' };
  route(app, workerEndpoints.trainProgress, training, async ({ c, params, body }) =>
    expiry(await trainingProgress(await deps.studioOf(c), params.id ?? '', workerOf(c), body)),
  );
  route(app, workerEndpoints.taught, { summary: 'Deliver what was learnt' }, async ({ c, params, body }) => {
    const result = await completeTraining(await deps.studioOf(c), params.id ?? '', workerOf(c), body);
    if (!result.ok) return result;
    const { fineTuneId, replayed } = result;
    return { ok: true, answer: { fineTuneId, replayed, receipt: await deps.receipt(result.entry) } };
  });
  route(app, workerEndpoints.fail, { summary: 'Give a job back' }, async ({ c, params, body }) => {
    const { reason, returned, final } = body;
    const ending = { outcome: returned ? ('returned' as const) : ('failed' as const), reason, final };
    const result = await giveBack(await deps.studioOf(c), params.id ?? '', workerOf(c), ending);
    if (!result.ok) return result;
    return { ok: true, answer: { state: result.state, receipt: await deps.receipt(result.entry) } };
  });
  blobRoutes(deps, app);
  return app;
}

function stewardRoutes(deps: Deps, app: ReturnType<typeof newRoutes>): void {
  route(
    app,
    workerEndpoints.createWorker,
    { summary: 'Admit a machine', status: 201 },
    async ({ c, body }) => {
      const { worker, token, entry } = await addWorker(await deps.contextOf(c), body);
      return { ok: true, answer: { worker: wireWorker(worker), token, receipt: await deps.receipt(entry) } };
    },
  );
  route(app, workerEndpoints.listWorkers, { summary: 'All machines' }, async () => ({
    ok: true,
    answer: { workers: (await listWorkers(deps.platform.db)).map(wireWorker) },
  }));
  route(app, workerEndpoints.stoppedWorkers, { summary: 'Machines that are stopped, and why' }, async () => ({
    ok: true,
    answer: wired({ workers: await stoppedWorkers(deps.platform.db) }),
  }));
  route(
    app,
    workerEndpoints.resumeWorker,
    { summary: 'Let a stopped machine work again' },
    async ({ c, params }) => {
      const result = await resumeWorker(await deps.contextOf(c), params.id ?? '');
      if (!result.ok) return result;
      return { ok: true, answer: { receipt: await deps.receipt(result.entry) } };
    },
  );
  route(app, workerEndpoints.revokeWorker, { summary: 'Revoke a machine’s token' }, async ({ c, params }) => {
    const result = await revokeWorker(await deps.contextOf(c), params.id ?? '');
    if (!result.ok) return result;
    return { ok: true, answer: { receipt: await deps.receipt(result.entry) } };
  });
}

function leaseRoute(deps: Deps, app: ReturnType<typeof newRoutes>): void {
  const options = { summary: 'Lease the next clip or fine-tune; 204 when there is none' };
  route(app, workerEndpoints.lease, options, async ({ c, body }) => {
    const ctx = await deps.studioOf(c);
    const { weights, fetches, kinds } = body;
    const wish = { workerId: workerOf(c), instance: body.instance ?? null, weights, fetches, kinds };
    const until = Date.now() + body.waitMs;
    const signal = AbortSignal.any([c.req.raw.signal, deps.stopping]);
    while (!signal.aborted) {
      const rest = until - Date.now();
      const rung = rest > 0 ? ctx.bell.wait(queueBell, Math.min(rest, lookAgainMs), signal) : null;
      const leased = await lease(ctx, wish);
      if (leased && signal.aborted) {
        // Whoever asked has hung up meanwhile: nobody would do it until the lease lapsed, and with blame.
        const ending = { outcome: 'returned' as const, reason: 'the worker hung up' };
        await giveBack(ctx, leased.leaseId, wish.workerId, ending);
        break;
      }
      if (leased) return { ok: true, answer: { job: jobOf(leased) } };
      if (!rung) break;
      await rung;
    }
    return c.body(null, 204);
  });
}

function blobRoutes(deps: Deps, app: ReturnType<typeof newRoutes>): void {
  const { blobs } = deps.platform;
  const upload = endpoint('PUT', '/api/worker/blobs/:sha256', { answer: blobStoredSchema });
  route(app, upload, { summary: 'Upload the bytes of this hash', status: 201 }, async ({ c, params }) => {
    const tooLarge = { ok: false as const, code: 'blob_too_large', detail: `At most ${blobBytes} bytes.` };
    if (Number(c.req.header('content-length') ?? 0) > blobBytes) return tooLarge;
    const stored = await blobs.putStream(c.req.raw.body ?? new Blob([]).stream(), { maxBytes: blobBytes });
    if (!stored.ok) return tooLarge;
    const { sha256, size } = stored;
    if (sha256 !== params.sha256)
      return { ok: false, code: 'blob_hash_mismatch', detail: `The bytes have ${sha256}.` };
    return { ok: true, answer: { sha256, size } };
  });
  const download = endpoint('GET', '/api/worker/blobs/:sha256');
  route(app, download, { summary: 'What a job of this worker needs, by its hash' }, async ({ c, params }) => {
    const sha256 = params.sha256 ?? '';
    if (!(await mayFetch(deps.platform, workerOf(c), sha256))) return { ok: false, code: 'no_output' };
    return sendBlob(c, blobs, { sha256, mediaType: 'application/octet-stream', shared: false });
  });
}

function workerOf(c: ApiContext): string {
  const id = c.get('workerId');
  if (id === null) throw new Refused('not_allowed');
  return id;
}

function expiry<Refused extends { ok: false; code: string }>(
  result: { ok: true; expiresAt: Date; stop: boolean } | Refused,
) {
  if (!result.ok) return result;
  const { expiresAt, stop } = result;
  return { ok: true as const, answer: { expiresAt: expiresAt.toISOString(), stop } };
}

function jobOf(leased: Leased): Job {
  const { leaseId, row, expiresAt } = leased;
  const fields = {
    leaseId,
    policyVersion: row.policyVersion,
    policyHash: row.policyHash,
    expiresAt: expiresAt.toISOString(),
    heartbeatSeconds: leaseMs / 3000,
  };
  return leased.kind === 'clip' ? clipJob(fields, leased) : trainJob(fields, leased);
}

type LeaseFields = Pick<Job, 'leaseId' | 'policyVersion' | 'policyHash' | 'expiresAt' | 'heartbeatSeconds'>;

function clipJob(fields: LeaseFields, { row, adapters }: Extract<Leased, { kind: 'clip' }>): ClipJob {
  const { id, prompt, seed, steps, guidance, mode, size, modelId, weightsSha256, modelRecordSha256 } = row;
  return {
    kind: 'clip',
    ...fields,
    generationId: id,
    prompt,
    seed: seed.toString(),
    steps,
    guidance,
    mode,
    size,
    model: {
      id: modelId ?? '',
      weightsSha256: weightsSha256 ?? '',
      recordSha256: modelRecordSha256,
    },
    adapters: adapters.map(({ sha256, weight }) => ({ sha256, weight })),
  };
}

function trainJob(
  fields: LeaseFields,
  { row, items, manifest }: Extract<Leased, { kind: 'train' }>,
): TrainJob {
  const { id, kind, name, styleWord, seed, steps, rank, sheetEvery } = row;
  return {
    kind: 'train',
    ...fields,
    fineTuneId: id,
    trainKind: kind,
    name,
    styleWord,
    seed: seed.toString(),
    steps,
    rank,
    sheetEvery,
    sheet: { prompts: row.sheetPrompts, seeds: row.sheetSeeds.map(String) },
    base: { id: row.baseModelId, weightsSha256: row.baseWeightsSha256, recordSha256: row.baseRecordSha256 },
    items: items.map(({ sha256, mediaType, frames, caption }) => ({ sha256, mediaType, frames, caption })),
    manifest,
  };
}

function wireWorker(worker: WorkerInfo) {
  const iso = (time: Date | null) => time?.toISOString() ?? null;
  return {
    id: worker.id,
    name: worker.name,
    createdAt: worker.createdAt.toISOString(),
    lastSeen: iso(worker.lastSeen),
    expiresAt: iso(worker.expiresAt),
    revokedAt: iso(worker.revokedAt),
  };
}
