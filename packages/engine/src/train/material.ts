/** An artist's works as something to learn from: pictures, captions as rows of a vocabulary, latents of views. */
import sharp from 'sharp';
import { type Camera, cameraWeights, PLAIN_VIEW, viewOf } from '../model/camera.ts';
import { COLOURS, type ModelConfig, pictureSize, sampleLength } from '../model/config.ts';
import { clausesOf } from '../model/words.ts';
import { Random } from '../random.ts';
import { clauseRow } from './captions.ts';
import type { TrainItem } from './request.ts';
import { SMALL } from './set.ts';
import { drawView, randomCamera } from './views.ts';

/** Pictures held at most; a moving work gives fewer frames where there are many works. */
const MOST_PICTURES = 2048;
const MOST_FRAMES = 16;
/** Latents of views held at most, and views of one picture. */
const MOST_VIEWS = 2048;
const VIEWS = 16;
const MOST_PIXELS = 64_000_000;

export type Picture = {
  /** {@link SMALL} × {@link SMALL} × 3 bytes on white. */
  readonly rgb: Uint8Array;
  /** Which item it is of. */
  readonly item: number;
};

/** Fits a whole picture into a square of white. Throws where it cannot be decoded. */
async function square({ bytes }: TrainItem, page: number): Promise<Uint8Array> {
  const limits = { limitInputPixels: MOST_PIXELS, failOn: 'error', page, pages: 1 } as const;
  const pixels = await sharp(bytes, limits)
    .timeout({ seconds: 20 })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(SMALL, SMALL, { fit: 'contain', background: '#ffffff', kernel: 'lanczos3' })
    .removeAlpha()
    .raw()
    .toBuffer();
  if (pixels.length !== SMALL * SMALL * COLOURS) throw new Error(`it has ${pixels.length} numbers`);
  return new Uint8Array(pixels);
}

export type PicturesResult =
  | { ok: true; pictures: Picture[] }
  | { ok: false; code: 'item_unreadable'; message: string };

/** Decodes all items: one picture of a still, evenly spaced frames of a moving work. */
export async function picturesOf(items: readonly TrainItem[]): Promise<PicturesResult> {
  const most = Math.max(1, Math.min(MOST_FRAMES, Math.floor(MOST_PICTURES / items.length)));
  const pictures: Picture[] = [];
  for (const [i, item] of items.entries()) {
    try {
      const { pages = 1 } = await sharp(item.bytes, { limitInputPixels: MOST_PIXELS }).metadata();
      const all = Math.min(pages, item.frames ?? 1);
      const count = Math.min(all, most);
      for (let k = 0; k < count; k++) {
        pictures.push({ item: i, rgb: await square(item, Math.floor((k * all) / count)) });
      }
    } catch (error) {
      const why = (error as Error).message.slice(0, 200);
      const message = `work ${i + 1} cannot be read as a picture (${why}). Leave it out, or bring it again as PNG.`;
      return { ok: false, code: 'item_unreadable', message };
    }
  }
  return { ok: true, pictures };
}

/** A caption as rows of the vocabulary, clause by clause. */
export type Caption = readonly (readonly number[])[];

/**
 * Captions of items, without the style word, and the words among them that the vocabulary lacks.
 *
 * @param index row of each word
 */
export function captionsOf(
  items: readonly Pick<TrainItem, 'caption'>[],
  index: ReadonlyMap<string, number>,
  styleWord: string,
): { captions: Caption[]; unknownWords: string[] } {
  const unknown = new Set<string>();
  const captions = items.map(({ caption }) =>
    clausesOf(caption).map((clause) =>
      clause.flatMap((word) => {
        if (word === styleWord) return [];
        const row = index.get(word);
        if (row === undefined) unknown.add(word);
        return row ?? [];
      }),
    ),
  );
  return { captions, unknownWords: [...unknown] };
}

/** Latents of a picture under several cameras, with what the cameras say. */
export type Seen = {
  readonly item: number;
  /** views × sample. */
  readonly samples: Float32Array;
  readonly cameras: readonly (readonly number[])[];
};

