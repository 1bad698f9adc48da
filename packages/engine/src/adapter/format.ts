/**
 * Low-rank adapters (LoRA, Hu et al. 2021): each adapted matrix W gets B·A beside it, of a rank far below
 * its own, and the style gets a word: a vector that prompts add by name. This file says what the tensors are
 * called and how they are shaped.
 */
import type { ModelConfig } from '../model/config.ts';
import { adamwSpec, type ParameterSpec, skipSource } from '../model/parameters.ts';
import { wordsOf } from '../model/words.ts';

export const ADAPTER_FORMAT = 'uncaged-adapter-1';
export const MAX_RANK = 64;

/** The sizes of a transformer that decide the shapes of its adapters; `temporal` where motion is adapted too. */
export type Adapted = Pick<ModelConfig, 'dim' | 'depth'> & {
  readonly temporal?: { readonly after: readonly number[] };
};

/** Sizes without the temporal modules, which only whole clips have to do with. */
export const stillsOnly = ({ dim, depth }: Adapted): Adapted => ({ dim, depth });

export type AdaptedMatrix = { readonly name: string; readonly rows: number; readonly columns: number };

/** The matrices of the transformer that an adapter adds to. */
export function adaptedMatrices({ dim, depth, temporal }: Adapted): AdaptedMatrix[] {
  const moving = (temporal?.after ?? []).flatMap((i) => [
    { name: `temporal.${i}.qkv`, rows: dim, columns: 3 * dim },
    { name: `temporal.${i}.out`, rows: dim, columns: dim },
  ]);
  const still = Array.from({ length: depth }, (_, i) => [
    ...(skipSource(depth, i) === undefined ? [] : [{ name: `block.${i}.skip`, rows: dim, columns: dim }]),
    { name: `block.${i}.qkv`, rows: dim, columns: 3 * dim },
    { name: `block.${i}.out`, rows: dim, columns: dim },
    { name: `block.${i}.up`, rows: dim, columns: 4 * dim },
    { name: `block.${i}.down`, rows: 4 * dim, columns: dim },
  ]).flat();
  return [...still, ...moving];
}

export const STYLE = 'style';
/** How much of each rank of a mix is used, [1, rank]; no tensor of an adapter. */
export const WEIGHTS = 'weights';
export const nameOfA = (matrix: string): string => `${matrix}.A`;
export const nameOfB = (matrix: string): string => `${matrix}.B`;

/** Both terms are matrices, so Muon steps them (docs/generator/adapters.md says what that brought). */
const termSpec = (name: string, shape: readonly [number, number], deviation: number): ParameterSpec => ({
  name,
  shape,
  deviation,
  optimizer: 'muon',
  decay: true,
});

/**
 * Tensors of an adapter: `MATRIX.A` [rank, rows] and `MATRIX.B` [rank, columns] for each matrix, and `style`
 * [1, dim]. Rows x of the matrix's input gain x·Aᵀ·B. A starts at random and B at zero, so that a new adapter
 * changes nothing.
 */
export function adapterSpecs(sizes: Adapted, rank: number): ParameterSpec[] {
  const terms = adaptedMatrices(sizes).flatMap(({ name, rows, columns }) => [
    termSpec(nameOfA(name), [rank, rows], 1 / Math.sqrt(rows)),
    termSpec(nameOfB(name), [rank, columns], 0),
  ]);
  return [...terms, adamwSpec(STYLE, [1, sizes.dim], 0)];
}

/** Is it one word of 2 … 40 letters that a prompt keeps ("the" is none)? */
export const isStyleWord = (word: unknown): word is string =>
  typeof word === 'string' && /^\p{L}{2,40}$/u.test(word) && wordsOf(word).length === 1;

/** The style word as prompts and captions are read: small letters, singular. */
export const foldedStyleWord = (word: string): string => wordsOf(word)[0] as string;
