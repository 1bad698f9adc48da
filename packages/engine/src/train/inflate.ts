/** Turns a stills model into a clips model of the same width and depth (after Carreira & Zisserman 2017). */
import { gridOf, type ModelConfig, patchLength } from '../model/config.ts';
import type { Parameters } from '../model/parameters.ts';

/**
 * Parameters for `clips` that, on a clip whose frames are all alike, start out as the stills model on one
 * frame: the input projection is repeated over a tubelet's frames and divided by their number, the output
 * projection is repeated, positions in time start at zero. Throws unless only frames and patch differ.
 */
export function inflate(stills: Parameters, from: ModelConfig, clips: ModelConfig): Parameters {
  const depth = clips.patch[0];
  if (from.frames !== 1 || from.dim !== clips.dim || from.depth !== clips.depth) {
    throw new Error('only a stills model of the same width and depth can be inflated');
  }
  const out = new Map(stills);
  const dim = from.dim;
  const flat = patchLength(from);
  const get = (name: string): Float32Array => stills.get(name) as Float32Array;
  const patchIn = new Float32Array(depth * flat * dim);
  const patchOut = new Float32Array(dim * depth * flat);
  const bias = new Float32Array(depth * flat);
  for (let t = 0; t < depth; t++) {
    // A tubelet is laid out frame, row, column, channel: frame t starts at t × flat.
    for (let i = 0; i < flat * dim; i++) patchIn[t * flat * dim + i] = (get('patch.in')[i] as number) / depth;
    bias.set(get('final.bias'), t * flat);
    for (let d = 0; d < dim; d++) {
      patchOut.set(get('final.out').subarray(d * flat, (d + 1) * flat), d * depth * flat + t * flat);
    }
  }
  out.set('patch.in', patchIn);
  out.set('final.out', patchOut);
  out.set('final.bias', bias);
  const steps = gridOf(clips)[0];
  const time = new Float32Array(steps * dim);
  for (let t = 0; t < steps; t++) time.set(get('position.time'), t * dim);
  out.set('position.time', time);
  return out;
}
