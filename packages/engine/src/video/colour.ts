/** Pixels between the sampler and an encoder. */

/** Numbers −1 … 1 to bytes; anything beyond is cut off only here, at the screen. */
export function toBytes(numbers: Float32Array): Uint8Array {
  const out = new Uint8Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    const level = ((numbers[i] as number) + 1) * 127.5;
    out[i] = level <= 0 ? 0 : level >= 255 ? 255 : Math.round(level);
  }
  return out;
}

/** Enlarges one RGB picture by a whole factor, each pixel becoming a crisp square. */
export function enlarge(rgb: Uint8Array, width: number, height: number, scale: number): Uint8Array {
  const row = width * scale * 3;
  const out = new Uint8Array(row * height * scale);
  for (let y = 0; y < height; y++) {
    const start = y * scale * row;
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      for (let s = 0; s < scale; s++) out.set(rgb.subarray(from, from + 3), start + (x * scale + s) * 3);
    }
    for (let s = 1; s < scale; s++) out.copyWithin(start + s * row, start, start + row);
  }
  return out;
}

/** A picture as planar YUV 4:2:0: full-size luma, then two chroma planes of half the sides. */
export type Planar = {
  data: Uint8Array;
  layout: { offset: number; stride: number }[];
  width: number;
  height: number;
};

const cut = (n: number): number => (n < 0 ? 0 : Math.min(n, 255));

/**
 * RGB to BT.709 limited-range YUV 4:2:0 (ITU-R BT.709-6, items 3.2 and 3.5), enlarging on the way. With an
 * even factor every 2 × 2 chroma block lies inside one source pixel, so no colour bleeds.
 */
export function toPlanar(rgb: Uint8Array, width: number, height: number, scale: number): Planar {
  const w = evenUp(width * scale);
  const h = evenUp(height * scale);
  const data = new Uint8Array((w * h * 3) / 2);
  const quarter = (w / 2) * (h / 2);
  const source = (x: number, size: number): number => Math.min(size - 1, Math.floor(x / scale));
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = (source(y, height) * width + source(x, width)) * 3;
      const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
      data[y * w + x] = cut(Math.round(16 + 0.18259 * r + 0.61423 * g + 0.06201 * b));
      if ((x | y) & 1) continue;
      const c = w * h + (y / 2) * (w / 2) + x / 2;
      data[c] = cut(Math.round(128 - 0.10064 * r - 0.33857 * g + 0.43922 * b));
      data[c + quarter] = cut(Math.round(128 + 0.43922 * r - 0.39894 * g - 0.04027 * b));
    }
  }
  const layout = [
    { offset: 0, stride: w },
    { offset: w * h, stride: w / 2 },
    { offset: w * h + quarter, stride: w / 2 },
  ];
  return { data, layout, width: w, height: h };
}

const evenUp = (n: number): number => n + (n & 1);

/**
 * Square pictures of another side, bilinear: [n, from, from, 3] → [n, to, to, 3].
 */
export function resized(pictures: Float32Array, from: number, to: number): Float32Array {
  const count = pictures.length / (from * from * 3);
  const out = new Float32Array(count * to * to * 3);
  const at = (i: number): number => Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
  for (let n = 0; n < count; n++) {
    const base = n * from * from * 3;
    for (let y = 0; y < to; y++) {
      const [top, fy] = [Math.floor(at(y)), at(y) % 1];
      const bottom = Math.min(from - 1, top + 1);
      for (let x = 0; x < to; x++) {
        const [left, fx] = [Math.floor(at(x)), at(x) % 1];
        const right = Math.min(from - 1, left + 1);
        const pixel = (row: number, column: number, c: number): number =>
          pictures[base + (row * from + column) * 3 + c] as number;
        for (let c = 0; c < 3; c++) {
          const upper = (1 - fx) * pixel(top, left, c) + fx * pixel(top, right, c);
          const lower = (1 - fx) * pixel(bottom, left, c) + fx * pixel(bottom, right, c);
          out[((n * to + y) * to + x) * 3 + c] = (1 - fy) * upper + fy * lower;
        }
      }
    }
  }
  return out;
}
