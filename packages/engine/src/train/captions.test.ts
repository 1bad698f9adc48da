import { expect, test } from 'vitest';
import { CONTROL_ROWS } from '../model/camera.ts';
import { COLOUR_WORDS } from '../model/colours.ts';
import { Random } from '../random.ts';
import { buildVocabulary, clauseRow } from './captions.ts';

test('a vocabulary leads with controls, colours and places, then the words of enough works', () => {
  const captions = [['cat', 'red'], ['cat', 'red'], ['cat', 'blue'], ['red'], ['rare']];
  const { words, counts } = buildVocabulary(captions, 3);
  expect(words.slice(0, CONTROL_ROWS.length)).toEqual([...CONTROL_ROWS]);
  expect(words).toEqual([...CONTROL_ROWS, ...COLOUR_WORDS, 'left', 'right', 'cat']);
  expect(counts.at(-1)).toBe(3);
});

test('the words of a clause share one length, and each is sometimes left out', () => {
  const random = new Random(2);
  let empty = 0;
  for (let i = 0; i < 2000; i++) {
    const row = new Float32Array(6);
    clauseRow(random, [4, 5], row);
    if (row[4] === 0 && row[5] === 0) empty++;
    else expect((row[4] as number) ** 2 + (row[5] as number) ** 2).toBeCloseTo(1);
  }
  expect(empty / 2000).toBeCloseTo(0.09, 1);
});
