/** What a step is fed: views of works, captions as clauses of weights, noise and times. */
import { cameraWeights, PLAIN_VIEW, type View, viewOf } from '../model/camera.ts';
import { coloursIn, isColourWord } from '../model/colours.ts';
import { type ModelConfig, pictureSize, sampleLength } from '../model/config.ts';
import type { Random } from '../random.ts';
import { clipNoise } from '../sample/latent.ts';
import { drawClip } from './animate.ts';
import { clauseRow } from './captions.ts';
import { drawTimes } from './definitions.ts';
import { type LayeredWork, type PreparedSet, pictureAt, SMALL } from './set.ts';
import type { Trainer } from './trainer.ts';
import { drawView, randomCamera, turnHue } from './views.ts';

/** Shares of samples: two works in one picture, a work in other colours, no words at all. */
const PAIRED = 0.1;
const RECOLOURED = 0.12;
const UNCAPTIONED = 0.1;

type Said = { readonly view: View; readonly clauses: readonly (readonly string[])[] };

export class StillsFeed {
  readonly #set: PreparedSet;
  readonly #among: readonly number[];
  readonly #config: ModelConfig;
  readonly #index: ReadonlyMap<string, number>;
  readonly #side: number;

  /** @param among works that may be drawn */
  constructor(set: PreparedSet, among: readonly number[], config: ModelConfig, words: readonly string[]) {
    this.#set = set;
    this.#among = among;
    this.#config = config;
    this.#index = new Map(words.map((word, i) => [word, i]));
    this.#side = pictureSize(config).width;
  }

  /** Fills pictures [batch, side, side, 3] and caption rows [batch, clauses, vocabulary] of a step. */
  fill(random: Random, pixels: Float32Array, words: Float32Array): void {
    const length = this.#side * this.#side * 3;
    const width = this.#config.clauses * this.#config.words;
    words.fill(0);
    for (let row = 0; row * length < pixels.length; row++) {
      const out = pixels.subarray(row * length, (row + 1) * length);
      const said = random.uniform() < PAIRED ? this.#pair(random, out) : this.#single(random, out);
      this.#caption(random, said, words.subarray(row * width, (row + 1) * width));
    }
  }

  #single(random: Random, out: Float32Array): Said {
    const i = this.#pick(random);
    const camera = randomCamera(random);
    drawView(pictureAt(this.#set, i), SMALL, camera, out, this.#side);
    return { view: viewOf(camera), clauses: [this.#name(random, i, out)] };
  }

  /** Two works side by side, which teaches that a colour belongs to its thing. */
  #pair(random: Random, out: Float32Array): Said {
    const side = this.#side;
    const half = side / 2;
    const piece = new Float32Array(half * half * 3);
    out.fill(1);
    const clauses = ['left', 'right'].map((place, k) => {
      const i = this.#pick(random);
      const camera = { centreX: 0, centreY: 0, zoom: 1, angle: 0, mirrored: random.uniform() < 0.5 };
      drawView(pictureAt(this.#set, i), SMALL, camera, piece, half);
      const name = this.#name(random, i, piece);
      const top = random.below(half + 1);
      for (let y = 0; y < half; y++) {
        const row = piece.subarray(y * half * 3, (y + 1) * half * 3);
        out.set(row, ((top + y) * side + k * half) * 3);
      }
      return [place, ...name];
    });
    return { view: PLAIN_VIEW, clauses: random.uniform() < 0.5 ? clauses : clauses.reverse() };
  }

  #pick(random: Random): number {
    return this.#among[random.below(this.#among.length)] as number;
  }

  /** Words of a work as it is drawn here; colours are read from the pixels, and some works are recoloured. */
  #name(random: Random, i: number, pixels: Float32Array): string[] {
    const own = (this.#set.works[i] as PreparedSet['works'][number]).words;
    if (random.uniform() < RECOLOURED) {
      turnHue(pixels, random.between(0.6, 2 * Math.PI - 0.6));
      return [...coloursIn(pixels), ...own.filter((word) => !isColourWord(word))];
    }
    return random.uniform() < 0.5 ? [...new Set([...coloursIn(pixels), ...own])] : [...own];
  }

  /** The camera stands in the first clause and is never dropped. */
  #caption(random: Random, { view, clauses }: Said, rows: Float32Array): void {
    const { words: width } = this.#config;
    if (random.uniform() >= UNCAPTIONED) {
      for (const [k, clause] of clauses.entries()) {
        const known = clause.flatMap((word) => this.#index.get(word) ?? []);
        clauseRow(random, known, rows.subarray(k * width, (k + 1) * width));
      }
    }
    rows.set(cameraWeights(view));
  }
}

/** Fresh noise and times for a flow-matching step. */
export function drawNoise({ random, inputs }: Trainer): void {
  random.fillNormal(inputs.noise as Float32Array);
  drawTimes(random, inputs.time as Float32Array);
}

/** Whole clips for the temporal modules: layers of works that move, and the camera with them. */
export class ClipsFeed {
  readonly #set: PreparedSet;
  readonly #whole: readonly LayeredWork[];
  readonly #parted: readonly LayeredWork[];
  readonly #config: ModelConfig;
  readonly #index: ReadonlyMap<string, number>;

  constructor(
    set: PreparedSet,
    layered: readonly LayeredWork[],
    config: ModelConfig,
    words: readonly string[],
  ) {
    this.#set = set;
    this.#whole = layered.filter(({ count }) => count === 1);
    this.#parted = layered.filter(({ count }) => count > 1);
    this.#config = config;
    this.#index = new Map(words.map((word, i) => [word, i]));
  }

  /** Fills frames [clips · frames, side, side, 3] and their caption rows, frames innermost. */
  fill(random: Random, pixels: Float32Array, words: Float32Array): void {
    const { width: side } = pictureSize(this.#config);
    const { clauses, words: vocabulary, temporal } = this.#config;
    const frames = temporal?.frames ?? 1;
    const length = frames * side * side * 3;
    const width = clauses * vocabulary;
    words.fill(0);
    for (let clip = 0; clip * length < pixels.length; clip++) {
      const among = random.uniform() < 0.8 ? this.#parted : this.#whole;
      const layers = among[random.below(among.length)] as LayeredWork;
      const out = pixels.subarray(clip * length, (clip + 1) * length);
      const moved = drawClip(random, layers, { frames, side }, out);
      const row = new Float32Array(vocabulary);
      const own = (this.#set.works[layers.work] as PreparedSet['works'][number]).words;
      const known = own.flatMap((word) => this.#index.get(word) ?? []);
      if (random.uniform() >= UNCAPTIONED) clauseRow(random, known, row);
      for (const [f, view] of moved.views.entries()) {
        const at = (clip * frames + f) * width;
        words.set(row, at);
        words.set([...cameraWeights(view), moved.motion, moved.recolour], at);
      }
    }
  }
}

/** Noise that frames of a clip partly share, and one time for each clip. */
export function drawClipNoise({ random, inputs }: Trainer, config: ModelConfig): void {
  const frames = config.temporal?.frames ?? 1;
  const { noise = new Float32Array(), time = new Float32Array() } = inputs;
  const length = sampleLength(config);
  const fresh = (): Float32Array => random.fillNormal(new Float32Array(length));
  for (let clip = 0; clip * frames < time.length; clip++) {
    noise.set(clipNoise(fresh(), frames, fresh), clip * frames * length);
    drawTimes(random, time.subarray(clip * frames, clip * frames + 1));
    time.fill(time[clip * frames] as number, clip * frames, (clip + 1) * frames);
  }
}
