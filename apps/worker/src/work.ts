import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@uncaged/contract';
import { openCache } from './cache.ts';
import { type Collective, Declined, type Log, reach, TurnedAway } from './collective.ts';
import { doJob, nameOf } from './job.ts';
import { openMachine } from './machine.ts';
import { heldModels } from './weights.ts';

export interface WorkOptions {
  /** Where the collective lives. */
  url: string;
  token: string;
  /** Folders in which weights lie. */
  weights: readonly string[];
  /** Folder for what it fetches, and for checkpoints of its runs. */
  cache: string;
  log: Log;
}

/**
 * Works until `stopping` aborts: leases a clip or a fine-tune, does it, delivers it, again. Answers `turned_away` when the
 * token is no good (any more), `no_weights` when there is nothing this worker could run.
 */
export async function work(
  options: WorkOptions,
  stopping: AbortSignal,
): Promise<'stopped' | 'turned_away' | 'no_weights'> {
  const { log } = options;
  const held = await heldModels(options.weights);
  if (held.size === 0) {
    log(`no weights (name.safetensors with name.json) in ${options.weights.join(', ')}`);
    return 'no_weights';
  }
  const collective = reach({ ...options, instance: randomUUID() });
  const cache = await openCache(options.cache, collective);
  const machine = openMachine(held, cache, log);
  log(`working for ${options.url}`);
  try {
    // The first clip should not have to wait for the engine too.
    const [first] = held.keys();
    if (first)
      await machine
        .with({ id: '', weightsSha256: first, recordSha256: null })
        .catch((error: unknown) => log(`the engine does not start: ${error}`));
    while (!stopping.aborted) {
      const job = await nextJob(collective, [...held.keys()], stopping);
      if (!job) continue;
      log(`${nameOf(job)}: leased, ${job.steps ?? 'some'} steps, seed ${job.seed}`);
      await doJob(job, { collective, machine, cache, log }, stopping);
    }
    return 'stopped';
  } catch (error) {
    if (stopping.aborted) return 'stopped';
    if (!(error instanceof TurnedAway)) throw error;
    log(error.message);
    return 'turned_away';
  } finally {
    await machine.discard();
  }
}

/** Waits for a job. Before the founding there is none. */
async function nextJob(
  collective: Collective,
  weights: readonly string[],
  stopping: AbortSignal,
): Promise<Job | null> {
  try {
    return await collective.lease(weights, stopping);
  } catch (error) {
    if (!(error instanceof Declined && error.code === 'not_founded')) throw error;
    await sleep(1_000, undefined, { signal: stopping });
    return null;
  }
}
