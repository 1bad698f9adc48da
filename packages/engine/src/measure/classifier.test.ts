import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshParameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import { writeSafetensors } from '../storage/safetensors.ts';
import { CLASSIFIER_NAME, Classifier, largest, statisticsSpecs } from './classifier.ts';
import { FEATURE_KINDS, featureStatistics, featureWidth } from './features.ts';
import { greyed } from './grey.ts';
import { kid } from './kid.ts';
import { categorySpecs, PICTURE } from './network.ts';

let dir: string;
const categories = ['animals', 'food', 'tools'];
const specs = [...categorySpecs(categories.length), ...statisticsSpecs()];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'classifier-'));
  const random = new Random(2);
  const parameters = freshParameters(specs, () => random.normal());
  for (const kind of FEATURE_KINDS) parameters.get(`${kind}.deviation`)?.fill(1);
  const tensors = new Map(
    specs.map(({ name, shape }) => [name, { shape, numbers: parameters.get(name) as Float32Array }]),
  );
  const bytes = writeSafetensors(tensors, 'F16');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const record = {
    name: CLASSIFIER_NAME,
    categories,
    temperature: 1.5,
    sure: 0.5,
    weights: { file: '', sha256 },
  };
  await writeFile(join(dir, `${CLASSIFIER_NAME}.safetensors`), bytes);
  await writeFile(join(dir, `${CLASSIFIER_NAME}.json`), JSON.stringify(record));
});
afterAll(() => rm(dir, { recursive: true }));

async function open(): Promise<Classifier> {
  const opened = await Classifier.open({ dir, threads: 1 });
  if (!opened.ok) throw new Error(opened.message);
  return opened.classifier;
}

/** Pictures of grain in the colours given, more than one batch of them. */
function grain(random: Random, count: number, [r, g, b]: readonly [number, number, number]): Float32Array {
  const pixels = new Float32Array(count * PICTURE);
  for (let i = 0; i < pixels.length; i += 3)
    pixels.set(
      [r, g, b].map((n) => n + random.between(-0.3, 0.3)),
      i,
    );
  return pixels;
}

test('chances add up to one, and a picture’s own do not depend on the batch it stands in', async () => {
  const classifier = await open();
  const pictures = grain(new Random(3), 19, [0.2, 0.1, 0]);
  const rows = await classifier.classify(pictures);
  expect([rows.count, rows.width]).toEqual([19, 3]);
  for (let i = 0; i < rows.count; i++) {
    const row = rows.numbers.subarray(3 * i, 3 * i + 3);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  }
  const alone = await classifier.classify(pictures.subarray(17 * PICTURE, 18 * PICTURE));
  for (const [k, chance] of alone.numbers.entries()) expect(rows.numbers[17 * 3 + k]).toBeCloseTo(chance, 5);
  expect(largest({ count: 2, width: 3, numbers: Float32Array.of(0.1, 0.7, 0.2, 0.5, 0.2, 0.3) })).toEqual([
    1, 0,
  ]);
  await expect(classifier.classify(new Float32Array(7))).rejects.toThrow('no rows');
  await classifier.release();
});

test('structure sees no colour, colour does', async () => {
  const classifier = await open();
  const pictures = grain(new Random(4), 3, [0.4, -0.2, -0.5]);
  const grey = greyed(pictures.slice());
  for (const kind of FEATURE_KINDS) {
    const [a, b] = [await classifier.features(kind, pictures), await classifier.features(kind, grey)];
    expect([a.count, a.width]).toEqual([3, featureWidth(kind)]);
    const apart = Math.max(...a.numbers.map((n, i) => Math.abs(n - (b.numbers[i] as number))));
    if (kind === 'structure') expect(apart).toBeLessThan(1e-3);
    else expect(apart).toBeGreaterThan(0.05);
  }
  await classifier.release();
});

test('sets of one colour are nearer to each other than to another colour', async () => {
  const classifier = await open();
  const random = new Random(5);
  const [red, again, blue] = [
    await classifier.features('colour', grain(random, 12, [0.6, -0.5, -0.5])),
    await classifier.features('colour', grain(random, 12, [0.6, -0.5, -0.5])),
    await classifier.features('colour', grain(random, 12, [-0.5, -0.5, 0.6])),
  ];
  const [same, other] = [kid(red, again).whole, kid(red, blue).whole];
  expect(other).toBeGreaterThan(0.05);
  expect(Math.abs(same)).toBeLessThan(other / 20);
  await classifier.release();
});

test('statistics are means and deviations; what never varies is made to count for nothing', () => {
  const { mean, deviation } = featureStatistics(Float32Array.of(1, 5, 3, 5, 5, 5), 2);
  expect([...mean]).toEqual([3, 5]);
  expect(deviation[0]).toBeCloseTo(Math.sqrt(8 / 3), 5);
  expect(deviation[1]).toBe(1e4);
});

test('a missing, foreign or broken file is told', async () => {
  const nowhere = await Classifier.open({ dir: join(dir, 'nowhere') });
  expect(nowhere).toMatchObject({ ok: false, code: 'classifier_missing' });
  const other = await mkdtemp(join(tmpdir(), 'classifier-'));
  await writeFile(join(other, `${CLASSIFIER_NAME}.safetensors`), new Uint8Array(20));
  const write = (record: unknown) =>
    writeFile(join(other, `${CLASSIFIER_NAME}.json`), JSON.stringify(record));
  await write({});
  expect(await Classifier.open({ dir: other })).toMatchObject({ ok: false, code: 'classifier_invalid' });
  await write({ categories, temperature: 1, sure: 1, weights: { sha256: '00' } });
  const foreign = await Classifier.open({ dir: other });
  expect(foreign).toMatchObject({ ok: false, code: 'classifier_invalid' });
  expect(!foreign.ok && foreign.message).toContain('the record names another');
  await rm(other, { recursive: true });
});
