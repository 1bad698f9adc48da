/** Several adapters as one: their ranks stand side by side, so mixing is a sum and switching a copy. */
import type { Shape } from '../graph/graph.ts';
import type { Parameters } from '../model/parameters.ts';
import {
  type Adapted,
  adaptedMatrices,
  adapterSpecs,
  foldedStyleWord,
  nameOfA,
  nameOfB,
  STYLE,
  stillsOnly,
  WEIGHTS,
} from './format.ts';
import type { Adapter } from './read.ts';

export const MAX_ADAPTERS = 4;
/** Total ranks a session is built for; a mix is padded with zeros to the next, so that few sessions serve all. */
const RANKS = [16, 32, 64, 128, 256] as const;

export type Weighed = {
  readonly adapter: Adapter;
  /** Any finite number. */
  readonly weight: number;
};

export type Mix = {
  /** Total rank, padded. */
  readonly rank: number;
  /** Tensors of {@link mixSpecs} by name. */
  readonly parameters: Parameters;
  /** The style word that each row of styles answers to. */
  readonly styleWords: readonly string[];
};

/**
 * Like {@link adapterSpecs}, with a row of `style` for each of {@link MAX_ADAPTERS}, and {@link WEIGHTS}.
 *
 * @param moving whether temporal modules take part
 */
export function mixSpecs(sizes: Adapted, rank: number, moving: boolean): { name: string; shape: Shape }[] {
  const terms = adapterSpecs(moving ? sizes : stillsOnly(sizes), rank).map(({ name, shape }) => ({
    name,
    shape: name === STYLE ? [MAX_ADAPTERS, sizes.dim] : shape,
  }));
  return [...terms, { name: WEIGHTS, shape: [1, rank] }];
}

/**
 * Adapters of one base with their weights, as tensors of one adapter whose rank is the sum of theirs. Those
 * that were taught on stills leave the temporal modules as they are. Nothing is computed but the styles: terms
 * are put side by side, and those of one adapter of a padded rank's size are used where they lie.
 */
export function mixOf(weighed: readonly Weighed[], sizes: Adapted): Mix {
  const total = weighed.reduce((sum, { adapter }) => sum + adapter.rank, 0);
  const rank = RANKS.find((most) => most >= total);
  if (rank === undefined || weighed.length > MAX_ADAPTERS) throw new Error(`a mix of rank ${total}`);
  const parameters: Parameters = new Map();
  for (const { name, rows, columns } of adaptedMatrices(sizes)) {
    parameters.set(nameOfA(name), sideBySide(weighed, nameOfA(name), { rank, width: rows }));
    parameters.set(nameOfB(name), sideBySide(weighed, nameOfB(name), { rank, width: columns }));
  }
  const styles = new Float32Array(MAX_ADAPTERS * sizes.dim);
  const weights = new Float32Array(rank);
  let at = 0;
  for (const [i, { adapter, weight }] of weighed.entries()) {
    const style = adapter.parameters.get(STYLE) as Float32Array;
    for (let k = 0; k < sizes.dim; k++) styles[i * sizes.dim + k] = weight * (style[k] as number);
    weights.fill(weight, at, at + adapter.rank);
    at += adapter.rank;
  }
  parameters.set(STYLE, styles).set(WEIGHTS, weights);
  return { rank, parameters, styleWords: weighed.map(({ adapter }) => foldedStyleWord(adapter.styleWord)) };
}

/** One tensor of each adapter, [its rank, width], as one of [rank, width]; zeros where an adapter has none. */
function sideBySide(
  weighed: readonly Weighed[],
  name: string,
  { rank, width }: { readonly rank: number; readonly width: number },
): Float32Array {
  const alone = weighed.length === 1 && weighed[0]?.adapter.parameters.get(name);
  if (alone && alone.length === rank * width) return alone;
  const all = new Float32Array(rank * width);
  let at = 0;
  for (const { adapter } of weighed) {
    const own = adapter.parameters.get(name);
    if (own) all.set(own, at * width);
    at += adapter.rank;
  }
  return all;
}
