/**
 * One training step as one graph: patches, noising, forward, loss, backward, optimizer and moving average.
 * Every parameter and optimizer state goes in as an input and comes out as `next.…`.
 */

import { differentiate } from '../graph/differentiate.ts';
import { Graph, type Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { add, mean, mul, reshape, sub } from '../graph/operators.ts';
import { CHANNELS, type ModelConfig, patchLength, tokensOf } from '../model/config.ts';
import { type ParameterSpec, parameterSpecs } from '../model/parameters.ts';
import { patchify, velocity } from '../model/transformer.ts';
import { ADAMW, adamw, movingAverage, muon, type Schedule } from './optimizers.ts';

export type TrainingGraph = {
  model: Uint8Array;
  /** Names and shapes of what is fed back from step to step. */
  state: { name: string; shape: readonly number[] }[];
};

/** Kinds of state: p parameter, m first moment, v second moment, e moving average. */
export type StateKind = 'p' | 'm' | 'v' | 'e';
export const stateName = (kind: StateKind, parameter: string): string => `${kind}.${parameter}`;

/** State tensors of one parameter. */
export const stateKinds = (spec: ParameterSpec): StateKind[] =>
  spec.optimizer === 'muon' ? ['p', 'm', 'e'] : ['p', 'm', 'v', 'e'];

/** Builds the training step for a fixed batch size. Loss: mean squared error of the velocity. */
export function trainingGraph(config: ModelConfig, batch: number): TrainingGraph {
  const g = new Graph();
  const specs = parameterSpecs(config);
  const pixels = g.input('pixels', [batch, config.frames, config.height, config.width, CHANNELS]);
  const noise = g.input('noise', [batch, tokensOf(config), patchLength(config)]);
  const time = g.input('time', [batch]);
  const words = g.input('words', [batch, config.words]);
  const schedule: Schedule = {
    rate: g.input('rate', []),
    correction1: g.input('correction1', []),
    correction2: g.input('correction2', []),
    average: g.input('average', []),
  };
  const held = new Map<string, Value>();
  const state: TrainingGraph['state'] = [];
  for (const spec of specs) {
    for (const kind of stateKinds(spec)) {
      const name = stateName(kind, spec.name);
      held.set(name, g.input(name, spec.shape));
      state.push({ name, shape: spec.shape });
    }
  }
  const clean = patchify(g, config, pixels);
  const difference = sub(g, noise, clean);
  const noisy = add(g, clean, mul(g, difference, reshape(g, time, [batch, 1, 1])));
  const weight = (name: string): Value => held.get(stateName('p', name)) as Value;
  const error = sub(g, velocity(g, config, weight, { noisy, time, words }), difference);
  const loss = mean(g, mul(g, error, error));
  const gradients = differentiate(
    g,
    loss,
    specs.map((spec) => weight(spec.name)),
  );
  g.output('loss', loss);
  for (const [i, spec] of specs.entries()) update(g, spec, held, gradients[i] as Value, schedule);
  return { model: encodeModel(g, 'training_step'), state };
}

function update(
  g: Graph,
  spec: ParameterSpec,
  held: Map<string, Value>,
  gradient: Value,
  schedule: Schedule,
): void {
  const get = (kind: StateKind): Value => held.get(stateName(kind, spec.name)) as Value;
  const put = (kind: StateKind, value: Value): void => g.output(`next.${stateName(kind, spec.name)}`, value);
  const before = { parameter: get('p'), first: get('m') };
  if (spec.optimizer === 'muon') {
    const after = muon(g, before, gradient, schedule);
    put('p', after.parameter);
    put('m', after.first);
    put('e', movingAverage(g, get('e'), after.parameter, schedule));
    return;
  }
  const after = adamw(g, { ...before, second: get('v') }, gradient, schedule, spec.decay ? ADAMW.decay : 0);
  put('p', after.parameter);
  put('m', after.first);
  put('v', after.second);
  put('e', movingAverage(g, get('e'), after.parameter, schedule));
}
