import type { FineTuneRules } from '@uncaged/governance/rules';
import { plainText, wholeNumber } from '../request.ts';

/** What may be asked, as the policy in force bounds it. */
export interface FineTuneBounds extends FineTuneRules {
  captionMaxCharacters: number;
  promptMaxCharacters: number;
}

export interface RawFineTune {
  name: string;
  styleWord: string;
  kind: 'adapter' | 'model';
  items: readonly { workId: string; caption: string; machineMade?: boolean | undefined }[];
  steps?: unknown;
  rank?: unknown;
  seed?: unknown;
  sheet?: { prompts: readonly string[]; seeds: readonly unknown[] } | undefined;
  sheetEvery?: unknown;
}

export interface FineTuneWish {
  name: string;
  styleWord: string;
  kind: 'adapter' | 'model';
  items: { workId: string; caption: string; machineMade: boolean }[];
  /** null: the engine chooses */
  steps: number | null;
  rank: number | null;
  /** 0 … 2⁵³ − 1 */
  seed: number;
  sheetPrompts: string[];
  sheetSeeds: number[];
  /** steps between sheets; 0: only before and after */
  sheetEvery: number;
}

export type FineTuneDecision =
  | { ok: true; wish: FineTuneWish }
  | {
      ok: false;
      code:
        | 'name_empty'
        | 'name_too_long'
        | 'style_word_invalid'
        | 'no_works'
        | 'too_many_works'
        | 'duplicate_work'
        | 'caption_too_long'
        | 'steps_out_of_range'
        | 'rank_out_of_range'
        | 'seed_out_of_range'
        | 'sheet_too_large'
        | 'prompt_empty'
        | 'prompt_too_long';
      detail: string;
    };

type Refused = Extract<FineTuneDecision, { ok: false }>;
const refuse = (code: Refused['code'], detail: string): Refused => ({ ok: false, code, detail });

const nameMaxCharacters = 80;
const usualSeeds = [1, 2, 3, 4];
const length = (text: string) => [...text].length;

/**
 * Decides whether a machine can be taught so. Errors in the order they are tested: name_empty, name_too_long,
 * style_word_invalid, no_works, too_many_works, duplicate_work, caption_too_long, steps_out_of_range,
 * rank_out_of_range, seed_out_of_range, sheet_too_large, prompt_empty, prompt_too_long. Without a sheet, one is
 * drawn of the style word alone and of the first caption. `freshSeed` is taken where none is asked for.
 */
export function decideFineTune(
  raw: RawFineTune,
  bounds: FineTuneBounds,
  freshSeed: number,
): FineTuneDecision {
  const name = plainText(raw.name);
  if (name === '') return refuse('name_empty', 'Give it a name to find it by.');
  if (length(name) > nameMaxCharacters) return refuse('name_too_long', `At most ${nameMaxCharacters}.`);
  const styleWord = styleWordOf(raw.styleWord);
  if (styleWord === null)
    return refuse('style_word_invalid', 'One word of 3 to 24 letters that is no plural, as mooncut.');
  const items = itemsOf(raw.items, bounds);
  if (!Array.isArray(items)) return items;
  const numbers = numbersOf(raw, bounds, freshSeed);
  if (!numbers.ok) return numbers;
  const { ok: _, ...rest } = numbers;
  const sheet = sheetOf(raw, styleWord, items, bounds);
  if (!sheet.ok) return sheet;
  const { sheetPrompts, sheetSeeds } = sheet;
  return { ok: true, wish: { name, styleWord, kind: raw.kind, items, ...rest, sheetPrompts, sheetSeeds } };
}

/**
 * A word as a prompt will say it: small letters only, 3 to 24. A plural is refused, as prompts are read with plurals
 * folded.
 */
export function styleWordOf(raw: string): string | null {
  const word = raw.trim().normalize('NFKC').toLowerCase();
  if (!/^\p{Ll}{3,24}$/u.test(word)) return null;
  return /s$/.test(word) && !/(ss|us|is)$/.test(word) ? null : word;
}

function itemsOf(raw: RawFineTune['items'], bounds: FineTuneBounds): FineTuneWish['items'] | Refused {
  if (raw.length === 0) return refuse('no_works', 'Choose at least one work.');
  if (raw.length > bounds.maxWorks)
    return refuse('too_many_works', `${raw.length} works; the policy allows ${bounds.maxWorks}.`);
  if (new Set(raw.map(({ workId }) => workId)).size < raw.length)
    return refuse('duplicate_work', 'Each work counts once.');
  const items = raw.map(({ workId, caption, machineMade = false }) => {
    return { workId, caption: plainText(caption), machineMade };
  });
  const long = items.find(({ caption }) => length(caption) > bounds.captionMaxCharacters);
  if (long)
    return refuse(
      'caption_too_long',
      `The policy allows ${bounds.captionMaxCharacters} characters; that of work ${long.workId} is longer.`,
    );
  return items;
}

const isWhole = (value: unknown, from: number, to: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;

function numbersOf(raw: RawFineTune, bounds: FineTuneBounds, freshSeed: number) {
  const { steps = null, rank = null, sheetEvery = 0 } = raw;
  if (steps !== null && !isWhole(steps, 1, bounds.maxSteps))
    return refuse('steps_out_of_range', `A whole number from 1 to ${bounds.maxSteps}.`);
  if (!isWhole(sheetEvery, 0, bounds.maxSteps))
    return refuse('steps_out_of_range', `Steps between sheets: a whole number to ${bounds.maxSteps}.`);
  if (rank !== null && !isWhole(rank, 1, bounds.maxRank))
    return refuse('rank_out_of_range', `A whole number from 1 to ${bounds.maxRank}.`);
  const seed = raw.seed === undefined ? freshSeed : wholeNumber(raw.seed);
  if (seed === null || seed < 0)
    return refuse('seed_out_of_range', 'A whole number from 0 to 9007199254740991.');
  return { ok: true as const, steps, rank, seed, sheetEvery };
}

function sheetOf(
  raw: RawFineTune,
  styleWord: string,
  items: FineTuneWish['items'],
  bounds: FineTuneBounds,
): { ok: true; sheetPrompts: string[]; sheetSeeds: number[] } | Refused {
  const first = items.find(({ caption }) => caption !== '')?.caption;
  const usual = first === undefined ? [styleWord] : [styleWord, `${styleWord} ${first}`];
  const seeds = [...new Set((raw.sheet?.seeds ?? usualSeeds).map(wholeNumber))];
  if (seeds.some((seed) => seed === null || seed < 0))
    return refuse('seed_out_of_range', 'Seeds of the sheet: whole numbers from 0 to 9007199254740991.');
  const most = bounds.maxSheetPictures;
  const fitting = Math.max(1, Math.floor(most / Math.max(1, seeds.length)));
  const prompts = raw.sheet?.prompts.map(plainText) ?? usual.slice(0, fitting);
  const pictures = prompts.length * seeds.length;
  if (pictures === 0 || pictures > most)
    return refuse('sheet_too_large', `Prompts × seeds: from 1 to ${most} pictures; these are ${pictures}.`);
  if (prompts.includes('')) return refuse('prompt_empty', 'A prompt of the sheet is empty.');
  if (prompts.some((prompt) => length(prompt) > bounds.promptMaxCharacters))
    return refuse(
      'prompt_too_long',
      `The policy allows ${bounds.promptMaxCharacters} characters; a prompt of the sheet is longer.`,
    );
  return { ok: true, sheetPrompts: prompts, sheetSeeds: seeds as number[] };
}
