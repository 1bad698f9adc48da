/** What is learnt from an artist's works: an adapter on the base, or a small model from nothing. */
import { foldedStyleWord, stillsOnly } from '../adapter/format.ts';
import { type Adapter, writeAdapter } from '../adapter/read.ts';
import { adapterStep } from '../adapter/step.ts';
import type { LoadedModel, ModelRecord } from '../model/load.ts';
import { writeOwnModel } from '../model/own.ts';
import { type Parameters, parameterSpecs, temporalSpecs } from '../model/parameters.ts';
import { wordsOf } from '../model/words.ts';
import { buildVocabulary } from './captions.ts';
import { stillsStep } from './definitions.ts';
import type { TrainRequest } from './request.ts';
import type { RateSchedule } from './run.ts';
import type { StepDefinition } from './step.ts';

export type Course = {
  readonly step: StepDefinition;
  readonly batch: number;
  readonly steps: number;
  readonly rate: RateSchedule;
  /** Row of each word of the captions, the style's own, and how many rows there are. */
  readonly index: ReadonlyMap<string, number>;
  readonly styleRow: number;
  readonly width: number;
  /** What can draw once these parameters are learnt. */
  learnt(parameters: Parameters, steps: number): { readonly model: LoadedModel; readonly adapter?: Adapter };
  /** The same as a file. */
  file(parameters: Parameters, steps: number): Uint8Array;
};

/** Steps grow with the works, so that few works are not learnt by heart. */
const ADAPTER = { batch: 16, rank: 16, stepsEach: 25, least: 300, most: 1000, rate: 1e-2 } as const;
const MODEL = { batch: 32, steps: 3000, rate: 2e-3, dim: 128, depth: 4, heads: 4, bottleneck: 16 } as const;

const schedule = (peak: number, steps: number): RateSchedule => ({
  peak,
  warmup: Math.min(20, steps),
  decay: Math.ceil(steps / 2),
});

/**
 * Low-rank terms and a style on the base.
 *
 * @param moving whether there are works that move, and so motion to learn
 */
export function adapterCourse(
  { record, parameters, index }: LoadedModel,
  request: TrainRequest,
  moving: boolean,
): Course {
  const { rank = ADAPTER.rank, items, name, styleWord, manifest, licence = '' } = request;
  const { batch, stepsEach, least, most } = ADAPTER;
  const { steps = Math.min(most, Math.max(least, stepsEach * items.length)) } = request;
  const { config } = record;
  const { dim, depth, temporal } = config;
  const base = { name: record.name, weightsSha256: record.weights.sha256 };
  const sizes = moving && temporal ? { dim, depth, temporal } : stillsOnly(config);
  const adapterOf = (learnt: Parameters, done: number): Adapter => ({
    ...{ name, styleWord, base, rank, steps: done, manifest, licence, sizes },
    parameters: learnt,
  });
  return {
    step: adapterStep(config, parameters, { batch, rank, moving: sizes.temporal !== undefined }),
    batch,
    steps,
    rate: schedule(ADAPTER.rate, steps),
    index,
    styleRow: config.words,
    width: config.words + 1,
    learnt: (learnt, done) => ({ model: { record, parameters, index }, adapter: adapterOf(learnt, done) }),
    file: (learnt, done) => writeAdapter(adapterOf(learnt, done)),
  };
}

/**
 * A transformer of a quarter of the base's work, from random numbers, on the words of the captions alone.
 * Its autoencoder is the base's, and its record says so.
 */
export function modelCourse(base: LoadedModel, request: TrainRequest): Course {
  const { steps = MODEL.steps, name, styleWord } = request;
  const style = foldedStyleWord(styleWord);
  const vocabulary = buildVocabulary(
    request.items.map(({ caption }) => [style, ...wordsOf(caption).filter((word) => word !== style)]),
    1,
  );
  const { temporal: _, ...sizes } = base.record.config;
  const { dim, depth, heads, bottleneck } = MODEL;
  const config = { ...sizes, dim, depth, heads, bottleneck, words: vocabulary.words.length };
  const index = new Map(vocabulary.words.map((word, i) => [word, i]));
  const theirs = new Set(
    [...parameterSpecs(base.record.config), ...temporalSpecs(base.record.config)].map((s) => s.name),
  );
  const kept = [...base.parameters].filter(([tensor]) => !theirs.has(tensor));
  const recordOf = (done: number): ModelRecord => ({
    name,
    config,
    vocabulary,
    weights: { file: '', sha256: '', bytes: 0 },
    licence: request.licence ?? '',
    training: {
      kind: 'own',
      steps: done,
      items: request.items.length,
      autoencoder: { from: base.record.name, weightsSha256: base.record.weights.sha256 },
    },
  });
  const modelOf = (learnt: Parameters, done: number): LoadedModel => ({
    record: recordOf(done),
    parameters: new Map([...kept, ...learnt]),
    index,
  });
  return {
    step: stillsStep(config, MODEL.batch),
    batch: MODEL.batch,
    steps,
    rate: schedule(MODEL.rate, steps),
    index,
    styleRow: index.get(style) as number,
    width: config.words,
    learnt: (learnt, done) => ({ model: modelOf(learnt, done) }),
    file: (learnt, done) => writeOwnModel(modelOf(learnt, done), request.manifest),
  };
}
