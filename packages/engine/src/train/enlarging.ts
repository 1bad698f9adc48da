/** Pairs for the upscaler: crops of large pictures, and what the sampler would have drawn of them. */
import type { Codec } from '../model/codec.ts';
import { COLOURS } from '../model/config.ts';
import { UPSCALE } from '../model/upscaler.ts';
import type { Random } from '../random.ts';
import { LARGE } from './set.ts';

/** Side of a crop before enlargement, pixels. */
export const CROP = 32;
const SIDE = LARGE / UPSCALE;
/** Share of crops that went through the autoencoder, as every drawn picture has. */
const CODED = 0.6;

export class EnlargingFeed {
  readonly #large: Uint8Array;
  readonly #among: readonly number[];
  readonly #codec: Codec;

  /**
   * @param large works × {@link LARGE} × {@link LARGE} × 3
   * @param among works that may be used
   */
  constructor(large: Uint8Array, among: readonly number[], codec: Codec) {
    this.#large = large;
    this.#among = among;
    this.#codec = codec;
  }

  /** Fills `low` [batch, CROP, CROP, 3] and `high` [batch, 4·CROP, 4·CROP, 3] in −1 … 1. */
  async fill(random: Random, low: Float32Array, high: Float32Array): Promise<void> {
    const batch = low.length / (CROP * CROP * COLOURS);
    const whole = new Float32Array(batch * SIDE * SIDE * COLOURS);
    const picked = Array.from(
      { length: batch },
      () => this.#among[random.below(this.#among.length)] as number,
    );
    for (const [i, work] of picked.entries()) {
      shrink(this.#picture(work), whole.subarray(i * SIDE * SIDE * COLOURS));
    }
    const coded = await this.#codec.decode(await this.#codec.encode(whole, SIDE), SIDE / 4);
    for (const [i, work] of picked.entries()) {
      const [x, y] = [random.below(SIDE - CROP + 1), random.below(SIDE - CROP + 1)];
      const from = random.uniform() < CODED ? coded : whole;
      crop(
        from.subarray(i * SIDE * SIDE * COLOURS),
        SIDE,
        x,
        y,
        low.subarray(i * CROP * CROP * COLOURS),
        CROP,
      );
      const side = CROP * UPSCALE;
      const out = high.subarray(i * side * side * COLOURS, (i + 1) * side * side * COLOURS);
      crop(this.#picture(work), LARGE, x * UPSCALE, y * UPSCALE, out, side);
      for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) / 127.5 - 1;
    }
  }

  #picture(work: number): Uint8Array {
    return this.#large.subarray(work * LARGE * LARGE * COLOURS, (work + 1) * LARGE * LARGE * COLOURS);
  }
}

/** Means of blocks of 4 × 4 bytes, as numbers −1 … 1. */
function shrink(picture: Uint8Array, out: Float32Array): void {
  const share = 1 / (UPSCALE * UPSCALE * 127.5);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      for (let c = 0; c < COLOURS; c++) {
        let sum = 0;
        for (let k = 0; k < UPSCALE * UPSCALE; k++) {
          const row = y * UPSCALE + (k >> 2);
          sum += picture[(row * LARGE + x * UPSCALE + (k & 3)) * COLOURS + c] as number;
        }
        out[(y * SIDE + x) * COLOURS + c] = sum * share - 1;
      }
    }
  }
}

/** A square piece of a square picture. */
function crop(
  picture: ArrayLike<number>,
  side: number,
  left: number,
  top: number,
  out: Float32Array,
  size: number,
): void {
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < size * COLOURS; i++) {
      out[y * size * COLOURS + i] = picture[((top + y) * side + left) * COLOURS + i] as number;
    }
  }
}
