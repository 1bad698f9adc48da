/** Which times of the flow get attention, in teaching and in drawing. */

/**
 * Shift towards the noise (Esser et al. 2024, section 5.3.2): what a picture shows is decided early, near the
 * noise, and a model that is taught for an hour should spend it there; what is left near the picture the
 * autoencoder bears.
 */
export const TIME_SHIFT = 2.5;

/** A time 0 … 1 moved towards 1, the ends at rest. */
export const shifted = (time: number): number => (TIME_SHIFT * time) / (1 + (TIME_SHIFT - 1) * time);

/** Times of an integration from `from` to 0: steps + 1 of them. */
export const timesOf = (from: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, i) => from * shifted(1 - i / steps));
