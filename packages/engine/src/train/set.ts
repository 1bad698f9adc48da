/** Sides of the pictures in a prepared training set, in pixels: what is trained on, and what is upscaled to. */
export const SMALL = 96;
export const LARGE = 256;
