/** Teaching the categories: the training step, and what it is fed. */
import { add, log, mul, neg, reduceMean, reduceSum, softmax } from '../graph/operators.ts';
import type { Random } from '../random.ts';
import { type PreparedSet, pictureAt, SMALL } from '../train/set.ts';
import type { StepDefinition } from '../train/step.ts';
import type { Trainer } from '../train/trainer.ts';
import { drawView, randomCamera, turnHue } from '../train/views.ts';
import { greyed } from './grey.ts';
import { CHANNELS, categoryScores, categorySpecs, hiddenLayer, PICTURE, SIDE } from './network.ts';

/** Shares of samples shown soft, in other hues, and in grey. */
const SOFT = 0.3;
const RECOLOURED = 0.3;
const GREYED = 0.35;
/** Share of certainty given to all categories alike (label smoothing, Szegedy et al. 2016). */
const SMOOTHING = 0.1;

/** Inputs: `pixels` [batch, 64, 64, 3] in −1 … 1, `target` [batch, categories], rows adding up to 1. */
export const categoryStep = (categories: number, batch: number): StepDefinition => ({
  inputs: [
    { name: 'pixels', shape: [batch, SIDE, SIDE, CHANNELS] },
    { name: 'target', shape: [batch, categories] },
  ],
  specs: categorySpecs(categories),
  loss(g, input, weight) {
    const scores = categoryScores(g, weight, hiddenLayer(g, weight, input('pixels')));
    const logs = log(g, add(g, softmax(g, scores), 1e-8));
    return neg(g, reduceMean(g, reduceSum(g, mul(g, input('target'), logs), [-1]), [0]));
  },
});

/** A plain view of every picture named, [n, 64, 64, 3] in −1 … 1. */
export function plainViews(set: PreparedSet, among: readonly number[]): Float32Array {
  const out = new Float32Array(among.length * PICTURE);
  const camera = { centreX: 0, centreY: 0, zoom: 1, angle: 0, mirrored: false };
  for (const [at, i] of among.entries()) {
    drawView(pictureAt(set, i), SMALL, camera, out.subarray(at * PICTURE, (at + 1) * PICTURE), SIDE);
  }
  return out;
}

export class CategoryFeed {
  readonly #set: PreparedSet;
  readonly #groups: readonly (readonly number[])[];
  /** Running sum of the share of each category. */
  readonly #shares: readonly number[];

  /** @param groups works of each category; a category is drawn as often as the root of its size says */
  constructor(set: PreparedSet, groups: readonly (readonly number[])[]) {
    this.#set = set;
    this.#groups = groups;
    let sum = 0;
    const sums = groups.map((works) => {
      sum += Math.sqrt(works.length);
      return sum;
    });
    this.#shares = sums.map((upTo) => upTo / sum);
  }

  /** Writes the inputs of {@link categoryStep}. */
  fill({ random, inputs }: Trainer): void {
    const pixels = inputs.pixels as Float32Array;
    const target = inputs.target as Float32Array;
    const count = this.#groups.length;
    target.fill(SMOOTHING / count);
    for (let row = 0; row * PICTURE < pixels.length; row++) {
      const chance = random.uniform();
      const category = this.#shares.findIndex((upTo) => chance < upTo);
      const works = this.#groups[category] as readonly number[];
      const picture = pictureAt(this.#set, works[random.below(works.length)] as number);
      this.#show(random, picture, pixels.subarray(row * PICTURE, (row + 1) * PICTURE));
      target[row * count + category] = 1 - SMOOTHING + SMOOTHING / count;
    }
  }

  #show(random: Random, picture: Uint8Array, out: Float32Array): void {
    const camera = randomCamera(random);
    if (random.uniform() < SOFT) {
      const half = new Float32Array(PICTURE / 4);
      drawView(picture, SMALL, camera, half, SIDE / 2);
      doubled(half, out);
    } else drawView(picture, SMALL, camera, out, SIDE);
    const chance = random.uniform();
    if (chance < RECOLOURED) turnHue(out, random.between(0, 2 * Math.PI));
    else if (chance < RECOLOURED + GREYED) greyed(out);
  }
}

/** Every pixel of a picture half the side becomes four. */
function doubled(half: Float32Array, out: Float32Array): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const from = ((y >> 1) * (SIDE / 2) + (x >> 1)) * CHANNELS;
      for (let c = 0; c < CHANNELS; c++) out[(y * SIDE + x) * CHANNELS + c] = half[from + c] as number;
    }
  }
}
