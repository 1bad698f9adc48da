/**
 * Trains commons-1: `node train-commons.ts UNTIL`, UNTIL an ISO time to stop at.
 * Reads /work/train/dataset.bin and works.jsonl, writes checkpoints and a log there, and goes on from its
 * last checkpoint when started again.
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { viewOf } from '../src/model/camera.ts';
import type { ModelConfig } from '../src/model/config.ts';
import { sampleLength } from '../src/model/config.ts';
import { readSafetensors, writeSafetensors } from '../src/storage/safetensors.ts';
import { Trainer } from '../src/train/trainer.ts';
import { drawView, randomCamera } from '../src/train/views.ts';
import { buildVocabulary, captionRow, type Vocabulary } from '../src/train/vocabulary.ts';
import type { Progress } from './progress.ts';

const FOLDER = process.env.TRAIN_DIR ?? '/work/train';
const SOURCE = 64;
const SIDE = 32;
const CHECKPOINT_SECONDS = 120;

const until = Date.parse(process.argv[2] ?? '');
if (!Number.isFinite(until)) throw new Error('give an ISO time to stop at');
const batch = Number(process.env.TRAIN_BATCH ?? 64);
const peak = Number(process.env.TRAIN_RATE ?? 2e-3);
const decaySeconds = Number(process.env.TRAIN_DECAY ?? 600);

type Work = { words: string[] };
const works: Work[] = (await readFile(join(FOLDER, 'works.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .map((l) => JSON.parse(l));
const pictures = new Uint8Array(await readFile(join(FOLDER, 'dataset.bin')));
const size = SOURCE * SOURCE * 3;
// The layout stays what it was when the run began, so that a checkpoint goes on fitting.
const listed = join(FOLDER, 'vocabulary.json');
if (!existsSync(listed)) await writeFile(listed, JSON.stringify(buildVocabulary(works.map((w) => w.words))));
const vocabulary: Vocabulary = JSON.parse(await readFile(listed, 'utf8'));
const index = new Map(vocabulary.words.map((word, i) => [word, i]));
const captions = works.map((w) => w.words.flatMap((word) => index.get(word) ?? []));

const config: ModelConfig = {
  frames: 1,
  height: SIDE,
  width: SIDE,
  patch: [1, 4, 4],
  dim: 192,
  depth: 6,
  heads: 3,
  words: vocabulary.words.length,
  bottleneck: 64,
};

const file = (kind: string): string => join(FOLDER, `stills.${kind}`);
let progress: Progress = { config, step: 0, samples: 0, seconds: 0, peak, batch, curve: [] };
const trainer = await Trainer.create({ config, batch, seed: Date.now() % 1e9, threads: 2 });
if (existsSync(file('checkpoint'))) {
  const stored = readSafetensors(await readFile(file('checkpoint')));
  if (!stored.ok) throw new Error(stored.message);
  progress = JSON.parse(stored.metadata.progress as string);
  trainer.restore(stored.tensors, progress.step);
}

function fillSample(row: number): void {
  const i = trainer.random.below(works.length);
  const picture = pictures.subarray(i * size, (i + 1) * size);
  const out = trainer.pixels.subarray(row * sampleLength(config), (row + 1) * sampleLength(config));
  const camera = randomCamera(trainer.random);
  drawView(picture, SOURCE, camera, out, SIDE);
  const weights = trainer.words.subarray(row * config.words, (row + 1) * config.words);
  captionRow(trainer.random, captions[i] ?? [], viewOf(camera), weights);
}

async function save(): Promise<void> {
  const bytes = writeSafetensors(trainer.state(), 'F32', { progress: JSON.stringify(progress) });
  await writeFile(file('checkpoint.part'), bytes);
  await rename(file('checkpoint.part'), file('checkpoint'));
}

let saved = performance.now();
let clock = performance.now();
let sum = 0;
let count = 0;
let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});
while (Date.now() < until && !stopped) {
  for (let row = 0; row < batch; row++) fillSample(row);
  const left = (until - Date.now()) / 1000;
  const rate = progress.peak * Math.min(1, (progress.step + 1) / 100, Math.max(0.02, left / decaySeconds));
  const loss = await trainer.run(rate, Math.min(0.999, (1 + progress.step) / (10 + progress.step)));
  if (!Number.isFinite(loss))
    throw new Error(`loss ${loss} at step ${progress.step}: start again from the last checkpoint`);
  const now = performance.now();
  progress.step = trainer.step;
  progress.samples += batch;
  progress.seconds += (now - clock) / 1000;
  clock = now;
  sum += loss;
  count += 1;
  if (trainer.step % 100 === 0) {
    progress.curve.push([trainer.step, Number((sum / count).toFixed(5)), Math.round(progress.seconds)]);
    sum = count = 0;
  }
  if (trainer.step % 20 === 0) {
    const line = `${new Date().toISOString()} step ${trainer.step} samples ${progress.samples} loss ${loss.toFixed(4)} rate ${rate.toExponential(1)} ${(progress.samples / progress.seconds).toFixed(1)}/s rss ${(process.memoryUsage().rss / 1e6).toFixed(0)}`;
    await appendFile(file('log'), `${line}\n`);
  }
  if (now - saved > CHECKPOINT_SECONDS * 1000) {
    await save();
    saved = now;
  }
}
await save();
console.log('done', progress.step, progress.samples);
