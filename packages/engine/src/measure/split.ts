/** Which works teach the categories, and which check them. */
import { createHash } from 'node:crypto';
import type { PreparedSet } from '../train/set.ts';

/** Fewest works of the train split a category needs. */
const LEAST = 50;
/** Folders that name no kind of thing. */
const NOT_A_KIND: readonly string[] = ['unsorted', 'special', 'logos', 'buttons'];
/** Share of the train split kept back by author to set the certainty by, from authors with few works. */
const CHECKED = 0.12;
const MOST_OF_AN_AUTHOR = 30;

export type CategorySplit = {
  readonly categories: readonly string[];
  /** Works by use, with {@link category} saying which kind each is. `check` is of the train split, `held` never is. */
  readonly teach: readonly number[];
  readonly check: readonly number[];
  readonly held: readonly number[];
  /** Number of the category of every work of the set; −1 for none of them. */
  readonly category: readonly number[];
};

/** Splits a prepared set by author, the same way every time: order is by the SHA-256 of "category " and the name. */
export function splitByAuthor({ works }: PreparedSet): CategorySplit {
  const counts = new Map<string, number>();
  for (const { category, split } of works)
    if (split === 'train') counts.set(category, (counts.get(category) ?? 0) + 1);
  const categories = [...counts]
    .filter(([name, count]) => count >= LEAST && !NOT_A_KIND.includes(name))
    .map(([name]) => name)
    .sort();
  const category = works.map((work) => categories.indexOf(work.category));
  const of = (split: string): number[] =>
    works.flatMap((work, i) => (work.split === split && (category[i] as number) >= 0 ? [i] : []));
  const train = of('train');
  const checkers = checkAuthors(train.map((i) => (works[i] as (typeof works)[number]).author));
  const checks = (i: number): boolean => checkers.has((works[i] as (typeof works)[number]).author);
  return {
    categories,
    category,
    teach: train.filter((i) => !checks(i)),
    check: train.filter(checks),
    held: of('held'),
  };
}

function checkAuthors(authors: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const author of authors) counts.set(author, (counts.get(author) ?? 0) + 1);
  const key = (author: string): string => createHash('sha256').update(`category ${author}`).digest('hex');
  const order = [...counts].map(([author, count]) => ({ key: key(author), author, count }));
  order.sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = new Set<string>();
  let works = 0;
  for (const { author, count } of order) {
    if (works >= CHECKED * authors.length) break;
    if (count > MOST_OF_AN_AUTHOR) continue;
    chosen.add(author);
    works += count;
  }
  return chosen;
}
