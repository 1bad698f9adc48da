/**
 * Which words of a prompt a model never saw, told while it is written. The rule is the engine's own (what it drops,
 * how it folds plurals, which words move the picture); `test/tidy/prompt-words.test.ts` holds the two together.
 */

const dropped = new Set(
  (
    'an and are as at be by for from has have in into is it its of on or that the their this to was were will ' +
    'with without not no but if then than so my your our his her you we he she they them me us am do does did ' +
    'clip art clipart svg png openclipart open library image images picture icon icons vector file logo untitled ' +
    'inkscape public domain www http com org net unsorted special by de la le el der die das und von den des du'
  ).split(' '),
);

/** Words that move the picture, in the order they are offered. */
export const motions = ['still', 'sway', 'turn', 'zoom', 'pan', 'lift', 'move', 'shimmer'];

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(sh|ch|x|ss)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !/(ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

/** The distinct words of `prompt` that `known` says no to, in their order; the style words of hands count as known. */
export function unseen(
  prompt: string,
  known: (word: string) => boolean,
  styleWords: readonly string[] = [],
): string[] {
  const style = new Set(styleWords.map((word) => word.toLowerCase()));
  const words = new Set<string>();
  for (const token of prompt
    .toLowerCase()
    .normalize('NFKC')
    .match(/\p{L}{2,}/gu) ?? []) {
    if (dropped.has(token) || style.has(token)) continue;
    const word = singular(token);
    if (!dropped.has(word) && !style.has(word)) words.add(word);
  }
  return [...words].filter((word) => !motions.includes(word) && !known(word));
}
