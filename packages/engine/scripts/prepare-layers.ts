/**
 * Takes the training works of a prepared set apart into layers that clips can be made of:
 * `node prepare-layers.ts SVG_ROOT SET_DIR`. Reads works.jsonl and small.bin of prepare-openclipart.ts.
 * Writes layers.bin (uint8, layers × 96 × 96 × 4, premultiplied RGBA, framed like the stills, a work's layers
 * from back to front) and layers.jsonl (one line a training work in the order of works.jsonl:
 * {@link LayersLine}).
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { SMALL } from '../src/train/set.ts';
import { bestSplit, errorOnWhite, liftedFromWhite, type Plane, planeOf } from './split-layers.ts';
import { documentOf, partsOf, referencesOf } from './svg-layers.ts';
import { inUserUnits } from './svg-size.ts';

/** Parts that are drawn apart before they are joined into layers. */
const MOST_PARTS = 10;
/** Mean absolute difference from the still, as a share of full scale, above which a split is dropped. */
const MOST_ERROR = 0.02;
/** White around a drawing, as a share of the side; as in prepare-openclipart.ts. */
const MARGIN = 1 / 32;
const LAYER_BYTES = SMALL * SMALL * 4;

type Frame = { density: number; left: number; top: number; width: number; height: number };
type Work = { path: string; split: 'train' | 'held'; frame: Frame };

/** A line of layers.jsonl. */
type LayersLine = {
  /** Line of the work in works.jsonl, from 0. */
  work: number;
  path: string;
  /** Bytes from the start of layers.bin to the work's first layer. */
  offset: number;
  count: number;
  /** Of each layer: what it covers, in pixels [left, top, right, bottom), and the share of pixels covered. */
  boxes: (readonly [number, number, number, number])[];
  covered: number[];
  /** Mean absolute difference of the layers put together from the still, 0 … 1. */
  error: number;
};

const root = process.argv[2] ?? '/usr/share/openclipart/svg';
const folder = process.argv[3] ?? '/tmp/uncaged-train';

/** A document in the frame of its still, premultiplied RGBA. */
async function draw(svg: Buffer, { density, ...box }: Frame): Promise<Buffer> {
  const margin = Math.round(SMALL * MARGIN);
  const inner = SMALL - 2 * margin;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const rgba = await sharp(svg, { limitInputPixels: 16_000_000, failOn: 'error', density })
    .timeout({ seconds: 5 })
    .toColourspace('srgb')
    .ensureAlpha()
    .extract(box)
    .resize(inner, inner, { fit: 'contain', background, kernel: 'lanczos3' })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background })
    .raw()
    .toBuffer();
  if (rgba.length !== LAYER_BYTES) throw new Error(`drew ${rgba.length} bytes`);
  for (let at = 0; at < LAYER_BYTES; at += 4) {
    const alpha = rgba[at + 3] as number;
    for (let c = at; c < at + 3; c++) rgba[c] = Math.round(((rgba[c] as number) * alpha) / 255);
  }
  return rgba;
}

/** The layers of one work, back to front; one layer where it cannot be taken apart. */
async function layersOf(work: Work, still: Uint8Array): Promise<{ planes: Plane[]; why: string }> {
  const svg = inUserUnits(await readFile(join(root, work.path)));
  const whole = async (why: string) => ({
    planes: [planeOf(await draw(svg, work.frame).catch(() => liftedFromWhite(still)), SMALL)],
    why,
  });
  const parts = partsOf(svg, MOST_PARTS);
  if (parts.parts.length < 2) return whole('one_part');
  const referred = referencesOf(parts.source);
  const drawn: { plane: Plane; depth: number }[] = [];
  for (const part of parts.parts) {
    const rgba = await draw(documentOf(parts, part, referred), work.frame).catch(() => undefined);
    // Without a size of its own a document ends where its ink does, and a part is smaller than the whole.
    if (rgba === undefined) return whole('part_out_of_frame');
    drawn.push({ plane: planeOf(rgba, SMALL), depth: part.depth });
  }
  const planes = bestSplit(drawn);
  if (planes.length < 2) return whole('nothing_apart');
  return errorOnWhite(planes, still) > MOST_ERROR
    ? whole('parts_differ_from_whole')
    : { planes, why: 'split' };
}

async function readWorks(): Promise<Work[]> {
  const works: Work[] = [];
  for await (const line of createInterface({ input: createReadStream(join(folder, 'works.jsonl')) }))
    if (line !== '') works.push(JSON.parse(line));
  return works;
}

async function main(): Promise<void> {
  const started = performance.now();
  const works = await readWorks();
  const stills = await open(join(folder, 'small.bin'));
  const results: (Plane[] | undefined)[] = new Array(works.length);
  const tally: Record<string, number> = {};
  const errors: number[] = [];
  let next = 0;
  const run = async () => {
    for (let i = next++; i < works.length; i = next++) {
      const work = works[i] as Work;
      if (work.split !== 'train') continue;
      const still = Buffer.alloc(SMALL * SMALL * 3);
      await stills.read(still, 0, still.length, i * still.length);
      const { planes, why } = await layersOf(work, still);
      const kind = planes.length > 1 ? `${planes.length} layers` : why;
      tally[kind] = (tally[kind] ?? 0) + 1;
      errors[i] = errorOnWhite(planes, still);
      results[i] = planes;
      if (i % 500 === 0)
        console.log(i, '/', works.length, Math.round((performance.now() - started) / 1000), 's');
    }
  };
  sharp.concurrency(1);
  await Promise.all([run(), run()]);
  await stills.close();
  await write(works, results, errors);
  console.log(JSON.stringify({ seconds: Math.round((performance.now() - started) / 1000), ...tally }));
}

async function write(
  works: readonly Work[],
  results: readonly (Plane[] | undefined)[],
  errors: readonly number[],
): Promise<void> {
  const bin = createWriteStream(join(folder, 'layers.bin'));
  const lines = createWriteStream(join(folder, 'layers.jsonl'));
  let offset = 0;
  for (const [work, planes] of results.entries()) {
    if (planes === undefined) continue;
    const line: LayersLine = {
      work,
      path: (works[work] as Work).path,
      offset,
      count: planes.length,
      boxes: planes.map(({ box }) => box),
      covered: planes.map(({ covered }) => Number(covered.toFixed(4))),
      error: Number((errors[work] as number).toFixed(4)),
    };
    lines.write(`${JSON.stringify(line)}\n`);
    for (const { rgba } of planes) bin.write(rgba);
    offset += planes.length * LAYER_BYTES;
  }
  await Promise.all([bin, lines].map((stream) => new Promise<void>((done) => stream.end(done))));
}

await main();
