/**
 * The diffusion transformer: patches in, the velocity of the flow at those patches out. Conditioning enters
 * through scale, shift and gate of every block (adaLN, Peebles & Xie 2023), one shared projection plus a
 * narrow one of each block's own (as adaLN-LoRA in Cosmos, 2025). Blocks of the first half also feed their
 * mirror image in the second (U-ViT, Bao et al. 2023). Temporal modules let the frames of a clip see each other.
 */
import type { Graph, Value } from '../graph/graph.ts';
import {
  add,
  concat,
  cos,
  layerNorm,
  matmul,
  mul,
  reduceSum,
  reluSquared,
  reshape,
  silu,
  sin,
  slice,
  softmax,
  split,
  transpose,
} from '../graph/operators.ts';
import { CAMERA_ROWS, CONTROL_ROWS, MOTION_ROWS } from './camera.ts';
import { gridOf, type ModelConfig, patchLength, TIME_FEATURES, tokensOf } from './config.ts';
import { skipSource } from './parameters.ts';

/** Parameters by name; `adapt` may add to the product of rows [n, in] with one of them, [n, out]. */
export type Weights = ((name: string) => Value) & {
  adapt?: (g: Graph, name: string, rows: Value, product: Value) => Value;
};

/** [batch, height, width, channels] → [batch, tokens, patch]. */
export function patchify(g: Graph, config: ModelConfig, sample: Value): Value {
  const batch = sample.shape[0] as number;
  const [y, x] = gridOf(config);
  const { patch, channels } = config;
  const cut = reshape(g, sample, [batch, y, patch, x, patch * channels]);
  const moved = transpose(g, cut, [0, 1, 3, 2, 4]);
  return reshape(g, moved, [batch, y * x, patchLength(config)]);
}

/** The inverse of {@link patchify}. */
export function unpatchify(g: Graph, config: ModelConfig, tokens: Value): Value {
  const batch = tokens.shape[0] as number;
  const [y, x] = gridOf(config);
  const { patch, channels } = config;
  const cut = reshape(g, tokens, [batch, y, x, patch, patch * channels]);
  const moved = transpose(g, cut, [0, 1, 3, 2, 4]);
  return reshape(g, moved, [batch, config.height, config.width, channels]);
}

/** Linear map of the last axis, done as one matrix product over all rows. */
function linear(g: Graph, w: Weights, name: string, x: Value): Value {
  const weight = w(name);
  const rows = reshape(g, x, [-1, x.shape.at(-1) as number]);
  const product = matmul(g, rows, weight);
  const adapted = w.adapt ? w.adapt(g, name, rows, product) : product;
  return reshape(g, adapted, [...x.shape.slice(0, -1), weight.shape[1] as number]);
}

/** Sines and cosines of 1000·t at geometric frequencies (Vaswani et al. 2017): [batch] → [batch, 128]. */
function timeFeatures(g: Graph, time: Value): Value {
  const half = TIME_FEATURES / 2;
  const frequencies = Array.from({ length: half }, (_, i) => 1000 * Math.exp((-Math.log(10_000) * i) / half));
  const row = g.initializer('frequencies', [1, half], frequencies);
  const phase = mul(g, reshape(g, time, [-1, 1]), row);
  return concat(g, [sin(g, phase), cos(g, phase)], -1);
}

/**
 * The conditioning vector of each sample, [batch, dim]. Each clause of the caption, [batch, clauses,
 * vocabulary] weights of either sign, goes through a small network of its own before they are added, so that
 * "red apple, green leaf" is not "green apple, red leaf". An empty clause adds nothing.
 */
function condition(g: Graph, w: Weights, time: Value, words: Value): Value {
  const hidden = silu(g, matmul(g, timeFeatures(g, time), w('time.in')));
  const clock = matmul(g, hidden, w('time.out'));
  const [batch, clauses, vocabulary] = words.shape as [number, number, number];
  const said = matmul(g, reshape(g, words, [batch * clauses, vocabulary]), w('words'));
  const bound = matmul(g, silu(g, matmul(g, said, w('clause.up'))), w('clause.down'));
  const all = reshape(g, add(g, said, bound), [batch, clauses, -1]);
  return silu(g, add(g, clock, reduceSum(g, all, [1])));
}

const modulate = (g: Graph, x: Value, scale: Value, shift: Value): Value =>
  add(g, mul(g, layerNorm(g, x), add(g, scale, 1)), shift);

/** Multi-head self-attention (Vaswani et al. 2017) over [batch, tokens, dim]; parameters `stem.qkv`, `stem.out`. */
function attention(g: Graph, heads: number, w: Weights, stem: string, x: Value): Value {
  const [batch, tokens, dim] = x.shape as [number, number, number];
  const width = dim / heads;
  const projected = reshape(g, linear(g, w, `${stem}.qkv`, x), [batch, tokens, 3 * heads, width]);
  const byHead = transpose(g, projected, [0, 2, 1, 3]);
  const [q, k, v] = split(g, byHead, [heads, heads, heads], 1) as [Value, Value, Value];
  const scores = mul(g, matmul(g, q, k, { transposeB: true }), 1 / Math.sqrt(width));
  const mixed = matmul(g, softmax(g, scores), v);
  const joined = reshape(g, transpose(g, mixed, [0, 2, 1, 3]), [batch, tokens, dim]);
  return linear(g, w, `${stem}.out`, joined);
}

