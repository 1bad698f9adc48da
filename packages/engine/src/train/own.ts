/**
 * Fine-tuning as a product: from a request to a file, with progress, sheets, checkpoints, stop and cancel.
 * Same request, same base, same provider and threads: same bytes, also when it was interrupted between.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { foldedStyleWord } from '../adapter/format.ts';
import { mixOf } from '../adapter/mix.ts';
import type { Adapter } from '../adapter/read.ts';
import { CLIP } from '../adapter/step.ts';
import type { LoadedModel } from '../model/load.ts';
import type { Parameters } from '../model/parameters.ts';
import { Sampler } from '../sample/sampler.ts';
import { drawSheet } from '../sample/sheet.ts';
import { adapterCourse, type Course, modelCourse } from './course.ts';
import { drawNoise } from './feeds.ts';
import { captionsOf, lookAt, MaterialFeed, type Picture, picturesOf } from './material.ts';
import { MovingFeed } from './moving.ts';
import { type TrainErrorCode, type TrainEvent, type TrainRequest, trainTrouble } from './request.ts';
import { type RunProgress, resume, trainRun } from './run.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

/** What a run stands on: the loaded base, and ways to encode and to draw. */
export type Workshop = {
  readonly model: LoadedModel;
  readonly provider: NonNullable<TrainerOptions['provider']>;
  readonly threads: number | undefined;
  /** Pictures [n, side, side, 3] in −1 … 1 to samples of the transformer. */
  encode(pixels: Float32Array): Promise<Float32Array>;
  /** A PNG of samples, a row for each prompt and a column for each seed. */
  draw(model: LoadedModel, adapter: Adapter | undefined, sheet: TrainRequest['sheet']): Promise<Uint8Array>;
};

/** The workshop of a sampler: what it has loaded is the base. Providers without training leave that to the CPU. */
export function workshopOf(sampler: Sampler, threads?: number): Workshop {
  const { model, provider } = sampler;
  return {
    model,
    provider: provider === 'webgpu' || provider === 'cuda' ? provider : 'cpu',
    threads,
    encode: (pixels) => sampler.samples(pixels),
    async draw(drawn, adapter, sheet) {
      const own = drawn.parameters === model.parameters ? sampler : new Sampler(drawn, provider, threads);
      const worn = own.mix;
      own.mix = adapter && mixOf([{ adapter, weight: 1 }], drawn.record.config);
      try {
        return await drawSheet(own, sheet);
      } finally {
        own.mix = worn;
        if (own !== sampler) await own.release();
      }
    },
  };
}

export type TrainHooks = {
  readonly emit: (event: TrainEvent) => void;
  /** Ends the run with the error `cancelled`; its checkpoint stays. */
  readonly signal?: AbortSignal;
  /** Ends the run with what was learnt so far. */
  readonly stop?: AbortSignal;
  /** Called right before the result with what was learnt, as views that do not outlast the call. */
  readonly learnt?: (course: Course, parameters: Parameters) => void;
};

const CHECKPOINT_SECONDS = 15;
/** Most the moving average keeps in one step: a run is a few hundred steps long. */
const AVERAGE = 0.98;
/** Milliseconds between progress events. */
const PROGRESS_EVERY = 1000;

type Failure = { readonly code: TrainErrorCode; readonly message: string };

/** Runs a request; emits `started`, then progress and sheets, and ends in one `result` or `error`. */
export async function trainOwn(shop: Workshop, request: TrainRequest, hooks: TrainHooks): Promise<void> {
  const failure = await tried(shop, request, hooks);
  if (failure) hooks.emit({ type: 'error', ...failure });
}

async function tried(shop: Workshop, request: TrainRequest, hooks: TrainHooks): Promise<Failure | undefined> {
  const began = performance.now();
  const trouble = trainTrouble(request, (word) => shop.model.index.has(word));
  if (trouble) return trouble;
  const read = await picturesOf(request.items);
  if (!read.ok) return read;
  const { kind, seed } = request;
  const course =
    kind === 'adapter'
      ? adapterCourse(shop.model, request, isMoving(read.pictures))
      : modelCourse(shop.model, request);
  const { provider, threads } = shop;
  const options = { step: course.step, seed, provider, ...(threads ? { threads } : {}) };
  const trainer = await Trainer.create(options);
  try {
    return await follow({ shop, request, hooks, course, trainer, began }, read.pictures);
  } finally {
    await trainer.release();
  }
}

/** Whether some work gave more than one picture. */
const isMoving = (pictures: readonly Picture[]): boolean =>
  pictures.some(({ item }, i) => item === pictures[i - 1]?.item);

