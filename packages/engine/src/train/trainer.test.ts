import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { TINY, trainTiny } from './tiny.ts';
import { Trainer } from './trainer.ts';

const create = () => Trainer.create({ config: TINY, batch: 8, seed: 5, threads: 1 });
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

test('clips of space-time patches train by the same graph', async () => {
  const config = { ...TINY, frames: 4, patch: [2, 4, 4] as const };
  const trainer = await Trainer.create({ config, batch: 4, seed: 5, threads: 1 });
  const losses = await trainTiny(trainer, 40);
  expect(mean(losses.slice(-5))).toBeLessThan(0.85 * mean(losses.slice(0, 3)));
  await trainer.release();
});