function block(
  g: Graph,
  config: ModelConfig,
  w: Weights,
  index: number,
  x: Value,
  cond: Conditioning,
): Value {
  const [batch, , dim] = x.shape as [number, number, number];
  const own = matmul(g, cond.narrow, w(`block.${index}.modulation`));
  const all = add(g, add(g, cond.shared, own), w(`block.${index}.bias`));
  const parts = split(g, reshape(g, all, [batch, 6, dim]), [1, 1, 1, 1, 1, 1], 1);
  const [scale1, shift1, gate1, scale2, shift2, gate2] = parts as [Value, Value, Value, Value, Value, Value];
  const seen = attention(g, config.heads, w, `block.${index}`, modulate(g, x, scale1, shift1));
  const attended = add(g, x, mul(g, seen, gate1));
  const inner = linear(g, w, `block.${index}.up`, modulate(g, attended, scale2, shift2));
  const fed = linear(g, w, `block.${index}.down`, reluSquared(g, inner));
  return add(g, attended, mul(g, fed, gate2));
}

type Conditioning = {
  shared: Value;
  narrow: Value;
  /** `narrow` and what the caption says of motion, for the temporal modules. */
  motion: Value;
};

/** What the rows of motion in a caption's first clause say: [batch, clauses, vocabulary] → [batch, bottleneck]. */
function motionOf(g: Graph, w: Weights, words: Value): Value {
  const batch = words.shape[0] as number;
  const first = slice(g, slice(g, words, 1, 0, 1), 2, CAMERA_ROWS.length, CONTROL_ROWS.length);
  return matmul(g, reshape(g, first, [batch, MOTION_ROWS.length]), w('temporal.motion'));
}

/** Lets each place see itself in every frame: x is [clips · frames, tokens, dim], frames innermost. */
function temporal(
  g: Graph,
  config: ModelConfig,
  w: Weights,
  index: number,
  x: Value,
  cond: Conditioning,
): Value {
  const [batch, tokens, dim] = x.shape as [number, number, number];
  const frames = config.temporal?.frames ?? 1;
  const clips = batch / frames;
  const stem = `temporal.${index}`;
  const own = reshape(g, matmul(g, cond.motion, w(`${stem}.modulation`)), [batch, 2, dim]);
  const [scale, shift] = split(g, own, [1, 1], 1) as [Value, Value];
  const turned = (value: Value, to: readonly number[]): Value =>
    reshape(g, transpose(g, reshape(g, value, to), [0, 2, 1, 3]), [
      clips * (to[2] as number),
      to[1] as number,
      dim,
    ]);
  const byPlace = turned(modulate(g, x, scale, shift), [clips, frames, tokens, dim]);
  const seen = attention(g, config.heads, w, stem, add(g, byPlace, w(`${stem}.position`)));
  return add(g, x, turned(seen, [clips, tokens, frames, dim]));
}

/**
 * Velocity at noisy patches.
 *
 * @param noisy [batch, tokens, patch]
 * @param time [batch], 0 at the picture, 1 at the noise
 * @param words [batch, clauses, vocabulary] weights
 * @param moving the batch is whole clips, frames innermost, and the temporal modules take part
 * @returns [batch, tokens, patch]
 */
export function velocity(
  g: Graph,
  config: ModelConfig,
  w: Weights,
  inputs: { noisy: Value; time: Value; words: Value },
  moving = false,
): Value {
  const batch = inputs.noisy.shape[0] as number;
  const tokens = tokensOf(config);
  const position = reshape(g, add(g, w('position.row'), w('position.column')), [1, tokens, config.dim]);
  let x = add(g, linear(g, w, 'patch.in', inputs.noisy), add(g, position, w('patch.bias')));
  const c = condition(g, w, inputs.time, inputs.words);
  const narrow = matmul(g, c, w('modulation.down'));
  const motion = moving ? add(g, narrow, motionOf(g, w, inputs.words)) : narrow;
  const cond = { shared: matmul(g, c, w('modulation.shared')), narrow, motion };
  const made: Value[] = [];
  for (let i = 0; i < config.depth; i++) {
    const source = skipSource(config.depth, i);
    if (source !== undefined) x = add(g, x, linear(g, w, `block.${i}.skip`, made[source] as Value));
    x = block(g, config, w, i, x, cond);
    made.push(x);
    if (moving && config.temporal?.after.includes(i)) x = temporal(g, config, w, i, x, cond);
  }
  const last = split(g, reshape(g, matmul(g, c, w('final.modulation')), [batch, 2, config.dim]), [1, 1], 1);
  const normal = modulate(g, x, last[0] as Value, last[1] as Value);
  return add(g, linear(g, w, 'final.out', normal), w('final.bias'));
}
