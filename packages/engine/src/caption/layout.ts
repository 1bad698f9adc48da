/** How a drawing sits on its paper, in words, by rule. */

export const LAYOUT_WORDS = [
  'tall',
  'wide',
  'round',
  'square',
  'pair',
  'many',
  'outline',
  'pattern',
] as const;
export type LayoutWord = (typeof LAYOUT_WORDS)[number];

/** Channels darker than white by this much (of 2) are ink. */
const INK = 0.12;
/** A part counts from this share of the ink. */
const PART = 0.12;
const ELONGATED = 1.7;

type Mask = { readonly ink: Uint8Array; readonly side: number };

function maskOf(pixels: Float32Array, side: number): Mask {
  const ink = new Uint8Array(side * side);
  for (let i = 0; i < ink.length; i++) {
    const least = Math.min(pixels[3 * i] as number, pixels[3 * i + 1] as number, pixels[3 * i + 2] as number);
    ink[i] = least < 1 - INK ? 1 : 0;
  }
  return { ink, side };
}

/** Marks everything that paper around the drawing does not reach as drawn, so that outlines are full. */
function filled({ ink, side }: Mask): Mask {
  const open = new Uint8Array(ink.length);
  const queue: number[] = [];
  const reach = (x: number, y: number): void => {
    const at = y * side + x;
    if (x < 0 || y < 0 || x >= side || y >= side || open[at] || ink[at]) return;
    open[at] = 1;
    queue.push(at);
  };
  for (let k = 0; k < side; k++) {
    reach(k, 0);
    reach(k, side - 1);
    reach(0, k);
    reach(side - 1, k);
  }
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const [x, y] = [at % side, Math.floor(at / side)];
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const)
      reach(x + dx, y + dy);
  }
  return { ink: open.map((o) => (o ? 0 : 1)), side };
}

/** Sizes of the connected parts (eight neighbours), largest first. */
function partsOf({ ink, side }: Mask): number[] {
  const seen = new Uint8Array(ink.length);
  const sizes: number[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (!ink[start] || seen[start]) continue;
    const queue = [start];
    seen[start] = 1;
    let size = 0;
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      size += 1;
      const [x, y] = [at % side, Math.floor(at / side)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(side - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(side - 1, x + 1); nx++) {
          const next = ny * side + nx;
          if (!ink[next] || seen[next]) continue;
          seen[next] = 1;
          queue.push(next);
        }
      }
    }
    sizes.push(size);
  }
  return sizes.sort((a, b) => b - a);
}

type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

function boxOf({ ink, side }: Mask): Box | undefined {
  let [left, top, right, bottom] = [side, side, -1, -1];
  for (let at = 0; at < ink.length; at++) {
    if (!ink[at]) continue;
    const [x, y] = [at % side, Math.floor(at / side)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Share of the box's own ellipse that is drawn, and of what lies outside that ellipse. */
function ellipseShares(
  { ink, side }: Mask,
  { left, top, width, height }: Box,
): { inside: number; outside: number } {
  const counts = { inside: 0, outside: 0, drawnInside: 0, drawnOutside: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = ((x + 0.5) / width - 0.5) ** 2 + ((y + 0.5) / height - 0.5) ** 2;
      const drawn = ink[(top + y) * side + left + x] as number;
      if (distance <= 0.25) {
        counts.inside += 1;
        counts.drawnInside += drawn;
      } else {
        counts.outside += 1;
        counts.drawnOutside += drawn;
      }
    }
  }
  return {
    inside: counts.drawnInside / Math.max(1, counts.inside),
    outside: counts.drawnOutside / Math.max(1, counts.outside),
  };
}

/**
 * Words for the layout of a drawing on white paper: its shape (tall, wide, round, square), its parts (a pair,
 * or many), line drawing (outline), or a pattern that runs to every edge. Blank paper has none.
 *
 * @param pixels side × side × 3 numbers in −1 … 1
 */
export function layoutOf(pixels: Float32Array, side: number): LayoutWord[] {
  const mask = maskOf(pixels, side);
  const box = boxOf(mask);
  if (!box) return [];
  const whole = filled(mask);
  const ink = mask.ink.reduce((sum, n) => sum + n, 0);
  const area = whole.ink.reduce((sum, n) => sum + n, 0);
  if (ink >= 0.9 * side * side) return ['pattern'];
  const words: LayoutWord[] = [];
  const ratio = box.width / box.height;
  const { inside, outside } = ellipseShares(whole, box);
  if (ratio >= ELONGATED) words.push('wide');
  else if (ratio <= 1 / ELONGATED) words.push('tall');
  else if (Math.abs(Math.log(ratio)) < 0.2) {
    if (inside > 0.93 && outside < 0.25) words.push('round');
    else if (inside > 0.95 && outside > 0.8) words.push('square');
  }
  const parts = partsOf(whole).filter((size) => size >= PART * area);
  if (parts.length === 2) words.push('pair');
  else if (parts.length > 2) words.push('many');
  if (ink < 0.45 * area) words.push('outline');
  return words;
}
