/** Names of colours in a picture: the eleven basic colour terms (Berlin & Kay 1969) by hue, saturation and light. */
export const COLOUR_WORDS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'grey',
  'white',
] as const;
export type ColourWord = (typeof COLOUR_WORDS)[number];

export const isColourWord = (word: string): word is ColourWord =>
  (COLOUR_WORDS as readonly string[]).includes(word);

const HUES: readonly (readonly [below: number, name: ColourWord])[] = [
  [14, 'red'],
  [42, 'orange'],
  [70, 'yellow'],
  [170, 'green'],
  [258, 'blue'],
  [300, 'purple'],
  [335, 'pink'],
  [361, 'red'],
];

/** The basic term for one colour, channels 0 … 255. */
export function colourName(r: number, g: number, b: number): ColourWord {
  const high = Math.max(r, g, b);
  const low = Math.min(r, g, b);
  const chroma = high - low;
  if (high < 50) return 'black';
  if (chroma < 0.14 * high + 8) return high > 225 ? 'white' : high < 80 ? 'black' : 'grey';
  const hue = hueOf(r, g, b, high, chroma);
  const name = (HUES.find(([below]) => hue < below) as (typeof HUES)[number])[1];
  if ((name === 'orange' || name === 'red' || name === 'yellow') && high < (name === 'red' ? 90 : 165))
    return name === 'yellow' && chroma > 0.75 * high && high > 120 ? 'green' : 'brown';
  if (name === 'red' && low > 120) return 'pink';
  return name;
}

function hueOf(r: number, g: number, b: number, high: number, chroma: number): number {
  const sixth =
    high === r ? ((g - b) / chroma + 6) % 6 : high === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return sixth * 60;
}

/**
 * The one or two colours a picture shows most, commonest first, white ground left out. Outlines do not count:
 * black is named only where it covers half of what is drawn. A second colour needs a quarter of the rest.
 *
 * @param pixels RGB in −1 … 1, any number of pixels
 */
export function coloursIn(pixels: Float32Array): ColourWord[] {
  const counts = new Map<ColourWord, number>();
  let drawn = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const byte = (k: number): number => ((pixels[i + k] as number) + 1) * 127.5;
    const name = colourName(byte(0), byte(1), byte(2));
    if (name === 'white') continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    drawn++;
  }
  if (drawn < 0.02 * (pixels.length / 3)) return ['white'];
  if ((counts.get('black') ?? 0) < 0.5 * drawn) counts.delete('black');
  const order = new Map(COLOUR_WORDS.map((word, i) => [word, i]));
  const ranked = [...counts].sort(
    (a, b) => b[1] - a[1] || (order.get(a[0]) as number) - (order.get(b[0]) as number),
  );
  const total = ranked.reduce((sum, [, count]) => sum + count, 0);
  return ranked.filter(([, count], i) => i === 0 || (i === 1 && count >= 0.25 * total)).map(([word]) => word);
}
