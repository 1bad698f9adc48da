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
 * the median over authors. A distance below what chance makes between two halves of the author's own works counts as
 * that much, so that no ratio is made of noise. UNCAGED_MODEL_DIR and UNCAGED_MODEL choose the base,
 * UNCAGED_TRAINING_SET the prepared set, UNCAGED_BENCH_SEEDS and UNCAGED_BENCH_PICTURES (3 and 48) how much is done.
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
  /** Deviation of the distance between two halves of the author's own works. */
  readonly chance: number;
  /** Distance of the taught works from the held ones: what copying them all would give. */
  readonly real: number;
  readonly kid_drop: number;
};

type Row = Record<FeatureKind, Distance> & {
  /** Authors are named by number: which they are follows from the set. */
  readonly author: number;
  readonly taught: number;
  readonly held: number;
  readonly seconds: number;
  readonly copy_rate: number;
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
  const { set, sampler, classifier } = tools;
  const order = byHash(own, (i) => `own ${set.works[i]?.sha256}`);
  const cut = Math.round(TAUGHT * order.length);
  const [taught, held] = [order.slice(0, cut), order.slice(cut)];
  const [views, heldViews] = [plainViews(set, taught), plainViews(set, held)];
  const lessons = [];
  for (const seed of seeds) {
    const { file, seconds } = await teach(tools, taught, seed);
    const base = await drawn(sampler, set, { held, seed, adapters: [] });
    const styled = await drawn(sampler, set, { held, seed, adapters: [{ path: file, weight: 1 }] });
    lessons.push({ file, seconds, base, styled, copies: (await copyRate(styled, views)).rate });
  }
  const distances = {} as Record<FeatureKind, Distance>;
  for (const kind of FEATURE_KINDS) {
    const to = await classifier.features(kind, heldViews);
    const far = async (pictures: Float32Array): Promise<Kid> =>
      kid(await classifier.features(kind, pictures), to);
    const [base, adapter] = [
      mean(await each(lessons, async (lesson) => (await far(lesson.base)).whole)),
      mean(await each(lessons, async (lesson) => (await far(lesson.styled)).whole)),
    ];
    const real = await far(views);
    distances[kind] = {
      base: rounded(base),
      adapter: rounded(adapter),
      chance: rounded(real.deviation),
      real: rounded(real.whole),
      kid_drop: rounded(base / Math.max(adapter, real.deviation)),
    };
  }
  const row: Row = {
    author: own[0] as number,
    taught: taught.length,
    held: held.length,
    seconds: median(lessons.map((lesson) => lesson.seconds)),
    ...distances,
    copy_rate: rounded(mean(lessons.map((lesson) => lesson.copies))),
    copy_rate_control: rounded((await copyRate(heldViews, views)).rate),
  };
  return { row, adapters: lessons.map((lesson) => lesson.file) };
}

/** One fine-tune as the product does it, in the engine's process. */
async function teach({ set, engine, folder }: Tools, taught: readonly number[], seed: number) {
  const items = await each(taught, async (i): Promise<TrainItem> => {
    const bytes = await pngOf(pictureAt(set, i), SMALL, SMALL);
    return { bytes, mediaType: 'image/png', caption: captionOf(set, i) };
  });
  const request = {
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
  return drawPictures(sampler, wishes, { steps: STEPS });
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
