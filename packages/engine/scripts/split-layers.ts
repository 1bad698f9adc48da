/** Chooses which neighbouring parts of a drawing go into one layer, and puts layers together again. */

export type Plane = {
  /** side × side × 4 bytes, premultiplied. */
  readonly rgba: Uint8Array;
  readonly side: number;
  /** What it covers, in pixels: [left, top, right, bottom). */
  readonly box: readonly [number, number, number, number];
  /** Share of the pixels it covers, 0 … 1. */
  readonly covered: number;
};

const MOST_LAYERS = 4;
/** A layer covers at least this share of the frame, or it is no layer. */
const LEAST_COVERED = 0.012;
/** Worth less than this, a split moves things that belong together; the work stays whole. */
const LEAST_WORTH = 0.55;
/** Above this share of the frame a layer is a ground that others stand on. */
const GROUND = 0.55;

export function planeOf(rgba: Uint8Array, side: number): Plane {
  let [left, top, right, bottom, sum] = [side, side, 0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const alpha = rgba[(y * side + x) * 4 + 3] as number;
      sum += alpha;
      if (alpha < 32) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
    }
  }
  const box = right > left ? ([left, top, right, bottom] as const) : ([0, 0, 0, 0] as const);
  return { rgba, side, box, covered: sum / (255 * side * side) };
}

/** `above` laid over `below`, both premultiplied (Porter & Duff 1984). */
function over(below: Uint8Array, above: Uint8Array): Uint8Array {
  const out = new Uint8Array(below.length);
  for (let at = 0; at < out.length; at += 4) {
    const through = 255 - (above[at + 3] as number);
    for (let c = at; c < at + 4; c++)
      out[c] = Math.min(255, (above[c] as number) + Math.round(((below[c] as number) * through) / 255));
  }
  return out;
}

/** Mean absolute difference between layers laid on white and a picture (side × side × 3 bytes), 0 … 1. */
export function errorOnWhite(planes: readonly Plane[], picture: Uint8Array): number {
  const flat = planes.map(({ rgba }) => rgba).reduce(over);
  let sum = 0;
  for (let i = 0; i < picture.length; i++) {
    const at = Math.floor(i / 3) * 4;
    const shown = (flat[at + (i % 3)] as number) + 255 - (flat[at + 3] as number);
    sum += Math.abs(shown - (picture[i] as number));
  }
  return sum / (255 * picture.length);
}

/** The most transparent premultiplied RGBA that gives a picture (RGB bytes) again when laid on white. */
export function liftedFromWhite(picture: Uint8Array): Uint8Array {
  const out = new Uint8Array((picture.length / 3) * 4);
  for (let i = 0; i < out.length / 4; i++) {
    const rgb = picture.subarray(3 * i, 3 * i + 3);
    const white = Math.min(...rgb);
    for (let c = 0; c < 3; c++) out[4 * i + c] = (rgb[c] as number) - white;
    out[4 * i + 3] = 255 - white;
  }
  return out;
}

const areaOf = ([left, top, right, bottom]: Plane['box']): number => (right - left) * (bottom - top);

/** How far two layers stand apart: 1 side by side, 0 where the smaller lies wholly within the other's box. */
function apart(a: Plane, b: Plane): number {
  const width = Math.min(a.box[2], b.box[2]) - Math.max(a.box[0], b.box[0]);
  const height = Math.min(a.box[3], b.box[3]) - Math.max(a.box[1], b.box[1]);
  const shared = Math.max(0, width) * Math.max(0, height);
  const separate = 1 - shared / Math.max(1, Math.min(areaOf(a.box), areaOf(b.box)));
  // What stands on a ground can move on it, though it lies within its box.
  return a.covered > GROUND && b.covered < 0.6 * a.covered ? Math.max(separate, 0.6) : separate;
}

/** What a split is worth: layers apart, none tiny beside the others, cut between outer groups. */
function worthOf(planes: readonly Plane[], depths: readonly number[]): number {
  let separate = 0;
  let pairs = 0;
  for (const [i, a] of planes.entries()) {
    for (const b of planes.slice(i + 1)) {
      separate += apart(a, b);
      pairs++;
    }
  }
  const covered = planes.map((plane) => plane.covered);
  const mean = covered.reduce((sum, share) => sum + share, 0) / planes.length;
  const balance = Math.min(1, (2 * Math.min(...covered)) / mean);
  const depth = depths.reduce((sum, each) => sum + Math.min(3, each), 0) / depths.length;
  return separate / pairs + 0.4 * balance + 0.05 * planes.length - 0.05 * depth;
}

/** Every way to choose `count` of the numbers low … high − 1, in order. */
function* choices(low: number, high: number, count: number): Generator<number[]> {
  if (count === 0) yield [];
  else
    for (let first = low; first < high; first++)
      for (const rest of choices(first + 1, high, count - 1)) yield [first, ...rest];
}

/**
 * The layers of a drawing, 2 … {@link MOST_LAYERS} from back to front, or one where no split is worth having.
 *
 * @param parts consecutive parts; depth: how many groups deep the cut before it goes
 */
export function bestSplit(parts: readonly { plane: Plane; depth: number }[]): Plane[] {
  const seen = parts.filter(({ plane }) => plane.covered > 0.0005);
  const runs = new Map<number, Plane>();
  for (let from = 0; from < seen.length; from++) {
    let rgba = (seen[from] as (typeof seen)[0]).plane.rgba;
    for (let to = from; to < seen.length; to++) {
      const { plane } = seen[to] as (typeof seen)[0];
      if (to > from) rgba = over(rgba, plane.rgba);
      runs.set(from * 100 + to + 1, to > from ? planeOf(rgba, plane.side) : plane);
    }
  }
  const run = (from: number, to: number): Plane => runs.get(from * 100 + to) as Plane;
  let best: Plane[] = seen.length > 0 ? [run(0, seen.length)] : [];
  let most = LEAST_WORTH;
  for (let count = 2; count <= Math.min(MOST_LAYERS, seen.length); count++) {
    for (const cuts of choices(1, seen.length, count - 1)) {
      const planes = [0, ...cuts].map((from, i) => run(from, cuts[i] ?? seen.length));
      if (planes.some((plane) => plane.covered < LEAST_COVERED)) continue;
      const worth = worthOf(
        planes,
        cuts.map((cut) => (seen[cut] as (typeof seen)[0]).depth),
      );
      if (worth > most) [best, most] = [planes, worth];
    }
  }
  return best;
}