const STRAIGHT: Camera = { centreX: 0, centreY: 0, zoom: 1, angle: 0, mirrored: false };

/**
 * Looks at each picture once as it is and some times with a camera near by; never mirrored, because a
 * drawn line has a hand. Same seed, same views.
 *
 * @param encode pictures [n, side, side, 3] in −1 … 1 to samples of the transformer
 */
export async function lookAt(
  pictures: readonly Picture[],
  config: ModelConfig,
  seed: number,
  encode: (pixels: Float32Array) => Promise<Float32Array>,
): Promise<Seen[]> {
  const random = new Random(seed);
  const side = pictureSize(config).width;
  const views = Math.max(2, Math.min(VIEWS, Math.floor(MOST_VIEWS / pictures.length)));
  const length = side * side * COLOURS;
  const seen: Seen[] = [];
  for (const { rgb, item } of pictures) {
    const pixels = new Float32Array(views * length);
    const cameras = Array.from({ length: views }, (_, k) => {
      const camera = k === 0 ? STRAIGHT : { ...randomCamera(random), mirrored: false };
      drawView(rgb, SMALL, camera, pixels.subarray(k * length, (k + 1) * length), side);
      return cameraWeights(k === 0 ? PLAIN_VIEW : viewOf(camera));
    });
    seen.push({ item, cameras, samples: await encode(pixels) });
  }
  return seen;
}

/** Shares of samples: seen straight on, without a caption. */
const STRAIGHT_ON = 0.5;
const UNCAPTIONED = 0.1;

/** Where a style's word stands in the vocabulary, and how many rows that has, the style's among them. */
export type StyleRow = { readonly styleRow: number; readonly width: number };

/**
 * Writes a caption's clauses as rows; one in ten is left empty. The style always has weight 1, so that it means
 * the same beside few words and beside many. It stands in any clause, or in one of its own: prompts are cut where
 * a colour follows a thing, so "mooncut red apple" says the style apart from the apple.
 */
export function captionRow(
  random: Random,
  clauses: Caption,
  { styleRow, width }: StyleRow,
  row: Float32Array,
): void {
  if (random.uniform() < UNCAPTIONED) return;
  for (const [k, clause] of clauses.entries())
    clauseRow(random, clause, row.subarray(k * width, (k + 1) * width));
  const own = random.below(Math.min(row.length / width, clauses.length + 1));
  row[own * width + styleRow] = 1;
}

export class MaterialFeed {
  /** Pictures of each item: a moving work counts as much as a still one. */
  readonly #items: readonly (readonly Seen[])[];
  readonly #captions: readonly Caption[];
  readonly #length: number;
  readonly #clauses: number;
  readonly #style: StyleRow;

  constructor(seen: readonly Seen[], captions: readonly Caption[], config: ModelConfig, style: StyleRow) {
    this.#items = captions.map((_, item) => seen.filter((one) => one.item === item));
    this.#captions = captions;
    this.#length = sampleLength(config);
    this.#clauses = config.clauses;
    this.#style = style;
  }

  /** Fills samples [batch, …] and caption rows [batch, clauses, width] of a step. */
  fill(random: Random, samples: Float32Array, words: Float32Array): void {
    const rowLength = this.#clauses * this.#style.width;
    words.fill(0);
    for (let i = 0; i * this.#length < samples.length; i++) {
      const item = random.below(this.#items.length);
      const pictures = this.#items[item] as readonly Seen[];
      const { cameras, samples: views } = pictures[random.below(pictures.length)] as Seen;
      const view = random.uniform() < STRAIGHT_ON ? 0 : random.below(cameras.length);
      samples.set(views.subarray(view * this.#length, (view + 1) * this.#length), i * this.#length);
      const row = words.subarray(i * rowLength, (i + 1) * rowLength);
      captionRow(random, this.#captions[item] as Caption, this.#style, row);
      row.set(cameras[view] as readonly number[]);
    }
  }
}
