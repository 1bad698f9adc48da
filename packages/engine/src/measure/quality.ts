/** The measures of a model: its pictures held against works it never saw, and against those it did. */
import { wordsOf } from '../model/words.ts';
import { Random } from '../random.ts';
import type { PreparedSet } from '../train/set.ts';
import { accuracyOf } from './accuracy.ts';
import { type Classifier, largest } from './classifier.ts';
import { copyRate, type Nearest } from './copies.ts';
import { FEATURE_KINDS, type FeatureKind } from './features.ts';
import { type Kid, kid } from './kid.ts';
import { type CategorySplit, splitByAuthor } from './split.ts';
import { plainViews } from './step.ts';

/** Draws one picture for each caption, [n, 64, 64, 3] in −1 … 1. */
export type Draw = (wishes: readonly { words: readonly string[]; seed: number }[]) => Promise<Float32Array>;

export type QualityOptions = {
  readonly classifier: Classifier;
  readonly set: PreparedSet;
  readonly draw: Draw;
  /** Pictures drawn for captions of training works. */
  readonly pictures?: number;
  /** Pictures drawn for the words of each category alone. */
  readonly perCategory?: number;
  readonly seed?: number;
};

/** A distance of samples from held-out works, and beside it that of as many training works from the same. */
export type Distance = {
  readonly kid: number;
  readonly kid_deviation: number;
  readonly floor: number;
  readonly floor_deviation: number;
  /** The distance in floors. */
  readonly kid_over_floor: number;
  /** Of samples from the very training works whose captions they were drawn for. */
  readonly kid_to_training: number;
};

export type CategoryRow = {
  readonly category: string;
  readonly samples: number;
  readonly samples_right: number;
  readonly held: number;
  readonly held_right: number;
  /** Works of the train split that the classifier was not taught on. */
  readonly check: number;
  readonly check_right: number;
};

export type Quality = Readonly<Record<FeatureKind, Distance>> & {
  readonly copy_rate: number;
  readonly copy_rate_control: number;
  /** Of pictures drawn for a category's words, the share the classifier puts there; categories count as among held-out works. */
  readonly accuracy: number;
  readonly accuracy_real: number;
  /** The same, every category counting alike; the real works are held-out and check works together. */
  readonly accuracy_macro: number;
  readonly accuracy_real_macro: number;
  readonly categories: readonly CategoryRow[];
  readonly counts: {
    readonly samples: number;
    readonly held: number;
    readonly training: number;
    readonly by_category: number;
  };
};

export type Measured = {
  readonly quality: Quality;
  /** Pictures for captions, the works those captions are of, and what each picture is nearest to. */
  readonly samples: Float32Array;
  readonly shown: readonly number[];
  readonly nearest: readonly Nearest[];
  /** Pictures for the words of categories, {@link QualityOptions.perCategory} of each in turn. */
  readonly byCategory: Float32Array;
};

const rounded = (n: number, digits = 4): number => Number(n.toFixed(digits));

/** Numbers of works of a split. */
export const worksOf = ({ works }: PreparedSet, split: 'train' | 'held'): number[] =>
  works.flatMap((work, i) => (work.split === split ? [i] : []));

/** `count` of the works, without repeats while they last. */
function some(random: Random, works: readonly number[], count: number): number[] {
  const order = works.map((work) => ({ work, key: random.integer() })).sort((a, b) => a.key - b.key);
  return Array.from({ length: count }, (_, i) => (order[i % order.length] as { work: number }).work);
}

