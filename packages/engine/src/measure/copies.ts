/**
 * How many pictures copy a work: the nearest work is closer than a third of the second nearest (after Yoon et
 * al. 2023). Distances are between pictures blurred to 16 × 16, RGB, and the least over shifts of up to four
 * pixels each way and over mirroring, so that a copy moved a little is still one.
 */
import { matmul } from '../graph/operators.ts';
import { Batched } from './batched.ts';
import { CHANNELS, PICTURE, SIDE } from './network.ts';

/** Side of the blurred picture; one of its pixels stands for four. */
const SMALL = 16;
const LENGTH = SMALL * SMALL * CHANNELS;
const BLOCK = SIDE / SMALL;
const SHIFTS = [-1, 0, 1] as const;
const VARIANTS = 2 * SHIFTS.length * SHIFTS.length;
/** Pictures compared in one run. */
const BATCH = 8;
/** A copy is this much nearer than what comes next. */
const SHARE = 1 / 3;

export type Nearest = {
  /** Number of the nearest work. */
  readonly work: number;
  /** Root mean squared differences of channels to the nearest and second nearest work; 1 is black to white. */
  readonly distance: number;
  readonly second: number;
  readonly copy: boolean;
};

export type Copies = { readonly rate: number; readonly nearest: readonly Nearest[] };

/** Means of 4 × 4 pixels as ink: white is 0, black 1. */
function blurred(picture: Float32Array): Float32Array {
  const out = new Float32Array(LENGTH);
  for (let i = 0; i < PICTURE; i++) {
    const [c, x, y] = [i % CHANNELS, Math.floor(i / CHANNELS) % SIDE, Math.floor(i / (CHANNELS * SIDE))];
    const at = (Math.floor(y / BLOCK) * SMALL + Math.floor(x / BLOCK)) * CHANNELS + c;
    out[at] = (out[at] as number) + (1 - (picture[i] as number)) / 2 / BLOCK ** 2;
  }
  return out;
}

/** A blurred picture moved by whole pixels of its own, and perhaps mirrored; white comes in from beyond. */
function moved(ink: Float32Array, dx: number, dy: number, mirrored: boolean, out: Float32Array): void {
  out.fill(0);
  for (let y = 0; y < SMALL; y++) {
    for (let x = 0; x < SMALL; x++) {
      const [fromX, fromY] = [(mirrored ? SMALL - 1 - x : x) - dx, y - dy];
      if (fromX < 0 || fromY < 0 || fromX >= SMALL || fromY >= SMALL) continue;
      const from = (fromY * SMALL + fromX) * CHANNELS;
      out.set(ink.subarray(from, from + CHANNELS), (y * SMALL + x) * CHANNELS);
    }
  }
}

function variantsOf(picture: Float32Array, out: Float32Array): void {
  const ink = blurred(picture);
  let at = 0;
  for (const mirrored of [false, true]) {
    for (const dy of SHIFTS) {
      for (const dx of SHIFTS) {
        moved(ink, dx, dy, mirrored, out.subarray(at, at + LENGTH));
        at += LENGTH;
      }
    }
  }
}

const squareOf = (row: Float32Array): number => row.reduce((sum, n) => sum + n * n, 0);

/** The two nearest works of one picture, from the products of its variants with every work. */
function nearestOf(variants: Float32Array, products: Float32Array, squares: Float32Array): Nearest {
  const works = squares.length;
  const least = new Float32Array(works).fill(Number.POSITIVE_INFINITY);
  for (let v = 0; v < VARIANTS; v++) {
    const own = squareOf(variants.subarray(v * LENGTH, (v + 1) * LENGTH));
    for (let i = 0; i < works; i++) {
      const square = own + (squares[i] as number) - 2 * (products[v * works + i] as number);
      if (square < (least[i] as number)) least[i] = square;
    }
  }
  let [work, first, second] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [i, square] of least.entries()) {
    if (square < first) [work, first, second] = [i, square, first];
    else if (square < second) second = square;
  }
  const distance = (square: number): number => Math.sqrt(Math.max(0, square) / LENGTH);
  const [near, next] = [distance(first), distance(second)];
  return { work, distance: near, second: next, copy: near < SHARE * next };
}

/**
 * Compares pictures with the works a model was taught on. Throws where there are fewer than two works.
 *
 * @param pictures n × 64 × 64 × 3 numbers in −1 … 1
 * @param works likewise, as they were shown in training
 */
export async function copyRate(pictures: Float32Array, works: Float32Array): Promise<Copies> {
  const count = works.length / PICTURE;
  if (count < 2) throw new Error('a second nearest work needs two works');
  const inks = new Float32Array(count * LENGTH);
  for (let i = 0; i < count; i++)
    inks.set(blurred(works.subarray(i * PICTURE, (i + 1) * PICTURE)), i * LENGTH);
  const squares = Float32Array.from({ length: count }, (_, i) =>
    squareOf(inks.subarray(i * LENGTH, (i + 1) * LENGTH)),
  );
  const multiply = await Batched.create([BATCH * VARIANTS, LENGTH], (g, x) =>
    matmul(g, x, g.initializer('works', [count, LENGTH], inks), { transposeB: true }),
  );
  const nearest: Nearest[] = [];
  const total = pictures.length / PICTURE;
  for (let at = 0; at < total; at += BATCH) {
    const here = Math.min(BATCH, total - at);
    const variants = new Float32Array(here * VARIANTS * LENGTH);
    const stride = VARIANTS * LENGTH;
    for (let k = 0; k < here; k++) {
      const picture = pictures.subarray((at + k) * PICTURE, (at + k + 1) * PICTURE);
      variantsOf(picture, variants.subarray(k * stride, (k + 1) * stride));
    }
    const { numbers } = await multiply.run(variants);
    for (let k = 0; k < here; k++) {
      const products = numbers.subarray(k * VARIANTS * count, (k + 1) * VARIANTS * count);
      nearest.push(nearestOf(variants.subarray(k * stride, (k + 1) * stride), products, squares));
    }
  }
  await multiply.release();
  return { rate: nearest.filter(({ copy }) => copy).length / Math.max(1, total), nearest };
}
