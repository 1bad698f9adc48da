import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel, Random, Trainer } from '@uncaged/engine';
import { drawTimes, stillsStep } from '../../packages/engine/src/train/definitions.ts';
import { weights } from '../support/stage.ts';
import type { Bench } from './bench.ts';
import { apart, race } from './peers/peer.ts';

const THREADS = 2;
const ROUNDS = 15;
const BATCH = 32;
/** Steps whose losses must agree. */
const STEPS = 3;
const RATE = 1e-3;
const AVERAGE = 0.99;

/**
 * A training step of the transformer on stills (forward, backward, Muon and AdamW, moving averages) on the CPU,
 * against PyTorch from the same weights on the same batch. UNCAGED_MODEL_DIR and UNCAGED_MODEL choose the model.
 * Goals: ratio at most 1, max_difference (of the losses of the first steps, relative) at most 0.001.
 */
export const bench: Bench = {
  async run() {
    const folder = process.env.UNCAGED_MODEL_DIR ?? weights;
    const model = await loadModel(folder, process.env.UNCAGED_MODEL);
    if (!model.ok) throw new Error(model.message);
    const { record, parameters } = model.model;
    const step = stillsStep(record.config, BATCH);
    const trainer = await Trainer.create({ step, seed: 5, provider: 'cpu', threads: THREADS });
    trainer.setParameters(parameters);
    fillInputs(trainer);
    const room = await mkdtemp(path.join(tmpdir(), 'uncaged-trainstep-'));
    try {
      await copyFile(path.join(folder, record.weights.file), path.join(room, record.weights.file));
      const losses: number[] = [];
      for (let i = 0; i < STEPS; i++) losses.push(await trainer.run(RATE, AVERAGE));
      const raced = await race({
        kind: 'trainstep',
        work: `a step on ${BATCH} samples`,
        folder: room,
        task: {
          weights: path.join(room, record.weights.file),
          config: record.config,
          parameters: step.specs.map(({ name }) => name),
          muon: step.specs.filter(({ optimizer }) => optimizer === 'muon').map(({ name }) => name),
          steps: STEPS,
          rate: RATE,
          average: AVERAGE,
        },
        inputs: new Map(
          step.inputs.map(({ name, shape }) => [
            name,
            { shape, numbers: trainer.inputs[name] as Float32Array },
          ]),
        ),
        threads: THREADS,
        rounds: ROUNDS,
        ours: async () => void (await trainer.run(RATE, AVERAGE)),
      });
      return {
        ...raced.figures,
        fields: {
          model: record.name,
          max_difference: apart(losses, raced.numbers.get('losses')?.numbers ?? []),
          losses,
          ...raced.figures.fields,
        },
      };
    } finally {
      await trainer.release();
      await rm(room, { recursive: true });
    }
  },
};

/** Normal numbers in place of works, noise, logit-normal times, and three words a sample. */
function fillInputs({ inputs, random }: Trainer): void {
  const { sample = new Float32Array(), noise = new Float32Array() } = inputs;
  const { time = new Float32Array(), words = new Float32Array() } = inputs;
  random.fillNormal(sample);
  random.fillNormal(noise);
  drawTimes(new Random(6), time);
  const width = words.length / time.length;
  for (let row = 0; row < time.length; row++) {
    for (let word = 0; word < 3; word++) words[row * width + random.below(width)] = 0.6;
  }
}