/** Measures a model by what it draws. Takes minutes; `draw` is asked twice. */
export async function measureQuality(options: QualityOptions): Promise<Measured> {
  const { classifier, set, draw, pictures = 608, perCategory = 12, seed = 7 } = options;
  const random = new Random(seed);
  const shown = some(random, worksOf(set, 'train'), pictures);
  const wordsAt = (i: number): readonly string[] => set.works[i]?.words ?? [];
  const samples = await draw(shown.map((i, k) => ({ words: wordsAt(i), seed: seed * 100_000 + k })));
  const wanted = classifier.categories.flatMap((name) => new Array<string>(perCategory).fill(name));
  const byCategory = await draw(
    wanted.map((name, k) => ({
      words: wordsOf(name.replaceAll('_', ' ')),
      seed: seed * 100_000 + 50_000 + k,
    })),
  );
  const held = worksOf(set, 'held');
  const heldViews = plainViews(set, held);
  const training = worksOf(set, 'train');
  const trainingViews = plainViews(set, training);
  const copies = await copyRate(samples, trainingViews);
  const control = await copyRate(heldViews, trainingViews);
  const shownViews = plainViews(set, shown);
  const distances = {} as Record<FeatureKind, Distance>;
  for (const kind of FEATURE_KINDS)
    distances[kind] = await distanceOf(classifier, kind, { samples, shown: shownViews, held: heldViews });
  const named = await accuracies(classifier, set, { byCategory, perCategory });
  const quality: Quality = {
    ...distances,
    copy_rate: rounded(copies.rate),
    copy_rate_control: rounded(control.rate),
    ...named,
    counts: {
      samples: pictures,
      held: held.length,
      training: training.length,
      by_category: wanted.length,
    },
  };
  return { quality, samples, shown, nearest: copies.nearest, byCategory };
}

type Compared = { readonly samples: Float32Array; readonly shown: Float32Array; readonly held: Float32Array };

async function distanceOf(classifier: Classifier, kind: FeatureKind, compared: Compared): Promise<Distance> {
  const samples = await classifier.features(kind, compared.samples);
  const shown = await classifier.features(kind, compared.shown);
  const held = await classifier.features(kind, compared.held);
  const [own, floor, near]: Kid[] = [kid(samples, held), kid(shown, held), kid(samples, shown)];
  return {
    kid: rounded(own?.mean as number),
    kid_deviation: rounded(own?.deviation as number),
    floor: rounded(floor?.mean as number),
    floor_deviation: rounded(floor?.deviation as number),
    kid_over_floor: rounded((own?.mean as number) / (floor?.mean as number), 2),
    kid_to_training: rounded(near?.mean as number),
  };
}

async function accuracies(
  classifier: Classifier,
  set: PreparedSet,
  { byCategory, perCategory }: { byCategory: Float32Array; perCategory: number },
): Promise<
  Pick<Quality, 'accuracy' | 'accuracy_real' | 'accuracy_macro' | 'accuracy_real_macro' | 'categories'>
> {
  const { categories } = classifier;
  const split = splitByAuthor(set);
  const drawn = largest(await classifier.classify(byCategory));
  const made = accuracyOf(
    categories,
    drawn,
    drawn.map((_, i) => Math.floor(i / perCategory)),
  );
  const held = await onWorks(classifier, set, split, split.held);
  const check = await onWorks(classifier, set, split, split.check);
  const both = accuracyOf(categories, [...held.said, ...check.said], [...held.meant, ...check.meant]);
  const rows = categories.map((category, k): CategoryRow => {
    const [a, b, c] = [made.perCategory[k], held.accuracy.perCategory[k], check.accuracy.perCategory[k]];
    return {
      category,
      samples: a?.count ?? 0,
      samples_right: a?.right ?? 0,
      held: b?.count ?? 0,
      held_right: b?.right ?? 0,
      check: c?.count ?? 0,
      check_right: c?.right ?? 0,
    };
  });
  const asHeld = rows.reduce(
    (sum, row) => sum + (row.held * row.samples_right) / Math.max(1, row.samples),
    0,
  );
  return {
    accuracy: rounded(asHeld / Math.max(1, held.meant.length)),
    accuracy_real: rounded(held.accuracy.accuracy),
    accuracy_macro: rounded(made.macro),
    accuracy_real_macro: rounded(both.macro),
    categories: rows,
  };
}

async function onWorks(
  classifier: Classifier,
  set: PreparedSet,
  split: CategorySplit,
  works: readonly number[],
) {
  const { categories } = classifier;
  const kept = works.filter((i) => categories.includes(set.works[i]?.category ?? ''));
  const meant = kept.map((i) => categories.indexOf(split.categories[split.category[i] as number] as string));
  const said = largest(await classifier.classify(plainViews(set, kept)));
  return { said, meant, accuracy: accuracyOf(categories, said, meant) };
}
