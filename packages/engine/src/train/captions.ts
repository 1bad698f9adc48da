/** The words a model answers to, and how captions become rows of weights. */
import { CONTROL_ROWS } from '../model/camera.ts';
import { COLOUR_WORDS } from '../model/colours.ts';
import type { Random } from '../random.ts';

export type Vocabulary = { readonly words: readonly string[]; readonly counts: readonly number[] };

/** Where a thing stands, when two share a picture. */
export const PLACE_WORDS = ['left', 'right'] as const;

/**
 * Words that occur in at least `least` works, the commonest first, at most `most`. The rows of camera and
 * motion lead; then come colours and places, which captions also get from the picture itself.
 */
export function buildVocabulary(
  captions: readonly (readonly string[])[],
  least = 3,
  most = 2048,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const words of captions)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const own = [...COLOUR_WORDS, ...PLACE_WORDS] as string[];
  const lead = [...CONTROL_ROWS, ...own];
  const common = [...counts]
    .filter(([word, count]) => count >= least && !own.includes(word))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most - lead.length);
  return {
    words: [...lead, ...common.map(([word]) => word)],
    counts: [...lead.map(() => captions.length), ...common.map(([, count]) => count)],
  };
}

/**
 * Writes one clause as weights 1/√n of the n words kept, each dropped with probability `drop`, so that one
 * word alone still means something.
 */
export function clauseRow(random: Random, words: readonly number[], row: Float32Array, drop = 0.3): void {
  const kept = words.filter(() => random.uniform() >= drop);
  for (const word of kept) row[word] = 1 / Math.sqrt(kept.length);
}
