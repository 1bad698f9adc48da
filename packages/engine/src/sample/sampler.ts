/** A loaded model ready to draw: its sessions for batches of pictures and for whole clips. */
import * as ort from 'onnxruntime-node';
import { MAX_ADAPTERS, type Mix } from '../adapter/mix.ts';
import { Shelf } from '../adapter/shelf.ts';
import { CAMERA_ROWS, cameraWeights, MOTION_ROWS, PLAIN_VIEW, type View } from '../model/camera.ts';
import { Codec } from '../model/codec.ts';
import { pictureSize } from '../model/config.ts';
import { Enlarger } from '../model/enlarger.ts';
import type { LoadedModel } from '../model/load.ts';
import { samplingGraph } from './graph.ts';
import { chooseProvider, type ProviderName, sessionOptions } from './providers.ts';
import type { WordWeights } from './request.ts';

export type SamplerOptions = {
  /** Forces a provider; without it they are probed in turn. */
  readonly provider?: ProviderName;
  readonly threads?: number;
  readonly onLog?: (line: string) => void;
};

/** Each holds its own copy of the weights and its working memory. */
const SESSIONS_KEPT = 4;
/** Pictures from which on the two halves of guidance are worked out one after the other. */
const MANY = 8;
/** Frames of a clip where the model does not say. */
const FRAMES = 16;

export class Sampler {
  readonly model: LoadedModel;
  readonly provider: ProviderName;
  /** Side of a picture in pixels. */
  readonly side: number;
  /** Adapters that have been read. */
  readonly shelf: Shelf;
  /** Adapters in force; putting others here is all there is to switching. */
  mix: Mix | undefined;
  readonly #options: ort.InferenceSession.SessionOptions;
  readonly #sessions = new Map<string, Promise<ort.InferenceSession>>();
  readonly #codec: Codec | undefined;
  readonly #enlarger: Enlarger | undefined;

  constructor(model: LoadedModel, provider: ProviderName, threads?: number) {
    this.model = model;
    this.provider = provider;
    this.#options = sessionOptions(provider, threads);
    this.shelf = new Shelf({ name: model.record.name, weightsSha256: model.record.weights.sha256 });
    const { autoencoder, upscaler } = model.record.config;
    this.side = pictureSize(model.record.config).width;
    this.#codec = autoencoder && new Codec(autoencoder, model.parameters, this.#options);
    this.#enlarger = upscaler && new Enlarger(upscaler, model.parameters, this.#options);
  }

  /** The session for a batch size and the adapters in force; built on first use, the {@link SESSIONS_KEPT} last used are kept. */
  session(batch: number, moving: boolean): Promise<ort.InferenceSession> {
    const rank = this.mix?.rank ?? 0;
    const key = `${batch} ${moving} ${rank}`;
    const kept = this.#sessions.get(key);
    if (kept) {
      this.#sessions.delete(key);
      this.#sessions.set(key, kept);
      return kept;
    }
    for (const [oldest, session] of this.#sessions) {
      if (this.#sessions.size < SESSIONS_KEPT) break;
      this.#sessions.delete(oldest);
      session.then((idle) => idle.release()).catch(() => {});
    }
    const bytes = samplingGraph(this.model.record.config, batch, this.model.parameters, moving, rank);
    const session = ort.InferenceSession.create(bytes, this.#options);
    this.#sessions.set(key, session);
    return session;
  }

  /**
   * Samples in one run of the transformer, for some pictures with and without words: all, or half of them where they
   * are many and a CPU works them out, whose caches hold that much better (6 % faster).
   */
  batchFor(pictures: number): number {
    return this.provider === 'cpu' && pictures >= MANY ? pictures : 2 * pictures;
  }

  /** Frames of a clip. */
  get frames(): number {
    return this.model.record.config.temporal?.frames ?? FRAMES;
  }

  /** What the transformer works on [n, height, width, channels] → pictures [n, side, side, 3], about −1 … 1. */
  async pictures(samples: Float32Array): Promise<Float32Array> {
    if (!this.#codec) return samples;
    return this.#codec.decode(samples, this.model.record.config.height);
  }

  /** The inverse of {@link pictures}, as far as the autoencoder was taught. */
  async samples(pictures: Float32Array): Promise<Float32Array> {
    return this.#codec ? this.#codec.encode(pictures, this.side) : pictures;
  }

  /** Pictures of any side, four times enlarged by the learnt upscaler; undefined where the model has none. */
  async enlarged(pictures: Float32Array, side: number): Promise<Float32Array | undefined> {
    return this.#enlarger?.enlarge(pictures, side);
  }

  /** Builds what a clip needs: one picture, then its frames, each with and without words. */
  async ready(): Promise<void> {
    await this.session(this.batchFor(1), false);
    await this.session(this.batchFor(this.frames), this.model.record.config.temporal !== undefined);
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
    await this.#codec?.release();
    await this.#enlarger?.release();
  }
}

/** Chooses a provider and readies the sessions that a clip needs. */
export async function openSampler(model: LoadedModel, options: SamplerOptions = {}): Promise<Sampler> {
  const sampler = new Sampler(model, await chooseProvider(options), options.threads);
  await sampler.ready();
  return sampler;
}

/** Whether the model, or an adapter in force, has a word. */
export const knows =
  ({ model, mix }: Sampler) =>
  (word: string): boolean =>
    model.index.has(word) || (mix?.styleWords.includes(word) ?? false);

/** What one picture of a batch is to show. */
export type Shown = {
  readonly clauses: readonly WordWeights[];
  readonly view?: View;
  /** Weights of {@link MOTION_ROWS}. */
  readonly motion?: readonly [parts: number, colour: number];
};

/**
 * Caption rows of some pictures, first with their words, then without: [2 · pictures, clauses, vocabulary],
 * the last axis longer by {@link MAX_ADAPTERS} where there are styles. A style's weight is not shared with words.
 * Camera and motion stand in both, so that guidance strengthens words and leaves the view alone.
 */
export function conditionRows(
  model: LoadedModel,
  pictures: readonly Shown[],
  styles?: readonly string[],
): Float32Array {
  const { words: known, clauses: most } = model.record.config;
  const vocabulary = known + (styles ? MAX_ADAPTERS : 0);
  const width = most * vocabulary;
  const rows = new Float32Array(2 * pictures.length * width);
  const put = (at: number, name: string, weight: number): void => {
    const row = model.index.get(name);
    if (row !== undefined) rows[at + row] = weight;
  };
  for (const [i, { clauses, view = PLAIN_VIEW, motion = [0, 0] }] of pictures.entries()) {
    for (const [k, clause] of clauses.slice(0, most).entries()) {
      const used = Object.entries(clause).filter(([word, weight]) => weight !== 0 && model.index.has(word));
      const share = 1 / Math.sqrt(Math.max(1, used.length));
      const at = i * width + k * vocabulary;
      for (const [word, weight] of used) put(at, word, weight * share);
      for (const [s, style] of (styles ?? []).entries()) rows[at + known + s] = clause[style] ?? 0;
    }
    for (const at of [i * width, (pictures.length + i) * width]) {
      for (const [c, weight] of cameraWeights(view).entries()) put(at, CAMERA_ROWS[c] as string, weight);
      for (const [c, weight] of motion.entries()) put(at, MOTION_ROWS[c] as string, weight);
    }
  }
  return rows;
}
