import { isColourWord } from './colours.ts';

/**
 * Words of a caption or a prompt: lower case, letters only, at least two, without stop words.
 * Training and prompting use the same rule, so what a user types meets what the model saw.
 */
const STOP_WORDS = new Set(
  (
    'an and are as at be by for from has have in into is it its of on or that the their this to was were will ' +
    'with without not no but if then than so my your our his her you we he she they them me us am do does did ' +
    'clip art clipart svg png openclipart open library image images picture icon icons vector file logo untitled ' +
    'inkscape public domain www http com org net unsorted special by de la le el der die das und von den des du'
  ).split(' '),
);

/**
 * The distinct words of a text, in order of first occurrence. Names in `author` are left out, so that a
 * person's name never becomes a word the model answers to.
 */
export function wordsOf(text: string, author = ''): string[] {
  const names = new Set(tokens(author));
  const words = new Set<string>();
  for (const token of tokens(text)) {
    if (!STOP_WORDS.has(token) && !names.has(token)) words.add(singular(token));
  }
  return [...words].filter((word) => !STOP_WORDS.has(word) && !names.has(word));
}

/** Clauses a caption can have at most. */
export const CLAUSES = 3;

/**
 * The clauses of a text, each a list of distinct words: cut at commas and full stops, at "and", "with", "next
 * to" and "beside", and where a colour follows a thing, so that "red apple green leaf" is two. Words of
 * clauses beyond {@link CLAUSES} go to the last.
 */
export function clausesOf(text: string, author = ''): string[][] {
  const clauses: string[][] = [];
  for (const part of text.split(/[,;.!?\n]|\b(?:and|with|beside|next to)\b/i)) {
    for (const clause of cutAtColours(wordsOf(part, author))) {
      if (clauses.length < CLAUSES) clauses.push(clause);
      else (clauses[CLAUSES - 1] as string[]).push(...clause);
    }
  }
  return clauses.map((clause) => [...new Set(clause)]);
}

function cutAtColours(words: readonly string[]): string[][] {
  const clauses: string[][] = [];
  let named = true;
  for (const word of words) {
    if (named && (isColourWord(word) || clauses.length === 0)) {
      clauses.push([]);
      named = false;
    }
    (clauses.at(-1) as string[]).push(word);
    if (!isColourWord(word)) named = true;
  }
  return clauses;
}

function tokens(text: string): string[] {
  return (
    text
      .toLowerCase()
      .normalize('NFKC')
      .match(/\p{L}{2,}/gu) ?? []
  );
}

/** Folds plain English plurals, so that "cats" and "cat" share one embedding row. */
export function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(sh|ch|x|ss)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !/(ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}
