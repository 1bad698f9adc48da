/** Sizes of old drawings. */

/** User units in a length's unit, at the 90 dots per inch that drawing programs of 2001 … 2016 meant. */
const UNITS: Readonly<Record<string, number>> = { in: 90, pt: 1.25, pc: 15, mm: 90 / 25.4, cm: 90 / 2.54 };

/**
 * The same drawing with its size in user units where it has one in inches, points or millimetres and no view
 * box. The renderer takes such a size at its own resolution and the shapes at another, so that shapes grow out
 * of the canvas or shrink into a corner of it.
 */
export function inUserUnits(svg: Buffer): Buffer {
  const source = svg.toString('latin1');
  const root = /<(?:\w+:)?svg\b[^>]*>/.exec(source);
  if (root === null || /\sviewBox\s*=/.test(root[0])) return svg;
  const sizes: number[] = [];
  const tag = root[0].replace(
    /(\s(?:width|height)\s*=\s*["'])\s*([\d.]+(?:e[+-]?\d+)?)\s*(in|pt|pc|mm|cm)\s*(["'])/g,
    (_, before: string, length: string, unit: string, after: string) => {
      const size = Number((Number(length) * (UNITS[unit] as number)).toFixed(3));
      sizes.push(size);
      return `${before}${size}${after}`;
    },
  );
  if (sizes.length !== 2) return svg;
  const end = root.index + root[0].length;
  return Buffer.from(source.slice(0, root.index) + tag + source.slice(end), 'latin1');
}
