/** Sizes of a diffusion transformer over space-time patches (Peebles & Xie 2023). */
export type ModelConfig = {
  /** Pictures in a sample: 1 for stills, more for clips. */
  readonly frames: number;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  /** Size of one token in frames, rows and columns. */
  readonly patch: readonly [number, number, number];
  /** Width of a token's vector. */
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  /** Number of words in the vocabulary. */
  readonly words: number;
  /** Width of the hidden layer between the conditioning vector and each block's own modulation. */
  readonly bottleneck: number;
};

export const CHANNELS = 3;
/** Sinusoidal features of time (half sines, half cosines). */
export const TIME_FEATURES = 128;

/** Tokens along time, rows and columns. Throws when a patch does not divide the sample. */
export function gridOf(config: ModelConfig): [number, number, number] {
  const sizes = [config.frames, config.height, config.width];
  return sizes.map((size, i) => {
    const step = config.patch[i] as number;
    if (size % step !== 0) throw new Error(`patch ${step} does not divide ${size}`);
    return size / step;
  }) as [number, number, number];
}

export const tokensOf = (config: ModelConfig): number => gridOf(config).reduce((a, b) => a * b, 1);

/** Numbers in one patch. */
export const patchLength = (config: ModelConfig): number =>
  config.patch[0] * config.patch[1] * config.patch[2] * CHANNELS;

/** Numbers in one sample, laid out frame, row, column, channel. */
export const sampleLength = (config: ModelConfig): number =>
  config.frames * config.height * config.width * CHANNELS;
