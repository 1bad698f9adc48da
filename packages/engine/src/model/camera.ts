/**
 * The camera as conditioning. A model learns each picture together with how it was looked at, so at
 * sampling time moving the camera from frame to frame, on one and the same noise, moves the picture.
 * The four numbers stand in the vocabulary beside the words, under names no prompt can spell.
 */

/** Names of the camera's rows, which lead every vocabulary. */
export const CAMERA_ROWS = ['camera:lift', 'camera:zoom', 'camera:pan', 'camera:turn'] as const;

/** Where a camera looks, as seen on the screen: lengths in fractions of the frame, angle in radians. */
export type View = {
  /** Above 0 the camera rises, so the picture sinks. */
  readonly lift: number;
  /** Natural logarithm of the magnification. */
  readonly zoom: number;
  /** Above 0 the camera goes right. */
  readonly pan: number;
  readonly turn: number;
};

export const PLAIN_VIEW: View = { lift: 0, zoom: 0, pan: 0, turn: 0 };

/** A view as the weights of {@link CAMERA_ROWS}; about −1 … 1 over the range seen in training. */
export const cameraWeights = (view: View): [number, number, number, number] => [
  view.lift / 0.16,
  view.zoom / 0.35,
  view.pan / 0.16,
  view.turn / 0.55,
];

/** How a camera looks at a picture. Lengths are fractions of the frame, angles radians. */
export type Camera = {
  readonly centreX: number;
  readonly centreY: number;
  /** Above 1 is closer. */
  readonly zoom: number;
  readonly angle: number;
  readonly mirrored: boolean;
};

/** What a camera's view looks like on the screen; mirroring reverses left and right, and so the turn. */
export function viewOf(camera: Camera): View {
  const side = camera.mirrored ? -1 : 1;
  return {
    lift: -camera.centreY,
    zoom: Math.log(camera.zoom),
    pan: camera.centreX * side,
    turn: camera.angle * side,
  };
}

/** The camera that shows a view. */
export const cameraOf = ({ lift, zoom, pan, turn }: View): Camera => ({
  centreX: pan,
  centreY: -lift,
  zoom: Math.exp(zoom),
  angle: turn,
  mirrored: false,
});

/**
 * A square picture as a camera sees it, side × side × 3, in the picture's own units. Each pixel averages
 * two by two bilinear samples, which keeps a picture twice the size free of aliasing.
 *
 * @param picture source × source × 3 numbers
 * @param outside what stands beyond the picture's edge
 */
export function resample(
  picture: ArrayLike<number>,
  source: number,
  camera: Camera,
  out: Float32Array,
  side: number,
  outside: number,
): void {
  const cos = Math.cos(camera.angle) / camera.zoom;
  const sin = Math.sin(camera.angle) / camera.zoom;
  const flip = camera.mirrored ? -1 : 1;
  const sums = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      sums[0] = sums[1] = sums[2] = 0;
      for (let tap = 0; tap < 4; tap++) {
        const u = ((x + 0.25 + 0.5 * (tap & 1)) / side - 0.5) * flip;
        const v = (y + 0.25 + 0.5 * (tap >> 1)) / side - 0.5;
        const sx = (cos * u - sin * v + camera.centreX + 0.5) * source - 0.5;
        const sy = (sin * u + cos * v + camera.centreY + 0.5) * source - 0.5;
        addBilinear(picture, source, sx, sy, outside, sums);
      }
      for (let c = 0; c < 3; c++) out[(y * side + x) * 3 + c] = (sums[c] as number) / 4;
    }
  }
}

/** Adds one bilinear sample to `sums`. */
function addBilinear(
  picture: ArrayLike<number>,
  source: number,
  sx: number,
  sy: number,
  outside: number,
  sums: number[],
): void {
  const x0 = Math.floor(sx);
  const y0 = Math.floor(sy);
  const fx = sx - x0;
  const fy = sy - y0;
  for (let corner = 0; corner < 4; corner++) {
    const x = x0 + (corner & 1);
    const y = y0 + (corner >> 1);
    const share = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy);
    const inside = x >= 0 && y >= 0 && x < source && y < source;
    const at = (y * source + x) * 3;
    for (let c = 0; c < 3; c++) {
      sums[c] = (sums[c] as number) + share * (inside ? (picture[at + c] as number) : outside);
    }
  }
}
