/**
 * Takes an SVG apart where its maker put it together: parts that follow one another in drawing order, each
 * as a document of its own that draws only that part, with all definitions, gradients and transforms kept.
 * Works on the bytes read as Latin-1, so that every offset of the parser is an offset into the file.
 */
import { SaxesParser } from 'saxes';

type Element = {
  /** Without prefix. */
  readonly name: string;
  /** With its colon, or empty. */
  readonly prefix: string;
  readonly start: number;
  end: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  /** Drawable leaves at or below this element. */
  leaves: number;
};

/** A stretch of the drawing order: elements that are drawn together. */
export type Part = {
  readonly elements: readonly Element[];
  /** How many groups deep the cut before this part goes; 0 between children of the outermost group. */
  readonly depth: number;
};

export type Parts = { readonly source: string; readonly parts: readonly Part[] };

const SHAPES = new Set([
  'path',
  'rect',
  'circle',
  'ellipse',
  'line',
  'polyline',
  'polygon',
  'text',
  'image',
  'use',
]);
const GROUPS = new Set(['svg', 'g', 'a', 'switch']);
const MAX_ELEMENTS = 60_000;

/** Names declared in a document type, as drawing programs write them for their namespaces. */
function entitiesOf(doctype: string): Record<string, string> {
  const declared = doctype.matchAll(/<!ENTITY\s+([\w.-]+)\s+(?:"([^"&]{0,300})"|'([^'&]{0,300})')\s*>/g);
  return Object.fromEntries([...declared].map(([, name, double, single]) => [name, double ?? single ?? '']));
}

/** The tree of elements, or undefined where the file is not well-formed or too large. */
function parse(source: string): Element | undefined {
  const parser = new SaxesParser({ xmlns: false });
  const open: Element[] = [];
  let root: Element | undefined;
  let count = 0;
  parser.on('doctype', (doctype) => Object.assign(parser.ENTITIES, entitiesOf(doctype)));
  parser.on('opentag', ({ name, attributes }) => {
    if (++count > MAX_ELEMENTS) throw new Error('too many elements');
    const colon = name.indexOf(':') + 1;
    const start = source.lastIndexOf('<', parser.position - 1);
    const element: Element = {
      name: name.slice(colon),
      prefix: name.slice(0, colon),
      start,
      end: start,
      attributes,
      children: [],
      leaves: 0,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop() as Element;
    element.end = parser.position;
    if (SHAPES.has(element.name)) element.leaves = 1;
    else if (GROUPS.has(element.name))
      element.leaves = element.children.reduce((sum, child) => sum + child.leaves, 0);
  });
  try {
    parser.write(source).close();
  } catch {
    return undefined;
  }
  return root;
}

/** Whether a group is drawn as a whole, so that its children cannot be drawn apart. */
function isFused({ name, attributes }: Element): boolean {
  if (name === 'switch' || name === 'a') return true;
  const { opacity = '', filter = '', mask = '', style = '' } = attributes;
  const paint = `opacity:${opacity || 1};filter:${filter || 'none'};mask:${mask || 'none'};${style}`;
  return /(?:^|;)\s*(?:opacity\s*:\s*0?\.\d|opacity\s*:\s*0\s*(?:;|$)|(?:filter|mask)\s*:\s*url)/.test(paint);
}

const drawn = (element: Element): Element[] => element.children.filter((child) => child.leaves > 0);

/** Opens groups, the fullest first, until there are enough parts or nothing is left to open. */
function openGroups(root: Element, enough: number): Part[] {
  let top = root;
  for (let inner = drawn(top); inner.length === 1; inner = drawn(top)) {
    const only = inner[0] as Element;
    if (only.leaves < 2 || SHAPES.has(only.name)) break;
    top = only;
  }
  let parts: (Part & { level: number })[] = drawn(top).map((element) => ({
    elements: [element],
    depth: 0,
    level: 0,
  }));
  while (parts.length < enough) {
    const groups = parts.filter(
      ({ elements: [element] }) => element && element.leaves > 1 && !isFused(element),
    );
    if (groups.length === 0) break;
    const largest = groups.reduce((best, part) =>
      (part.elements[0] as Element).leaves > (best.elements[0] as Element).leaves ? part : best,
    );
    const opened = drawn(largest.elements[0] as Element).map((element, i) => ({
      elements: [element],
      // A group that holds but one more group is no level of its own.
      depth: i === 0 ? largest.depth : largest.level + 1,
      level: largest.level + 1,
    }));
    parts = parts.flatMap((part) => (part === largest ? opened : [part]));
  }
  return parts;
}

const bytesOf = (part: Part): number =>
  part.elements.reduce((sum, { start, end }) => sum + end - start, 0) + 200 * part.elements.length;

/** Joins neighbours, the shortest and deepest first, until at most `most` parts are left. */
function joinSmall(parts: readonly Part[], most: number): Part[] {
  const joined = parts.map((part) => ({ ...part, elements: [...part.elements], bytes: bytesOf(part) }));
  while (joined.length > most) {
    let best = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < joined.length; i++) {
      const [a, b] = [joined[i - 1], joined[i]] as [(typeof joined)[0], (typeof joined)[0]];
      const cost = (a.bytes + b.bytes) / (1 + b.depth);
      if (cost < least) [best, least] = [i, cost];
    }
    const [gone] = joined.splice(best, 1) as [(typeof joined)[0]];
    const kept = joined[best - 1] as (typeof joined)[0];
    kept.elements.push(...gone.elements);
    kept.bytes += gone.bytes;
  }
  return joined;
}

/** At most `most` parts of an SVG in drawing order; one part or none where it cannot be taken apart. */
export function partsOf(svg: Uint8Array, most: number): Parts {
  const source = Buffer.from(svg.buffer, svg.byteOffset, svg.byteLength).toString('latin1');
  const root = parse(source);
  if (root?.name !== 'svg') return { source, parts: [] };
  const parts = openGroups(root, most);
  return { source, parts: parts.length > 4000 ? [] : joinSmall(parts, most) };
}

/**
 * The document that draws one part. Elements of other parts are left out, or only hidden where something
 * refers to them or to what they hold.
 */
export function documentOf({ source, parts }: Parts, shown: Part, referred: ReadonlySet<string>): Buffer {
  const pieces: string[] = [];
  let at = 0;
  for (const part of parts) {
    if (part === shown) continue;
    for (const { start, end, prefix } of part.elements) {
      pieces.push(source.slice(at, start));
      const text = source.slice(start, end);
      const ids = [...text.matchAll(/\sid\s*=\s*["']([^"']*)["']/g)].map((match) => match[1] as string);
      if (ids.some((id) => referred.has(id)))
        pieces.push(`<${prefix}g style="display:none">`, text, `</${prefix}g>`);
      at = end;
    }
  }
  pieces.push(source.slice(at));
  return Buffer.from(pieces.join(''), 'latin1');
}

/** Every id that something in the document refers to. */
export const referencesOf = (source: string): ReadonlySet<string> =>
  new Set([...source.matchAll(/#([^"'()\s<>]+)/g)].map((match) => match[1] as string));
