/** The upscaler: a residual convolutional network from a picture to one four times its side (after Lim et al. 2017, EDSR). */
import type { Graph, Value } from '../graph/graph.ts';
import { add, concat, conv, depthToSpace, relu, transpose } from '../graph/operators.ts';
import { COLOURS, type UpscalerConfig } from './config.ts';
import { adamwSpec, type ParameterSpec } from './parameters.ts';

/** How many times longer a side becomes. */
export const UPSCALE = 4;
const MADE = UPSCALE * UPSCALE * COLOURS;

export function upscalerSpecs({ width, blocks }: UpscalerConfig): ParameterSpec[] {
  const layer = (name: string, from: number, to: number, scale = 1): ParameterSpec[] => [
    adamwSpec(`${name}.kernel`, [to, from, 3, 3], scale * Math.sqrt(2 / (from * 9))),
    adamwSpec(`${name}.bias`, [to, 1, 1], 0),
  ];
  return [
    ...layer('upscaler.in', COLOURS, width),
    ...Array.from({ length: blocks }, (_, i) => [
      ...layer(`upscaler.${i}.a`, width, width),
      ...layer(`upscaler.${i}.b`, width, width, 0.3),
    ]).flat(),
    ...layer('upscaler.out', width, MADE, 0.1),
  ];
}

/** [n, height, width, 3] in −1 … 1 → [n, 4·height, 4·width, 3]: the picture enlarged as it is, plus what was learnt. */
export function upscale(
  g: Graph,
  { blocks }: UpscalerConfig,
  weight: (name: string) => Value,
  pixels: Value,
): Value {
  const layer = (name: string, x: Value): Value =>
    add(g, conv(g, x, weight(`upscaler.${name}.kernel`)), weight(`upscaler.${name}.bias`));
  const planes = transpose(g, pixels, [0, 3, 1, 2]);
  let x = layer('in', planes);
  for (let i = 0; i < blocks; i++) x = add(g, x, layer(`${i}.b`, relu(g, layer(`${i}.a`, relu(g, x)))));
  const repeated = concat(g, new Array<Value>(UPSCALE * UPSCALE).fill(planes), 1);
  const made = depthToSpace(g, add(g, repeated, layer('out', relu(g, x))), UPSCALE);
  return transpose(g, made, [0, 2, 3, 1]);
}
