/**
 * Layers of a drawing, moved each on its own and laid over one another on white. One bilinear sample a
 * pixel: the layers are smoothed once a clip instead, as much as {@link resample} smooths with its four.
 */

/** Layers of one drawing, back to front. */
export type Layers = {
  /** count × side × side × 4 bytes, premultiplied RGBA. */
  readonly rgba: Uint8Array;
  readonly side: number;
  readonly count: number;
};

/** x' = a·x + b·y + e, y' = c·x + d·y + f; lengths in fractions of the frame, (0, 0) its upper left corner. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Affine = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, a * t + b * u + e, c * t + d * u + f];
}

export function invert([a, b, c, d, e, f]: Affine): Affine {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (b * f - d * e) / det, (c * e - a * f) / det];
}

/** A layer ready to be drawn. */
export type Sheet = {
  /** (side + 2 · EDGE)² × 4: twice the premultiplied colour less alpha, then alpha; 0 … 1, so −1 … 1. */
  readonly texels: Float32Array;
  readonly side: number;
  /** What it covers, in fractions of the frame: left, top, right, bottom; all 0 where it is empty. */
  readonly box: readonly [number, number, number, number];
  /** Share of the frame it covers, 0 … 1. */
  readonly covered: number;
  /** Mean difference of its strongest from its weakest primary, 0 grey … 1 pure. */
  readonly chroma: number;
};

/** Empty texels around a layer, so that sampling needs no look at the border. */
const EDGE = 3;

/**
 * Reads layer `index`.
 *
 * @param mirrored whether left and right change places
 * @param blur share of each neighbour's weight in the smoothing, 0 … 0.25, once a direction
 */
export function readSheet(layers: Layers, index: number, mirrored: boolean, blur: number): Sheet {
  const { side, rgba } = layers;
  const width = side + 2 * EDGE;
  const texels = new Float32Array(width * width * 4);
  let [left, top, right, bottom, sum, chroma] = [side, side, 0, 0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((index * side + y) * side + (mirrored ? side - 1 - x : x)) * 4;
      const alpha = rgba[from + 3] as number;
      if (alpha === 0) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
      const [r, g, b] = [rgba[from] as number, rgba[from + 1] as number, rgba[from + 2] as number];
      const to = ((y + EDGE) * width + x + EDGE) * 4;
      texels[to] = (2 * r - alpha) / 255;
      texels[to + 1] = (2 * g - alpha) / 255;
      texels[to + 2] = (2 * b - alpha) / 255;
      texels[to + 3] = alpha / 255;
      sum += alpha;
      chroma += Math.max(r, g, b) - Math.min(r, g, b);
    }
  }
  if (right <= left) return { texels, side, box: [0, 0, 0, 0], covered: 0, chroma: 0 };
  const rows: [number, number] = [top + EDGE - 1, bottom + EDGE + 1];
  const columns: [number, number] = [left + EDGE - 1, right + EDGE + 1];
  smooth(texels, width, rows, columns, blur);
  return {
    texels,
    side,
    box: [left / side, top / side, right / side, bottom / side],
    covered: sum / (255 * side * side),
    chroma: chroma / sum,
  };
}

/** Smooths in place by (blur, 1 − 2 · blur, blur) along rows, then along columns. */
function smooth(
  texels: Float32Array,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  blur: number,
): void {
  const keep = 1 - 2 * blur;
  const pass = (first: number, step: number, length: number): void => {
    let [p0, p1, p2, p3] = [0, 0, 0, 0];
    for (let i = 0, at = first; i < length; i++, at += step) {
      const after = at + step;
      const c0 = texels[at] as number;
      const c1 = texels[at + 1] as number;
      const c2 = texels[at + 2] as number;
      const c3 = texels[at + 3] as number;
      texels[at] = keep * c0 + blur * (p0 + (texels[after] as number));
      texels[at + 1] = keep * c1 + blur * (p1 + (texels[after + 1] as number));
      texels[at + 2] = keep * c2 + blur * (p2 + (texels[after + 2] as number));
      texels[at + 3] = keep * c3 + blur * (p3 + (texels[after + 3] as number));
      [p0, p1, p2, p3] = [c0, c1, c2, c3];
    }
  };
  for (let y = top; y < bottom; y++) pass((y * width + left) * 4, 4, right - left);
  for (let x = left; x < right; x++) pass((top * width + x) * 4, width * 4, bottom - top);
}

/** The part of 0 … count − 1 in which low ≤ start + step · i ≤ high, as [first, end). */
function span(start: number, step: number, low: number, high: number, count: number): [number, number] {
  if (Math.abs(step) < 1e-9) return start >= low && start <= high ? [0, count] : [0, 0];
  const [a, b] = [(low - start) / step, (high - start) / step];
  return [Math.max(0, Math.ceil(Math.min(a, b))), Math.min(count, Math.floor(Math.max(a, b)) + 1)];
}

