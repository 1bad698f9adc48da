/**
 * Turns the last checkpoints into the shipped model: `node export-commons.ts [OUT_DIR]`. Writes
 * commons-2.safetensors (half precision, moving averages of the parameters), commons-2.json,
 * commons-2.manifest.jsonl and MODEL_CARD.md. Parts that have no checkpoint yet are left out. Figures of the
 * benches are read from quality.json, finetune.json … beside the checkpoints; nothing here is typed by hand
 * but the card's own words.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTROL_ROWS, MOTION_ROWS } from '../src/model/camera.ts';
import type { ModelConfig } from '../src/model/config.ts';
import { defaultModelDir, STARTER } from '../src/model/load.ts';
import { type Parameters, parameterCount } from '../src/model/parameters.ts';
import { modelSpecs } from '../src/model/specs.ts';
import { readSafetensors, writeSafetensors } from '../src/storage/safetensors.ts';
import type { Vocabulary } from '../src/train/captions.ts';
import { ADAMW, MUON } from '../src/train/optimizers.ts';
import type { RunProgress } from '../src/train/run.ts';
import { type PreparedSet, readSet, type SetWork } from '../src/train/set.ts';
import {
  BATCH,
  checkpointOf,
  configOf,
  FOLDER,
  NOTES,
  type Part,
  RECAPTIONED,
  trained,
  trainedAutoencoder,
  vocabularyOf,
} from './commons.ts';
import { modelCard } from './model-card.ts';

const out = process.argv[2] ?? defaultModelDir();
/** A shared core of a server at work, watts; an assumption, since nothing here can measure it. */
const WATTS_PER_CORE = 12;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
const has = (part: Part): boolean => existsSync(checkpointOf(part));

/** What the trainer wrote down of one part. */
async function partRecord(part: Part) {
  const stored = readSafetensors(await readFile(checkpointOf(part)));
  if (!stored.ok) throw new Error(`${part}: ${stored.message}`);
  const progress: RunProgress = JSON.parse(stored.metadata.progress as string);
  return {
    part,
    steps: progress.step,
    batch: BATCH[part],
    images: progress.samples,
    wallSeconds: Math.round(progress.seconds),
    finalLoss: progress.curve.at(-1)?.[1] ?? null,
    lossCurve: {
      columns: ['step', 'mean loss of the steps since the row before', 'wall seconds'],
      rows: progress.curve,
    },
  };
}
export type PartRecord = Awaited<ReturnType<typeof partRecord>>;

/** The tensors to ship. Rows of motion speak to the temporal modules alone, so their words are silent. */
async function tensorsOf(config: ModelConfig, set: PreparedSet): Promise<Parameters> {
  const all = new Map([...(await trained('stills')), ...(await trainedAutoencoder(set))]);
  if (config.temporal) for (const entry of await trained('temporal')) all.set(...entry);
  if (config.upscaler) for (const entry of await trained('upscaler')) all.set(...entry);
  const row = CONTROL_ROWS.length - MOTION_ROWS.length;
  all.get('words')?.fill(0, row * config.dim, CONTROL_ROWS.length * config.dim);
  return all;
}

type Seen = Pick<SetWork, 'sha256' | 'title' | 'author' | 'licence' | 'path'>;

/** Every work any part learnt from, once. The autoencoder may have seen an earlier drawing of the collection. */
async function worksSeen(set: PreparedSet): Promise<Seen[]> {
  const earlier = join(FOLDER, 'autoencoder.works.jsonl');
  const lines = existsSync(earlier) ? (await readFile(earlier, 'utf8')).trim().split('\n') : [];
  const all = [...set.works, ...lines.map((line): SetWork => JSON.parse(line))];
  const taught = all.filter(({ split }) => split === 'train');
  const unique = [...new Map(taught.map((work) => [work.sha256, work])).values()];
  return unique.map((work) => ({
    sha256: work.sha256,
    title: work.title,
    author: work.author,
    licence: work.licence,
    path: work.path,
  }));
}

