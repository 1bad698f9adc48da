/** The classifier of categories at work, and the features that lean on it: weights/category-1. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elements, type Graph, type Value } from '../graph/graph.ts';
import { mul, softmax } from '../graph/operators.ts';
import { defaultModelDir } from '../model/load.ts';
import type { ParameterSpec, Parameters } from '../model/parameters.ts';
import { adamwSpec } from '../model/parameters.ts';
import { readSafetensors } from '../storage/safetensors.ts';
import { Batched, type Rows } from './batched.ts';
import { FEATURE_KINDS, type FeatureKind, featureGraph, featureWidth, standardise } from './features.ts';
import { CHANNELS, categoryScores, categorySpecs, hiddenLayer, SIDE } from './network.ts';

export const CLASSIFIER_NAME = 'category-1';

/** What stands in category-1.json, as far as it is needed to use the classifier. */
export type ClassifierRecord = {
  readonly name: string;
  readonly categories: readonly string[];
  /** Scores are divided by it before the softmax, so that chances say how often they are right. */
  readonly temperature: number;
  /** Chance from which the classifier is sure: right in at least eight of ten works kept back. */
  readonly sure: number;
  readonly weights: { readonly file: string; readonly sha256: string };
};

export type ClassifierResult =
  | { ok: true; classifier: Classifier }
  | { ok: false; code: 'classifier_missing' | 'classifier_invalid'; message: string };

/** Mean and deviation of every feature over the training works, kept beside the network. */
export const statisticsSpecs = (): ParameterSpec[] =>
  FEATURE_KINDS.flatMap((kind) =>
    ['mean', 'deviation'].map((what) => adamwSpec(`${kind}.${what}`, [featureWidth(kind)], 0)),
  );

/** Pictures looked at in one run. */
const BATCH = 16;
const PIXELS = [BATCH, SIDE, SIDE, CHANNELS] as const;

export class Classifier {
  readonly record: ClassifierRecord;
  readonly #parameters: Parameters;
  readonly #threads: number | undefined;
  readonly #made = new Map<string, Promise<Batched>>();

  /** @param parameters of the network and, for features, their statistics */
  constructor(record: ClassifierRecord, parameters: Parameters, threads?: number) {
    this.record = record;
    this.#parameters = parameters;
    this.#threads = threads;
  }

  /**
   * Opens the classifier that comes with the engine, or one in another folder. `classifier_missing`: a file is
   * not there; `classifier_invalid`: the record is malformed or the weights are not those it names.
   */
  static async open(options: { dir?: string; threads?: number } = {}): Promise<ClassifierResult> {
    const dir = options.dir ?? defaultModelDir();
    let record: ClassifierRecord;
    let bytes: Uint8Array;
    try {
      record = JSON.parse(await readFile(join(dir, `${CLASSIFIER_NAME}.json`), 'utf8'));
      bytes = await readFile(join(dir, `${CLASSIFIER_NAME}.safetensors`));
    } catch (error) {
      const message = `no ${CLASSIFIER_NAME} in ${dir}: ${(error as Error).message}`;
      return { ok: false, code: 'classifier_missing', message };
    }
    const parameters = parametersOf(record, bytes);
    if (typeof parameters === 'string')
      return { ok: false, code: 'classifier_invalid', message: `${CLASSIFIER_NAME}: ${parameters}` };
    return { ok: true, classifier: new Classifier(record, parameters, options.threads) };
  }

  get categories(): readonly string[] {
    return this.record.categories;
  }

  #batched(
    what: string,
    build: (g: Graph, weight: (name: string) => Value, x: Value) => Value,
  ): Promise<Batched> {
    const made =
      this.#made.get(what) ?? Batched.create(PIXELS, (g, x) => build(g, this.#weights(g), x), this.#threads);
    this.#made.set(what, made);
    return made;
  }

  #weights(g: Graph): (name: string) => Value {
    const specs = new Map(categorySpecs(this.categories.length).map((spec) => [spec.name, spec]));
    const held = new Map<string, Value>();
    return (name) => {
      const { shape } = specs.get(name) as ParameterSpec;
      const value = held.get(name) ?? g.initializer(name, shape, this.#parameters.get(name) ?? []);
      held.set(name, value);
      return value;
    };
  }

  /**
   * Chances of the categories, one row a picture.
   *
   * @param pixels n × 64 × 64 × 3 numbers in −1 … 1
   */
  async classify(pixels: Float32Array): Promise<Rows> {
    const network = await this.#batched('chances', (g, w, x) => {
      const scores = categoryScores(g, w, hiddenLayer(g, w, x));
      return softmax(g, mul(g, scores, 1 / this.record.temperature));
    });
    return network.run(pixels);
  }

  /** Features as the networks make them, not yet standardised. */
  async rawFeatures(kind: FeatureKind, pixels: Float32Array): Promise<Rows> {
    const network = await this.#batched(kind, (g, w, x) => featureGraph(g, w, kind, x));
    return network.run(pixels);
  }

  /** Standardised features of pictures, n × 64 × 64 × 3 numbers in −1 … 1. */
  async features(kind: FeatureKind, pixels: Float32Array): Promise<Rows> {
    const rows = await this.rawFeatures(kind, pixels);
    const mean = this.#parameters.get(`${kind}.mean`);
    const deviation = this.#parameters.get(`${kind}.deviation`);
    if (!mean || !deviation) throw new Error('this classifier came without statistics of features');
    for (let i = 0; i < rows.count; i++)
      standardise(kind, rows.numbers.subarray(i * rows.width, (i + 1) * rows.width), { mean, deviation });
    return rows;
  }

  async release(): Promise<void> {
    for (const made of this.#made.values()) await (await made).release();
    this.#made.clear();
  }
}

/** Index of the largest number of each row. */
export function largest({ count, width, numbers }: Rows): number[] {
  return Array.from({ length: count }, (_, i) => {
    const row = numbers.subarray(i * width, (i + 1) * width);
    return row.indexOf(Math.max(...row));
  });
}

function parametersOf(record: ClassifierRecord, bytes: Uint8Array): Parameters | string {
  if (!Array.isArray(record?.categories) || !(record.temperature > 0) || !(record.sure >= 0))
    return 'the record lacks categories, temperature or sure';
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== record.weights?.sha256)
    return `the weights have SHA-256 ${sha256}, the record names another`;
  const stored = readSafetensors(bytes);
  if (!stored.ok) return `${stored.code}, ${stored.message}`;
  const parameters: Parameters = new Map();
  for (const { name, shape } of [...categorySpecs(record.categories.length), ...statisticsSpecs()]) {
    const tensor = stored.tensors.get(name);
    if (tensor?.numbers.length !== elements(shape)) return `no tensor ${name} of [${shape}]`;
    parameters.set(name, tensor.numbers);
  }
  return parameters;
}
