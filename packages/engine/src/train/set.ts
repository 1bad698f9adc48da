/** A prepared training set: pictures as bytes, and one line a work. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layers } from './layers.ts';

/** Sides of the pictures in pixels: what is trained on, and what is upscaled to. */
export const SMALL = 96;
export const LARGE = 256;

export type SetWork = {
  readonly path: string;
  readonly sha256: string;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly category: string;
  readonly words: readonly string[];
  readonly split: 'train' | 'held';
};

export type PreparedSet = {
  readonly works: readonly SetWork[];
  /** works × {@link SMALL} × {@link SMALL} × 3, RGB on white. */
  readonly small: Uint8Array;
};

/** Reads works.jsonl and small.bin of a prepared set. Throws where a file is missing. */
export async function readSet(folder: string): Promise<PreparedSet> {
  const lines = (await readFile(join(folder, 'works.jsonl'), 'utf8')).trim().split('\n');
  const works: SetWork[] = lines.map((line) => JSON.parse(line));
  return { works, small: new Uint8Array(await readFile(join(folder, 'small.bin'))) };
}

/** The small picture of one work, a view. */
export const pictureAt = (set: PreparedSet, i: number): Uint8Array =>
  set.small.subarray(i * SMALL * SMALL * 3, (i + 1) * SMALL * SMALL * 3);

/** Pictures of works, works × {@link LARGE} × {@link LARGE} × 3, RGB on white. */
export const readLarge = async (folder: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(join(folder, 'large.bin')));

/** Works taken apart into layers: `count` layers of the work in line `work` of works.jsonl. */
export type LayeredWork = Layers & { readonly work: number };

/** Reads layers.jsonl and layers.bin. Throws where a file is missing. */
export async function readLayers(folder: string): Promise<LayeredWork[]> {
  const lines = (await readFile(join(folder, 'layers.jsonl'), 'utf8')).trim().split('\n');
  const bytes = new Uint8Array(await readFile(join(folder, 'layers.bin')));
  return lines.map((line) => {
    const { work, offset, count }: { work: number; offset: number; count: number } = JSON.parse(line);
    return { work, count, side: SMALL, rgba: bytes.subarray(offset, offset + count * SMALL * SMALL * 4) };
  });
}
