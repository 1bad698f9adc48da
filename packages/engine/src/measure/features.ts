/**
 * Two sets of features that pictures are compared by. Colour: a fixed random convolutional network on RGB.
 * Structure, which sees no colour: the hidden layer of the classifier of categories on the grey picture, and
 * a fixed random network on its edges. docs/generator/measures.md says both exactly.
 */
import type { Graph, Value } from '../graph/graph.ts';
import {
  add,
  concat,
  conv,
  mul,
  reduceMean,
  relu,
  reshape,
  slice,
  sqrt,
  sub,
  transpose,
} from '../graph/operators.ts';
import { Random } from '../random.ts';
import { HIDDEN, hiddenLayer, SIDE } from './network.ts';

export type FeatureKind = 'colour' | 'structure';
export const FEATURE_KINDS = ['colour', 'structure'] as const;

type Weights = (name: string) => Value;

const SEEDS: Record<FeatureKind, number> = { colour: 20_261_101, structure: 20_261_102 };
/** Sides at which each random network looks, and its channels. */
const COLOUR_NET = { sides: [64, 32, 16], first: 24, second: 48 } as const;
const EDGE_NET = { sides: [64, 32], first: 16, second: 32 } as const;
/** Means are taken over a grid of so many cells each way. */
const CELLS = 2;
/** Luma of ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

const netWidth = (net: { sides: readonly number[]; first: number; second: number }): number =>
  net.sides.length * CELLS * CELLS * (net.first + net.second);

/** Numbers in one row of features. */
export const featureWidth = (kind: FeatureKind): number =>
  kind === 'colour' ? netWidth(COLOUR_NET) : HIDDEN + netWidth(EDGE_NET);

/** Mean over blocks of s × s pixels. */
function pool(g: Graph, x: Value, s: number): Value {
  if (s === 1) return x;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reduceMean(g, reshape(g, x, [n, c, h / s, s, w / s, s]), [3, 5]);
}

/** Mean over each cell of the grid, [batch, channels · cells]. */
const cells = (g: Graph, x: Value): Value =>
  reshape(g, pool(g, x, (x.shape[2] as number) / CELLS), [x.shape[0] as number, -1]);

/**
 * Kernels and biases are uniform, which needs no function whose last bits differ between machines. A kernel
 * keeps the size of what it reads (He et al. 2015).
 */
function randomLayer(g: Graph, random: Random, x: Value, out: number): Value {
  const from = x.shape[1] as number;
  const reach = Math.sqrt(6 / (9 * from));
  const draw = (count: number, most: number): number[] =>
    Array.from({ length: count }, () => random.between(-most, most));
  const kernel = g.initializer('kernel', [out, from, 3, 3], draw(out * from * 9, reach));
  const bias = g.initializer('bias', [out, 1, 1], draw(out, 0.3));
  return relu(g, add(g, conv(g, x, kernel), bias));
}

/** Two random layers at each of several sizes of the picture. */
function randomNet(
  g: Graph,
  random: Random,
  planes: (side: number) => Value,
  net: { sides: readonly number[]; first: number; second: number },
): Value {
  const parts = net.sides.flatMap((side) => {
    const first = randomLayer(g, random, planes(side), net.first);
    const second = randomLayer(g, random, pool(g, first, 2), net.second);
    return [cells(g, first), cells(g, second)];
  });
  return concat(g, parts, 1);
}

/** Ink on paper: white is 0 and so is what lies beyond the edge, black is 1. */
const inkOf = (g: Graph, pixels: Value): Value =>
  transpose(g, mul(g, sub(g, g.scalar(1), pixels), 0.5), [0, 3, 1, 2]);

/** Sobel's two slopes and their length, [batch, 3, side, side]. */
function edges(g: Graph, grey: Value): Value {
  const across = [-1, 0, 1, -2, 0, 2, -1, 0, 1].map((n) => n / 4);
  const down = [-1, -2, -1, 0, 0, 0, 1, 2, 1].map((n) => n / 4);
  const slopes = conv(g, grey, g.initializer('sobel', [2, 1, 3, 3], [...across, ...down]));
  const [x, y] = [slice(g, slopes, 1, 0, 1), slice(g, slopes, 1, 1, 2)];
  const length = sqrt(g, add(g, add(g, mul(g, x, x), mul(g, y, y)), 1e-6));
  return concat(g, [slopes, length], 1);
}

/** Pixels [batch, 64, 64, 3] in −1 … 1 → rows of features [batch, {@link featureWidth}], not yet standardised. */
export function featureGraph(g: Graph, w: Weights, kind: FeatureKind, pixels: Value): Value {
  const random = new Random(SEEDS[kind]);
  const ink = inkOf(g, pixels);
  if (kind === 'colour') return randomNet(g, random, (side) => pool(g, ink, SIDE / side), COLOUR_NET);
  const grey = conv(g, ink, g.initializer('luma', [1, 3, 1, 1], LUMA));
  const asPixels = transpose(g, sub(g, g.scalar(1), mul(g, grey, 2)), [0, 2, 3, 1]);
  const hidden = hiddenLayer(g, w, concat(g, [asPixels, asPixels, asPixels], 3));
  const edged = randomNet(g, random, (side) => edges(g, pool(g, grey, SIDE / side)), EDGE_NET);
  return concat(g, [hidden, edged], 1);
}

/** Mean and deviation of each feature over the training works. */
export type FeatureStatistics = { readonly mean: Float32Array; readonly deviation: Float32Array };

/** Most a standardised feature counts for, in deviations. */
const LIMIT = 3;

/**
 * Standardises each feature and bends it towards ±3 deviations, 3·tanh(z/3), so that a few odd pictures do
 * not rule a cubic kernel. In structure, classifier and edges get the same say, however many numbers each has.
 */
export function standardise(
  kind: FeatureKind,
  row: Float32Array,
  { mean, deviation }: FeatureStatistics,
): void {
  const width = row.length;
  for (let i = 0; i < width; i++) {
    const z = ((row[i] as number) - (mean[i] as number)) / (deviation[i] as number);
    row[i] = LIMIT * Math.tanh(z / LIMIT) * shareOf(kind, i, width);
  }
}

function shareOf(kind: FeatureKind, i: number, width: number): number {
  if (kind === 'colour') return 1;
  return Math.sqrt(width / 2 / (i < HIDDEN ? HIDDEN : width - HIDDEN));
}

/** Statistics of features, as they are kept beside the classifier. A feature that never varies counts for nothing. */
export function featureStatistics(numbers: Float32Array, width: number): FeatureStatistics {
  const count = numbers.length / width;
  const sum = new Float64Array(width);
  const square = new Float64Array(width);
  for (const [i, n] of numbers.entries()) {
    sum[i % width] = (sum[i % width] as number) + n;
    square[i % width] = (square[i % width] as number) + n * n;
  }
  const mean = Float32Array.from(sum, (s) => s / count);
  const deviation = Float32Array.from(square, (s, i) => {
    const spread = Math.sqrt(Math.max(0, s / count - (mean[i] as number) ** 2));
    return spread < 1e-4 ? 1e4 : spread;
  });
  return { mean, deviation };
}