/**
 * Lays a sheet over the picture at `out[offset]` (side × side × 3, −1 … 1).
 *
 * @param seen from the picture's frame to the sheet's
 * @param hue radians by which its colours turn about grey
 */
export function layOver(
  sheet: Sheet,
  seen: Affine,
  hue: number,
  out: Float32Array,
  offset: number,
  side: number,
): void {
  if (sheet.covered === 0) return;
  const source = sheet.side;
  const [a, b, c, d, e, f] = seen;
  const [left, top, right, bottom] = sheet.box;
  // Steps and start in texels; a pixel's middle lies half a pixel from its corner.
  const step = source / side;
  const [ax, bx, ay, by] = [a * step, b * step, c * step, d * step];
  const startX = 0.5 * (ax + bx) + e * source + EDGE - 0.5;
  const startY = 0.5 * (ay + by) + f * source + EDGE - 0.5;
  const lowX = left * source + EDGE - 2;
  const highX = right * source + EDGE + 1;
  const lowY = top * source + EDGE - 2;
  const highY = bottom * source + EDGE + 1;
  const turn = hue === 0 ? undefined : hueTurn(hue);
  for (let y = 0; y < side; y++) {
    const [fromX, toX] = span(startX + bx * y, ax, lowX, highX, side);
    const [fromY, toY] = span(startY + by * y, ay, lowY, highY, side);
    const first = Math.max(fromX, fromY);
    const end = Math.min(toX, toY);
    if (first >= end) continue;
    const at = offset + (y * side + first) * 3;
    const sx = startX + bx * y + ax * first;
    const sy = startY + by * y + ay * first;
    layRow(sheet, sx, sy, ax, ay, end - first, turn, out, at);
  }
}

/** `count` pixels from `out[at]` on, sampled from (sx, sy) on in steps of (ax, ay) texels. */
function layRow(
  { texels, side }: Sheet,
  sx: number,
  sy: number,
  ax: number,
  ay: number,
  count: number,
  turn: HueTurn | undefined,
  out: Float32Array,
  at: number,
): void {
  const stride = (side + 2 * EDGE) * 4;
  for (let i = 0, to = at; i < count; i++, to += 3) {
    const x = sx + ax * i;
    const y = sy + ay * i;
    const x0 = x | 0;
    const y0 = y | 0;
    const p = y0 * stride + x0 * 4;
    const q = p + stride;
    const fx = x - x0;
    const fy = y - y0;
    const w11 = fx * fy;
    const w10 = fy - w11;
    const w01 = fx - w11;
    const w00 = 1 - fx - w10;
    const alpha =
      w00 * (texels[p + 3] as number) +
      w01 * (texels[p + 7] as number) +
      w10 * (texels[q + 3] as number) +
      w11 * (texels[q + 7] as number);
    if (alpha < 1e-4) continue;
    const through = 1 - alpha;
    let r =
      w00 * (texels[p] as number) +
      w01 * (texels[p + 4] as number) +
      w10 * (texels[q] as number) +
      w11 * (texels[q + 4] as number);
    let g =
      w00 * (texels[p + 1] as number) +
      w01 * (texels[p + 5] as number) +
      w10 * (texels[q + 1] as number) +
      w11 * (texels[q + 5] as number);
    let b =
      w00 * (texels[p + 2] as number) +
      w01 * (texels[p + 6] as number) +
      w10 * (texels[q + 2] as number) +
      w11 * (texels[q + 6] as number);
    if (turn !== undefined) {
      const r1 = turn.same * r + turn.next * g + turn.last * b;
      const g1 = turn.last * r + turn.same * g + turn.next * b;
      const b1 = turn.next * r + turn.last * g + turn.same * b;
      r = Math.max(-alpha, Math.min(alpha, r1));
      g = Math.max(-alpha, Math.min(alpha, g1));
      b = Math.max(-alpha, Math.min(alpha, b1));
    }
    out[to] = (out[to] as number) * through + r;
    out[to + 1] = (out[to + 1] as number) * through + g;
    out[to + 2] = (out[to + 2] as number) * through + b;
  }
}

type HueTurn = { readonly same: number; readonly next: number; readonly last: number };

/** The circulant matrix that turns colours about the grey axis; its rows add up to 1. */
function hueTurn(angle: number): HueTurn {
  const grey = (1 - Math.cos(angle)) / 3;
  const across = Math.sin(angle) / Math.sqrt(3);
  return { same: Math.cos(angle) + grey, next: grey - across, last: grey + across };
}
