import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel, openSampler, Random, type Sampler, sampleLength } from '@uncaged/engine';
import { CAMERA_ROWS, CONTROL_ROWS } from '../../packages/engine/src/model/camera.ts';
import { integrate } from '../../packages/engine/src/sample/integrate.ts';
import { conditionRows, type Shown } from '../../packages/engine/src/sample/sampler.ts';
import { timesOf } from '../../packages/engine/src/sample/schedule.ts';
import { weights } from '../support/stage.ts';
import type { Bench } from './bench.ts';
import { apart, race } from './peers/peer.ts';

const THREADS = 2;
const ROUNDS = 15;
const STEPS = 4;
const GUIDANCE = 2.5;

/**
 * Drawing a clip (guided steps of all its frames, then the decoder) on the CPU, against PyTorch with the same weights
 * and the same noise. UNCAGED_MODEL_DIR and UNCAGED_MODEL choose the model. Goals: ratio at most 1, max_difference
 * (of pictures, relative to the largest number in them) at most 0.001.
 */
export const bench: Bench = {
  async run() {
    const folder = process.env.UNCAGED_MODEL_DIR ?? weights;
    const model = await loadModel(folder, process.env.UNCAGED_MODEL);
    if (!model.ok) throw new Error(model.message);
    const { record } = model.model;
    const sampler = await openSampler(model.model, { provider: 'cpu', threads: THREADS });
    const noise = new Random(11).fillNormal(new Float32Array(sampler.frames * sampleLength(record.config)));
    const shown = captions(sampler);
    const room = await mkdtemp(path.join(tmpdir(), 'uncaged-sampler-'));
    try {
      await copyFile(path.join(folder, record.weights.file), path.join(room, record.weights.file));
      const pictures = await draw(sampler, noise, shown);
      const { height, width, channels, clauses, words } = record.config;
      const raced = await race({
        kind: 'sampler',
        work: `${STEPS} guided steps of ${sampler.frames} frames, decoded`,
        folder: room,
        task: {
          weights: path.join(room, record.weights.file),
          config: record.config,
          times: timesOf(1, STEPS),
          motion_rows: [CAMERA_ROWS.length, CONTROL_ROWS.length],
          guidance: GUIDANCE,
        },
        inputs: new Map([
          ['noise', { shape: [sampler.frames, height, width, channels], numbers: noise }],
          [
            'words',
            {
              shape: [2 * sampler.frames, clauses, words],
              numbers: conditionRows(model.model, shown),
            },
          ],
        ]),
        threads: THREADS,
        rounds: ROUNDS,
        ours: async () => void (await draw(sampler, noise, shown)),
      });
      return {
        ...raced.figures,
        fields: {
          model: record.name,
          max_difference: apart(pictures, raced.numbers.get('pictures')?.numbers ?? []),
          ...raced.figures.fields,
        },
      };
    } finally {
      await sampler.release();
      await rm(room, { recursive: true });
    }
  },
};

/** Each frame of a clip with the same words, under a camera that rises. */
const captions = ({ model, frames }: Sampler): Shown[] =>
  Array.from({ length: frames }, (_, i) => ({
    clauses: [
      Object.fromEntries(['red', 'flower'].filter((word) => model.index.has(word)).map((word) => [word, 1])),
    ],
    view: { lift: (0.1 * i) / frames, zoom: 0, pan: 0, turn: 0 },
    motion: [1, 0],
  }));

async function draw(sampler: Sampler, noise: Float32Array, shown: readonly Shown[]): Promise<Float32Array> {
  const x = noise.slice();
  const moving = sampler.model.record.config.temporal !== undefined;
  const problem = await integrate(sampler, { x, from: 1, steps: STEPS, shown, guidance: GUIDANCE, moving });
  if (problem) throw new Error(problem.message);
  return sampler.pictures(x);
}
