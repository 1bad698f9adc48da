/** The words a model answers to, and how captions become rows of weights. */

import { CAMERA_ROWS, cameraWeights, type View } from '../model/camera.ts';
import type { Random } from '../random.ts';

export type Vocabulary = { readonly words: readonly string[]; readonly counts: readonly number[] };

/**
 * Words that occur in at least `least` works, the commonest first, at most `most`. The camera's rows lead.
 */
export function buildVocabulary(
  captions: readonly (readonly string[])[],
  least = 3,
  most = 2048,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const words of captions)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const common = [...counts]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most - CAMERA_ROWS.length);
  return {
    words: [...CAMERA_ROWS, ...common.map(([word]) => word)],
    counts: [...CAMERA_ROWS.map(() => captions.length), ...common.map(([, count]) => count)],
  };
}

/**
 * Writes a caption as weights 1/√n of the n words kept. One caption in ten is dropped whole, which trains
 * the unconditional flow that guidance subtracts (Ho & Salimans 2022); of the others each word is dropped
 * with probability 0.3, so that one word alone still means something. The camera is never dropped.
 */
export function captionRow(random: Random, caption: readonly number[], view: View, row: Float32Array): void {
  row.fill(0);
  row.set(cameraWeights(view));
  if (random.uniform() < 0.1) return;
  const kept = caption.filter(() => random.uniform() >= 0.3);
  for (const word of kept) row[word] = 1 / Math.sqrt(kept.length);
}
