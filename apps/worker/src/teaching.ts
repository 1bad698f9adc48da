import type { TrainJob, TrainProgress } from '@uncaged/contract';
import type { TrainEvent, TrainItem, TrainRequest } from '@uncaged/engine';
import { type Collective, Declined } from './collective.ts';
import { EngineFailure } from './failure.ts';
import type { Ends, Tools } from './job.ts';

type Result = Extract<TrainEvent, { type: 'result' }>;

/**
 * Teaches an adapter or a model: fetches the works, goes on from the checkpoint where there is one, tells curve and
 * sheets on the way, uploads what was learnt. Answers how it went, for the log.
 */
export async function teach(job: TrainJob, tools: Tools, ends: Ends): Promise<string> {
  const { collective, machine, cache } = tools;
  const engine = await machine.with(job.base);
  const request = await requestFor(job, tools);
  const teller = new Teller(collective, job.leaseId, ends.stop);
  let result: Result | undefined;
  for await (const event of engine.train(request, { signal: ends.signal, stop: ends.stop.signal })) {
    if (event.type === 'result') result = event;
    else if (event.type === 'error') {
      if (event.code === 'checkpoint_unreadable') await cache.endRun(job.fineTuneId);
      throw new EngineFailure(event.code, event.message);
    } else await teller.tell(event);
  }
  if (!result) throw new EngineFailure('engine_failed', 'the engine ended without a result');
  await teller.done();
  const { steps, seconds } = result;
  const file = await collective.upload(result.safetensors);
  await collective.taught(job.leaseId, {
    file,
    steps,
    of: Math.max(teller.of, steps, 1),
    seconds,
    provider: engine.provider,
    policyHash: job.policyHash,
    baseWeightsSha256: engine.model.weightsSha256,
  });
  // One that was stopped may be gone on with.
  if (steps >= teller.of) await cache.endRun(job.fineTuneId);
  return `taught ${steps} of ${teller.of} steps in ${seconds.toFixed(1)} s on ${engine.provider}`;
}

async function requestFor(job: TrainJob, { cache }: Tools): Promise<TrainRequest> {
  const items: TrainItem[] = [];
  for (const { sha256, mediaType, frames, caption } of job.items) {
    const bytes = await cache.bytes(sha256);
    items.push({ bytes, mediaType, caption, ...(frames > 1 ? { frames } : {}) });
  }
  const { prompts, seeds } = job.sheet;
  return {
    kind: job.trainKind,
    name: job.name,
    styleWord: job.styleWord,
    items,
    seed: Number(job.seed),
    ...(job.steps === null ? {} : { steps: job.steps }),
    ...(job.rank === null ? {} : { rank: job.rank }),
    sheetEvery: job.sheetEvery,
    sheet: { prompts, seeds: seeds.map(Number) },
    checkpointFolder: await cache.runFolder(job.fineTuneId),
    manifest: job.manifest,
    licence: 'All rights reserved',
  };
}

/** Tells the collective how far a run is, one call at a time; what comes meanwhile is told with the next. */
class Teller {
  /** Steps of the whole run. */
  of = 1;
  readonly #collective: Collective;
  readonly #leaseId: string;
  readonly #stop: AbortController;
  #step = 0;
  #losses: TrainProgress['losses'] = [];
  #pace = { imagesPerSecond: 0, secondsLeft: 0 };
  #telling: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(collective: Collective, leaseId: string, stop: AbortController) {
    this.#collective = collective;
    this.#leaseId = leaseId;
    this.#stop = stop;
  }

  async tell(event: Exclude<TrainEvent, { type: 'result' | 'error' }>): Promise<void> {
    if (event.type === 'started') {
      this.of = event.steps;
      this.#step = event.resumedAt;
    } else if (event.type === 'progress') {
      const { step, loss, imagesPerSecond, secondsLeft } = event;
      this.#step = step;
      this.#losses.push({ step, loss });
      this.#pace = { imagesPerSecond, secondsLeft };
    } else {
      const sha256 = await this.#collective.upload(event.png);
      await this.#telling;
      return this.#say({ step: event.step, sha256 });
    }
    if (this.#failure !== null) throw this.#failure;
    this.#telling ??= this.#say()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#telling = null;
      });
  }

  /** Resolves when all is told. */
  async done(): Promise<void> {
    await this.#telling;
    if (this.#failure !== null) throw this.#failure;
    if (this.#losses.length > 0) await this.#say();
  }

  async #say(sheet?: TrainProgress['sheet']): Promise<void> {
    const losses = this.#losses.splice(0, 1_000);
    const progress = { step: this.#step, of: this.of, losses, ...this.#pace, ...(sheet ? { sheet } : {}) };
    try {
      const { stop } = await this.#collective.trainProgress(this.#leaseId, progress);
      if (stop) this.#stop.abort();
    } catch (error) {
      // The heartbeat finds out whether the lease is lost; a point of the curve is no reason to end a run.
      if (!(error instanceof Declined)) throw error;
    }
  }
}
