/**
 * Clips to learn motion from, made by moving the layers of a drawing: the camera moves as the words of
 * motion say, and parts drift, swing, bounce, grow, spin or change colour.
 */
import { cameraOf, type View, viewOf } from '../model/camera.ts';
import type { Random } from '../random.ts';
import { CAMERA_WORDS, type CameraWord, views } from '../sample/motion.ts';
import {
  type Affine,
  compose,
  IDENTITY,
  invert,
  type Layers,
  layOver,
  readSheet,
  type Sheet,
} from './layers.ts';
import { randomCamera } from './views.ts';

export type ClipShape = { readonly frames: number; readonly side: number };

/** What a training clip shows, as conditioning. */
export type ClipMotion = {
  /** The camera of each frame. */
  readonly views: View[];
  /** How much parts move on their own: 0 not at all … 1 wildly. */
  readonly motion: number;
  /** How much colours change: 0 not at all … 1 through the whole circle. */
  readonly recolour: number;
};

/** Shares of clips that stand still and of clips in which only the camera moves. */
const STILL = 0.15;
const CAMERA_ONLY = 0.25;
const LOOPS = 0.5;
/** Share of clips with moving parts in which all colours change together. */
const TINTED = 0.15;

/** How one layer moves: every motion swings with the sine of the layer's phase. */
type Part = {
  /** Where the layer turns and grows about, in fractions of the frame. */
  pivot: readonly [number, number];
  drift: readonly [number, number];
  /** Radians either way. */
  swing: number;
  /** Height of a bounce, in fractions of the frame. */
  bounce: number;
  /** Natural logarithm of the growth. */
  grow: number;
  /** Whole turns a phase. */
  spin: number;
  /** Radians of hue either way. */
  hue: number;
  /** Whole circles of hue a phase. */
  hueTurns: number;
  /** Radians, a frame each. */
  phase: Float64Array;
  huePhase: Float64Array;
  /** Layer that carries this one, or −1. */
  parent: number;
};

type Draw = { readonly random: Random; readonly frames: number; readonly isLoop: boolean };

/** A phase for each frame: round once or twice in a loop, else eased part of the way. */
function drawPhase({ random, frames, isLoop }: Draw): Float64Array {
  const start = random.between(0, 2 * Math.PI);
  const length = isLoop
    ? 2 * Math.PI * (random.uniform() < 0.75 ? 1 : 2)
    : Math.PI * random.between(0.5, 1.5) * (random.uniform() < 0.5 ? -1 : 1);
  return Float64Array.from({ length: frames }, (_, frame) => {
    if (isLoop) return start + (length * frame) / frames;
    const part = frame / Math.max(1, frames - 1);
    return start + length * part * part * (3 - 2 * part);
  });
}

/** The cameras of a clip's frames. */
function drawViews({ random, frames, isLoop }: Draw, base: View, isMoving: boolean): View[] {
  const reach = isMoving ? 0.5 : 1;
  const words: Partial<Record<CameraWord, number>> = {};
  const count = random.uniform() < 0.75 ? 1 : 2;
  const moving = CAMERA_WORDS.filter((word) => word !== 'still');
  for (let i = 0; i < count; i++) {
    const word = random.uniform() < 0.2 ? 'sway' : (moving[random.below(moving.length)] as CameraWord);
    words[word] = random.between(0.25, 1.1) * (random.uniform() < 0.5 ? -1 : 1);
  }
  // One swing a clip; a clip that does not come back shows a stretch of a slower one.
  const slow = isLoop ? 1 : 2 + random.below(2);
  const start = random.uniform() < 0.5 ? 0 : random.below(frames * slow);
  const swing = isMoving ? views(words, frames * slow) : views({ still: 1 }, frames);
  return Array.from({ length: frames }, (_, frame) => {
    const by = swing[(start + frame) % swing.length] as View;
    return {
      lift: reach * base.lift + by.lift,
      zoom: reach * base.zoom + by.zoom,
      pan: reach * base.pan + by.pan,
      turn: reach * base.turn + by.turn,
    };
  });
}

