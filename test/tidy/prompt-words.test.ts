// The portal may not import the engine, so it has the rule of words a second time; here the two must agree.
import { MOTION_WORDS, planOf } from '@uncaged/engine';
import { expect, test } from 'vitest';
import { motions, unseen } from '../../apps/portal/src/lib/words.ts';

const vocabulary = new Set(['red', 'house', 'berry', 'glass', 'box', 'frog', 'tree']);
const known = (word: string) => vocabulary.has(word);

test('the portal offers the words of motion that the engine knows', () => {
  expect(motions).toEqual([...MOTION_WORDS]);
});

test.each([
  'a red house, a zeppelin and two frogs',
  'berries in glasses and boxes; dishes, buses, kisses, iris',
  'Zoom out, SWAY, turn turn turn: shimmering',
  'clip art of an untitled openclipart vector',
  'ﬁsh №5 x y zz 東京 élan Ünder-über',
  'not a picture, no icons, the unsorted files of du und der',
  '',
])('both read “%s” alike', (prompt) => {
  const planned = planOf({ prompt, seed: 1 }, known);
  expect(planned.ok && [...planned.plan.unknownWords].sort()).toEqual(unseen(prompt, known).sort());
});

test('the word of a hand is known', () => {
  expect(unseen('a red mooncut zeppelin', known, ['Mooncut'])).toEqual(['zeppelin']);
});
