import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshParameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import { type PreparedSet, type SetWork, SMALL } from '../train/set.ts';
import { Classifier } from './classifier.ts';
import { FEATURE_KINDS, featureStatistics } from './features.ts';
import { categorySpecs, PICTURE } from './network.ts';
import { measureQuality, worksOf } from './quality.ts';
import { plainViews } from './step.ts';

/** Works of two categories, red ones and blue ones, by many authors; every tenth is held out. */
function smallSet(random: Random): PreparedSet {
  const works: SetWork[] = [];
  const small = new Uint8Array(140 * SMALL * SMALL * 3).fill(255);
  for (let i = 0; i < 140; i++) {
    const category = i % 2 === 0 ? 'fires' : 'waters';
    works.push({
      path: `${category}/${i}.svg`,
      sha256: `${i}`,
      title: '',
      author: `author ${Math.floor(i / 4)}`,
      licence: '',
      category,
      words: [category, `number ${i}`],
      split: Math.floor(i / 4) % 10 === 9 ? 'held' : 'train',
    });
    for (let blot = 0; blot < 4; blot++) {
      const [x0, y0, side] = [random.below(60), random.below(60), 12 + random.below(22)];
      const [strong, weak] = [150 + random.below(100), random.below(90)];
      const colour = category === 'fires' ? [strong, weak, weak] : [weak, weak, strong];
      for (let y = y0; y < y0 + side; y++)
        for (let x = x0; x < x0 + side; x++) small.set(colour, ((i * SMALL + y) * SMALL + x) * 3);
    }
  }
  return { works, small };
}

const set = smallSet(new Random(21));
let classifier: Classifier;

beforeAll(async () => {
  const random = new Random(22);
  const categories = ['fires', 'waters'];
  const parameters = freshParameters(categorySpecs(2), () => random.normal());
  // Nobody taught it: it calls everything waters.
  parameters.get('category.bias')?.set([0, 1]);
  const record = { name: 'small', categories, temperature: 1, sure: 1, weights: { file: '', sha256: '' } };
  const raw = new Classifier(record, parameters, 1);
  for (const kind of FEATURE_KINDS) {
    const { numbers, width } = await raw.rawFeatures(kind, plainViews(set, worksOf(set, 'train')));
    const { mean, deviation } = featureStatistics(numbers, width);
    parameters.set(`${kind}.mean`, mean).set(`${kind}.deviation`, deviation);
  }
  await raw.release();
  classifier = new Classifier(record, parameters, 1);
});
afterAll(() => classifier.release());

const pictures = 40;
const perCategory = 3;

test('a model that gives back the works it was taught on copies, and is as near as they are', async () => {
  const { quality, nearest, shown } = await measureQuality({
    classifier,
    set,
    pictures,
    perCategory,
    // The second word of a work's caption says which it is; the words of a category name none.
    async draw(wishes) {
      const asked = wishes.map(({ words }) => set.works.findIndex((work) => work.words[1] === words[1]));
      return plainViews(
        set,
        asked.map((i) => Math.max(0, i)),
      );
    },
  });
  expect(nearest.map(({ work }) => worksOf(set, 'train')[work])).toEqual(shown);
  expect(quality).toMatchObject({ copy_rate: 1, copy_rate_control: 0 });
  for (const kind of FEATURE_KINDS) {
    expect(quality[kind].kid).toBeCloseTo(quality[kind].floor, 3);
    expect(quality[kind].kid_over_floor).toBeCloseTo(1, 1);
  }
});

test('a model that draws grain is far in both, copies nothing, and its things cannot be told', async () => {
  const random = new Random(23);
  const { quality } = await measureQuality({
    classifier,
    set,
    pictures,
    perCategory,
    draw: async (wishes) => new Float32Array(wishes.length * PICTURE).map(() => random.between(-1, 1)),
  });
  for (const kind of FEATURE_KINDS) {
    expect(quality[kind].kid).toBeGreaterThan(5 * Math.abs(quality[kind].floor));
    expect(quality[kind].kid_to_training).toBeGreaterThan(0.1);
  }
  expect(quality.copy_rate).toBe(0);
  expect(quality.counts).toEqual({ samples: 40, held: 12, training: 128, by_category: 6 });
  // All are called waters: half of the samples, and half of the held-out works.
  expect(quality).toMatchObject({ accuracy: 0.5, accuracy_real: 0.5, accuracy_macro: 0.5 });
  expect(quality.categories.map((row) => [row.category, row.samples, row.samples_right, row.held])).toEqual([
    ['fires', 3, 0, 6],
    ['waters', 3, 3, 6],
  ]);
});
