import { expect, test } from 'vitest';
import { TINY_CLIPS, tinyModel } from '../model/tiny.ts';
import { Random } from '../random.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { temporalStep } from './definitions.ts';
import { drawNoise } from './feeds.ts';
import { tinyStep, trainTiny } from './tiny.ts';
import { Trainer } from './trainer.ts';

const create = () => Trainer.create({ step: tinyStep(8), seed: 5, threads: 1 });
const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

test('the loss falls, and the same seed gives the same losses', async () => {
  const [a, b] = [await create(), await create()];
  const losses = await trainTiny(a, 60);
  expect(mean(losses.slice(-10))).toBeLessThan(0.75 * mean(losses.slice(0, 5)));
  expect(await trainTiny(b, 10)).toEqual(losses.slice(0, 10));
  await a.release();
  await b.release();
});

test('a checkpoint goes on with every moment and average it had', async () => {
  const a = await create();
  await trainTiny(a, 5);
  const stored = readSafetensors(writeSafetensors(a.state()));
  if (!stored.ok) throw new Error(stored.message);
  const b = await create();
  b.restore(stored.tensors, a.step);
  expect(b.step).toBe(5);
  for (const [name, tensor] of b.state()) expect(tensor.numbers, name).toEqual(a.state().get(name)?.numbers);
  stored.tensors.delete('m.block.0.up');
  expect(() => b.restore(stored.tensors, 5)).toThrow('lacks m.block.0.up');
  await a.release();
  await b.release();
});

test('memory stays flat: no step leaves buffers behind', async () => {
  const trainer = await create();
  await trainTiny(trainer, 20);
  const before = process.memoryUsage().arrayBuffers;
  await trainTiny(trainer, 300);
  // A copy of the state at every step would be 300 × about 0.1 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  await trainer.release();
});

test('temporal modules learn while the rest of the model stays as it is', async () => {
  const { config } = tinyModel(TINY_CLIPS).record;
  const stills = tinyModel(TINY_CLIPS).parameters;
  const trainer = await Trainer.create({ step: temporalStep(config, 8, stills), seed: 5, threads: 1 });
  expect([...trainer.parameters('p').keys()].every((name) => name.startsWith('temporal.'))).toBe(true);
  const { sample = new Float32Array() } = trainer.inputs;
  // Two clips of four frames, each frame the same: the noise alone differs, and frames can tell each other.
  const frame = new Random(1).fillNormal(new Float32Array(sample.length / 8));
  for (let f = 0; f < 8; f++) sample.set(frame, f * frame.length);
  const losses: number[] = [];
  for (let i = 0; i < 60; i++) {
    drawNoise(trainer);
    losses.push(await trainer.run(0.02, 0.9));
  }
  expect(mean(losses.slice(-10))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
  await trainer.release();
});