const areaOf = ({ box: [left, top, right, bottom] }: Sheet): number => (right - left) * (bottom - top);

/** A layer that others stand on; moved, it would bare the frame. */
const isGround = (sheet: Sheet): boolean => areaOf(sheet) > 0.7 && sheet.covered > 0.5;

/** The smallest larger layer in whose box most of this one lies, or −1. */
function carrierOf(sheets: readonly Sheet[], index: number): number {
  const inner = sheets[index] as Sheet;
  const [left, top, right, bottom] = inner.box;
  let best = -1;
  for (const [i, outer] of sheets.entries()) {
    if (i === index || areaOf(outer) <= areaOf(inner) * 1.2) continue;
    const width = Math.min(right, outer.box[2]) - Math.max(left, outer.box[0]);
    const height = Math.min(bottom, outer.box[3]) - Math.max(top, outer.box[1]);
    if (width <= 0 || height <= 0 || width * height < 0.75 * areaOf(inner)) continue;
    if (best < 0 || areaOf(outer) < areaOf(sheets[best] as Sheet)) best = i;
  }
  return best;
}

/** Where a layer hangs on another: the point of its box next to the other's middle, else its foot. */
function jointOf(sheet: Sheet, other: Sheet | undefined): readonly [number, number] {
  const [left, top, right, bottom] = sheet.box;
  if (other !== undefined && other !== sheet) {
    const x = (other.box[0] + other.box[2]) / 2;
    const y = (other.box[1] + other.box[3]) / 2;
    const inside = x > left && x < right && y > top && y < bottom;
    if (!inside) return [Math.min(right, Math.max(left, x)), Math.min(bottom, Math.max(top, y))];
  }
  return [(left + right) / 2, bottom];
}

type Kind = 'drift' | 'swing' | 'bounce' | 'grow' | 'spin' | 'hue';

/** Kinds of motion, each with the share of layers up to and with it. */
const KINDS: readonly (readonly [Kind, number])[] = [
  ['swing', 0.33],
  ['drift', 0.55],
  ['bounce', 0.68],
  ['grow', 0.8],
  ['hue', 0.92],
  ['spin', 1],
];

function drawKind(random: Random): Kind {
  const at = random.uniform();
  return KINDS.find(([, upTo]) => at < upTo)?.[0] ?? 'swing';
}

/** Changes a layer's colours: round the whole circle, or there and back. `which` is −1 … 1. */
function addHue(part: Part, which: number, liveliness: number): void {
  if (Math.abs(which) < 0.4) part.hueTurns = Math.sign(which);
  else part.hue = Math.sign(which) * Math.PI * (0.2 + 0.8 * liveliness);
}

/** Gives a layer one motion of its own. */
function addMotion(draw: Draw, part: Part, sheet: Sheet, anchor: Sheet, liveliness: number): void {
  const { random, isLoop } = draw;
  const [left, top, right, bottom] = sheet.box;
  const sign = random.uniform() < 0.5 ? -1 : 1;
  const isRound = Math.abs(Math.log((right - left) / (bottom - top))) < 0.25;
  const kind = isGround(sheet) ? 'hue' : drawKind(random);
  const isJointed = random.uniform() < 0.65;
  part.pivot = isJointed ? jointOf(sheet, anchor) : [(left + right) / 2, (top + bottom) / 2];
  if (kind === 'drift') {
    const angle = random.between(0, 2 * Math.PI);
    const far = 0.02 + 0.1 * liveliness;
    part.drift = [far * Math.cos(angle), far * Math.sin(angle)];
  } else if (kind === 'bounce') part.bounce = 0.03 + 0.15 * liveliness;
  else if (kind === 'grow') part.grow = sign * (0.06 + 0.3 * liveliness);
  else if (kind === 'spin' && isRound && sheet !== anchor) {
    part.pivot = [(left + right) / 2, (top + bottom) / 2];
    part.spin = sign * (isLoop ? 1 : 0.5 + liveliness);
  } else if (kind === 'hue') addHue(part, random.between(-1, 1), liveliness);
  else part.swing = sign * (0.08 + 0.5 * liveliness);
}

