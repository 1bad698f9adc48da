import type { ModelConfig } from '../src/model/config.ts';

/** What a training run knows about itself; stands in its checkpoint. */
export type Progress = {
  config: ModelConfig;
  step: number;
  samples: number;
  /** Wall time spent training. */
  seconds: number;
  /** Highest rate. */
  peak: number;
  batch: number;
  /** Mean loss of each hundred steps: [step, loss, wall seconds]. */
  curve: [number, number, number][];
};
