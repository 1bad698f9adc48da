/**
 * Trains the parts of the starter: `node train-commons.ts PART STEPS`, PART one of autoencoder, stills,
 * temporal, upscaler, STEPS the whole length of the run. Reads the prepared set in TRAIN_DIR, keeps
 * checkpoints and a log there, and goes on from its last checkpoint when started again.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Codec } from '../src/model/codec.ts';
import { autoencoderStep, stillsStep, temporalStep, upscalerStep } from '../src/train/definitions.ts';
import { CROP, EnlargingFeed } from '../src/train/enlarging.ts';
import { ClipsFeed, drawClipNoise, drawNoise, StillsFeed } from '../src/train/feeds.ts';
import { type RateSchedule, type RunProgress, trainRun } from '../src/train/run.ts';
import { readLarge, readLayers, readSet } from '../src/train/set.ts';
import type { StepDefinition } from '../src/train/step.ts';
import { Trainer } from '../src/train/trainer.ts';
import { fillPictures } from '../src/train/views.ts';
import {
  AUTOENCODER,
  BATCH,
  captioned,
  checkpointOf,
  configOf,
  FOLDER,
  type Part,
  SIDE,
  trained,
  trainedAutoencoder,
  trainingWorks,
  UPSCALER,
  vocabularyOf,
} from './commons.ts';

const [part = '', count = '', last = ''] = process.argv.slice(2);
const steps = Number(count);
const decay = last === '' ? Math.round(steps / 2) : Number(last);
if (!Number.isInteger(steps) || steps < 1) throw new Error('usage: train-commons.ts PART STEPS [DECAY]');

type Plan = {
  readonly step: StepDefinition;
  readonly rate: RateSchedule;
  readonly feed: (trainer: Trainer) => void | Promise<void>;
};

const prepared = await readSet(FOLDER);
// The vocabulary is that of the works' own words.
const vocabulary = vocabularyOf(prepared);
const set = await captioned(prepared);
const works = trainingWorks(set);
const config = configOf(vocabulary);
/** The trainer's own session and the codec's share the machine; waiting threads sleep. */
const session = { intraOpNumThreads: 2, extra: { session: { intra_op: { allow_spinning: '0' } } } };

const batch = BATCH[part as Part];
const parts: Record<Part, () => Promise<Plan>> = {
  async autoencoder() {
    return {
      step: autoencoderStep(AUTOENCODER, batch, SIDE),
      rate: { peak: 2e-3, warmup: 100, decay },
      feed(trainer) {
        fillPictures(trainer.random, set, works, trainer.inputs.pixels as Float32Array, SIDE);
        trainer.random.fillNormal(trainer.inputs.noise as Float32Array);
      },
    };
  },
  async stills() {
    const codec = new Codec(AUTOENCODER, await trainedAutoencoder(set), session);
    const feed = new StillsFeed(set, works, config, vocabulary.words);
    const pixels = new Float32Array(batch * SIDE * SIDE * 3);
    return {
      step: stillsStep(config, batch),
      rate: { peak: 2e-3, warmup: 100, decay },
      async feed(trainer) {
        feed.fill(trainer.random, pixels, trainer.inputs.words as Float32Array);
        trainer.inputs.sample?.set(await codec.encode(pixels, SIDE));
        drawNoise(trainer);
      },
    };
  },
  async temporal() {
    const codec = new Codec(AUTOENCODER, await trainedAutoencoder(set), session);
    const feed = new ClipsFeed(set, await readLayers(FOLDER), config, vocabulary.words);
    const pixels = new Float32Array(batch * SIDE * SIDE * 3);
    return {
      step: temporalStep(config, batch, await trained('stills')),
      rate: { peak: 2e-3, warmup: 50, decay },
      async feed(trainer) {
        feed.fill(trainer.random, pixels, trainer.inputs.words as Float32Array);
        trainer.inputs.sample?.set(await codec.encode(pixels, SIDE));
        drawClipNoise(trainer, config);
      },
    };
  },
  async upscaler() {
    const codec = new Codec(AUTOENCODER, await trainedAutoencoder(set), session);
    const feed = new EnlargingFeed(await readLarge(FOLDER), works, codec);
    return {
      step: upscalerStep(UPSCALER, batch, CROP),
      rate: { peak: 2e-3, warmup: 50, decay },
      feed: ({ random, inputs }) =>
        feed.fill(random, inputs.low as Float32Array, inputs.high as Float32Array),
    };
  },
};

if (!Object.hasOwn(parts, part)) throw new Error(`PART is one of ${Object.keys(parts).join(', ')}`);
const chosen = await parts[part as Part]();
const trainer = await Trainer.create({ step: chosen.step, seed: 2, threads: 2 });
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const report = (progress: RunProgress, loss: number): void => {
  if (progress.step % 20 !== 0) return;
  const speed = progress.samples / progress.seconds;
  const line = `${new Date().toISOString()} ${part} step ${progress.step}/${steps} loss ${loss.toFixed(4)} ${speed.toFixed(1)}/s rss ${(process.memoryUsage().rss / 1e6).toFixed(0)}`;
  appendFileSync(join(FOLDER, `${part}.log`), `${line}\n`);
};
const outcome = await trainRun({
  trainer,
  steps,
  feed: chosen.feed,
  rate: chosen.rate,
  checkpoint: checkpointOf(part as Part),
  onStep: report,
  signal: stop.signal,
});
console.log(outcome.ok ? `${part}: step ${outcome.progress.step} of ${steps}` : outcome.message);