/** How every layer moves. At least one does, unless the whole stands still. */
function drawParts(draw: Draw, sheets: readonly Sheet[], isMoving: boolean): Part[] {
  const { random } = draw;
  const liveliness = random.uniform() ** 1.5;
  const isTogether = random.uniform() < 0.35;
  const shared = drawPhase(draw);
  const isTinted = random.uniform() < TINTED;
  const tint = random.between(-1, 1);
  const anchor = sheets.reduce((best, sheet) => (sheet.covered > best.covered ? sheet : best));
  const sure = random.below(Math.max(1, sheets.length - 1));
  let other = -1;
  return sheets.map((sheet, index) => {
    const phase = isTogether ? shared : drawPhase(draw);
    const part: Part = {
      pivot: [0.5, 0.5],
      drift: [0, 0],
      swing: 0,
      bounce: 0,
      grow: 0,
      spin: 0,
      hue: 0,
      hueTurns: 0,
      phase,
      huePhase: isTinted ? shared : phase,
      parent: random.uniform() < 0.8 ? carrierOf(sheets, index) : -1,
    };
    if (sheet !== anchor) other++;
    const isSure = sheets.length === 1 || (sheet !== anchor && other === sure);
    const moves = isSure || random.uniform() < (sheet === anchor ? 0.3 : 0.65);
    if (!isMoving || sheet.covered === 0) return part;
    if (isTinted) addHue(part, tint, liveliness);
    if (!moves) return part;
    addMotion(draw, part, sheet, anchor, liveliness);
    if (random.uniform() < 0.2) addMotion(draw, part, sheet, anchor, 0.6 * liveliness);
    return part;
  });
}

/** From a layer's place at rest to its place in a frame, carried by nobody. */
function ownPlace(part: Part, frame: number): Affine {
  const phase = part.phase[frame] as number;
  const sine = Math.sin(phase);
  const hop = Math.abs(sine);
  const size = Math.exp(part.grow * sine);
  // A bouncing thing is flat where it lands and long where it flies.
  const squash = part.bounce * (hop - 0.6) * 1.2;
  const angle = part.swing * sine + part.spin * phase;
  const [sx, sy] = [size * (1 - squash), size * (1 + squash)];
  const [a, b] = [Math.cos(angle) * sx, -Math.sin(angle) * sy];
  const [c, d] = [Math.sin(angle) * sx, Math.cos(angle) * sy];
  const [x, y] = part.pivot;
  const e = x - a * x - b * y + part.drift[0] * sine;
  const f = y - c * x - d * y + part.drift[1] * sine - part.bounce * hop;
  return [a, b, c, d, e, f];
}

/** Places of one layer in all frames, with those of the layers that carry it. */
function placesOf(parts: readonly Part[], index: number, frames: number): Affine[] {
  const chain: Part[] = [];
  for (let at = index; at >= 0 && chain.length <= parts.length; at = (parts[at] as Part).parent)
    chain.push(parts[at] as Part);
  return Array.from({ length: frames }, (_, frame) =>
    chain.reduce((place, part) => compose(ownPlace(part, frame), place), IDENTITY),
  );
}

const hueOf = ({ hue, hueTurns, huePhase }: Part, frame: number): number =>
  hue * Math.sin(huePhase[frame] as number) +
  hueTurns * ((huePhase[frame] as number) - (huePhase[0] as number));

