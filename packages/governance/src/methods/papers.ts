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

/** Rankings as numbers, one paper after the other: a count of a million waits for memory more than for anything else. */
export interface Packed {
  options: readonly string[];
  /** places of options, the best first; `tie` between two that share a rank, `end` after each paper */
  places: Uint8Array | Uint16Array;
  end: number;
  tie: number;
  /** by paper: how many ballots it stands for */
  counts: Int32Array;
}

/** Papers that rank none of the options are left out, and so are options that are not among these. */
export function pack(options: readonly string[], papers: readonly Paper[]): Packed {
  const of = placesOf(options);
  const [end, tie] = [options.length, options.length + 1];
  const Places = tie < 256 ? Uint8Array : Uint16Array;
  /** the most one paper can fill */
  const most = 2 * options.length;
  let places = new Places(papers.length * Math.min(options.length + 1, 24) + most);
  const counts = new Int32Array(papers.length);
  let [length, kept] = [0, 0];
  for (const { vote, count = 1 } of papers) {
    if (!('ranking' in vote)) continue;
    if (length + most > places.length) {
      const longer = new Places(places.length * 2 + most);
      longer.set(places);
      places = longer;
    }
    const start = length;
    for (const group of vote.ranking) {
      let shares = false;
      for (const option of group) {
        const place = of.get(option);
        if (place === undefined) continue;
        if (shares) {
          places[length] = tie;
          length += 1;
        }
        places[length] = place;
        length += 1;
        shares = true;
      }
    }
    if (length === start) continue;
    places[length] = end;
    length += 1;
    counts[kept] = count;
    kept += 1;
  }
  return { options, places: places.subarray(0, length), end, tie, counts: counts.subarray(0, kept) };
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
