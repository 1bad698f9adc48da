/**
 * The camera as conditioning. A model learns each picture together with how it was looked at, so at
 * sampling time moving the camera from frame to frame, on one and the same noise, moves the picture.
 * The four numbers stand in the vocabulary beside the words, under names no prompt can spell.
 */

/** Names of the camera's rows. */
export const CAMERA_ROWS = ['camera:lift', 'camera:zoom', 'camera:pan', 'camera:turn'] as const;

/** Rows that say how parts of a picture move by themselves, and how their colours change; 0 is not at all. */
export const MOTION_ROWS = ['motion:parts', 'motion:colour'] as const;

/** Rows no prompt can spell, which lead every vocabulary. */
export const CONTROL_ROWS = [...CAMERA_ROWS, ...MOTION_ROWS] as const;

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
  const cos = (Math.cos(camera.angle) / camera.zoom) * source;
  const sin = (Math.sin(camera.angle) / camera.zoom) * source;
  const flip = camera.mirrored ? -1 : 1;
  const startX = (camera.centreX + 0.5) * source - 0.5;
  const startY = (camera.centreY + 0.5) * source - 0.5;
  const fine = 2 * side;
  out.fill(0, 0, side * side * 3);
  // Every pixel is the mean of its four quarters.
  for (let qy = 0; qy < fine; qy++) {
    const v = (qy + 0.5) / fine - 0.5;
    for (let qx = 0; qx < fine; qx++) {
      const u = ((qx + 0.5) / fine - 0.5) * flip;
      const to = ((qy >> 1) * side + (qx >> 1)) * 3;
      addBilinear(picture, source, cos * u - sin * v + startX, sin * u + cos * v + startY, outside, out, to);
    }
  }
}

/** Adds a quarter of one bilinear sample to three numbers of `out`. */
function addBilinear(
  picture: ArrayLike<number>,
  source: number,
  sx: number,
  sy: number,
  outside: number,
  out: Float32Array,
  to: number,
): void {
  const x0 = Math.floor(sx);
  const y0 = Math.floor(sy);
  const fx = sx - x0;
  const fy = sy - y0;
  const a = 0.25 * (1 - fx) * (1 - fy);
  const b = 0.25 * fx * (1 - fy);
  const c = 0.25 * (1 - fx) * fy;
  const d = 0.25 * fx * fy;
  const last = source - 1;
  const at = (y0 * source + x0) * 3;
  const below = at + source * 3;
  if (x0 >= 0 && y0 >= 0 && x0 < last && y0 < last) {
    for (let k = 0; k < 3; k++) {
      const upper = a * (picture[at + k] as number) + b * (picture[at + 3 + k] as number);
      const lower = c * (picture[below + k] as number) + d * (picture[below + 3 + k] as number);
      out[to + k] = (out[to + k] as number) + upper + lower;
    }
    return;
  }
  const pixel = (x: number, y: number, k: number): number =>
    x >= 0 && y >= 0 && x <= last && y <= last ? (picture[(y * source + x) * 3 + k] as number) : outside;
  for (let k = 0; k < 3; k++) {
    const upper = a * pixel(x0, y0, k) + b * pixel(x0 + 1, y0, k);
    const lower = c * pixel(x0, y0 + 1, k) + d * pixel(x0 + 1, y0 + 1, k);
    out[to + k] = (out[to + k] as number) + upper + lower;
  }
}
