/** A sheet of samples: each prompt a row, each seed a column. */
import sharp from 'sharp';
import { COLOURS } from '../model/config.ts';
import { toBytes } from '../video/colour.ts';
import { drawPictures } from './draw.ts';
import { planOf } from './request.ts';
import { knows, type Sampler } from './sampler.ts';

/** Pixels of white between pictures. */
const GAP = 2;

/**
 * Draws a sheet as PNG. Words the model and its adapters do not know are left out; the same sheet on the
 * same model gives the same picture.
 */
export async function drawSheet(
  sampler: Sampler,
  { prompts, seeds }: { readonly prompts: readonly string[]; readonly seeds: readonly number[] },
  steps = 16,
): Promise<Uint8Array> {
  const wishes = prompts.flatMap((prompt) => {
    const planned = planOf({ prompt, seed: 0 }, knows(sampler));
    const clauses = planned.ok ? planned.plan.clauses : [];
    return seeds.map((seed) => ({ clauses, seed }));
  });
  const pictures = toBytes(await drawPictures(sampler, wishes, { steps }));
  const { side } = sampler;
  const width = seeds.length * (side + GAP) - GAP;
  const height = prompts.length * (side + GAP) - GAP;
  const page = new Uint8Array(width * height * COLOURS).fill(255);
  for (let i = 0; i < wishes.length; i++) {
    const left = (i % seeds.length) * (side + GAP);
    const top = Math.floor(i / seeds.length) * (side + GAP);
    for (let y = 0; y < side; y++) {
      const at = (i * side + y) * side * COLOURS;
      page.set(pictures.subarray(at, at + side * COLOURS), ((top + y) * width + left) * COLOURS);
    }
  }
  return pngOf(page, width, height);
}

/** RGB bytes as a PNG. */
export async function pngOf(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(rgb, { raw: { width, height, channels: COLOURS } })
      .png()
      .toBuffer(),
  );
}
