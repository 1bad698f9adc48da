import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeSafetensors } from '../storage/safetensors.ts';
import { drawNoise } from './feeds.ts';
import { type RunOptions, rateAt, trainRun } from './run.ts';
import { tinyStep } from './tiny.ts';
import { Trainer } from './trainer.ts';

const folder = await mkdtemp(join(tmpdir(), 'engine-run-'));
afterAll(() => rm(folder, { recursive: true }));

const create = (seed = 7): Promise<Trainer> => Trainer.create({ step: tinyStep(4), seed, threads: 1 });

/** Samples from the trainer's own chance, as a real feed draws them. */
function feed(trainer: Trainer): void {
  trainer.random.fillNormal(trainer.inputs.sample as Float32Array);
  drawNoise(trainer);
}

async function run(options: Partial<RunOptions> & { seed?: number } = {}) {
  const trainer = await create(options.seed);
  const rate = { peak: 0.01, warmup: 5, decay: 10 };
  const outcome = await trainRun({ trainer, feed, steps: 20, rate, curveEvery: 5, ...options });
  const hash = createHash('sha256').update(writeSafetensors(trainer.state())).digest('hex');
  await trainer.release();
  return { outcome, hash };
}

test('same seed, same data, same provider: the same weights, to the last bit', async () => {
  const first = await run();
  expect(first.outcome).toMatchObject({ ok: true, finished: true, progress: { step: 20 } });
  expect((await run()).hash).toBe(first.hash);
  expect((await run({ seed: 8 })).hash).not.toBe(first.hash);
});

test('a run that was stopped goes on to the same weights as one that was not', async () => {
  const whole = await run();
  const checkpoint = join(folder, 'stopped');
  const stop = new AbortController();
  const onStep: RunOptions['onStep'] = ({ step }) => {
    if (step === 7) stop.abort();
  };
  const half = await run({ checkpoint, signal: stop.signal, onStep });
  expect(half.outcome).toMatchObject({ ok: true, finished: false, progress: { step: 7 } });
  // The seed of the second half does not matter: chance is in the checkpoint.
  const rest = await run({ checkpoint, seed: 99 });
  expect(rest.outcome).toMatchObject({ ok: true, finished: true });
  expect(rest.outcome.ok && rest.outcome.progress.curve.map(([step]) => step)).toEqual([5, 10, 15, 20]);
  expect(rest.hash).toBe(whole.hash);
});

test('what is broken is said: a checkpoint that is none, a loss that is no number', async () => {
  const checkpoint = join(folder, 'broken');
  await writeFile(checkpoint, 'not a checkpoint at all');
  expect((await run({ checkpoint })).outcome).toMatchObject({ ok: false, code: 'checkpoint_unreadable' });
  const infinite: RunOptions['feed'] = (trainer) => {
    feed(trainer);
    trainer.inputs.sample?.fill(1e30);
  };
  expect((await run({ feed: infinite })).outcome).toMatchObject({ ok: false, code: 'loss_not_finite' });
});

test('the rate rises, stays and falls', () => {
  const schedule = { peak: 1, warmup: 4, decay: 10 };
  expect([0, 3, 50, 95, 99].map((step) => rateAt(schedule, step, 100))).toEqual([0.25, 1, 1, 0.5, 0.1]);
});
