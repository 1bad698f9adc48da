import { expect, test } from 'vitest';
import { clausesOf, wordsOf } from './words.ts';

test.each([
  ['A Red CAR, and the cars!', '', ['red', 'car']],
  ['butterflies boxes grass bus', '', ['butterfly', 'box', 'grass', 'bus']],
  ['Portrait by Jane Doe of a doe', 'Jane Doe', ['portrait']],
  ['Überraschung 42 x', '', ['überraschung']],
  ['', '', []],
])('%o', (text, author, words) => {
  expect(wordsOf(text as string, author as string)).toEqual(words);
});

test.each([
  [
    'red apple, green leaf',
    [
      ['red', 'apple'],
      ['green', 'leaf'],
    ],
  ],
  [
    'red apple green leaf',
    [
      ['red', 'apple'],
      ['green', 'leaf'],
    ],
  ],
  ['a dark red big apple', [['dark'], ['red', 'big', 'apple']]],
  ['apple and pear and plum and fig', [['apple'], ['pear'], ['plum', 'fig']]],
  ['', []],
])('%o falls into clauses', (text, clauses) => {
  expect(clausesOf(text as string)).toEqual(clauses);
});
