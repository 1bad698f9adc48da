import type { ClipJob, Completion } from '@uncaged/contract';
import type { Engine, GenerateRequest, GenerateResult } from '@uncaged/engine';
import { EngineFailure } from './failure.ts';
import type { Tools } from './job.ts';

/** How many previews a clip shows on its way. */
const previews = 6;

/** Makes one clip: samples, shows previews, uploads, completes. Answers how it went, for the log. */
export async function makeClip(job: ClipJob, tools: Tools, signal: AbortSignal): Promise<string> {
  const delivery = await make(job, tools, signal);
  await tools.collective.complete(job.leaseId, delivery);
  return `done in ${delivery.seconds.toFixed(1)} s on ${delivery.provider}`;
}

async function make(job: ClipJob, tools: Tools, signal: AbortSignal): Promise<Completion> {
  const { collective, machine } = tools;
  const engine = await machine.with(job.model);
  const { record, files } = await sample(engine, job, tools, signal);
  if (!files) throw new EngineFailure('engine_failed', 'the engine delivered no files');
  const [mp4, webp, poster] = await Promise.all(
    [files.mp4, files.webp, files.poster].map((file) => collective.upload(file.bytes)),
  );
  return {
    outputs: { mp4: mp4 as string, webp: webp as string, poster: poster as string },
    record: JSON.parse(JSON.stringify(record)) as Completion['record'],
    unknownWords: record.unknownWords.slice(0, 500),
    seconds: record.computeMs / 1000,
    provider: record.provider,
    policyHash: job.policyHash,
    weightsSha256: record.model.weightsSha256,
  };
}

async function sample(
  engine: Engine,
  job: ClipJob,
  { collective, cache }: Tools,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const { prompt, steps, guidance, size } = job;
  // A model without a sense of time is walked through instead; the record says so.
  const mode = engine.model.modes.includes(job.mode) ? job.mode : engine.model.modes[0];
  const adapters = [];
  for (const { sha256, weight } of job.adapters) adapters.push({ path: await cache.file(sha256), weight });
  const request: GenerateRequest = {
    prompt,
    seed: Number(job.seed),
    steps,
    guidance,
    size,
    previewEvery: Math.max(1, Math.floor(steps / previews)),
    ...(mode ? { mode } : {}),
    ...(adapters.length > 0 ? { adapters } : {}),
  };
  for await (const event of engine.generate(request, { signal })) {
    if (event.type === 'result') return event.result;
    if (event.type === 'error') throw new EngineFailure(event.code, event.message);
    // A preview that is lost is lost; the heartbeat finds out whether the lease is.
    collective.progress(job.leaseId, event.step, event.steps, event.webp).catch(() => {});
  }
  throw new EngineFailure('engine_failed', 'the engine ended without a result');
}
