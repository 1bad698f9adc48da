import sharp from 'sharp';

/** One decoded picture as FFmpeg's AVFrame has it: planes in one buffer, `stride` in bytes. */
export interface PlanarFrame {
  data: Uint8Array;
  layout: readonly { offset: number; stride: number }[];
  width: number;
  height: number;
}

/** How the planes are to be read: FFmpeg's AVPixFmtDescriptor, and the colour space that the file names. */
export interface PixelForm {
  /** bits of a sample, 8 to 16; above 8 a sample takes two bytes, little-endian */
  depth: number;
  /** how often chroma is halved across and down (0 or 1) */
  halvedAcross: number;
  halvedDown: number;
  isGrey: boolean;
  /** green, blue, red instead of luma and chroma */
  isRgb: boolean;
  matrix: 'bt601' | 'bt709' | 'bt2020';
  isFullRange: boolean;
}

/**
 * A planar picture at another size as RGBA bytes. Each plane is scaled on its own (chroma is small already), then
 * converted: no picture of full size is ever converted.
 */
export async function toRgba(
  frame: PlanarFrame,
  form: PixelForm,
  size: { width: number; height: number },
): Promise<Uint8Array> {
  const planes: Uint8Array[] = [];
  for (let index = 0; index < (form.isGrey ? 1 : 3); index++)
    planes.push(await scaled(planeOf(frame, form, index), size));
  const [first = new Uint8Array()] = planes;
  const { 1: second = first.map(() => 128), 2: third = first.map(() => 128) } = planes;
  return form.isRgb ? interleave(third, first, second) : fromLuma(first, second, third, form);
}

interface Plane {
  samples: Uint8Array;
  width: number;
  height: number;
}

/** One plane, tightly packed, 8 bits a sample. */
function planeOf(frame: PlanarFrame, form: PixelForm, index: number): Plane {
  const isChroma = index > 0 && !form.isRgb;
  const width = isChroma ? (frame.width + form.halvedAcross) >> form.halvedAcross : frame.width;
  const height = isChroma ? (frame.height + form.halvedDown) >> form.halvedDown : frame.height;
  const place = frame.layout[index];
  if (!place) throw new Error(`The picture has no plane ${index}.`);
  const samples = new Uint8Array(width * height);
  const wide = form.depth > 8;
  for (let y = 0; y < height; y++) {
    const from = place.offset + y * place.stride;
    if (!wide) samples.set(frame.data.subarray(from, from + width), y * width);
    else
      for (let x = 0; x < width; x++) {
        const low = frame.data[from + 2 * x] as number;
        const high = frame.data[from + 2 * x + 1] as number;
        samples[y * width + x] = ((high << 8) | low) >> (form.depth - 8);
      }
  }
  return { samples, width, height };
}

async function scaled(plane: Plane, size: { width: number; height: number }): Promise<Uint8Array> {
  const { samples, width, height } = plane;
  return sharp(samples, { raw: { width, height, channels: 1 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

function interleave(red: Uint8Array, green: Uint8Array, blue: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(red.length * 4).fill(255);
  for (let at = 0; at < red.length; at++) {
    rgba[4 * at] = red[at] as number;
    rgba[4 * at + 1] = green[at] as number;
    rgba[4 * at + 2] = blue[at] as number;
  }
  return rgba;
}

/** Weights of red and blue in luma: Rec. ITU-R BT.601, BT.709, BT.2020. */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

function fromLuma(
  luma: Uint8Array,
  blueChroma: Uint8Array,
  redChroma: Uint8Array,
  form: PixelForm,
): Uint8Array {
  const [kr, kb] = WEIGHTS[form.matrix];
  const kg = 1 - kr - kb;
  const offset = form.isFullRange ? 0 : 16;
  const gain = form.isFullRange ? 1 : 255 / 219;
  const spread = form.isFullRange ? 1 : 255 / 224;
  const rgba = new Uint8ClampedArray(luma.length * 4).fill(255);
  for (let at = 0; at < luma.length; at++) {
    const y = ((luma[at] as number) - offset) * gain;
    const cb = ((blueChroma[at] as number) - 128) * spread;
    const cr = ((redChroma[at] as number) - 128) * spread;
    rgba[4 * at] = y + 2 * (1 - kr) * cr;
    rgba[4 * at + 1] = y - (2 * kb * (1 - kb) * cb + 2 * kr * (1 - kr) * cr) / kg;
    rgba[4 * at + 2] = y + 2 * (1 - kb) * cb;
  }
  return new Uint8Array(rgba.buffer);
}
