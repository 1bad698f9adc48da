/** What one file may cost. Everything above is refused with a name; nothing above is ever begun. */
export const LIMITS = {
  /** bytes of a file */
  bytes: 5 * 1024 * 1024,
  /** width × height that a drawing may declare */
  drawingPixels: 100_000_000,
  /** width × height of a picture made of pixels: all of them are decoded */
  picturePixels: 50_000_000,
  /** milliseconds of processor time of one rendering; the renderer ends itself above */
  milliseconds: 10_000,
  /** milliseconds by the clock, for a renderer that hangs; it is killed then */
  patience: 60_000,
  /** resident bytes of one renderer; it ends itself above */
  memory: 1_200 * 1024 * 1024,
  /** longest side of what pages show, in pixels */
  shownSide: 512,
} as const;

/** Exit codes of a renderer that reached a limit. */
export const TOO_MUCH_MEMORY = 86;
export const TOO_MUCH_TIME = 87;
