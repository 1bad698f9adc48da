/** A model small enough to train in a blink, for tests and for trying providers. */
import type { ModelConfig } from '../model/config.ts';

export const TINY: ModelConfig = {
  frames: 1,
  height: 8,
  width: 8,
  patch: [1, 4, 4],
  dim: 16,
  depth: 1,
  heads: 2,
  words: 6,
  bottleneck: 4,
};

/** Trains on one flat picture a word for some steps; returns the losses. */
export async function trainTiny(
  trainer: {
    readonly batch: number;
    readonly pixels: Float32Array;
    readonly words: Float32Array;
    run(rate: number, average: number): Promise<number>;
  },
  steps: number,
): Promise<number[]> {
  const size = trainer.pixels.length / trainer.batch;
  const losses: number[] = [];
  trainer.words.fill(0);
  for (let row = 0; row < trainer.batch; row++) {
    trainer.words[row * TINY.words + 4 + (row % 2)] = 1;
    trainer.pixels.fill(row % 2 === 0 ? 0.8 : -0.8, row * size, (row + 1) * size);
  }
  for (let i = 0; i < steps; i++) losses.push(await trainer.run(0.02, 0.9));
  return losses;
}
