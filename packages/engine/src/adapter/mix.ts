/** Several adapters as one: their ranks stand side by side, so mixing is a sum and switching a copy. */
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
 * Like {@link adapterSpecs}, with a row of `style` for each of {@link MAX_ADAPTERS}.
 *
 * @param moving whether temporal modules take part
 */
export const mixSpecs = (sizes: Adapted, rank: number, moving: boolean) =>
  adapterSpecs(moving ? sizes : stillsOnly(sizes), rank).map(({ name, shape }) => ({
    name,
    shape: name === STYLE ? [MAX_ADAPTERS, sizes.dim] : shape,
  }));

/**
 * Adapters of one base with their weights, as tensors of one adapter whose rank is the sum of theirs. Those
 * that were taught on stills leave the temporal modules as they are.
 */
export function mixOf(weighed: readonly Weighed[], sizes: Adapted): Mix {
  const total = weighed.reduce((sum, { adapter }) => sum + adapter.rank, 0);
  const rank = RANKS.find((most) => most >= total);
  if (rank === undefined || weighed.length > MAX_ADAPTERS) throw new Error(`a mix of rank ${total}`);
  const parameters: Parameters = new Map();
  for (const { name, rows, columns } of adaptedMatrices(sizes)) {
    const a = new Float32Array(rows * rank);
    const b = new Float32Array(rank * columns);
    let at = 0;
    for (const { adapter, weight } of weighed) {
      const [ownA, ownB] = [adapter.parameters.get(nameOfA(name)), adapter.parameters.get(nameOfB(name))];
      if (ownA) copyColumns(ownA, adapter.rank, { to: a, rank, at });
      if (ownB) copyScaled(ownB, weight, b, at * columns);
      at += adapter.rank;
    }
    parameters.set(nameOfA(name), a);
    parameters.set(nameOfB(name), b);
  }
  const styles = new Float32Array(MAX_ADAPTERS * sizes.dim);
  for (const [i, { adapter, weight }] of weighed.entries())
    copyScaled(adapter.parameters.get(STYLE) as Float32Array, weight, styles, i * sizes.dim);
  parameters.set(STYLE, styles);
  return { rank, parameters, styleWords: weighed.map(({ adapter }) => foldedStyleWord(adapter.styleWord)) };
}

/** Puts [rows, width] into columns `at` … of [rows, rank]. */
function copyColumns(
  from: Float32Array,
  width: number,
  { to, rank, at }: { readonly to: Float32Array; readonly rank: number; readonly at: number },
): void {
  for (let row = 0; row * width < from.length; row++) {
    for (let k = 0; k < width; k++) to[row * rank + at + k] = from[row * width + k] as number;
  }
}

function copyScaled(from: Float32Array, scale: number, to: Float32Array, at: number): void {
  for (let i = 0; i < from.length; i++) to[at + i] = scale * (from[i] as number);
}
