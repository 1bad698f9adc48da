import sharp from 'sharp';
import { expect, test } from 'vitest';
import { Classifier } from '../measure/classifier.ts';
import { categorySpecs, PICTURE } from '../measure/network.ts';
import { freshParameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import { recaptioned, suggestCaption, suggestCaptions } from './suggest.ts';

/** A classifier nobody taught, which leans to its second category. */
function untaught(sure: number): Classifier {
  const random = new Random(1);
  const parameters = freshParameters(categorySpecs(3), () => random.normal());
  parameters.get('category.bias')?.set([0, 2, 0]);
  const categories = ['animals', 'signs_and_symbols', 'tools'];
  const weights = { file: '', sha256: '' };
  return new Classifier({ name: 'untaught', categories, temperature: 1, sure, weights }, parameters, 1);
}

async function ball(colour: string): Promise<Float32Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="26" fill="${colour}"/></svg>`;
  const bytes = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(bytes, (n) => n / 127.5 - 1);
}

test('a caption names colour, layout, and the kind of thing where the classifier is sure', async () => {
  const classifier = untaught(0.5);
  const caption = await suggestCaption(classifier, await ball('#d01010'));
  expect(caption).toMatchObject({
    words: ['red', 'round', 'sign', 'symbol'],
    colours: ['red'],
    layout: ['round'],
    category: { name: 'signs_and_symbols', sure: true },
  });
  expect(caption.category.chance).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 2), 4);
  await classifier.release();
});

test('it names no kind where it is not sure', async () => {
  const classifier = untaught(0.9);
  const pictures = new Float32Array(2 * PICTURE);
  pictures.set(await ball('#1040d0'), 0);
  pictures.set(await ball('#20a030'), PICTURE);
  const captions = await suggestCaptions(classifier, pictures);
  expect(captions.map(({ words }) => words)).toEqual([
    ['blue', 'round'],
    ['green', 'round'],
  ]);
  expect(captions[0]?.category.sure).toBe(false);
  await classifier.release();
});

test('only a poor caption is filled up, and is marked as the machine’s', async () => {
  const classifier = untaught(0.9);
  const suggested = await suggestCaption(classifier, await ball('#d01010'));
  expect(recaptioned(['flag', 'wind'], suggested)).toEqual({ words: ['flag', 'wind'], machineMade: false });
  expect(recaptioned(['red'], suggested)).toEqual({ words: ['red', 'round'], machineMade: true });
  expect(recaptioned([], suggested)).toEqual({ words: ['red', 'round'], machineMade: true });
  await classifier.release();
});