/** How the model came to be, from the trainer's own records. */
function trainingRecord(parts: readonly PartRecord[], works: readonly Seen[], preparation: Preparation) {
  const stills = parts.find(({ part }) => part === 'stills') as PartRecord;
  const seconds = parts.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  return {
    source: 'the Debian package openclipart-svg',
    authors: new Set(works.map((w) => w.author)).size,
    heldOut: preparation.held,
    imagesSeen: stills.images,
    steps: stills.steps,
    batch: stills.batch,
    wallSeconds: seconds,
    machine: 'two shared cores of an Intel Xeon (AVX-512), no GPU, beside other work',
    runtime: 'onnxruntime-node 1.30.0, provider cpu; trained by the platform’s own trainer',
    energy: {
      wattsPerCore: WATTS_PER_CORE,
      assumed: true,
      kilowattHours: Number(((seconds * 2 * WATTS_PER_CORE) / 3.6e6).toFixed(3)),
    },
    optimizer: {
      hiddenMatrices: { name: 'Muon', ...MUON },
      others: { name: 'AdamW', ...ADAMW },
      movingAverage: 'min(0.999, (1 + step) / (10 + step))',
    },
    objective: 'velocity noise − latent at logit-normal times, mean squared error',
    finalLoss: stills.finalLoss,
    lossCurve: stills.lossCurve,
    parts,
    recaptioned: preparation.recaptioned,
    notes: NOTES,
    refused: preparation.refused,
  };
}
type Preparation = {
  held: { authors: number; works: number };
  refused: Record<string, number>;
  /** Works whose captions the machine made. */
  recaptioned: number;
};
export type TrainingRecord = ReturnType<typeof trainingRecord>;

/** Figures of the benches, as they were printed. */
async function measures(): Promise<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const name of ['quality', 'finetune', 'sampler', 'trainstep', 'generate']) {
    const path = join(FOLDER, `${name}.json`);
    if (existsSync(path)) out[name] = await readJson(path);
  }
  return out;
}

/** Writes all files aside, then puts them in place together, so that nobody loads half a model. */
async function place(files: Record<string, Uint8Array | string>): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(out, `${name}.part`), content);
  for (const name of Object.keys(files)) await rename(join(out, `${name}.part`), join(out, name));
}

function configuration(vocabulary: Vocabulary): ModelConfig {
  const { temporal, upscaler, ...config } = configOf(vocabulary);
  return {
    ...config,
    ...(temporal && has('temporal') ? { temporal } : {}),
    ...(upscaler && has('upscaler') ? { upscaler } : {}),
  };
}

async function main(): Promise<void> {
  const set = await readSet(FOLDER);
  const vocabulary = vocabularyOf(set);
  const config = configuration(vocabulary);
  const specs = modelSpecs(config);
  const numbers = await tensorsOf(config, set);
  const tensors = new Map(
    specs.map(({ name, shape }) => {
      const array = numbers.get(name);
      if (!array) throw new Error(`no numbers for ${name}`);
      return [name, { shape, numbers: array }];
    }),
  );
  const weights = writeSafetensors(tensors, 'F16', { name: STARTER, licence: 'CC0-1.0' });
  const works = await worksSeen(set);
  const manifest = `${works.map((work) => JSON.stringify(work)).join('\n')}\n`;
  const made = (['autoencoder', 'stills', 'temporal', 'upscaler'] as const).filter(has);
  const record = {
    name: STARTER,
    kind: 'latent diffusion transformer with flow matching, clauses, temporal modules and an upscaler',
    licence: 'CC0-1.0',
    config,
    parameters: parameterCount(specs),
    weights: { file: `${STARTER}.safetensors`, sha256: sha256(weights), bytes: weights.length, type: 'F16' },
    manifest: { file: `${STARTER}.manifest.jsonl`, sha256: sha256(manifest), works: works.length },
    training: trainingRecord(await Promise.all(made.map(partRecord)), works, {
      ...(await readJson(join(FOLDER, 'preparation.json'))),
      recaptioned: existsSync(RECAPTIONED) ? (await readJson(RECAPTIONED)).length : 0,
    }),
    measures: await measures(),
    vocabulary,
  };
  await place({
    [`${STARTER}.safetensors`]: weights,
    [`${STARTER}.json`]: `${JSON.stringify(record)}\n`,
    [`${STARTER}.manifest.jsonl`]: manifest,
    'MODEL_CARD.md': modelCard(record, works),
  });
  console.log(STARTER, made.join(', '), weights.length, 'bytes', record.weights.sha256);
}

await main();
