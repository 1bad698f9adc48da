/**
 * The engine's source of chance: sfc32 (Chris Doty-Humphrey's PractRand, 128 bits of state), seeded by four
 * rounds of splitmix32 over the seed's low and high words. Same seed, same numbers, on every machine;
 * normals go through Math.log, cos and sin, so their last bits belong to the JavaScript engine.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 1;
  #spare: number | undefined;

  /** @param seed an integer, 0 … 2⁵³ − 1 */
  constructor(seed: number) {
    let mix = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1);
    const next = (): number => {
      mix = (mix + 0x9e3779b9) | 0;
      let z = mix ^ (mix >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return (z ^ (z >>> 15)) | 0;
    };
    [this.#a, this.#b, this.#c] = [next(), next(), next()];
    for (let i = 0; i < 12; i++) this.integer();
  }

  /** Everything that decides what comes next; {@link restore} puts it back. */
  state(): number[] {
    const words = [this.#a, this.#b, this.#c, this.#d];
    return this.#spare === undefined ? words : [...words, this.#spare];
  }

  restore([a = 0, b = 0, c = 0, d = 1, spare]: readonly number[]): void {
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
    this.#spare = spare;
  }

  /** A uniform 32-bit unsigned integer. */
  integer(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.integer() / 2 ** 32;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Standard normal (Box & Muller 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const kept = this.#spare;
      this.#spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log((this.integer() + 1) / 2 ** 32));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Fills an array with standard normals and returns it. */
  fillNormal(array: Float32Array): Float32Array {
    for (let i = 0; i < array.length; i++) array[i] = this.normal();
    return array;
  }
}
