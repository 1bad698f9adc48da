/** What the starter is: its sizes, and where its training set and checkpoints lie. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recaptioned, type SuggestedCaption, suggestCaptions } from '../src/caption/suggest.ts';
import { Classifier } from '../src/measure/classifier.ts';
import { plainViews } from '../src/measure/step.ts';
import { Codec, latentStatistics } from '../src/model/codec.ts';
import {
  type AutoencoderConfig,
  LATENT_SCALE,
  type ModelConfig,
  type UpscalerConfig,
} from '../src/model/config.ts';
import type { Parameters } from '../src/model/parameters.ts';
import { CLAUSES } from '../src/model/words.ts';
import { Random } from '../src/random.ts';
import { readSafetensors } from '../src/storage/safetensors.ts';
import { buildVocabulary, type Vocabulary } from '../src/train/captions.ts';
import type { PreparedSet } from '../src/train/set.ts';
import { fillPictures } from '../src/train/views.ts';

export const FOLDER = process.env.TRAIN_DIR ?? 'train';
/** Side of its pictures in pixels. */
export const SIDE = 64;
export const AUTOENCODER: AutoencoderConfig = { channels: 8, wide: 64, narrow: 32 };
export const UPSCALER: UpscalerConfig = { width: 32, blocks: 4 };
/** Pictures whose latents say what mean and deviation are. */
const MEASURED = 1024;

export type Part = 'autoencoder' | 'stills' | 'temporal' | 'upscaler';
/**
 * Pictures in a step of each part; of the temporal modules, four clips of sixteen frames. The stills began with
 * 64 a step and went on with 32, which learns more from as many pictures.
 */
export const BATCH: Readonly<Record<Part, number>> = {
  autoencoder: 32,
  stills: 32,
  temporal: 64,
  upscaler: 16,
};

export const checkpointOf = (part: Part): string => join(FOLDER, `${part}.checkpoint`);

export const trainingWorks = (set: PreparedSet): number[] =>
  set.works.flatMap((work, i) => (work.split === 'train' ? [i] : []));

/** What changed while the starter was trained; loss curves cannot be read without it. */
export const NOTES = [
  'The autoencoder saw an earlier drawing of the collection, in which a fifth of the works were drawn in the wrong size.',
  'Stills: steps of 64 pictures up to step 616, of 32 from then on; views stayed nearer the middle from step 1,187.',
  'Stills: from step 1,956 times are shifted towards the noise, where errors are larger, so the loss steps up.',
  'Stills: captions made by the machine for works with next to no words from step 3,576.',
] as const;

/** Where the captions the machine made are written down. */
export const RECAPTIONED = join(FOLDER, 'recaptioned.json');

/**
 * The set with captions from pixels for training works whose own say next to nothing; which works those are,
 * and what the machine said, is written to {@link RECAPTIONED}.
 */
export async function captioned(set: PreparedSet): Promise<PreparedSet> {
  const opened = await Classifier.open();
  if (!opened.ok) throw new Error(opened.message);
  const works = trainingWorks(set);
  const poor = works.filter((i) => recaptioned(set.works[i]?.words ?? [], NOTHING).machineMade);
  const said = await suggestCaptions(opened.classifier, plainViews(set, poor));
  await opened.classifier.release();
  const words = new Map(
    poor.map((i, k) => [i, recaptioned(set.works[i]?.words ?? [], said[k] ?? NOTHING).words] as const),
  );
  const list = [...words].map(([i, made]) => ({ sha256: set.works[i]?.sha256, words: made }));
  await writeFile(RECAPTIONED, JSON.stringify(list));
  return { ...set, works: set.works.map((work, i) => ({ ...work, words: words.get(i) ?? work.words })) };
}

const NOTHING: SuggestedCaption = {
  words: [],
  colours: [],
  layout: [],
  category: { name: '', chance: 0, sure: false },
};

export const vocabularyOf = (set: PreparedSet): Vocabulary =>
  buildVocabulary(set.works.filter((work) => work.split === 'train').map((work) => work.words));

export const configOf = (vocabulary: Vocabulary): ModelConfig => ({
  height: SIDE / LATENT_SCALE,
  width: SIDE / LATENT_SCALE,
  channels: AUTOENCODER.channels,
  patch: 2,
  dim: 192,
  depth: 8,
  heads: 3,
  words: vocabulary.words.length,
  clauses: CLAUSES,
  bottleneck: 64,
  autoencoder: AUTOENCODER,
  temporal: { frames: 16, after: [1, 3, 5] },
  upscaler: UPSCALER,
});

/** The moving averages that a part's last checkpoint holds. */
export async function trained(part: Part): Promise<Parameters> {
  const stored = readSafetensors(await readFile(checkpointOf(part)));
  if (!stored.ok) throw new Error(`${part}: ${stored.message}`);
  return new Map(
    [...stored.tensors].flatMap(([name, { numbers }]) =>
      name.startsWith('e.') ? [[name.slice(2), numbers] as const] : [],
    ),
  );
}

/** The trained autoencoder, with mean and deviation of its latents measured on training works. */
export async function trainedAutoencoder(set: PreparedSet): Promise<Parameters> {
  const network = await trained('autoencoder');
  const { channels } = AUTOENCODER;
  const plain = new Map([
    ...network,
    ['latent.mean', new Float32Array(channels)] as const,
    ['latent.deviation', new Float32Array(channels).fill(1)] as const,
  ]);
  const codec = new Codec(AUTOENCODER, plain, {});
  const pixels = new Float32Array(MEASURED * SIDE * SIDE * 3);
  fillPictures(new Random(3), set, trainingWorks(set), pixels, SIDE);
  const statistics = latentStatistics(await codec.encode(pixels, SIDE), channels);
  await codec.release();
  return new Map([...network, ...statistics]);
}