/** A hash of all that decides what is learnt: a checkpoint of another request is left alone. */
function requestHash(request: TrainRequest, base: LoadedModel, { steps, batch, rate }: Course): string {
  const { kind, styleWord, seed, rank = null } = request;
  const items = request.items.map(({ bytes, mediaType, frames = 1, caption }) => [
    createHash('sha256').update(bytes).digest('hex'),
    mediaType,
    frames,
    caption,
  ]);
  const course = [steps, batch, rate.peak, rank, base.record.weights.sha256];
  const said = [kind, foldedStyleWord(styleWord), seed, course, items];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

type Session = {
  readonly shop: Workshop;
  readonly request: TrainRequest;
  readonly hooks: TrainHooks;
  readonly course: Course;
  readonly trainer: Trainer;
  /** When work began, in the clock of `performance`. */
  readonly began: number;
};

async function follow(session: Session, pictures: readonly Picture[]): Promise<Failure | undefined> {
  const { shop, request, course, trainer, began } = session;
  const { emit, signal, stop } = session.hooks;
  const { steps, rate, index, styleRow, width } = course;
  const { captions, unknownWords } = captionsOf(request.items, index, foldedStyleWord(request.styleWord));
  const checkpoint = join(request.checkpointFolder, `${requestHash(request, shop.model, course)}.checkpoint`);
  const before = await resume(trainer, checkpoint);
  if (typeof before === 'string') return unreadable(before);
  emit({ type: 'started', steps, resumedAt: before.step, unknownWords, pictures: pictures.length });
  const { config } = shop.model.record;
  const seen = await lookAt(pictures, config, request.seed, shop.encode);
  const style = { styleRow, width };
  const stills = new MaterialFeed(seen, captions, config, style);
  const clips = trainer.inputs[`${CLIP}sample`]
    ? new MovingFeed(pictures, seen, captions, config, style)
    : undefined;
  if (before.step === 0) await sheet(session, 0);
  const prepared = (performance.now() - began) / 1000;
  const outcome = await trainRun({
    trainer,
    steps,
    rate,
    average: AVERAGE,
    checkpoint,
    checkpointSeconds: CHECKPOINT_SECONDS,
    feed({ random, inputs }) {
      stills.fill(random, inputs.sample as Float32Array, inputs.words as Float32Array);
      drawNoise(trainer);
      clips?.fill(trainer);
    },
    onStep: watcher(session),
    signal: AbortSignal.any([signal, stop].filter((s) => s !== undefined)),
  });
  if (!outcome.ok) return outcome.code === 'checkpoint_unreadable' ? unreadable(outcome.message) : outcome;
  const { step: done, seconds } = outcome.progress;
  const drawing = performance.now();
  if (!signal?.aborted) await sheet(session, done);
  if (signal?.aborted)
    return { code: 'cancelled', message: `cancelled after step ${done}; its checkpoint stays` };
  session.hooks.learnt?.(course, trainer.parameters('e'));
  const safetensors = course.file(trainer.parameters('e'), done);
  const sha256 = createHash('sha256').update(safetensors).digest('hex');
  const spent = prepared + seconds + (performance.now() - drawing) / 1000;
  emit({ type: 'result', safetensors, sha256, steps: done, seconds: Number(spent.toFixed(1)) });
  return undefined;
}

const unreadable = (why: string): Failure => ({
  code: 'checkpoint_unreadable',
  message: `the checkpoint of this run cannot be read (${why.slice(0, 200)}). Delete its folder to begin anew.`,
});

/** Reports progress about once a second, draws sheets, and lets messages in between steps. */
function watcher(session: Session): (progress: RunProgress, loss: number) => Promise<void> {
  const { course, request, hooks } = session;
  let since = { time: performance.now(), losses: [] as number[] };
  let pace: number | undefined;
  return async ({ step }, loss) => {
    since.losses.push(loss);
    const now = performance.now();
    const done = since.losses.length;
    if (now - since.time >= PROGRESS_EVERY || step === course.steps) {
      const perStep = (now - since.time) / 1000 / done;
      pace = pace === undefined ? perStep : 0.8 * pace + 0.2 * perStep;
      hooks.emit({
        type: 'progress',
        step,
        steps: course.steps,
        loss: since.losses.reduce((a, b) => a + b, 0) / done,
        imagesPerSecond: Number((course.batch / perStep).toFixed(1)),
        secondsLeft: Math.ceil((course.steps - step) * pace),
      });
      since = { time: now, losses: [] };
    }
    if (request.sheetEvery > 0 && step % request.sheetEvery === 0 && step < course.steps) {
      const drawing = performance.now();
      await sheet(session, step);
      since.time += performance.now() - drawing;
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
}

/** Draws the request's sheet with what is learnt by now; the base alone before the first step. */
async function sheet({ shop, request, hooks, course, trainer }: Session, step: number): Promise<void> {
  const { prompts, seeds } = request.sheet;
  if (prompts.length === 0 || seeds.length === 0) return;
  const { model, adapter } = course.learnt(trainer.parameters('e'), step);
  const png = await shop.draw(model, step === 0 ? undefined : adapter, request.sheet);
  hooks.emit({ type: 'sheet', step, png });
}
