/** What can be asked of a fine-tuning run, what it says on its way, and what is wrong with a request. */
import { foldedStyleWord, isStyleWord, MAX_RANK } from '../adapter/format.ts';

/** One work to learn from: a sanitised raster of any size; animated WebP for a moving one. */
export type TrainItem = {
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/png' | 'image/webp';
  /** Frames of a moving work; left out, a still. */
  readonly frames?: number;
  readonly caption: string;
};

export type TrainRequest = {
  /** `adapter`: low-rank terms on the loaded base and a style word. `model`: a small model from nothing. */
  readonly kind: 'adapter' | 'model';
  /** What people call it; at most 200 characters. */
  readonly name: string;
  /** One word of letters, which prompts call the style by. */
  readonly styleWord: string;
  /** 1 … 500 works. */
  readonly items: readonly TrainItem[];
  /** Integer 0 … 2⁵³ − 1. */
  readonly seed: number;
  /** 1 … 20,000; chosen by kind when left out. */
  readonly steps?: number;
  /** Of an adapter: 1 … 64, default 16. */
  readonly rank?: number;
  /** Steps between sheets of samples; 0: only before and after. */
  readonly sheetEvery: number;
  /** Rows and columns of a sheet; together at most 64 pictures, none for no sheets. */
  readonly sheet: { readonly prompts: readonly string[]; readonly seeds: readonly number[] };
  /** Where checkpoints go. A run goes on from the one there when it is of the same request. */
  readonly checkpointFolder: string;
  /** JSON kept word for word in the file's metadata: works, makers, licences, consents. At most 4 MB. */
  readonly manifest: string;
  /** Kept in the file's metadata; left out, the file says nothing of a licence. */
  readonly licence?: string;
};

export type TrainEvent =
  | {
      readonly type: 'started';
      readonly steps: number;
      /** The step it goes on from; 0 for a new run. */
      readonly resumedAt: number;
      /** Words of captions that the base does not know; they teach nothing by themselves. */
      readonly unknownWords: readonly string[];
      /** Pictures learnt from: one a still, one a frame of a moving work. */
      readonly pictures: number;
    }
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly steps: number;
      /** Mean since the event before. */
      readonly loss: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  /** Rows: prompts, columns: seeds. Step 0 is before. */
  | { readonly type: 'sheet'; readonly step: number; readonly png: Uint8Array }
  | {
      readonly type: 'result';
      readonly safetensors: Uint8Array;
      readonly sha256: string;
      /** Steps done; fewer than asked for when it was stopped. */
      readonly steps: number;
      /** Of work, over all its runs. */
      readonly seconds: number;
    }
  | { readonly type: 'error'; readonly code: TrainErrorCode; readonly message: string };

export type TrainRequestErrorCode =
  | 'kind_unknown'
  | 'name_invalid'
  | 'style_word_invalid'
  | 'style_word_taken'
  | 'items_out_of_range'
  | 'caption_too_long'
  | 'seed_invalid'
  | 'steps_out_of_range'
  | 'rank_out_of_range'
  | 'sheet_invalid'
  | 'manifest_invalid';

export type TrainErrorCode =
  | TrainRequestErrorCode
  | 'item_unreadable'
  | 'base_unfit'
  | 'checkpoint_unreadable'
  | 'loss_not_finite'
  | 'cancelled'
  | 'busy'
  | 'child_died'
  | 'engine_failed';

export const TRAIN_LIMITS = {
  name: 200,
  items: 500,
  caption: 2000,
  steps: 20_000,
  rank: MAX_RANK,
  sheetPictures: 64,
  manifest: 4_000_000,
} as const;

export type TrainTrouble = { readonly code: TrainRequestErrorCode; readonly message: string };

const whole = (n: unknown, low: number, high: number): n is number =>
  Number.isInteger(n) && (n as number) >= low && (n as number) <= high;
const isSeed = (n: unknown): n is number => whole(n, 0, Number.MAX_SAFE_INTEGER);

/**
 * What is wrong with a request, if anything; codes in the order of {@link TrainRequestErrorCode}.
 *
 * @param known says whether the base has a word: a style word must be a new one
 */
export function trainTrouble(
  request: TrainRequest,
  known: (word: string) => boolean,
): TrainTrouble | undefined {
  const { kind, name, styleWord, items } = request;
  if (kind !== 'adapter' && kind !== 'model')
    return { code: 'kind_unknown', message: "the kind is 'adapter' or 'model'" };
  if (typeof name !== 'string' || name.trim() === '' || name.length > TRAIN_LIMITS.name)
    return { code: 'name_invalid', message: `the name has 1 … ${TRAIN_LIMITS.name} characters` };
  if (!isStyleWord(styleWord)) {
    const message = 'the style word is one word of 2 … 40 letters, such as "mooncut"';
    return { code: 'style_word_invalid', message };
  }
  if (kind === 'adapter' && known(foldedStyleWord(styleWord)))
    return { code: 'style_word_taken', message: `the base already knows "${styleWord}"; choose a new word` };
  if (!Array.isArray(items) || items.length < 1 || items.length > TRAIN_LIMITS.items)
    return { code: 'items_out_of_range', message: `works to learn from are 1 … ${TRAIN_LIMITS.items}` };
  const long = items.findIndex(
    ({ caption }) => typeof caption !== 'string' || caption.length > TRAIN_LIMITS.caption,
  );
  if (long >= 0) {
    const message = `the caption of work ${long + 1} has more than ${TRAIN_LIMITS.caption} characters`;
    return { code: 'caption_too_long', message };
  }
  return numbersTrouble(request) ?? manifestTrouble(request.manifest);
}

function numbersTrouble({ seed, steps, rank, sheet, sheetEvery }: TrainRequest): TrainTrouble | undefined {
  if (!isSeed(seed))
    return { code: 'seed_invalid', message: 'the seed is a whole number from 0 to 2^53 − 1' };
  if (steps !== undefined && !whole(steps, 1, TRAIN_LIMITS.steps))
    return { code: 'steps_out_of_range', message: `steps are 1 … ${TRAIN_LIMITS.steps}` };
  if (rank !== undefined && !whole(rank, 1, TRAIN_LIMITS.rank))
    return { code: 'rank_out_of_range', message: `the rank is 1 … ${TRAIN_LIMITS.rank}` };
  const { prompts, seeds } = sheet ?? {};
  const listed =
    Array.isArray(prompts) &&
    Array.isArray(seeds) &&
    seeds.every(isSeed) &&
    new Set(seeds).size === seeds.length;
  if (!listed || prompts.some((prompt) => typeof prompt !== 'string' || prompt.length > TRAIN_LIMITS.caption))
    return { code: 'sheet_invalid', message: 'a sheet has prompts, which are texts, and different seeds' };
  if (prompts.length * seeds.length > TRAIN_LIMITS.sheetPictures || !whole(sheetEvery, 0, 1e9)) {
    const message = `a sheet has at most ${TRAIN_LIMITS.sheetPictures} pictures and comes every 0, 1, 2, … steps`;
    return { code: 'sheet_invalid', message };
  }
  return undefined;
}

function manifestTrouble(manifest: unknown): TrainTrouble | undefined {
  try {
    if (typeof manifest === 'string' && manifest.length <= TRAIN_LIMITS.manifest) {
      JSON.parse(manifest);
      return undefined;
    }
  } catch {}
  return {
    code: 'manifest_invalid',
    message: `the manifest is JSON of at most ${TRAIN_LIMITS.manifest} characters`,
  };
}
