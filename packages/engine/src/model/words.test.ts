import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test.each([
  ['A Red CAR, and the cars!', '', ['red', 'car']],
  ['butterflies boxes grass bus', '', ['butterfly', 'box', 'grass', 'bus']],
  ['Portrait by Jane Doe of a doe', 'Jane Doe', ['portrait']],
  ['Überraschung 42 x', '', ['überraschung']],
  ['', '', []],
])('%o', (text, author, words) => {
  expect(wordsOf(text as string, author as string)).toEqual(words);
});
