import type { Completion, Job } from '@uncaged/contract';
import type { Engine, GenerateRequest, GenerateResult } from '@uncaged/engine';
import { type Collective, Declined, type Log } from './collective.ts';
import type { Machine } from './machine.ts';

export interface Tools {
  collective: Collective;
  machine: Machine;
  log: Log;
}

/** How many previews a clip shows on its way. */
const previews = 6;

/** The engine could not make the clip. */
class EngineFailure extends Error {
  override name = 'EngineFailure';
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** What may go well another time: everything else fails the same way again. */
const passing = new Set(['child_died', 'engine_failed', 'busy', 'cancelled']);

/**
 * Makes one clip under its lease: samples, beats, shows previews, uploads, completes. When it cannot, the job
 * goes back with the reason; when `stopping` aborts, it goes back without blame.
 */
export async function doJob(job: Job, tools: Tools, stopping: AbortSignal): Promise<void> {
  const { collective, log } = tools;
  const lost = new AbortController();
  const beating = setInterval(() => {
    collective.heartbeat(job.leaseId).catch((error: unknown) => {
      if (error instanceof Declined) lost.abort(error);
    });
  }, job.heartbeatSeconds * 1000);
  const signal = AbortSignal.any([stopping, lost.signal]);
  try {
    const delivery = await make(job, tools, signal);
    await collective.complete(job.leaseId, delivery);
    log(`clip ${job.generationId}: done in ${delivery.seconds.toFixed(1)} s on ${delivery.provider}`);
  } catch (error) {
    await recover(job, error, tools, { stopping, lost: lost.signal });
  } finally {
    clearInterval(beating);
  }
}

async function make(job: Job, tools: Tools, signal: AbortSignal): Promise<Completion> {
  const { collective, machine } = tools;
  const engine = await machine.with(job.model.weightsSha256);
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
  job: Job,
  { collective }: Tools,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const { prompt, steps, guidance } = job;
  // A model without a sense of time is walked through instead; the record says so.
  const mode = engine.model.modes.includes(job.mode) ? job.mode : engine.model.modes[0];
  const request: GenerateRequest = {
    prompt,
    seed: Number(job.seed),
    steps,
    guidance,
    previewEvery: Math.max(1, Math.floor(steps / previews)),
    ...(mode ? { mode } : {}),
  };
  for await (const event of engine.generate(request, { signal })) {
    if (event.type === 'result') return event.result;
    if (event.type === 'error') throw new EngineFailure(event.code, event.message);
    // A preview that is lost is lost; the heartbeat finds out whether the lease is.
    collective.progress(job.leaseId, event.step, event.steps, event.webp).catch(() => {});
  }
  throw new EngineFailure('engine_failed', 'the engine ended without a result');
}

async function recover(
  job: Job,
  error: unknown,
  { collective, machine, log }: Tools,
  { stopping, lost }: { stopping: AbortSignal; lost: AbortSignal },
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const final = error instanceof EngineFailure && !passing.has(error.code);
  if (!final) await machine.discard();
  if (lost.aborted) return log(`clip ${job.generationId}: the lease is lost; dropped`);
  const returned = stopping.aborted;
  log(`clip ${job.generationId}: ${returned ? 'given back, the worker stops' : `failed: ${reason}`}`);
  const ending = returned ? { reason: 'the worker stops', returned } : { reason, final };
  await collective.giveBack(job.leaseId, ending).catch((refusal: unknown) => {
    if (!(refusal instanceof Declined)) throw refusal;
    log(`clip ${job.generationId}: could not be given back (${refusal.message})`);
  });
}
