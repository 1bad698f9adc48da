/** A model small enough to train in a blink, for tests and for trying providers. */
import { CONTROL_ROWS } from '../model/camera.ts';
import type { ModelConfig } from '../model/config.ts';
import { stillsStep } from './definitions.ts';
import { drawNoise } from './feeds.ts';
import type { StepDefinition } from './step.ts';
import type { Trainer } from './trainer.ts';

export const TINY: ModelConfig = {
  height: 8,
  width: 8,
  channels: 3,
  patch: 4,
  dim: 16,
  depth: 3,
  heads: 2,
  words: 8,
  clauses: 2,
  bottleneck: 4,
};

/** A training of {@link TINY}. */
export const tinyStep = (batch: number): StepDefinition => stillsStep(TINY, batch);

/** Trains on one flat picture a word for some steps; returns the losses. */
export async function trainTiny(trainer: Trainer, steps: number): Promise<number[]> {
  const { sample = new Float32Array(), words = new Float32Array(), time = [] } = trainer.inputs;
  const batch = time.length;
  const size = sample.length / batch;
  const losses: number[] = [];
  words.fill(0);
  for (let row = 0; row < batch; row++) {
    words[row * TINY.clauses * TINY.words + CONTROL_ROWS.length + (row % 2)] = 1;
    sample.fill(row % 2 === 0 ? 0.8 : -0.8, row * size, (row + 1) * size);
  }
  for (let i = 0; i < steps; i++) {
    drawNoise(trainer);
    losses.push(await trainer.run(0.02, 0.9));
  }
  return losses;
}
