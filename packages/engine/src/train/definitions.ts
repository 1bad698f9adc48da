/** The trainings there are, as definitions of a step: what goes in, what is learnt, and the loss. */
import type { Graph, Value } from '../graph/graph.ts';
import { add, mean, mul, reshape, sqrt, sub } from '../graph/operators.ts';
import { autoencoderSpecs, decodeLatents, encodeLatents } from '../model/autoencoder.ts';
import {
  type AutoencoderConfig,
  COLOURS,
  type ModelConfig,
  patchLength,
  tokensOf,
  type UpscalerConfig,
} from '../model/config.ts';
import { type Parameters, parameterSpecs, temporalSpecs } from '../model/parameters.ts';
import { patchify, velocity, type Weights } from '../model/transformer.ts';
import { UPSCALE, upscale, upscalerSpecs } from '../model/upscaler.ts';
import type { Random } from '../random.ts';
import { shifted } from '../sample/schedule.ts';
import type { StepDefinition } from './step.ts';

/** Deviation of the noise on latents while the decoder learns, so that it bears what a sampler makes. */
export const LATENT_NOISE = 0.1;
const LATENT_PENALTY = 0.003;

/** √(x² + ε²): nearly |x|, with a slope everywhere (Charbonnier et al. 1994). */
const charbonnier = (g: Graph, x: Value): Value => sqrt(g, add(g, mul(g, x, x), 1e-4));

/**
 * Pictures through the autoencoder and back. Inputs: `pixels` [batch, side, side, 3] in −1 … 1 and `noise`
 * [batch, side/4, side/4, channels], standard normal. Loss: mean absolute (Charbonnier) plus mean squared
 * error, and a small weight on the size of latents.
 */
export function autoencoderStep(config: AutoencoderConfig, batch: number, side: number): StepDefinition {
  const latent = [batch, side / 4, side / 4, config.channels];
  return {
    inputs: [
      { name: 'pixels', shape: [batch, side, side, COLOURS] },
      { name: 'noise', shape: latent },
    ],
    specs: autoencoderSpecs(config),
    loss(g, input, weight) {
      const latents = encodeLatents(g, weight, input('pixels'));
      const seen = decodeLatents(g, weight, add(g, latents, mul(g, input('noise'), LATENT_NOISE)));
      const error = sub(g, seen, input('pixels'));
      const fit = add(g, mean(g, charbonnier(g, error)), mean(g, mul(g, error, error)));
      return add(g, fit, mul(g, mean(g, mul(g, latents, latents)), LATENT_PENALTY));
    },
  };
}

/** Shapes of what a flow-matching step is fed, for a batch of samples. */
const flowInputs = (config: ModelConfig, batch: number) => [
  { name: 'sample', shape: [batch, config.height, config.width, config.channels] },
  { name: 'noise', shape: [batch, tokensOf(config), patchLength(config)] },
  { name: 'time', shape: [batch] },
  { name: 'words', shape: [batch, config.clauses, config.words] },
];

/** Mean squared error of the velocity noise − sample at `time` (flow matching, Lipman et al. 2023). */
export function flowLoss(
  g: Graph,
  config: ModelConfig,
  input: (name: string) => Value,
  weights: Weights,
  moving: boolean,
): Value {
  const clean = patchify(g, config, input('sample'));
  const difference = sub(g, input('noise'), clean);
  const time = input('time');
  const noisy = add(g, clean, mul(g, difference, reshape(g, time, [time.shape[0] as number, 1, 1])));
  const flow = velocity(g, config, weights, { noisy, time, words: input('words') }, moving);
  const error = sub(g, flow, difference);
  return mean(g, mul(g, error, error));
}

/**
 * The transformer on single pictures or their latents. Inputs: `sample` [batch, height, width, channels],
 * `noise` [batch, tokens, patch], `time` [batch], `words` [batch, clauses, vocabulary].
 */
export const stillsStep = (config: ModelConfig, batch: number): StepDefinition => ({
  inputs: flowInputs(config, batch),
  specs: parameterSpecs(config),
  loss: (g, input, weight) => flowLoss(g, config, input, weight, false),
});

/** The temporal modules, on whole clips, with the rest of the model at rest; batch = clips × frames. */
export const temporalStep = (config: ModelConfig, batch: number, stills: Parameters): StepDefinition => ({
  inputs: flowInputs(config, batch),
  specs: temporalSpecs(config),
  frozen: { specs: parameterSpecs(config), parameters: stills },
  loss: (g, input, weight) => flowLoss(g, config, input, weight, true),
});

/**
 * The upscaler. Inputs: `low` [batch, side, side, 3] and `high` [batch, 4·side, 4·side, 3] in −1 … 1. Loss:
 * mean absolute error (Charbonnier).
 */
export const upscalerStep = (config: UpscalerConfig, batch: number, side: number): StepDefinition => ({
  inputs: [
    { name: 'low', shape: [batch, side, side, COLOURS] },
    { name: 'high', shape: [batch, UPSCALE * side, UPSCALE * side, COLOURS] },
  ],
  specs: upscalerSpecs(config),
  loss: (g, input, weight) =>
    mean(g, charbonnier(g, sub(g, upscale(g, config, weight, input('low')), input('high')))),
});

/**
 * Times of noising: logit-normal (Esser et al. 2024, section 3.1), σ(z) with z standard normal, and
 * {@link shifted} as a sampler's times are.
 */
export function drawTimes(random: Random, times: Float32Array): void {
  for (let i = 0; i < times.length; i++) times[i] = shifted(1 / (1 + Math.exp(-random.normal())));
}
