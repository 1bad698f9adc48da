/**
 * The diffusion transformer: patches of pixels in, the velocity of the flow at those patches out.
 * Conditioning enters through scale, shift and gate of every block (adaLN, Peebles & Xie 2023), one shared
 * projection plus a narrow one of each block's own (as adaLN-LoRA in Cosmos, 2025).
 */
import type { Graph, Value } from '../graph/graph.ts';
import {
  add,
  concat,
  cos,
  layerNorm,
  matmul,
  mul,
  reluSquared,
  reshape,
  silu,
  sin,
  softmax,
  split,
  transpose,
} from '../graph/operators.ts';
import { CHANNELS, gridOf, type ModelConfig, patchLength, TIME_FEATURES, tokensOf } from './config.ts';

export type Weights = (name: string) => Value;

/** [batch, frames, height, width, 3] → [batch, tokens, patch]. */
export function patchify(g: Graph, config: ModelConfig, pixels: Value): Value {
  const batch = pixels.shape[0] as number;
  const [t, y, x] = gridOf(config);
  const [pt, ph, pw] = config.patch;
  const cut = reshape(g, pixels, [batch, t, pt, y, ph, x, pw * CHANNELS]);
  const moved = transpose(g, cut, [0, 1, 3, 5, 2, 4, 6]);
  return reshape(g, moved, [batch, t * y * x, patchLength(config)]);
}

/** The inverse of {@link patchify}. */
export function unpatchify(g: Graph, config: ModelConfig, tokens: Value): Value {
  const batch = tokens.shape[0] as number;
  const [t, y, x] = gridOf(config);
  const [pt, ph, pw] = config.patch;
  const cut = reshape(g, tokens, [batch, t, y, x, pt, ph, pw * CHANNELS]);
  const moved = transpose(g, cut, [0, 1, 4, 2, 5, 3, 6]);
  return reshape(g, moved, [batch, config.frames, config.height, config.width, CHANNELS]);
}

/** Linear map of the last axis, done as one matrix product over all rows. */
function linear(g: Graph, x: Value, weight: Value): Value {
  const width = x.shape.at(-1) as number;
  const flat = reshape(g, x, [-1, width]);
  return reshape(g, matmul(g, flat, weight), [...x.shape.slice(0, -1), weight.shape[1] as number]);
}

/** Sines and cosines of 1000·t at geometric frequencies (Vaswani et al. 2017): [batch] → [batch, 128]. */
function timeFeatures(g: Graph, time: Value): Value {
  const half = TIME_FEATURES / 2;
  const frequencies = Array.from({ length: half }, (_, i) => 1000 * Math.exp((-Math.log(10_000) * i) / half));
  const row = g.initializer('frequencies', [1, half], frequencies);
  const phase = mul(g, reshape(g, time, [-1, 1]), row);
  return concat(g, [sin(g, phase), cos(g, phase)], -1);
}

/** The conditioning vector of each sample, [batch, dim]. `words` holds one weight a word, of either sign. */
function condition(g: Graph, w: Weights, time: Value, words: Value): Value {
  const hidden = silu(g, matmul(g, timeFeatures(g, time), w('time.in')));
  const clock = matmul(g, hidden, w('time.out'));
  return silu(g, add(g, clock, matmul(g, words, w('words'))));
}

const modulate = (g: Graph, x: Value, scale: Value, shift: Value): Value =>
  add(g, mul(g, layerNorm(g, x), add(g, scale, 1)), shift);

/** Multi-head self-attention (Vaswani et al. 2017) over [batch, tokens, dim]. */
function attention(g: Graph, config: ModelConfig, x: Value, qkv: Value, out: Value): Value {
  const [batch, tokens, dim] = x.shape as [number, number, number];
  const width = dim / config.heads;
  const projected = reshape(g, linear(g, x, qkv), [batch, tokens, 3 * config.heads, width]);
  const byHead = transpose(g, projected, [0, 2, 1, 3]);
  const [q, k, v] = split(g, byHead, [config.heads, config.heads, config.heads], 1) as [Value, Value, Value];
  const scores = mul(g, matmul(g, q, k, { transposeB: true }), 1 / Math.sqrt(width));
  const mixed = matmul(g, softmax(g, scores), v);
  const joined = reshape(g, transpose(g, mixed, [0, 2, 1, 3]), [batch, tokens, dim]);
  return linear(g, joined, out);
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
  const seen = attention(
    g,
    config,
    modulate(g, x, scale1, shift1),
    w(`block.${index}.qkv`),
    w(`block.${index}.out`),
  );
  const attended = add(g, x, mul(g, seen, gate1));
  const inner = linear(g, modulate(g, attended, scale2, shift2), w(`block.${index}.up`));
  const fed = linear(g, reluSquared(g, inner), w(`block.${index}.down`));
  return add(g, attended, mul(g, fed, gate2));
}

type Conditioning = { shared: Value; narrow: Value };

/**
 * Velocity at noisy patches.
 *
 * @param noisy [batch, tokens, patch]
 * @param time [batch], 0 at the picture, 1 at the noise
 * @param words [batch, vocabulary] weights
 * @returns [batch, tokens, patch]
 */
export function velocity(
  g: Graph,
  config: ModelConfig,
  w: Weights,
  inputs: { noisy: Value; time: Value; words: Value },
): Value {
  const batch = inputs.noisy.shape[0] as number;
  const tokens = tokensOf(config);
  const position = add(g, add(g, w('position.time'), w('position.row')), w('position.column'));
  const placed = add(g, reshape(g, position, [1, tokens, config.dim]), w('patch.bias'));
  let x = add(g, linear(g, inputs.noisy, w('patch.in')), placed);
  const c = condition(g, w, inputs.time, inputs.words);
  const cond = {
    shared: matmul(g, c, w('modulation.shared')),
    narrow: matmul(g, c, w('modulation.down')),
  };
  for (let i = 0; i < config.depth; i++) x = block(g, config, w, i, x, cond);
  const last = split(g, reshape(g, matmul(g, c, w('final.modulation')), [batch, 2, config.dim]), [1, 1], 1);
  const normal = modulate(g, x, last[0] as Value, last[1] as Value);
  return add(g, linear(g, normal, w('final.out')), w('final.bias'));
}
