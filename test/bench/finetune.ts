import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Classifier,
  copyRate,
  drawPictures,
  type Engine,
  FEATURE_KINDS,
  type FeatureKind,
  type Kid,
  kid,
  knows,
  loadModel,
  openSampler,
  type PreparedSet,
  pictureAt,
  plainViews,
  planOf,
  pngOf,
  readSet,
  type Sampler,
  SMALL,
  startEngine,
  type TrainItem,
  wear,
} from '@uncaged/engine';
import { weights } from '../support/stage.ts';
import type { Bench } from './bench.ts';
import { preparedSet } from './training-set.ts';

const AUTHORS = 3;
const LEAST = 30;
/** Share of an author's works that is taught; the rest is what samples are held against. */
const TAUGHT = 0.7;
const STEPS = 24;
const STYLE = 'benchhand';

/**
 * Fine-tuning on three held-out authors, three seeds each: how much nearer samples come to works of theirs that were
 * not taught. `kid_drop` is the distance of the base's samples over that of the adapter's, same captions and noise,
 * the median over authors. Each seed draws another line between what is taught and what is held, because a few works
 * differ from a few others by chance; distances are means over seeds. The distance is unbiased and may be 0 or less:
 * one below what chance makes between two halves of the author's own works counts as that much, so that no ratio is
 * made of noise. `most` is the ratio that the taught works themselves would reach. UNCAGED_MODEL_DIR and UNCAGED_MODEL
 * choose the base, UNCAGED_TRAINING_SET the prepared set; UNCAGED_BENCH_SEEDS, UNCAGED_BENCH_PICTURES and UNCAGED_BENCH_STEPS how much is
 * done, in place of 3, 48 and what the engine chooses.
 * Goals: seconds at most 180, colour.kid_drop at least 3, structure.kid_drop at least 2, copy_rate at most 0.01,
 * switch_ms at most 5.
 */
export const bench: Bench = {
  async run() {
    const set = await readSet(await preparedSet());
    const modelDir = process.env.UNCAGED_MODEL_DIR ?? weights;
    const name = process.env.UNCAGED_MODEL;
    const model = await loadModel(modelDir, name);
    if (!model.ok) throw new Error(model.message);
    const opened = await Classifier.open();
    if (!opened.ok) throw new Error(opened.message);
    const folder = await mkdtemp(path.join(tmpdir(), 'uncaged-finetune-'));
    const sampler = await openSampler(model.model, { provider: 'cpu' });
    const engine = await startEngine({ modelDir, provider: 'cpu', ...(name ? { model: name } : {}) });
    const tools = { set, sampler, engine, folder, classifier: opened.classifier };
    const seeds = Array.from({ length: Number(process.env.UNCAGED_BENCH_SEEDS ?? 3) }, (_, i) => i + 1);
    const rows: Row[] = [];
    const paths: string[] = [];
    try {
      for (const author of chosenAuthors(set)) {
        const { row, adapters } = await measured(tools, author, seeds);
        console.error(JSON.stringify(row));
        rows.push(row);
        paths.push(...adapters);
      }
      return {
        ratios: rows.map((row) => row.colour.kid_drop),
        peer: 'the base without the adapter, same captions and noise, against held-out works of the same author',
        versions: { node: process.version },
        fields: {
          model: { name: model.model.record.name, sha256: model.model.record.weights.sha256 },
          ...summary(rows),
          switch_ms: await switching(sampler, paths),
          seeds: seeds.length,
        },
        rows: rows.map((row) => ({ ...row })),
      };
    } finally {
      await engine.close();
      await sampler.release();
      await rm(folder, { recursive: true });
    }
  },
};

type Tools = {
  readonly set: PreparedSet;
  readonly sampler: Sampler;
  readonly engine: Engine;
  readonly folder: string;
  readonly classifier: Classifier;
};

type Distance = {
  readonly base: number;
  readonly adapter: number;
  /** Distance of the taught works from the held ones: what copying them all would give. */
  readonly real: number;
  /** Deviation of that distance over draws of as many works. */
  readonly chance: number;
  readonly kid_drop: number;
  /** What `kid_drop` would be for the taught works themselves. */
  readonly most: number;
};

