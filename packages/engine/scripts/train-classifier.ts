/**
 * Trains the network that tells categories apart: `node train-classifier.ts [STEPS] [OUT_DIR]`. Reads the
 * prepared set in TRAIN_DIR, keeps its checkpoint there and goes on from it; a run whose checkpoint has all
 * its steps only writes category-1.safetensors and category-1.json anew.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accuracyOf, sureFrom, temperatureOf } from '../src/measure/accuracy.ts';
import {
  CLASSIFIER_NAME,
  Classifier,
  type ClassifierRecord,
  largest,
  statisticsSpecs,
} from '../src/measure/classifier.ts';
import { FEATURE_KINDS, featureStatistics } from '../src/measure/features.ts';
import { categorySpecs } from '../src/measure/network.ts';
import { splitByAuthor } from '../src/measure/split.ts';
import { CategoryFeed, categoryStep, plainViews } from '../src/measure/step.ts';
import { defaultModelDir } from '../src/model/load.ts';
import { type Parameters, parameterCount } from '../src/model/parameters.ts';
import { type StoredTensor, writeSafetensors } from '../src/storage/safetensors.ts';
import { type RunProgress, trainRun } from '../src/train/run.ts';
import { readSet } from '../src/train/set.ts';
import { Trainer } from '../src/train/trainer.ts';
import { FOLDER } from './commons.ts';

const SEED = 5;
const BATCH = 64;
const PEAK = 0.008;
/** How often a sure classifier is right on works kept back. */
const SURE = 0.8;

const steps = Number(process.argv[2] ?? 1000);
const out = process.argv[3] ?? defaultModelDir();
const set = await readSet(FOLDER);
const split = splitByAuthor(set);
const { categories } = split;
const label = (i: number): number => split.category[i] as number;

async function train(): Promise<{ progress: RunProgress; parameters: Parameters }> {
  const groups = categories.map((_, k) => split.teach.filter((i) => label(i) === k));
  const trainer = await Trainer.create({
    step: categoryStep(groups.length, BATCH),
    seed: SEED,
    threads: 2,
  });
  const feed = new CategoryFeed(set, groups);
  const outcome = await trainRun({
    trainer,
    steps,
    feed: () => feed.fill(trainer),
    rate: { peak: PEAK, warmup: 30, decay: Math.round(steps * 0.6) },
    average: 0.98,
    checkpoint: join(FOLDER, 'category.checkpoint'),
    onStep({ step, seconds }, loss) {
      if (step % 25 === 0) console.log(step, loss.toFixed(3), Math.round(seconds));
    },
  });
  if (!outcome.ok) throw new Error(outcome.message);
  const parameters: Parameters = new Map(
    [...trainer.parameters('e')].map(([name, numbers]) => [name, numbers.slice()]),
  );
  await trainer.release();
  return { progress: outcome.progress, parameters };
}

/** Mean and deviation of features over all works of the train split. */
async function withStatistics(classifier: Classifier, parameters: Parameters): Promise<void> {
  const works = set.works.flatMap((work, i) => (work.split === 'train' ? [i] : []));
  const views = plainViews(set, works);
  for (const kind of FEATURE_KINDS) {
    const { numbers, width } = await classifier.rawFeatures(kind, views);
    const { mean, deviation } = featureStatistics(numbers, width);
    parameters.set(`${kind}.mean`, mean);
    parameters.set(`${kind}.deviation`, deviation);
  }
}

const rounded = (n: number): number => Number(n.toFixed(4));

async function accuracyOn(classifier: Classifier, among: readonly number[]) {
  const said = largest(await classifier.classify(plainViews(set, among)));
  const { accuracy, macro, perCategory } = accuracyOf(categories, said, among.map(label));
  return {
    works: among.length,
    accuracy: rounded(accuracy),
    macro: rounded(macro),
    perCategory: perCategory.map(({ category, count, right }) => [category, count, right]),
  };
}

const { progress, parameters } = await train();
const provisional: ClassifierRecord = {
  name: CLASSIFIER_NAME,
  categories,
  temperature: 1,
  sure: 1,
  weights: { file: `${CLASSIFIER_NAME}.safetensors`, sha256: '' },
};
const raw = new Classifier(provisional, parameters, 2);
await withStatistics(raw, parameters);
const checked = await raw.classify(plainViews(set, split.check));
const temperature = temperatureOf(checked, split.check.map(label));
const classifier = new Classifier({ ...provisional, temperature }, parameters, 2);
const sure = sureFrom(await classifier.classify(plainViews(set, split.check)), split.check.map(label), SURE);
const specs = [...categorySpecs(categories.length), ...statisticsSpecs()];
const tensors = new Map(
  specs.map(({ name, shape }): [string, StoredTensor] => [
    name,
    { shape, numbers: parameters.get(name) as Float32Array },
  ]),
);
const weights = writeSafetensors(tensors, 'F16', { name: CLASSIFIER_NAME, licence: 'CC0-1.0' });
const record = {
  name: CLASSIFIER_NAME,
  kind: 'convolutional classifier of categories, and statistics of two sets of features',
  licence: 'CC0-1.0',
  categories,
  temperature,
  sure: rounded(sure),
  parameters: parameterCount(categorySpecs(categories.length)),
  weights: {
    file: `${CLASSIFIER_NAME}.safetensors`,
    sha256: createHash('sha256').update(weights).digest('hex'),
    bytes: weights.length,
    type: 'F16',
  },
  training: {
    source: 'the Debian package openclipart-svg, train split; categories are its top folders',
    seed: SEED,
    steps: progress.step,
    batch: BATCH,
    picturesSeen: progress.step * BATCH,
    wallSeconds: Math.round(progress.seconds),
    machine: 'two shared cores, no GPU, beside other training that took most of them',
    optimizer: 'Muon on kernels, AdamW on the rest, moving average',
    peakRate: PEAK,
    lossCurve: { columns: ['step', 'mean loss of the last 50 steps', 'wall seconds'], rows: progress.curve },
    check: 'works of the train split kept back by author; temperature and sure were set on them',
    held: 'the held-out tenth, by author; nothing was set on it',
    accuracy: {
      columns: ['category', 'works', 'right'],
      teach: await accuracyOn(classifier, split.teach),
      check: await accuracyOn(classifier, split.check),
      held: await accuracyOn(classifier, split.held),
    },
  },
};
await writeFile(join(out, `${CLASSIFIER_NAME}.safetensors`), weights);
await writeFile(join(out, `${CLASSIFIER_NAME}.json`), `${JSON.stringify(record, null, 1)}\n`);
const { teach, check, held } = record.training.accuracy;
console.log(weights.length, 'bytes', { temperature, sure }, teach, check, held);
process.exit(0);
