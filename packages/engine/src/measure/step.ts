/** Teaching the categories: the training step, and what it is fed. */
import { add, log, mul, neg, reduceMean, reduceSum, softmax } from '../graph/operators.ts';
import type { Random } from '../random.ts';
import { type PreparedSet, pictureAt, SMALL } from '../train/set.ts';
import type { StepDefinition } from '../train/step.ts';
import type { Trainer } from '../train/trainer.ts';
import { drawView, randomCamera, turnHue } from '../train/views.ts';
import { greyed } from './grey.ts';
import { CHANNELS, categoryScores, categorySpecs, HIDDEN, hiddenLayer, PICTURE, SIDE } from './network.ts';

/** Shares of samples shown soft, in other hues, in grey, with a piece cut out, and mixed with another. */
const SOFT = 0.5;
const RECOLOURED = 0.3;
const GREYED = 0.35;
const CUT = 0.4;
const MIXED = 0.5;
/** Share of the hidden layer left out at each step (dropout, Srivastava et al. 2014). */
const DROPPED = 0.4;
/** Share of certainty given to all categories alike (label smoothing, Szegedy et al. 2016). */
const SMOOTHING = 0.1;

/**
 * Inputs: `pixels` [batch, 64, 64, 3] in −1 … 1, `target` [batch, categories], rows adding up to 1, and `kept`
 * [batch, {@link HIDDEN}], what of the hidden layer is used: 0, or 1 over the share kept.
 */
export const categoryStep = (categories: number, batch: number): StepDefinition => ({
  inputs: [
    { name: 'pixels', shape: [batch, SIDE, SIDE, CHANNELS] },
    { name: 'target', shape: [batch, categories] },
    { name: 'kept', shape: [batch, HIDDEN] },
  ],
  specs: categorySpecs(categories),
  loss(g, input, weight) {
    const hidden = mul(g, hiddenLayer(g, weight, input('pixels')), input('kept'));
    const logs = log(g, add(g, softmax(g, categoryScores(g, weight, hidden)), 1e-8));
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

/** Works of one category, by author. */
type Authors = readonly (readonly number[])[];

/** A source of samples, drawing each category, and in it each author, as often as the root of its size says. */
export class CategoryFeed {
  readonly #set: PreparedSet;
  readonly #categories: readonly Authors[];
  readonly #byCategory: readonly number[];
  readonly #byAuthor: readonly (readonly number[])[];

  /** @param groups works of each category */
  constructor(set: PreparedSet, groups: readonly (readonly number[])[]) {
    this.#set = set;
    this.#categories = groups.map((works) => {
      const authors = Map.groupBy(works, (i) => set.works[i]?.author);
      return [...authors.values()];
    });
    this.#byCategory = rootShares(groups.map((works) => works.length));
    this.#byAuthor = this.#categories.map((authors) => rootShares(authors.map((works) => works.length)));
  }

  /** Writes the inputs of {@link categoryStep}. */
  fill({ random, inputs }: Trainer): void {
    const pixels = inputs.pixels as Float32Array;
    const target = inputs.target as Float32Array;
    const kept = inputs.kept as Float32Array;
    const count = this.#categories.length;
    target.fill(SMOOTHING / count);
    for (let row = 0; row * PICTURE < pixels.length; row++) {
      const category = this.#draw(random, pixels.subarray(row * PICTURE, (row + 1) * PICTURE));
      target[row * count + category] = 1 - SMOOTHING + SMOOTHING / count;
    }
    mix(random, pixels, target, count);
    for (let i = 0; i < kept.length; i++) kept[i] = random.uniform() < DROPPED ? 0 : 1 / (1 - DROPPED);
  }

  /** Draws one work as it may be seen; returns its category. */
  #draw(random: Random, out: Float32Array): number {
    const category = pick(random, this.#byCategory);
    const authors = this.#categories[category] as Authors;
    const works = authors[pick(random, this.#byAuthor[category] as number[])] as readonly number[];
    const picture = pictureAt(this.#set, works[random.below(works.length)] as number);
    const camera = randomCamera(random);
    if (random.uniform() < SOFT) {
      const half = new Float32Array(PICTURE / 4);
      drawView(picture, SMALL, camera, half, SIDE / 2);
      doubled(half, out);
    } else drawView(picture, SMALL, camera, out, SIDE);
    const chance = random.uniform();
    if (chance < RECOLOURED) turnHue(out, random.between(0, 2 * Math.PI));
    else if (chance < RECOLOURED + GREYED) greyed(out);
    if (random.uniform() < CUT) cutOut(random, out);
    return category;
  }
}

/** Mixes some pictures with the one before them in the batch, and their targets alike (mixup, Zhang et al. 2018). */
function mix(random: Random, pixels: Float32Array, target: Float32Array, count: number): void {
  for (let row = pixels.length / PICTURE - 1; row > 0; row--) {
    if (random.uniform() >= MIXED) continue;
    const share = random.between(0.5, 1);
    for (const [numbers, width] of [
      [pixels, PICTURE],
      [target, count],
    ] as const) {
      for (let i = row * width; i < (row + 1) * width; i++)
        numbers[i] = share * (numbers[i] as number) + (1 - share) * (numbers[i - width] as number);
    }
  }
}

/** Running sums of shares that go by the roots of counts. */
function rootShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + Math.sqrt(count), 0);
  let sum = 0;
  return counts.map((count) => {
    sum += Math.sqrt(count) / total;
    return sum;
  });
}

function pick(random: Random, sums: readonly number[]): number {
  const chance = random.uniform();
  const at = sums.findIndex((upTo) => chance < upTo);
  return at < 0 ? sums.length - 1 : at;
}

/** Leaves a rectangle of paper where a piece of the picture was (DeVries & Taylor 2017). */
function cutOut(random: Random, pixels: Float32Array): void {
  const [width, height] = [12 + random.below(20), 12 + random.below(20)];
  const [left, top] = [random.below(SIDE - width), random.below(SIDE - height)];
  for (let y = top; y < top + height; y++)
    pixels.fill(1, (y * SIDE + left) * CHANNELS, (y * SIDE + left + width) * CHANNELS);
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