/** From a frame's picture to the drawing at rest, both in fractions of the frame. */
function seenBy(view: View): Affine {
  const { centreX, centreY, zoom, angle } = cameraOf(view);
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  return [cos, -sin, sin, cos, 0.5 + centreX - 0.5 * (cos - sin), 0.5 + centreY - 0.5 * (sin + cos)];
}

/** Mean distance of the corners of a layer's box from where they are on average, in fractions of the frame. */
function travel({ box: [left, top, right, bottom] }: Sheet, places: readonly Affine[]): number {
  let sum = 0;
  for (const [x, y] of [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ] as const) {
    const xs = places.map(([a, b, , , e]) => a * x + b * y + e);
    const ys = places.map(([, , c, d, , f]) => c * x + d * y + f);
    const middleX = xs.reduce((total, each) => total + each, 0) / xs.length;
    const middleY = ys.reduce((total, each) => total + each, 0) / ys.length;
    for (const [i, each] of xs.entries()) sum += Math.hypot(each - middleX, (ys[i] as number) - middleY);
  }
  return sum / (4 * places.length);
}

/** How much the layers do, weighted by what they cover. */
function measure(sheets: readonly Sheet[], places: readonly Affine[][], parts: readonly Part[]) {
  let [moved, turned, weight, covered] = [0, 0, 1e-9, 1e-9];
  for (const [i, sheet] of sheets.entries()) {
    const part = parts[i] as Part;
    // A small part that moves catches the eye beyond its size.
    moved += Math.sqrt(sheet.covered) * travel(sheet, places[i] as Affine[]);
    weight += Math.sqrt(sheet.covered);
    // Red and cyan are furthest apart: half the circle, a difference of 1.
    const hues = Array.from(part.huePhase, (_, frame) => (1 - Math.cos(hueOf(part, frame))) / 2);
    const mean = hues.reduce((sum, hue) => sum + hue, 0) / hues.length;
    turned += sheet.covered * mean * Math.min(1, 2 * sheet.chroma);
    covered += sheet.covered;
  }
  const moves = moved / weight > 1e-9;
  return {
    motion: moves ? Math.min(1, Math.sqrt(moved / weight / 0.1)) : 0,
    recolour: Math.min(1, Math.sqrt((2 * turned) / covered)),
  };
}

/**
 * Draws a clip of moving layers into `out` (frames × side × side × 3, −1 … 1, on white). Of all clips 15 %
 * stand still and in 25 % only the camera moves; half of the others and of those come back to their start.
 */
export function drawClip(
  random: Random,
  layers: Layers,
  { frames, side }: ClipShape,
  out: Float32Array,
): ClipMotion {
  const kind = random.uniform();
  const draw: Draw = { random, frames, isLoop: random.uniform() < LOOPS };
  const camera = randomCamera(random);
  const hasParts = kind >= STILL + CAMERA_ONLY;
  const hasCamera = hasParts ? random.uniform() < 0.5 : kind >= STILL;
  const seen = drawViews(draw, viewOf(camera), hasCamera);
  const zoom = seen.reduce((sum, view) => sum + view.zoom, 0) / frames;
  // As much as taps a quarter of a pixel either side would: their variance halved.
  const blur = Math.min(0.2, 0.5 * ((0.25 * layers.side) / (side * Math.exp(zoom))) ** 2);
  const sheets = Array.from({ length: layers.count }, (_, i) => readSheet(layers, i, camera.mirrored, blur));
  const parts = drawParts(draw, sheets, hasParts);
  const places = sheets.map((_, i) => placesOf(parts, i, frames));
  out.fill(1);
  for (let frame = 0; frame < frames; frame++) {
    const view = seenBy(seen[frame] as View);
    for (const [i, sheet] of sheets.entries()) {
      const place = compose(invert((places[i] as Affine[])[frame] as Affine), view);
      layOver(sheet, place, hueOf(parts[i] as Part, frame), out, frame * side * side * 3, side);
    }
  }
  return { views: seen, ...measure(sheets, places, parts) };
}
