import {
  Classifier,
  drawPictures,
  knows,
  loadModel,
  measureQuality,
  openSampler,
  readSet,
  type Sampler,
} from '@uncaged/engine';
import { weights } from '../support/stage.ts';
import type { Bench } from './bench.ts';
import { preparedSet } from './training-set.ts';

const STEPS = 16;

/**
 * What a model draws, held against works it never saw: two kernel distances in units of the distance that real
 * works have, copies, and whether a thing asked for can be told. UNCAGED_MODEL_DIR and UNCAGED_MODEL choose the
 * model, UNCAGED_TRAINING_SET the prepared set, UNCAGED_BENCH_PICTURES how many pictures (at least 600 make
 * figures worth quoting). Goals: both distances at most 10, copies at most 0.01, accuracy at least half of accuracy_real.
 */
export const bench: Bench = {
  async run() {
    const started = performance.now();
    const pictures = Number(process.env.UNCAGED_BENCH_PICTURES ?? 608);
    const set = await readSet(await preparedSet());
    const model = await loadModel(process.env.UNCAGED_MODEL_DIR ?? weights, process.env.UNCAGED_MODEL);
    if (!model.ok) throw new Error(model.message);
    const opened = await Classifier.open();
    if (!opened.ok) throw new Error(opened.message);
    const sampler = await openSampler(model.model, { provider: 'cpu' });
    let drawing = 0;
    const { quality } = await measureQuality({
      classifier: opened.classifier,
      set,
      pictures,
      perCategory: Math.max(2, Math.round(pictures / 50)),
      async draw(wishes) {
        const begun = performance.now();
        const drawn = await draw(sampler, wishes);
        drawing += performance.now() - begun;
        return drawn;
      },
    });
    const { record } = model.model;
    return {
      ratios: [quality.colour.kid_over_floor, quality.structure.kid_over_floor],
      peer: 'as many training works, against the same held-out works',
      versions: { node: process.version },
      fields: {
        model: { name: record.name, sha256: record.weights.sha256 },
        ...quality,
        steps: STEPS,
        seconds: Math.round((performance.now() - started) / 1000),
        seconds_drawing: Math.round(drawing / 1000),
      },
    };
  },
};

/** Draws pictures for captions as the model was taught them: all words of a work are one clause. */
function draw(
  sampler: Sampler,
  wishes: readonly { words: readonly string[]; seed: number }[],
): Promise<Float32Array> {
  const known = knows(sampler);
  const asked = wishes.map(({ words, seed }) => {
    return { clauses: [Object.fromEntries(words.filter(known).map((word) => [word, 1]))], seed };
  });
  return drawPictures(sampler, asked, { steps: STEPS });
}