type Row = Record<FeatureKind, Distance> & {
  /** Number of the author's first work in the set. */
  readonly author: number;
  readonly works: number;
  readonly seconds: number;
  readonly copy_rate: number;
  /** Of held works, the share that the measure takes for copies of taught ones. */
  readonly copy_rate_control: number;
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const byHash = <T>(list: readonly T[], said: (item: T) => string): T[] =>
  list.toSorted((a, b) => (hashOf(said(a)) < hashOf(said(b)) ? -1 : 1));

/** Held-out authors with works enough, in the order of a hash, so that nobody picks the easy ones. */
function chosenAuthors({ works }: PreparedSet): number[][] {
  const byAuthor = new Map<string, number[]>();
  for (const [i, { author, split }] of works.entries())
    if (split === 'held') byAuthor.set(author, [...(byAuthor.get(author) ?? []), i]);
  const enough = [...byAuthor].filter(([, own]) => own.length >= LEAST);
  if (enough.length < AUTHORS)
    throw new Error(`the set has ${enough.length} held-out authors with ${LEAST} works`);
  return byHash(enough, ([author]) => `own ${author}`)
    .slice(0, AUTHORS)
    .map(([, own]) => own);
}

async function measured(tools: Tools, own: readonly number[], seeds: readonly number[]) {
  const lessons = await each(seeds, (seed) => lesson(tools, own, seed));
  const distances = {} as Record<FeatureKind, Distance>;
  for (const kind of FEATURE_KINDS) {
    const of = (what: 'base' | 'adapter' | 'real' | 'chance'): number =>
      mean(lessons.map((one) => one.distances[kind][what]));
    const least = of('chance');
    distances[kind] = {
      base: rounded(of('base')),
      adapter: rounded(of('adapter')),
      real: rounded(of('real')),
      chance: rounded(least),
      kid_drop: rounded(of('base') / Math.max(of('adapter'), least)),
      most: rounded(of('base') / Math.max(of('real'), least)),
    };
  }
  const row: Row = {
    author: own[0] as number,
    works: own.length,
    seconds: median(lessons.map((one) => one.seconds)),
    ...distances,
    copy_rate: rounded(mean(lessons.map((one) => one.copies))),
    copy_rate_control: rounded(mean(lessons.map((one) => one.control))),
  };
  return { row, adapters: lessons.map((one) => one.file) };
}

/** Teaches one share of an author's works and holds samples against the rest. */
async function lesson(tools: Tools, own: readonly number[], seed: number) {
  const { set, sampler, classifier } = tools;
  const order = byHash(own, (i) => `own ${seed} ${set.works[i]?.sha256}`);
  const cut = Math.round(TAUGHT * order.length);
  const [taught, held] = [order.slice(0, cut), order.slice(cut)];
  const [views, heldViews] = [plainViews(set, taught), plainViews(set, held)];
  const { file, seconds } = await teach(tools, taught, seed);
  const base = await drawn(sampler, set, { held, seed, adapters: [] });
  const styled = await drawn(sampler, set, { held, seed, adapters: [{ path: file, weight: 1 }] });
  const distances = {} as Record<FeatureKind, Record<'base' | 'adapter' | 'real' | 'chance', number>>;
  for (const kind of FEATURE_KINDS) {
    const to = await classifier.features(kind, heldViews);
    const far = async (pictures: Float32Array): Promise<Kid> =>
      kid(await classifier.features(kind, pictures), to);
    const real = await far(views);
    distances[kind] = {
      base: (await far(base)).whole,
      adapter: (await far(styled)).whole,
      real: real.whole,
      chance: real.deviation,
    };
  }
  const copies = (await copyRate(styled, views)).rate;
  const control = (await copyRate(heldViews, views)).rate;
  return { file, seconds, distances, copies, control };
}

/** One fine-tune as the product does it, in the engine's process. */
async function teach({ set, engine, folder }: Tools, taught: readonly number[], seed: number) {
  const items = await each(taught, async (i): Promise<TrainItem> => {
    const bytes = await pngOf(pictureAt(set, i), SMALL, SMALL);
    return { bytes, mediaType: 'image/png', caption: captionOf(set, i) };
  });
  const request = {
    ...(process.env.UNCAGED_BENCH_STEPS ? { steps: Number(process.env.UNCAGED_BENCH_STEPS) } : {}),
    ...{ kind: 'adapter' as const, name: 'Bench', styleWord: STYLE, items, seed, sheetEvery: 0 },
    sheet: { prompts: items.slice(0, 3).map(({ caption }) => `${STYLE} ${caption}`), seeds: [1, 2, 3] },
    checkpointFolder: path.join(folder, 'checkpoints'),
    manifest: '{}',
  };
  for await (const event of engine.train(request)) {
    if (event.type === 'error') throw new Error(`${event.code}: ${event.message}`);
    if (event.type !== 'result') continue;
    const file = path.join(folder, `${event.sha256}.safetensors`);
    await writeFile(file, event.safetensors);
    return { file, seconds: event.seconds };
  }
  throw new Error('the training ended without a result');
}

const captionOf = ({ works }: PreparedSet, i: number): string => (works[i]?.words ?? []).join(' ');

type Drawing = { held: readonly number[]; seed: number; adapters: { path: string; weight: number }[] };

/** Pictures for the captions of held works in turn. */
async function drawn(
  sampler: Sampler,
  set: PreparedSet,
  { held, seed, adapters }: Drawing,
): Promise<Float32Array> {
  const worn = await wear(sampler, adapters);
  if (!worn.ok) throw new Error(worn.message);
  const count = Number(process.env.UNCAGED_BENCH_PICTURES ?? 48);
  const wishes = Array.from({ length: count }, (_, k) => {
    const caption = captionOf(set, held[k % held.length] as number);
    const planned = planOf({ prompt: `${STYLE} ${caption}`, seed: 0 }, knows(sampler));
    if (!planned.ok) throw new Error(planned.message);
    return { clauses: planned.plan.clauses, seed: seed * 10_000 + k };
  });
  return asShown(sampler, await drawPictures(sampler, wishes, { steps: STEPS }));
}

/** Pictures as they are shown, four times as wide, brought back to the side they are measured at. */
async function asShown(sampler: Sampler, pictures: Float32Array): Promise<Float32Array> {
  const { side } = sampler;
  const large = await sampler.enlarged(pictures, side);
  if (!large) return pictures;
  const scale = Math.round(Math.sqrt(large.length / pictures.length));
  const wide = side * scale;
  const out = new Float32Array(pictures.length);
  for (let i = 0; i < large.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % wide, Math.floor(i / (3 * wide))];
    const at = (Math.floor(y / scale) * side + Math.floor(x / scale)) * 3 + c;
    out[at] = (out[at] as number) + (large[i] as number) / scale ** 2;
  }
  return out;
}

/** Milliseconds from one adapter in force to another, both read before; the median of many turns. */
async function switching(sampler: Sampler, paths: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 40; turn++) {
    const adapters = [{ path: paths[turn % paths.length] as string, weight: 1 }];
    const started = performance.now();
    await wear(sampler, adapters);
    times.push(performance.now() - started);
  }
  return rounded(median(times));
}

function summary(rows: readonly Row[]) {
  const drop = (kind: FeatureKind) => ({
    kid_drop: median(rows.map((row) => row[kind].kid_drop)),
    least: Math.min(...rows.map((row) => row[kind].kid_drop)),
    most: median(rows.map((row) => row[kind].most)),
  });
  return {
    seconds: median(rows.map((row) => row.seconds)),
    colour: drop('colour'),
    structure: drop('structure'),
    copy_rate: rounded(mean(rows.map((row) => row.copy_rate))),
    copy_rate_control: rounded(mean(rows.map((row) => row.copy_rate_control))),
  };
}

async function each<T, U>(list: readonly T[], make: (item: T) => Promise<U>): Promise<U[]> {
  const made: U[] = [];
  for (const item of list) made.push(await make(item));
  return made;
}

const rounded = (n: number): number => Number(n.toFixed(4));
const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
