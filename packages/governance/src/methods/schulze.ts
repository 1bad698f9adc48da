import { type Packed, square } from './papers.ts';
import type { Definition, SchulzeDetail } from './types.ts';

/**
 * How many papers rank the row's option above the column's. Ranks shared say nothing about those who share them. A paper
 * adds one to a cell for each option it names, the cell of all that stand above it there; pairs are summed up once, from
 * the cells.
 */
function pairwise(papers: Packed, unranked: Definition['unranked']): number[][] {
  const size = papers.options.length;
  const { bits, sets, cells, tied } = cellsOf(papers);
  const above = square(size);
  const named = new Array<number>(size).fill(0);
  for (let cell = 0; cell < cells.length; cell += 1) {
    const count = cells[cell] as number;
    if (count === 0) continue;
    const [place, set] = [Math.floor((cell >> bits) / sets), (cell >> bits) % sets];
    if (set === 0) named[place] = (named[place] as number) + count;
    for (let bit = 0; bit < bits; bit += 1) if ((cell >> bit) & 1) add(above, set * bits + bit, place, count);
  }
  if (unranked === 'explicit') return above;
  // Whoever names one and not the other ranks it above.
  return above.map((row, a) =>
    row.map((count, b) => {
      if (a === b) return 0;
      const both = count + (above[b]?.[a] ?? 0) + (tied[a]?.[b] ?? 0);
      return count + (named[a] as number) - both;
    }),
  );
}

/** By option and by set of options: how many papers name it below just these of the set. And who shares ranks. */
function cellsOf({ options, places, end, tie, counts }: Packed) {
  const size = options.length;
  const bits = size > 12 ? 4 : Math.max(size, 1);
  const sets = Math.ceil(size / bits);
  const cells = new Int32Array((size * sets) << bits);
  const tied = square(size);
  const setOf = Int32Array.from(options, (_, place) => Math.floor(place / bits));
  const bitOf = Int32Array.from(options, (_, place) => 1 << (place % bits));
  const higher = new Int32Array(sets);
  let at = 0;
  for (let paper = 0; paper < counts.length; paper += 1) {
    const count = counts[paper] as number;
    for (let set = 0; set < sets; set += 1) higher[set] = 0;
    while (places[at] !== end) {
      let last = at;
      while (places[last + 1] === tie) last += 2;
      for (let i = at; i <= last; i += 2) {
        const row = (places[i] as number) * sets;
        for (let set = 0; set < sets; set += 1) {
          const cell = ((row + set) << bits) | (higher[set] as number);
          cells[cell] = (cells[cell] as number) + count;
        }
      }
      if (last > at) share(tied, places.subarray(at, last + 1), count);
      for (let i = at; i <= last; i += 2) {
        const place = places[i] as number;
        const set = setOf[place] as number;
        higher[set] = (higher[set] as number) | (bitOf[place] as number);
      }
      at = last + 1;
    }
    at += 1;
  }
  return { bits, sets, cells, tied };
}

function add(matrix: number[][], row: number, column: number, count: number): void {
  const line = matrix[row] as number[];
  line[column] = (line[column] as number) + count;
}

/** Notes for each pair of a shared rank that so many papers set neither above the other. */
function share(tied: number[][], rank: Uint8Array | Uint16Array, count: number): void {
  for (let i = 0; i < rank.length; i += 2)
    for (let j = 0; j < rank.length; j += 2)
      if (i !== j) add(tied, rank[i] as number, rank[j] as number, count);
}

/**
 * The strength of the strongest path from each option to each, in winning votes: a path is as strong as its weakest
 * step, a step is as strong as the papers that want it, where they are more than those against it.
 */
function pathStrengths(above: readonly number[][]): number[][] {
  const size = above.length;
  const strongest = square(size);
  const at = (matrix: readonly number[][], row: number, column: number) => matrix[row]?.[column] ?? 0;
  const set = (row: number, column: number, strength: number) => {
    (strongest[row] as number[])[column] = strength;
  };
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < size; j += 1) if (at(above, i, j) > at(above, j, i)) set(i, j, at(above, i, j));
  for (let via = 0; via < size; via += 1)
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1) {
        const through = Math.min(at(strongest, i, via), at(strongest, via, j));
        if (i !== j && through > at(strongest, i, j)) set(i, j, through);
      }
  return strongest;
}

/**
 * The best first: again and again, of the places left that no other one left beats by path, the one put forward first.
 * Beating by path cannot go in circles (Schulze 2011, section 4.1), so that there always is one.
 */
function orderOf(places: readonly number[], strengths: readonly number[][]): number[] {
  const left = [...places];
  const order: number[] = [];
  const beats = (a: number, b: number) => (strengths[a]?.[b] ?? 0) > (strengths[b]?.[a] ?? 0);
  while (left.length > 0) {
    const best = left.findIndex((one) => !left.some((other) => beats(other, one)));
    order.push(...left.splice(best, 1));
  }
  return order;
}

/**
 * Schulze's method with winning votes. What is struck still makes paths and comes last in the order. Source: M. Schulze,
 * Social Choice and Welfare 36 (2011).
 */
export function countSchulze(
  papers: Packed,
  unranked: Definition['unranked'],
  struck: ReadonlySet<string> = new Set(),
): SchulzeDetail {
  const { options } = papers;
  const above = pairwise(papers, unranked);
  const strengths = pathStrengths(above);
  const places = (out: boolean) =>
    [...options.keys()].filter((i) => struck.has(options[i] as string) === out);
  const order = [...orderOf(places(false), strengths), ...orderOf(places(true), strengths)];
  return {
    options: [...options],
    pairwise: above,
    strengths,
    order: order.map((place) => options[place] as string),
  };
}
