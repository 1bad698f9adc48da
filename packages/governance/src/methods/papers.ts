import type { Vote } from './types.ts';

/** A ballot, or so many that are the same. */
export interface Paper {
  vote: Vote;
  /** 1 where left out; all of a vote sum to less than 2^31 */
  count?: number;
}

/** The place of each option in the order put forward. */
export function placesOf(options: readonly string[]): Map<string, number> {
  return new Map(options.map((option, place) => [option, place]));
}

/** The options ordered by a number each, the highest first; equals in the order put forward. */
export function byMost<N extends number | bigint>(options: readonly string[], of: readonly N[]): string[] {
  return options
    .map((option, place) => ({ option, most: of[place] as N, place }))
    .sort((a, b) => (a.most === b.most ? a.place - b.place : a.most > b.most ? -1 : 1))
    .map(({ option }) => option);
}

/** A square of zeros. */
export function square(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}
