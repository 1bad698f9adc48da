/** What one file may cost. Everything above is refused with a name; nothing above is ever begun. */
export const LIMITS = {
  /** bytes of a file of a collection */
  bytes: 5 * 1024 * 1024,
  /** bytes of a file that its maker brings */
  ownBytes: 20 * 1024 * 1024,
  /** width × height that a drawing may declare */
  drawingPixels: 100_000_000,
  /** width × height of a picture made of pixels: all of them are decoded */
  picturePixels: 50_000_000,
  /** width × height of one picture of a moving work: 4,096 × 2,160 and a little */
  framePixels: 9_000_000,
  /** pixels of a clip, all its pictures together: fifteen seconds of sixty of 1,920 × 1,080, and a little */
  clipPixels: 2_000_000_000,
  /** the same of a GIF or WebP that moves: each part of it is decoded from its beginning */
  animationPixels: 240_000_000,
  /** pixels of such a part */
  pixelsAtOnce: 40_000_000,
  /** shortest side of a picture made of pixels: below, there is nothing to learn from */
  leastSide: 16,
  /** pictures in a moving work: fifteen seconds of sixty */
  frames: 900,
  /** seconds of a clip */
  seconds: 15,
  /** milliseconds of processor time of one rendering; the renderer is ended above */
  milliseconds: 10_000,
  /** the same for what may move */
  movingMilliseconds: 40_000,
  /** milliseconds by the clock, for a renderer that hangs; it is killed then */
  patience: 180_000,
  /** the same for what may move */
  movingPatience: 420_000,
  /** resident bytes of one renderer; it is ended above */
  memory: 1_200 * 1024 * 1024,
  /** longest side of what pages show and machines are given, in pixels */
  shownSide: 512,
  /** longest side of a moving work on pages */
  movingSide: 320,
  /** pictures that are kept of a moving work, evenly spread */
  keptFrames: 48,
} as const;

/** Signals by which a renderer that reached a limit is ended; the kernel uses the first one too. */
export const TOO_MUCH_MEMORY = 'SIGKILL';
export const TOO_MUCH_TIME = 'SIGALRM';
