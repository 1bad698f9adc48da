import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Classifier } from '../measure/classifier.ts';
import { SIDE } from '../measure/network.ts';
import { suggestCaption } from './suggest.ts';

const COLLECTION = '/usr/share/openclipart/svg';
let classifier: Classifier;

beforeAll(async () => {
  const opened = await Classifier.open({ threads: 1 });
  if (!opened.ok) throw new Error(opened.message);
  classifier = opened.classifier;
});
afterAll(() => classifier.release());

/** A work as it is shown in training: trimmed, in a square of white with a narrow margin. */
async function drawn(path: string): Promise<Float32Array> {
  const trimmed = await sharp(join(COLLECTION, path), { density: 144 })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .trim({ background: '#ffffff', threshold: 8 })
    .png()
    .toBuffer();
  const bytes = await sharp(trimmed)
    .resize(SIDE - 4, SIDE - 4, { fit: 'contain', background: '#ffffff' })
    .extend({ top: 2, bottom: 2, left: 2, right: 2, background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(bytes, (n) => n / 127.5 - 1);
}

test.each([
  ['signs_and_symbols/flags/africa/sudan.svg', ['red', 'green', 'wide']],
  ['food/fruit/pasteque_01.svg', ['red', 'green']],
  ['food/desserts/lollipop_dave_pena_01.svg', ['red', 'tall']],
  ['people/smilies/smiley114.svg', ['yellow']],
  ['shapes/jigsaw/jigsaw_blue_15.svg', ['blue']],
  ['shapes/arrows/arrow07_1.svg', ['grey', 'round']],
  ['shapes/callouts/segmented_c.svg', ['outline']],
  ['recreation/games/chess/chesspieces-pawn.svg', ['black']],
  ['animals/mammals/deer_matt_todd_01.svg', ['black']],
  ['signs_and_symbols/map_symbols/aiga_baggage_lockers_.svg', ['black', 'pair']],
])('%s', async (path, words) => {
  const caption = await suggestCaption(classifier, await drawn(path));
  expect(caption.words).toEqual(expect.arrayContaining(words));
  expect(caption.category.chance).toBeGreaterThan(1 / classifier.categories.length);
});
