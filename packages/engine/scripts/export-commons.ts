/**
 * Turns the last checkpoint into the shipped model: `node export-commons.ts [OUT_DIR]`.
 * Writes commons-1.safetensors (half precision, moving average of the parameters), commons-1.json,
 * commons-1.manifest.jsonl and MODEL_CARD.md. Nothing here is typed by hand but the card's own words.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CAMERA_ROWS } from '../src/model/camera.ts';
import type { ModelConfig } from '../src/model/config.ts';
import { defaultModelDir } from '../src/model/load.ts';
import { parameterCount, parameterSpecs } from '../src/model/parameters.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../src/storage/safetensors.ts';
import { ADAMW, MUON } from '../src/train/optimizers.ts';
import { modelCard } from './model-card.ts';
import type { Progress } from './progress.ts';

const FOLDER = process.env.TRAIN_DIR ?? '/work/train';
const out = process.argv[2] ?? defaultModelDir();
const NAME = 'commons-1';

type Work = { sha256: string; title: string; author: string; licence: string; path: string };

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Drops vocabulary rows that no training sample ever used. */
function withoutUnused(
  words: readonly string[],
  rows: StoredTensor,
): { kept: number[]; tensor: StoredTensor } {
  const dim = rows.shape[1] as number;
  const kept = words.flatMap((word, i) => (word === 'camera:unused' ? [] : [i]));
  const numbers = new Float32Array(kept.length * dim);
  for (const [to, from] of kept.entries())
    numbers.set(rows.numbers.subarray(from * dim, (from + 1) * dim), to * dim);
  return { kept, tensor: { shape: [kept.length, dim], numbers } };
}

type Vocabulary = { words: string[]; counts: number[] };

/** Tensors to ship (the moving average), and the words that go with their rows. */
function shipped(
  tensors: ReadonlyMap<string, StoredTensor>,
  progress: Progress,
  listed: Vocabulary,
  works: number,
): { tensors: Map<string, StoredTensor>; vocabulary: Vocabulary } {
  const out = new Map<string, StoredTensor>();
  for (const { name } of parameterSpecs(progress.config))
    out.set(name, tensors.get(`e.${name}`) as StoredTensor);
  const { kept, tensor } = withoutUnused(listed.words, out.get('words') as StoredTensor);
  out.set('words', tensor);
  const isCamera = (i: number): boolean =>
    (CAMERA_ROWS as readonly string[]).includes(listed.words[i] as string);
  const counts = kept.map((i) => (isCamera(i) ? works : (listed.counts[i] as number)));
  return { tensors: out, vocabulary: { words: kept.map((i) => listed.words[i] as string), counts } };
}

/** How the model came to be, from the trainer's own records. */
function trainingRecord(progress: Progress, works: readonly Work[], refused: Record<string, number>) {
  return {
    source: 'the Debian package openclipart-svg',
    authors: new Set(works.map((w) => w.author)).size,
    imagesSeen: progress.samples,
    steps: progress.step,
    batch: progress.batch,
    wallSeconds: Math.round(progress.seconds),
    machine: 'two shared cores of an AMD EPYC (AVX2), no GPU, beside other work that took most of them',
    runtime: 'onnxruntime-node 1.30.0, provider cpu',
    optimizer: {
      hiddenMatrices: { name: 'Muon', ...MUON },
      others: { name: 'AdamW', ...ADAMW },
      peakRate: progress.peak,
      movingAverage: 'min(0.999, (1 + step) / (10 + step))',
    },
    notes: [
      'Up to step 675 views stayed near the middle of a work and the model was not told the camera; from then on it was.',
      'The rate falls linearly over the last 25 minutes; the weights shipped are the moving average.',
    ],
    objective: 'velocity noise − picture at logit-normal times, mean squared error',
    finalLoss: progress.curve.at(-1)?.[1] ?? null,
    lossCurve: { columns: ['step', 'mean loss of the last 100 steps', 'wall seconds'], rows: progress.curve },
    refused,
  };
}

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

/** Writes all files aside, then puts them in place together, so that nobody loads half a model. */
async function place(files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(out, `${name}.part`), content);
  for (const name of Object.keys(files)) await rename(join(out, `${name}.part`), join(out, name));
}

async function main(): Promise<void> {
  const checkpoint = readSafetensors(await readFile(join(FOLDER, 'stills.checkpoint')));
  if (!checkpoint.ok) throw new Error(checkpoint.message);
  const progress: Progress = JSON.parse(checkpoint.metadata.progress as string);
  const lines = (await readFile(join(FOLDER, 'works.jsonl'), 'utf8')).trim().split('\n');
  const works: Work[] = lines.map((line) => JSON.parse(line));
  const listed: Vocabulary = await readJson(join(FOLDER, 'vocabulary.json'));
  const preparation = join(FOLDER, 'preparation.json');
  const refused = existsSync(preparation) ? (await readJson(preparation)).refused : {};
  const { tensors, vocabulary } = shipped(checkpoint.tensors, progress, listed, works.length);
  const config: ModelConfig = { ...progress.config, words: vocabulary.words.length };
  const weights = writeSafetensors(tensors, 'F16', { name: NAME, licence: 'CC0-1.0' });
  const rows = works.map(({ sha256, title, author, licence, path }) =>
    JSON.stringify({ sha256, title, author, licence, path }),
  );
  const manifest = `${rows.join('\n')}\n`;
  const record = {
    name: NAME,
    kind: 'diffusion transformer with flow matching, stills and a camera',
    licence: 'CC0-1.0',
    config,
    parameters: parameterCount(config),
    weights: { file: `${NAME}.safetensors`, sha256: sha256(weights), bytes: weights.length, type: 'F16' },
    manifest: { file: `${NAME}.manifest.jsonl`, sha256: sha256(manifest), works: works.length },
    training: trainingRecord(progress, works, refused),
    vocabulary,
  };
  await mkdir(out, { recursive: true });
  await place({
    [`${NAME}.safetensors`]: weights,
    [`${NAME}.json`]: `${JSON.stringify(record, null, 1)}\n`,
    [`${NAME}.manifest.jsonl`]: manifest,
    'MODEL_CARD.md': modelCard(record, works),
  });
  console.log(
    NAME,
    'step',
    progress.step,
    'images',
    progress.samples,
    weights.length,
    'bytes',
    record.weights.sha256,
  );
}

await main();
