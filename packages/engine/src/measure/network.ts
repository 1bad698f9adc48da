/**
 * The network that tells categories of works apart, small enough to ship: convolutions at 32, 16, 8 and 4
 * pixels a side, with pixels moved into channels before every reduction. Its last hidden layer also serves
 * as features of structure.
 */
import type { Graph, Value } from '../graph/graph.ts';
import {
  add,
  conv,
  layerNorm,
  matmul,
  reduceMean,
  relu,
  reshape,
  spaceToDepth,
  transpose,
} from '../graph/operators.ts';
import { adamwSpec, type ParameterSpec } from '../model/parameters.ts';

/** Side of the pictures it looks at, in pixels. */
export const SIDE = 64;
export const CHANNELS = 3;
/** Numbers in one picture. */
export const PICTURE = SIDE * SIDE * CHANNELS;

/** Channels at 32, 16, 8 and 4 pixels a side; the last is the width of its hidden layer. */
const WIDTHS = [24, 48, 64, 96] as const;
export const HIDDEN = WIDTHS[3];

type Weights = (name: string) => Value;

/** Kernels are kept as matrices [out, in · k · k], which is what Muon trains. */
function kernelSpecs(name: string, from: number, to: number, k: number, scale = 1): ParameterSpec[] {
  const inner = from * k * k;
  return [
    {
      name: `${name}.kernel`,
      shape: [to, inner],
      deviation: scale * Math.sqrt(2 / inner),
      optimizer: 'muon',
      decay: true,
    },
    adamwSpec(`${name}.bias`, [to, 1, 1], 0),
  ];
}

export function categorySpecs(categories: number): ParameterSpec[] {
  const [a, b, c, d] = WIDTHS;
  return [
    ...kernelSpecs('fine', 4 * CHANNELS, a, 3),
    ...kernelSpecs('medium', 4 * a, b, 1),
    ...kernelSpecs('medium.inner', b, b, 3, 0.5),
    ...kernelSpecs('coarse', 4 * b, c, 1),
    ...kernelSpecs('coarse.inner', c, c, 3, 0.5),
    ...kernelSpecs('coarse.outer', c, c, 3, 0.5),
    ...kernelSpecs('whole', 4 * c, d, 1),
    adamwSpec('category.weight', [d, categories], 0),
    adamwSpec('category.bias', [categories], 0),
  ];
}

function layer(g: Graph, w: Weights, name: string, x: Value, k: number): Value {
  const kernel = w(`${name}.kernel`);
  const [out, channels] = [kernel.shape[0] as number, x.shape[1] as number];
  return add(g, conv(g, x, reshape(g, kernel, [out, channels, k, k])), w(`${name}.bias`));
}

/** Pixels [batch, 64, 64, 3] in −1 … 1 → hidden layer [batch, {@link HIDDEN}], each row of mean 0 and variance 1. */
export function hiddenLayer(g: Graph, w: Weights, pixels: Value): Value {
  const planes = transpose(g, pixels, [0, 3, 1, 2]);
  const fine = relu(g, layer(g, w, 'fine', spaceToDepth(g, planes, 2), 3));
  let x = relu(g, layer(g, w, 'medium', spaceToDepth(g, fine, 2), 1));
  x = add(g, x, relu(g, layer(g, w, 'medium.inner', x, 3)));
  x = relu(g, layer(g, w, 'coarse', spaceToDepth(g, x, 2), 1));
  x = add(g, x, relu(g, layer(g, w, 'coarse.inner', x, 3)));
  x = add(g, x, relu(g, layer(g, w, 'coarse.outer', x, 3)));
  x = relu(g, layer(g, w, 'whole', spaceToDepth(g, x, 2), 1));
  return layerNorm(g, reduceMean(g, x, [2, 3]));
}

/** Hidden layer → one number a category, before the softmax. */
export const categoryScores = (g: Graph, w: Weights, hidden: Value): Value =>
  add(g, matmul(g, hidden, w('category.weight')), w('category.bias'));
