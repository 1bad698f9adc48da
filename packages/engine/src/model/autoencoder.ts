/**
 * The autoencoder: a small convolutional network that turns pictures into latents a quarter of their side,
 * and back. Pixels are moved into channels before every reduction, so nothing is thrown away unlearnt
 * (as in Shi et al. 2016); no adversarial and no perceptual part, so no network that others trained.
 */
import type { Graph, Value } from '../graph/graph.ts';
import { add, conv, depthToSpace, div, mul, relu, spaceToDepth, sub, transpose } from '../graph/operators.ts';
import { type AutoencoderConfig, COLOURS } from './config.ts';
import { adamwSpec, type ParameterSpec } from './parameters.ts';

type Weights = (name: string) => Value;

const RESIDUAL = { encoder: 1, wide: 2, narrow: 1 } as const;

export function autoencoderSpecs({ channels, wide, narrow }: AutoencoderConfig): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const layer = (name: string, from: number, to: number, k: number, scale = 1): void => {
    specs.push(adamwSpec(`${name}.kernel`, [to, from, k, k], scale * Math.sqrt(2 / (from * k * k))));
    specs.push(adamwSpec(`${name}.bias`, [to, 1, 1], 0));
  };
  const residual = (name: string, width: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      layer(`${name}.${i}.a`, width, width, 3);
      layer(`${name}.${i}.b`, width, width, 3, 0.3);
    }
  };
  layer('encoder.fine', 4 * COLOURS, narrow, 3);
  layer('encoder.coarse', 4 * narrow, wide, 1);
  residual('encoder.block', wide, RESIDUAL.encoder);
  layer('encoder.latent', wide, channels, 1, 0.5);
  layer('decoder.latent', channels, wide, 3);
  residual('decoder.wide', wide, RESIDUAL.wide);
  layer('decoder.fine', wide, 4 * narrow, 1);
  residual('decoder.narrow', narrow, RESIDUAL.narrow);
  layer('decoder.pixels', narrow, 4 * COLOURS, 3, 0.5);
  return specs;
}

/** Mean and deviation of each latent channel over the training set, kept beside the network. */
export const latentSpecs = ({ channels }: AutoencoderConfig): ParameterSpec[] => [
  adamwSpec('latent.mean', [channels], 0),
  adamwSpec('latent.deviation', [channels], 0),
];

const layer = (g: Graph, w: Weights, name: string, x: Value): Value =>
  add(g, conv(g, x, w(`${name}.kernel`)), w(`${name}.bias`));

function residual(g: Graph, w: Weights, name: string, count: number, x: Value): Value {
  let out = x;
  for (let i = 0; i < count; i++) {
    const inner = relu(g, layer(g, w, `${name}.${i}.a`, relu(g, out)));
    out = add(g, out, layer(g, w, `${name}.${i}.b`, inner));
  }
  return out;
}

const toPlanes = (g: Graph, x: Value): Value => transpose(g, x, [0, 3, 1, 2]);
const toPixels = (g: Graph, x: Value): Value => transpose(g, x, [0, 2, 3, 1]);

/** [batch, height, width, 3] in −1 … 1 → latents [batch, height/4, width/4, channels], as the network makes them. */
export function encodeLatents(g: Graph, w: Weights, pixels: Value): Value {
  const fine = relu(g, layer(g, w, 'encoder.fine', spaceToDepth(g, toPlanes(g, pixels), 2)));
  const coarse = layer(g, w, 'encoder.coarse', spaceToDepth(g, fine, 2));
  const seen = residual(g, w, 'encoder.block', RESIDUAL.encoder, coarse);
  return toPixels(g, layer(g, w, 'encoder.latent', relu(g, seen)));
}

/** The inverse of {@link encodeLatents}, as far as it was learnt. */
export function decodeLatents(g: Graph, w: Weights, latents: Value): Value {
  const start = layer(g, w, 'decoder.latent', toPlanes(g, latents));
  const wide = relu(g, residual(g, w, 'decoder.wide', RESIDUAL.wide, start));
  const fine = depthToSpace(g, layer(g, w, 'decoder.fine', wide), 2);
  const narrow = relu(g, residual(g, w, 'decoder.narrow', RESIDUAL.narrow, fine));
  return toPixels(g, depthToSpace(g, layer(g, w, 'decoder.pixels', narrow), 2));
}

/** Latents of about zero mean and unit variance, which is what noise has. */
export const normalised = (g: Graph, w: Weights, latents: Value): Value =>
  div(g, sub(g, latents, w('latent.mean')), w('latent.deviation'));

export const denormalised = (g: Graph, w: Weights, latents: Value): Value =>
  add(g, mul(g, latents, w('latent.deviation')), w('latent.mean'));
