/** What a model's parameters are called, how they are shaped, started and trained. */
import { elements, type Shape } from '../graph/graph.ts';
import { MOTION_ROWS } from './camera.ts';
import { gridOf, type ModelConfig, patchLength, TIME_FEATURES } from './config.ts';

export type ParameterSpec = {
  readonly name: string;
  readonly shape: Shape;
  /** Standard deviation of the normal distribution it starts from; 0 starts at zero. */
  readonly deviation: number;
  /** Muon for the hidden matrices, AdamW for everything else (Jordan et al. 2024). */
  readonly optimizer: 'muon' | 'adamw';
  readonly decay: boolean;
};

export type Parameters = Map<string, Float32Array>;

export const adamwSpec = (name: string, shape: Shape, deviation: number, decay = false): ParameterSpec => ({
  name,
  shape,
  deviation,
  optimizer: 'adamw',
  decay,
});

/** A matrix applied to rows, started so that it keeps their size times `scale`. */
export const muonSpec = (name: string, rows: number, columns: number, scale = 1): ParameterSpec => ({
  name,
  shape: [rows, columns],
  deviation: scale / Math.sqrt(rows),
  optimizer: 'muon',
  decay: true,
});

/** Blocks of the first half hand what they made to their mirror image in the second half (U-ViT, Bao et al. 2023). */
export const skipSource = (depth: number, block: number): number | undefined =>
  block > (depth - 1) / 2 ? depth - 1 - block : undefined;

/** Parameters of the transformer on single pictures, in the order they are stored and fed. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { dim, depth, words, bottleneck } = config;
  const [y, x] = gridOf(config);
  const flat = patchLength(config);
  const specs = [
    adamwSpec('patch.in', [flat, dim], 1 / Math.sqrt(flat)),
    adamwSpec('patch.bias', [dim], 0),
    adamwSpec('position.row', [y, 1, dim], 0.3),
    adamwSpec('position.column', [1, x, dim], 0.3),
    adamwSpec('time.in', [TIME_FEATURES, dim], 1 / Math.sqrt(TIME_FEATURES)),
    adamwSpec('time.out', [dim, dim], 1 / Math.sqrt(dim)),
    adamwSpec('words', [words, dim], 0.3),
    adamwSpec('clause.up', [dim, 2 * dim], 1 / Math.sqrt(dim)),
    adamwSpec('clause.down', [2 * dim, dim], 0.5 / Math.sqrt(2 * dim)),
    adamwSpec('modulation.shared', [dim, 6 * dim], 0),
    adamwSpec('modulation.down', [dim, bottleneck], 1 / Math.sqrt(dim)),
  ];
  for (let i = 0; i < depth; i++) {
    specs.push(adamwSpec(`block.${i}.modulation`, [bottleneck, 6 * dim], 0));
    specs.push(adamwSpec(`block.${i}.bias`, [6 * dim], 0));
    if (skipSource(depth, i) !== undefined) specs.push(muonSpec(`block.${i}.skip`, dim, dim, 0.2));
    specs.push(muonSpec(`block.${i}.qkv`, dim, 3 * dim));
    specs.push(muonSpec(`block.${i}.out`, dim, dim, 0.5));
    specs.push(muonSpec(`block.${i}.up`, dim, 4 * dim));
    specs.push(muonSpec(`block.${i}.down`, 4 * dim, dim, 0.5));
  }
  specs.push(adamwSpec('final.modulation', [dim, 2 * dim], 0));
  specs.push(adamwSpec('final.out', [dim, flat], 0));
  specs.push(adamwSpec('final.bias', [flat], 0));
  return specs;
}

/** Parameters of the temporal modules; none where the model knows stills only. They start without effect. */
export function temporalSpecs({ temporal, dim, bottleneck }: ModelConfig): ParameterSpec[] {
  if (!temporal) return [];
  const modules = temporal.after.flatMap((i) => [
    adamwSpec(`temporal.${i}.position`, [1, temporal.frames, dim], 0.3),
    adamwSpec(`temporal.${i}.modulation`, [bottleneck, 2 * dim], 0),
    muonSpec(`temporal.${i}.qkv`, dim, 3 * dim),
    muonSpec(`temporal.${i}.out`, dim, dim, 0),
  ]);
  return [adamwSpec('temporal.motion', [MOTION_ROWS.length, bottleneck], 0.3), ...modules];
}

/** Number of trainable numbers. */
export const parameterCount = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, spec) => sum + elements(spec.shape), 0);

/** Fresh parameters drawn from `normal`, a source of standard normal numbers. */
export function freshParameters(specs: readonly ParameterSpec[], normal: () => number): Parameters {
  return new Map(
    specs.map(({ name, shape, deviation }) => {
      const array = new Float32Array(elements(shape));
      if (deviation > 0) for (let i = 0; i < array.length; i++) array[i] = normal() * deviation;
      return [name, array];
    }),
  );
}
