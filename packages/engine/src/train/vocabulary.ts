/** The words a model answers to, and how captions become rows of weights. */
import type { Random } from '../random.ts';
import { MOTIONS } from './views.ts';

export type Vocabulary = { readonly words: readonly string[]; readonly counts: readonly number[] };

/**
 * Words that occur in at least `least` works, the commonest first, at most `most`. The motion words lead,
 * so that stills and clips share one vocabulary.
 */
export function buildVocabulary(captions: readonly (readonly string[])[], least = 3, most = 2048): Vocabulary {
  const counts = new Map<string, number>();
  for (const words of captions) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const motions: readonly string[] = MOTIONS;
  const common = [...counts]
    .filter(([word, count]) => count >= least && !motions.includes(word))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most - motions.length);
  return {
    words: [...motions, ...common.map(([word]) => word)],
    counts: [...motions.map((word) => counts.get(word) ?? 0), ...common.map(([, count]) => count)],
  };
}

/**
 * Writes a caption as weights 1/√n of the n words kept. One caption in ten is dropped whole, which trains
 * the unconditional flow that guidance subtracts (Ho & Salimans 2022); of the others each word is dropped
 * with probability 0.3, so that one word alone still means something.
 */
export function captionRow(random: Random, caption: readonly number[], always: readonly number[], row: Float32Array): void {
  row.fill(0);
  if (random.uniform() < 0.1) return;
  const kept = caption.filter(() => random.uniform() >= 0.3);
  const chosen = new Set([...kept, ...always]);
  for (const word of chosen) row[word] = 1 / Math.sqrt(chosen.size);
}
