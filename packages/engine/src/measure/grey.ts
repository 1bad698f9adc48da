/** Takes the colour out of pixels in place and keeps their light: luma of ITU-R BT.601. */
export function greyed(pixels: Float32Array): Float32Array {
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = [pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number];
    pixels.fill(0.299 * r + 0.587 * g + 0.114 * b, i, i + 3);
  }
  return pixels;
}
