/** What a training record says, found wherever its writer put it. */

type Json = unknown;
export interface Point {
  x: number;
  y: number;
}

/** One plain line of a record. */
export interface Fact {
  name: string;
  value: string;
}

const isObject = (value: Json): value is Record<string, Json> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function pointOf(value: Json): Point | null {
  if (
    Array.isArray(value) &&
    value.length >= 2 &&
    typeof value[0] === 'number' &&
    typeof value[1] === 'number'
  )
    return { x: value[0], y: value[1] };
  if (!isObject(value) || typeof value.loss !== 'number') return null;
  const x = value.images ?? value.step ?? value.steps ?? value.seen;
  return typeof x === 'number' ? { x, y: value.loss } : null;
}

/** The longest list of (images or steps, loss) anywhere in the record; empty when there is none. */
export function curve(record: Json): Point[] {
  if (Array.isArray(record)) {
    const points = record.map(pointOf);
    if (points.length >= 3 && points.every((point) => point !== null)) return points as Point[];
    return [];
  }
  if (!isObject(record)) return [];
  return Object.values(record)
    .map(curve)
    .reduce((best, next) => (next.length > best.length ? next : best), [] as Point[]);
}

/** One part of a training: its name, its loss, and what else its record says in plain words. */
export interface Part {
  name: string;
  points: Point[];
  facts: Fact[];
}

/** The parts of a training that went in parts, in their order; none where it went in one. */
export function parts(record: Json): Part[] {
  const list = isObject(record) && Array.isArray(record.parts) ? record.parts : [];
  return list.filter(isObject).map(({ part, ...rest }) => ({
    name: typeof part === 'string' ? part : 'a part',
    points: curve(rest),
    // What the columns of its curve are called is told by the curve.
    facts: facts(rest).filter(({ name }) => !name.endsWith(', columns')),
  }));
}

/** All plain facts of a record, flat: long lists left out, since the curve shows them. */
export function facts(record: Json, before = ''): Fact[] {
  if (!isObject(record)) return [];
  return Object.entries(record).flatMap(([key, value]) => {
    const name = `${before}${key
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replaceAll('_', ' ')
      .toLowerCase()}`;
    if (isObject(value)) return facts(value, `${name}, `);
    if (Array.isArray(value))
      return value.length > 8 || value.some((one) => typeof one === 'object')
        ? []
        : [{ name, value: value.join(value.every((one) => typeof one === 'number') ? ' × ' : ', ') }];
    if (value === null || value === undefined) return [];
    return [
      {
        name,
        value:
          typeof value === 'number'
            ? value.toLocaleString('en', { maximumSignificantDigits: 6 })
            : String(value),
      },
    ];
  });
}

/** A moving average in both directions, so that its turns stand where they happened. Window: a twelfth of the points. */
export function smoothed(points: readonly Point[]): Point[] {
  const half = Math.max(1, Math.round(points.length / 24));
  return points.map(({ x }, at) => {
    const near = points.slice(Math.max(0, at - half), at + half + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}

/** What the measures of a model mean, by the names their command gives them. */
const measured: Record<string, { words: string; part?: true }> = {
  'colour, kid over floor': {
    words: 'Colour: how far from works it never saw (1: as near as those are to each other)',
  },
  'structure, kid over floor': { words: 'Structure, in grey: the same distance' },
  'copy rate': { words: 'Samples that copy a work', part: true },
  'copy rate control': { words: 'Real works, never seen, that the same test calls copies', part: true },
  accuracy: { words: 'Samples that a classifier takes for what was asked', part: true },
  'accuracy real': { words: 'Real works that it takes for what they are', part: true },
};

const ofTheRun =
  /^(machine|runtime|provider|device|images seen|works|steps|batch|seed|wall seconds|seconds|energy.*|images per second|parameters)$/;

/**
 * The facts of a training record by what one looks for: the run (machine, time, energy), its measures in words, and
 * the rest.
 */
export function sorted(all: readonly Fact[]): { run: Fact[]; measures: Fact[]; rest: Fact[] } {
  const run: Fact[] = [];
  const measures: Fact[] = [];
  const rest: Fact[] = [];
  for (const fact of all) {
    const short = fact.name.replace(/^(measures, )?(quality, )?/, '');
    const known = measured[short];
    if (known) measures.push({ name: known.words, value: known.part ? percent(fact.value) : fact.value });
    else if (short !== fact.name) measures.push({ name: short, value: fact.value });
    else if (ofTheRun.test(fact.name)) run.push(fact);
    else rest.push(fact);
  }
  return { run, measures, rest };
}

/** "0.125" → "12.5 %"; what is no part of one stays as it is. */
function percent(value: string): string {
  const part = Number(value);
  return Number.isFinite(part) && part >= 0 && part <= 1 ? `${Number((100 * part).toFixed(2))} %` : value;
}
