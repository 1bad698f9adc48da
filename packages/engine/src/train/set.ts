/** A prepared training set: pictures as bytes, and one line a work. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

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
