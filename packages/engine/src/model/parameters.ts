/** What a model's parameters are called, how they are shaped, started and trained. */
import { elements, type Shape } from '../graph/graph.ts';
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

/** Every parameter of a model, in the order they are stored and fed. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { dim, depth, words, bottleneck } = config;
  const [t, y, x] = gridOf(config);
  const specs: ParameterSpec[] = [];
  const adamw = (name: string, shape: Shape, deviation: number, decay = false): void => {
    specs.push({ name, shape, deviation, optimizer: 'adamw', decay });
  };
  const muon = (name: string, rows: number, columns: number, scale = 1): void => {
    specs.push({
      name,
      shape: [rows, columns],
      deviation: scale / Math.sqrt(rows),
      optimizer: 'muon',
      decay: true,
    });
  };
  adamw('patch.in', [patchLength(config), dim], 1 / Math.sqrt(patchLength(config)));
  adamw('patch.bias', [dim], 0);
  adamw('position.time', [t, 1, 1, dim], 0.02);
  adamw('position.row', [1, y, 1, dim], 0.3);
  adamw('position.column', [1, 1, x, dim], 0.3);
  adamw('time.in', [TIME_FEATURES, dim], 1 / Math.sqrt(TIME_FEATURES));
  adamw('time.out', [dim, dim], 1 / Math.sqrt(dim));
  adamw('words', [words, dim], 0.3);
  adamw('modulation.shared', [dim, 6 * dim], 0);
  adamw('modulation.down', [dim, bottleneck], 1 / Math.sqrt(dim));
  for (let i = 0; i < depth; i++) {
    adamw(`block.${i}.modulation`, [bottleneck, 6 * dim], 0);
    adamw(`block.${i}.bias`, [6 * dim], 0);
    muon(`block.${i}.qkv`, dim, 3 * dim);
    muon(`block.${i}.out`, dim, dim, 0.5);
    muon(`block.${i}.up`, dim, 4 * dim);
    muon(`block.${i}.down`, 4 * dim, dim, 0.5);
  }
  adamw('final.modulation', [dim, 2 * dim], 0);
  adamw('final.out', [dim, patchLength(config)], 0);
  adamw('final.bias', [patchLength(config)], 0);
  return specs;
}

/** Number of trainable numbers. */
export const parameterCount = (config: ModelConfig): number =>
  parameterSpecs(config).reduce((sum, spec) => sum + elements(spec.shape), 0);

/** Fresh parameters drawn from `normal`, a source of standard normal numbers. */
export function freshParameters(config: ModelConfig, normal: () => number): Parameters {
  return new Map(
    parameterSpecs(config).map(({ name, shape, deviation }) => {
      const array = new Float32Array(elements(shape));
      if (deviation > 0) for (let i = 0; i < array.length; i++) array[i] = normal() * deviation;
      return [name, array];
    }),
  );
}
