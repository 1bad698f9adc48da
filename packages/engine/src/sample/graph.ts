/** The sampling graph: one evaluation of the velocity for a batch, weights stored inside. */
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { CHANNELS, type ModelConfig } from '../model/config.ts';
import { type Parameters, parameterSpecs } from '../model/parameters.ts';
import { patchify, unpatchify, velocity } from '../model/transformer.ts';

/**
 * Inputs `pixels` [batch, frames, height, width, 3], `time` [batch], `words` [batch, vocabulary]; output
 * `velocity` like `pixels`. With `held` inside, the runtime packs the weights once at load; without, every
 * parameter is an input of its own name, which is how training and adapters feed them.
 */
export function samplingGraph(config: ModelConfig, batch: number, held?: Parameters): Uint8Array {
  const g = new Graph();
  const pixels = g.input('pixels', [batch, config.frames, config.height, config.width, CHANNELS]);
  const time = g.input('time', [batch]);
  const words = g.input('words', [batch, config.words]);
  const weights = new Map(
    parameterSpecs(config).map(({ name, shape }) => {
      const numbers = held?.get(name);
      return [name, numbers ? g.initializer(name, shape, numbers) : g.input(name, shape)];
    }),
  );
  const weight = (name: string) => {
    const value = weights.get(name);
    if (!value) throw new Error(`no parameter ${name}`);
    return value;
  };
  const noisy = patchify(g, config, pixels);
  const flow = velocity(g, config, weight, { noisy, time, words });
  g.output('velocity', unpatchify(g, config, flow));
  return encodeModel(g, 'velocity');
}
