/** What a machine sees in a picture at a glance: the basic colour terms (Berlin & Kay 1969) it is made of. */
export interface Glance {
  /** The one or two colours there is most of beside the ground, most first. */
  colours: string[];
  /** The colour all around; null where there is no one colour. */
  ground: string | null;
}

/** Hues in degrees, up to which a colour goes by the name. */
const hues: readonly (readonly [number, string])[] = [
  [15, 'red'],
  [42, 'orange'],
  [70, 'yellow'],
  [170, 'green'],
  [258, 'blue'],
  [300, 'purple'],
  [338, 'pink'],
  [361, 'red'],
];

/** The basic term for a colour, channels 0 … 255. */
export function colourName(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  const chroma = most - Math.min(red, green, blue);
  if (most < 48) return 'black';
  if (chroma < 16 + most / 12) return most > 220 ? 'white' : most < 84 ? 'black' : 'grey';
  const sixth =
    most === red
      ? ((green - blue) / chroma + 6) % 6
      : most === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4;
  const name = hues.find(([to]) => sixth * 60 < to)?.[1] ?? 'red';
  if ((name === 'orange' && most < 170) || (name === 'red' && most < 100)) return 'brown';
  return name === 'red' && most - chroma > 120 ? 'pink' : name;
}

/** A colour is told when so much of what is not ground has it. */
const told = 0.2;
/** The ground is one colour when so much of the border has it. */
const around = 0.75;

/**
 * Glances at a picture.
 * @param rgb bytes, row by row
 */
export function glanceAt(rgb: Uint8Array, width: number, height: number): Glance {
  const names = Array.from({ length: width * height }, (_, at) => {
    return colourName(rgb[3 * at] ?? 0, rgb[3 * at + 1] ?? 0, rgb[3 * at + 2] ?? 0);
  });
  const isBorder = (at: number) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  };
  const border = names.filter((_, at) => isBorder(at));
  const [first] = counted(border);
  const ground = first && first[1] >= around * border.length ? first[0] : null;
  const drawn = names.filter((name) => name !== ground);
  const colours = counted(drawn).filter(([, count]) => count >= told * drawn.length);
  return { colours: colours.slice(0, 2).map(([name]) => name), ground };
}

/** How often each name comes, most first; at a tie by name. */
function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
}
