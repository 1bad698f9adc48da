/** The sampling graph: one evaluation of the velocity for a batch, weights stored inside. */
import { MAX_ADAPTERS, mixSpecs } from '../adapter/mix.ts';
import { withTerms } from '../adapter/terms.ts';
import { fuseAttention } from '../graph/fuse.ts';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { ModelConfig } from '../model/config.ts';
import { type Parameters, parameterSpecs, temporalSpecs } from '../model/parameters.ts';
import { patchify, unpatchify, velocity } from '../model/transformer.ts';

/**
 * Inputs `sample` [batch, height, width, channels], `time` [batch], `words` [batch, clauses, vocabulary];
 * output `velocity` like `sample`. With `held` inside, the runtime packs the weights once at load; without,
 * every parameter is an input of its own name, which is how training and adapters feed them.
 *
 * @param moving the batch is whole clips, frames innermost, and the temporal modules take part
 * @param rank above 0, low-rank terms of that rank are inputs too, by the names of {@link mixSpecs}, and
 *   `words` has {@link MAX_ADAPTERS} more columns, one for each style
 */
export function samplingGraph(
  config: ModelConfig,
  batch: number,
  held?: Parameters,
  moving = false,
  rank = 0,
): Uint8Array {
  const g = new Graph();
  const sample = g.input('sample', [batch, config.height, config.width, config.channels]);
  const time = g.input('time', [batch]);
  const words = g.input('words', [batch, config.clauses, config.words + (rank > 0 ? MAX_ADAPTERS : 0)]);
  const specs = [...parameterSpecs(config), ...(moving ? temporalSpecs(config) : [])];
  const weights = new Map(
    specs.map(({ name, shape }) => {
      const numbers = held?.get(name);
      return [name, numbers ? g.initializer(name, shape, numbers) : g.input(name, shape)];
    }),
  );
  const weight = (name: string) => {
    const value = weights.get(name);
    if (!value) throw new Error(`no parameter ${name}`);
    return value;
  };
  const terms = new Map(
    (rank > 0 ? mixSpecs(config, rank, moving) : []).map(({ name, shape }) => [name, g.input(name, shape)]),
  );
  const noisy = patchify(g, config, sample);
  const adapted = rank > 0 ? withTerms(g, weight, (name) => terms.get(name)) : weight;
  const flow = velocity(g, config, adapted, { noisy, time, words }, moving);
  g.output('velocity', unpatchify(g, config, flow));
  fuseAttention(g);
  return encodeModel(g, 'velocity');
}
