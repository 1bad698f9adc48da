/**
 * A training run: steps on samples that a feed draws, with checkpoints on disk. A run that was stopped or
 * killed goes on from its last checkpoint, and comes to the same numbers as one that was not (same seed,
 * same set, same provider and threads).
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import type { Trainer } from './trainer.ts';

/** One point of a loss curve: step, mean loss since the point before, seconds of work so far. */
export type CurvePoint = readonly [step: number, loss: number, seconds: number];

export type RunProgress = {
  step: number;
  /** Samples seen, with repetition. */
  samples: number;
  seconds: number;
  curve: CurvePoint[];
};

export type RunOptions = {
  readonly trainer: Trainer;
  /** Writes the inputs of the next step, with chance from `trainer.random` alone. */
  readonly feed: (trainer: Trainer) => void | Promise<void>;
  readonly steps: number;
  readonly rate: RateSchedule;
  /** Most the moving average may keep of what it was, in one step. */
  readonly average?: number;
  /** Where checkpoints go; without it none are written. */
  readonly checkpoint?: string;
  readonly checkpointSeconds?: number;
  /** Steps between points of the curve. */
  readonly curveEvery?: number;
  readonly onStep?: (progress: RunProgress, loss: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
};

/** Peak after `warmup` steps, then level, then linearly down to a fiftieth over the last `decay` steps. */
export type RateSchedule = { readonly peak: number; readonly warmup: number; readonly decay: number };

export function rateAt({ peak, warmup, decay }: RateSchedule, step: number, steps: number): number {
  return peak * Math.min(1, (step + 1) / warmup, Math.max(0.02, (steps - step) / Math.max(1, decay)));
}

export type RunOutcome =
  | { ok: true; progress: RunProgress; finished: boolean }
  | { ok: false; code: 'loss_not_finite' | 'checkpoint_unreadable'; message: string };

const freshProgress = (): RunProgress => ({ step: 0, samples: 0, seconds: 0, curve: [] });

/** Puts a trainer back where its checkpoint left it; a run without one starts afresh. */
export async function resume(
  trainer: Trainer,
  checkpoint: string | undefined,
): Promise<RunProgress | string> {
  if (!checkpoint || !existsSync(checkpoint)) return freshProgress();
  const stored = readSafetensors(await readFile(checkpoint));
  if (!stored.ok) return `${stored.code}, ${stored.message}`;
  try {
    const progress: RunProgress = JSON.parse(stored.metadata.progress as string);
    trainer.restore(stored.tensors, progress.step);
    trainer.random.restore(JSON.parse(stored.metadata.random as string));
    return progress;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Writes a checkpoint aside, then puts it in place, so that there is always a whole one. */
export async function keep(trainer: Trainer, progress: RunProgress, checkpoint: string): Promise<void> {
  const metadata = {
    progress: JSON.stringify(progress),
    random: JSON.stringify(trainer.random.state()),
  };
  await mkdir(dirname(checkpoint), { recursive: true });
  await writeFile(`${checkpoint}.part`, writeSafetensors(trainer.state(), 'F32', metadata));
  await rename(`${checkpoint}.part`, checkpoint);
}

/**
 * Trains until `steps` are done or the signal stops it; either way the last state is kept. Errors:
 * checkpoint_unreadable, loss_not_finite (the last checkpoint stands).
 */
export async function trainRun(options: RunOptions): Promise<RunOutcome> {
  const { trainer, steps, checkpoint, checkpointSeconds = 120, curveEvery = 50, average = 0.999 } = options;
  const progress = await resume(trainer, checkpoint);
  if (typeof progress === 'string') return { ok: false, code: 'checkpoint_unreadable', message: progress };
  let clock = performance.now();
  let saved = clock;
  let losses: number[] = [];
  while (progress.step < steps && !options.signal?.aborted) {
    await options.feed(trainer);
    const rate = rateAt(options.rate, progress.step, steps);
    const loss = await trainer.run(rate, Math.min(average, (1 + progress.step) / (10 + progress.step)));
    if (!Number.isFinite(loss)) {
      const message = `the loss is ${loss} at step ${progress.step}; a smaller rate may help`;
      return { ok: false, code: 'loss_not_finite', message };
    }
    const now = performance.now();
    progress.step = trainer.step;
    progress.samples += trainer.batch;
    progress.seconds += (now - clock) / 1000;
    clock = now;
    losses.push(loss);
    if (progress.step % curveEvery === 0) {
      const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
      progress.curve.push([progress.step, Number(mean.toFixed(5)), Math.round(progress.seconds)]);
      losses = [];
    }
    await options.onStep?.(progress, loss);
    if (checkpoint && now - saved > checkpointSeconds * 1000) {
      await keep(trainer, progress, checkpoint);
      saved = now;
    }
  }
  if (checkpoint) await keep(trainer, progress, checkpoint);
  return { ok: true, progress, finished: progress.step >= steps };
}
