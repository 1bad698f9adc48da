/**
 * Retraining a small model without one author at a time: what it has of whom (leave-one-out; Feldman and Zhang 2020).
 * For people to look at. It costs a training an author, and says nothing about a model that was not retrained.
 */
import { join } from 'node:path';
import { foldedStyleWord } from '../adapter/format.ts';
import { cameraWeights, PLAIN_VIEW } from '../model/camera.ts';
import { sampleLength } from '../model/config.ts';
import type { Parameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import { clauseRow } from './captions.ts';
import type { Course } from './course.ts';
import { drawTimes } from './definitions.ts';
import { captionsOf, lookAt, picturesOf } from './material.ts';
import { trainOwn, type Workshop } from './own.ts';
import type { TrainErrorCode, TrainEvent, TrainItem, TrainRequest } from './request.ts';
import { Trainer } from './trainer.ts';

/** A still by somebody. */
export type SignedItem = TrainItem & { readonly author: string };

export type LeaveOutRequest = Omit<TrainRequest, 'items' | 'manifest' | 'sheetEvery' | 'licence'> & {
  /** Of at least two authors. */
  readonly items: readonly SignedItem[];
  /** Batches that each loss is the mean of; default 24. */
  readonly draws?: number;
};

/**
 * A loss (mean squared error of the velocity) after learning from all and after learning from fewer, over the same
 * views, noise and times.
 */
export type LossChange = {
  readonly all: number;
  readonly fewer: number;
  /** `fewer` − `all`, and the standard error of that mean over the draws. */
  readonly change: number;
  readonly error: number;
};

/** What a training without one author comes to, beside the training on all. */
export type LeftOut = {
  readonly author: string;
  readonly works: number;
  /** Of the file that was learnt. */
  readonly sha256: string;
  /** On the works of this author, and on those of everybody else. */
  readonly own: LossChange;
  readonly others: LossChange;
  /** The same two for a training on all works from the next seed: what chance alone makes. */
  readonly chance: { readonly own: LossChange; readonly others: LossChange };
  /** The request's sheet. */
  readonly sheet: Uint8Array;
};

export type LeaveOutEvent =
  | {
      readonly type: 'training';
      /** Whose works are left out; null: nobody's. */
      readonly without: string | null;
      /** Which training of how many, from 1. */
      readonly at: number;
      readonly of: number;
    }
  | Extract<TrainEvent, { type: 'progress' }>
  /** The training on all works, and the same from the next seed. */
  | {
      readonly type: 'whole';
      readonly sha256: string;
      readonly sheet: Uint8Array;
      readonly again: Uint8Array;
    }
  | ({ readonly type: 'author' } & LeftOut)
  | { readonly type: 'error'; readonly code: TrainErrorCode | LeaveOutErrorCode; readonly message: string };

export type LeaveOutErrorCode = 'one_author' | 'moving_works';

const BATCHES = 24;

/** Trains on all, on all from the next seed, and without each author in turn; says each as it comes. */
export async function leaveOut(
  shop: Workshop,
  request: LeaveOutRequest,
  { emit, signal }: { emit: (event: LeaveOutEvent) => void; signal?: AbortSignal },
): Promise<void> {
  const { items } = request;
  const authors = [...new Set(items.map(({ author }) => author))].sort();
  if (authors.length < 2) {
    const message = 'all works are by one author; without them nothing is left to learn from';
    return emit({ type: 'error', code: 'one_author', message });
  }
  if (items.some(({ frames = 1 }) => frames > 1)) {
    const message = 'one of the works moves; only stills can be left out so';
    return emit({ type: 'error', code: 'moving_works', message });
  }
  const of = authors.length + 2;
  let at = 0;
  const learn = async (without: string | null, seed: number): Promise<Learnt | undefined> => {
    at += 1;
    emit({ type: 'training', without, at, of });
    const kept = items.filter(({ author }) => author !== without);
    return learnFrom(shop, { request, items: kept, seed, at }, { emit, ...(signal ? { signal } : {}) });
  };
  const whole = await learn(null, request.seed);
  const again = whole && (await learn(null, request.seed + 1));
  if (!again) return;
  emit({ type: 'whole', sha256: whole.sha256, sheet: whole.sheet, again: again.sheet });
  const seen = await seenStraight(shop, request);
  for (const author of authors) {
    const fewer = await learn(author, request.seed);
    if (!fewer) return;
    const own = items.filter((item) => item.author === author);
    const others = items.filter((item) => item.author !== author);
    const compare = async (of: readonly SignedItem[]) => {
      const losses = (learnt: Learnt) => lossesOn(shop, request, learnt, { of, seen });
      const [all, next, less] = [await losses(whole), await losses(again), await losses(fewer)];
      return { change: changeOf(all, less), chance: changeOf(all, next) };
    };
    const [onOwn, onOthers] = [await compare(own), await compare(others)];
    emit({
      ...{ type: 'author', author, works: own.length, sha256: fewer.sha256, sheet: fewer.sheet },
      ...{ own: onOwn.change, others: onOthers.change },
      chance: { own: onOwn.chance, others: onOthers.chance },
    });
  }
}

type Learnt = {
  readonly course: Course;
  readonly parameters: Parameters;
  readonly sha256: string;
  readonly sheet: Uint8Array;
};

/** One training to its end; nothing where it failed, which is said. */
async function learnFrom(
  shop: Workshop,
  run: { request: LeaveOutRequest; items: readonly SignedItem[]; seed: number; at: number },
  { emit, signal }: { emit: (event: LeaveOutEvent) => void; signal?: AbortSignal },
): Promise<Learnt | undefined> {
  const { draws: _, ...request } = run.request;
  const asked: TrainRequest = {
    ...{ ...request, items: run.items, seed: run.seed, sheetEvery: 0, manifest: '{}' },
    checkpointFolder: join(request.checkpointFolder, String(run.at)),
  };
  let learnt: Pick<Learnt, 'course' | 'parameters'> | undefined;
  let sheet = new Uint8Array();
  let sha256: string | undefined;
  await trainOwn(shop, asked, {
    emit(event) {
      if (event.type === 'progress' || event.type === 'error') emit(event);
      else if (event.type === 'sheet') sheet = new Uint8Array(event.png);
      else if (event.type === 'result') sha256 = event.sha256;
    },
    learnt(course, parameters) {
      const copies = [...parameters].map(([name, values]) => [name, values.slice()] as const);
      learnt = { course, parameters: new Map(copies) };
    },
    ...(signal ? { signal } : {}),
  });
  return learnt && sha256 !== undefined ? { ...learnt, sha256, sheet } : undefined;
}

/** Each work as the transformer's sample, seen straight on. */
async function seenStraight(
  { model, encode }: Workshop,
  { items, seed }: LeaveOutRequest,
): Promise<Map<SignedItem, Float32Array>> {
  const read = await picturesOf(items);
  if (!read.ok) throw new Error(read.message);
  const { config } = model.record;
  const seen = await lookAt(read.pictures, config, seed, encode);
  const length = sampleLength(config);
  return new Map(items.map((item, at) => [item, seen[at]?.samples.slice(0, length) ?? new Float32Array()]));
}

/** The loss on these works, a mean for each draw; the same views, noise and times whatever was learnt. */
async function lossesOn(
  { model, provider, threads }: Workshop,
  { seed, styleWord, draws = BATCHES }: LeaveOutRequest,
  { course, parameters }: Learnt,
  { of: items, seen }: { of: readonly SignedItem[]; seen: ReadonlyMap<SignedItem, Float32Array> },
): Promise<number[]> {
  const { captions } = captionsOf(items, course.index, foldedStyleWord(styleWord));
  const length = sampleLength(model.record.config);
  const trainer = await Trainer.create({
    step: course.step,
    seed,
    provider,
    ...(threads ? { threads } : {}),
  });
  const { sample, words, noise, time } = trainer.inputs as Record<string, Float32Array>;
  if (!sample || !words || !noise || !time) throw new Error('a step of stills has other inputs');
  const [random, saying] = [new Random(seed), new Random(seed)];
  const width = words.length / trainer.batch;
  const losses: number[] = [];
  try {
    for (let draw = 0; draw < draws; draw++) {
      words.fill(0);
      for (let row = 0; row < trainer.batch; row++) {
        const at = (draw * trainer.batch + row) % items.length;
        sample.set(seen.get(items[at] as SignedItem) as Float32Array, row * length);
        const said = words.subarray(row * width, (row + 1) * width);
        for (const [clause, rows] of (captions[at] ?? []).entries())
          clauseRow(saying, rows, said.subarray(clause * course.width, (clause + 1) * course.width), 0);
        said[course.styleRow] = 1;
        said.set(cameraWeights(PLAIN_VIEW));
      }
      random.fillNormal(noise);
      drawTimes(random, time);
      trainer.setParameters(parameters);
      losses.push(await trainer.run(0, 0));
    }
  } finally {
    await trainer.release();
  }
  return losses;
}

/** The change of a mean, draw by draw, so that what is the same in both cancels out. */
function changeOf(all: readonly number[], fewer: readonly number[]): LossChange {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const changes = fewer.map((loss, draw) => loss - (all[draw] ?? Number.NaN));
  const change = mean(changes);
  const spread = changes.reduce((sum, one) => sum + (one - change) ** 2, 0) / Math.max(1, changes.length - 1);
  return { all: mean(all), fewer: mean(fewer), change, error: Math.sqrt(spread / changes.length) };
}
