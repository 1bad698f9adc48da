/** What may be asked of the machine, as the policy in force bounds it. */
export interface RequestBounds {
  promptMaxCharacters: number;
  steps: { min: number; max: number; usual: number };
}

export interface RawRequest {
  prompt: string;
  seed?: unknown;
  steps?: unknown;
  guidance?: unknown;
  mode?: 'clip' | 'walk' | undefined;
  size?: unknown;
}

export interface Wish {
  prompt: string;
  /** 0 … 2⁵³ − 1 */
  seed: number;
  steps: number;
  /** Any finite number: below zero the picture flees from its words. */
  guidance: number;
  mode: 'clip' | 'walk';
  /** Side of the finished clip in pixels. */
  size: ClipSize;
}

export type WishDecision =
  | { ok: true; wish: Wish }
  | {
      ok: false;
      code:
        | 'prompt_empty'
        | 'prompt_too_long'
        | 'seed_out_of_range'
        | 'steps_out_of_range'
        | 'guidance_not_finite'
        | 'size_unsupported';
      detail: string;
    };

const usualGuidance = 2.5;

/** Sides a finished clip can have: what the model drew, and what its upscaler makes of it. */
const SIZES = [64, 256, 360] as const;
export type ClipSize = (typeof SIZES)[number];
export const usualSize = 256;

const isSize = (size: unknown): size is ClipSize => (SIZES as readonly unknown[]).includes(size);

/**
 * Decides whether a request can be sampled. Errors in the order they are tested: prompt_empty,
 * prompt_too_long, seed_out_of_range, steps_out_of_range, guidance_not_finite, size_unsupported. Characters are counted as
 * Unicode code points. `freshSeed` is taken where none is asked for.
 */
export function decideWish(raw: RawRequest, bounds: RequestBounds, freshSeed: number): WishDecision {
  const prompt = raw.prompt
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  if (prompt === '') return { ok: false, code: 'prompt_empty', detail: 'A prompt needs at least one word.' };
  const characters = [...prompt].length;
  if (characters > bounds.promptMaxCharacters)
    return {
      ok: false,
      code: 'prompt_too_long',
      detail: `${characters} characters; the policy allows ${bounds.promptMaxCharacters}.`,
    };
  const seed = raw.seed === undefined ? freshSeed : wholeNumber(raw.seed);
  if (seed === null || seed < 0)
    return { ok: false, code: 'seed_out_of_range', detail: 'A whole number from 0 to 9007199254740991.' };
  const steps = raw.steps === undefined ? bounds.steps.usual : raw.steps;
  const { min, max } = bounds.steps;
  if (typeof steps !== 'number' || !Number.isInteger(steps) || steps < min || steps > max)
    return { ok: false, code: 'steps_out_of_range', detail: `A whole number from ${min} to ${max}.` };
  const guidance = raw.guidance === undefined ? usualGuidance : raw.guidance;
  if (typeof guidance !== 'number' || !Number.isFinite(guidance))
    return { ok: false, code: 'guidance_not_finite', detail: 'Any finite number, as a JSON number.' };
  const { size = usualSize } = raw;
  if (!isSize(size)) return { ok: false, code: 'size_unsupported', detail: `One of ${SIZES.join(', ')}.` };
  return { ok: true, wish: { prompt, seed, steps, guidance, mode: raw.mode ?? 'clip', size } };
}

/** Text as it is kept: NFC, no control characters, no half characters. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}

/** A whole number that a double holds exactly, given as a number or in digits; null for anything else. */
export function wholeNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== 'string' || !/^[0-9]{1,16}$/.test(value)) return null;
  const parsed = Number(value);
  return Number.isSafeInteger(parsed) ? parsed : null;
}
