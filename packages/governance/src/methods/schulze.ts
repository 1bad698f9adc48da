import { type Packed, square } from './papers.ts';
import type { Definition, SchulzeDetail } from './types.ts';

/**
 * How many papers rank the row's option above the column's. Ranks shared say nothing about those who share them.
 */
function pairwise(
  { options, places, end, tie, counts }: Packed,
  unranked: Definition['unranked'],
): number[][] {
  const size = options.length;
  const above = new Int32Array(size * size);
  // Of one paper: the rows of the options it has named so far, and the paper that named each option last.
  const rows = new Int32Array(size);
  const named = new Int32Array(size);
  let at = 0;
  for (let paper = 0; paper < counts.length; paper += 1) {
    const count = counts[paper] as number;
    let [length, before] = [0, 0];
    for (let place = places[at] as number; place !== end; place = places[at] as number) {
      at += 1;
      if (place === tie) continue;
      if (at < 2 || places[at - 2] !== tie) before = length;
      named[place] = paper + 1;
      for (let i = 0; i < before; i += 1) (above[(rows[i] as number) + place] as number) += count;
      rows[length] = place * size;
      length += 1;
    }
    at += 1;
    if (unranked === 'explicit' || length === size) continue;
    for (let place = 0; place < size; place += 1) {
      if (named[place] === paper + 1) continue;
      for (let i = 0; i < length; i += 1) (above[(rows[i] as number) + place] as number) += count;
    }
  }
  return Array.from({ length: size }, (_, row) => [...above.subarray(row * size, (row + 1) * size)]);
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
