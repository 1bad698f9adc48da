/** Sizes of the convolutional autoencoder that turns pixels into latents, four times smaller each way. */
export type AutoencoderConfig = {
  /** Channels of a latent. */
  readonly channels: number;
  /** Channels inside, at a quarter and at half of the picture's side. */
  readonly wide: number;
  readonly narrow: number;
};

/** Temporal attention between the frames of a clip (after AnimateDiff, Guo et al. 2023). */
export type TemporalConfig = {
  /** Frames of a clip. */
  readonly frames: number;
  /** Blocks that a temporal module follows. */
  readonly after: readonly number[];
};

/** Sizes of the network that enlarges finished pictures ×4 (residual blocks after Lim et al. 2017, EDSR). */
export type UpscalerConfig = {
  /** Channels inside. */
  readonly width: number;
  /** Residual blocks. */
  readonly blocks: number;
};

/** Sizes of a diffusion transformer over patches (Peebles & Xie 2023). */
export type ModelConfig = {
  /** Rows, columns and channels of what the transformer works on: latents where there is an autoencoder, else pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Side of one token in rows and columns. */
  readonly patch: number;
  /** Width of a token's vector. */
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  /** Number of words in the vocabulary. */
  readonly words: number;
  /** Number of clauses a caption may have. */
  readonly clauses: number;
  /** Width of the hidden layer between the conditioning vector and each block's own modulation. */
  readonly bottleneck: number;
  readonly autoencoder?: AutoencoderConfig;
  readonly temporal?: TemporalConfig;
  readonly upscaler?: UpscalerConfig;
};

/** Colours of a pixel. */
export const COLOURS = 3;
/** Pixels a latent stands for, each way. */
export const LATENT_SCALE = 4;
/** Sinusoidal features of time (half sines, half cosines). */
export const TIME_FEATURES = 128;

/** Tokens along rows and columns. Throws when a patch does not divide the sample. */
export function gridOf({ height, width, patch }: ModelConfig): [number, number] {
  if (height % patch !== 0 || width % patch !== 0) {
    throw new Error(`patch ${patch} does not divide ${height} × ${width}`);
  }
  return [height / patch, width / patch];
}

export function tokensOf(config: ModelConfig): number {
  const [rows, columns] = gridOf(config);
  return rows * columns;
}

/** Numbers in one patch. */
export const patchLength = ({ patch, channels }: ModelConfig): number => patch * patch * channels;

/** Numbers in one sample, laid out row, column, channel. */
export const sampleLength = ({ height, width, channels }: ModelConfig): number => height * width * channels;

/** Pixels of a finished picture. */
export function pictureSize({ height, width, autoencoder }: ModelConfig): { height: number; width: number } {
  const scale = autoencoder ? LATENT_SCALE : 1;
  return { height: height * scale, width: width * scale };
}
