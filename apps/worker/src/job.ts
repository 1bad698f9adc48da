import type { Job } from '@uncaged/contract';
import type { Cache } from './cache.ts';
import { makeClip } from './clip.ts';
import { type Collective, Declined, type Log } from './collective.ts';
import { EngineFailure } from './failure.ts';
import type { Machine } from './machine.ts';
import { teach } from './teaching.ts';

export interface Tools {
  collective: Collective;
  machine: Machine;
  cache: Cache;
  log: Log;
}

/** What tells a job to end. */
export interface Ends {
  /** It must go back: the worker stops, or the lease is lost. */
  signal: AbortSignal;
  /** Its maker wants it to end with what it has. */
  stop: AbortController;
}

/** How a job is called in the log. */
export const nameOf = (job: Job) =>
  job.kind === 'clip' ? `clip ${job.generationId}` : `fine-tune ${job.fineTuneId}`;

/**
 * Does one job under its lease and delivers what came of it, beating on the way. When it cannot, the job goes back
 * with the reason; when `stopping` aborts, it goes back without blame.
 */
export async function doJob(job: Job, tools: Tools, stopping: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const stop = new AbortController();
  const beat = async () => {
    const answer = await tools.collective.heartbeat(job.leaseId);
    if (answer.stop) stop.abort();
  };
  const beating = setInterval(() => {
    beat().catch((error: unknown) => {
      if (error instanceof Declined) lost.abort(error);
    });
  }, job.heartbeatSeconds * 1000);
  const signal = AbortSignal.any([stopping, lost.signal]);
  try {
    const done =
      job.kind === 'clip' ? await makeClip(job, tools, signal) : await teach(job, tools, { signal, stop });
    tools.log(`${nameOf(job)}: ${done}`);
  } catch (error) {
    await recover(job, error, tools, { stopping, lost: lost.signal });
  } finally {
    clearInterval(beating);
  }
}

async function recover(
  job: Job,
  error: unknown,
  { collective, machine, log }: Tools,
  { stopping, lost }: { stopping: AbortSignal; lost: AbortSignal },
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const final = error instanceof EngineFailure && !error.isPassing;
  if (!final) await machine.discard();
  if (lost.aborted) return log(`${nameOf(job)}: the lease is lost; dropped`);
  const returned = stopping.aborted;
  log(`${nameOf(job)}: ${returned ? 'given back, the worker stops' : `failed: ${reason}`}`);
  const ending = returned ? { reason: 'the worker stops', returned } : { reason, final };
  await collective.giveBack(job.leaseId, ending).catch((refusal: unknown) => {
    if (!(refusal instanceof Declined)) throw refusal;
    log(`${nameOf(job)}: could not be given back (${refusal.message})`);
  });
}
