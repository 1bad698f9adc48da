/** What can be asked of the sampler, and what is wrong with a request. */
import type { AdapterWish } from '../adapter/shelf.ts';
import { CLAUSES, clausesOf, wordsOf } from '../model/words.ts';
import type { LatentPoint } from './latent.ts';
import { DEFAULT_MOTION, isMotionWord, type Motion, type MotionWord } from './motion.ts';

export type Mode = 'clip' | 'walk';

export type WordWeights = Readonly<Record<string, number>>;

export type GenerateRequest = {
  /** Free text; it is cut into clauses, its words get weight 1. Up to 100,000 characters. */
  readonly prompt?: string;
  /** Weights by word, any finite number; one clause; wins over `prompt`. */
  readonly words?: WordWeights;
  /** Weights by word for each of up to {@link CLAUSES} clauses; wins over `words`. */
  readonly clauses?: readonly WordWeights[];
  /** Integer 0 … 2⁵³ − 1. */
  readonly seed: number;
  /** Euler steps, 1 … 1000; default 30. */
  readonly steps?: number;
  /** Any finite number; default 2.5. 1 is the plain conditional flow, 0 ignores the words. */
  readonly guidance?: number;
  /** `clip`: one latent, a moving camera. `walk`: a path through the latents. */
  readonly mode?: Mode;
  readonly path?: readonly LatentPoint[];
  /** 1 … 64; default 16. */
  readonly frames?: number;
  /** Steps between previews; 0 for none; default 6. */
  readonly previewEvery?: number;
  /** Pictures a second, a whole number 1 … 60; default 8. */
  readonly fps?: number;
  /** Side of the finished picture in pixels: {@link SIZES}; default 256. 64 is what the model drew, untouched. */
  readonly size?: Size;
  readonly deliver?: 'files' | 'frames';
  /** Up to four, mixed by their weights. */
  readonly adapters?: readonly AdapterWish[];
};

export type RequestErrorCode =
  | 'words_invalid'
  | 'seed_invalid'
  | 'steps_out_of_range'
  | 'guidance_not_finite'
  | 'mode_unsupported'
  | 'frames_out_of_range'
  | 'path_invalid'
  | 'fps_out_of_range'
  | 'size_unsupported';

/** A request with every default filled in and words split into known, unknown and motion. */
export type Plan = {
  readonly prompt: string | null;
  /** Words the model knows, by clause. */
  readonly clauses: readonly WordWeights[];
  readonly unknownWords: readonly string[];
  readonly motion: Motion;
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  readonly mode: Mode;
  readonly path: readonly LatentPoint[];
  readonly frames: number;
  readonly previewEvery: number;
  readonly fps: number;
  readonly size: Size;
  readonly deliver: 'files' | 'frames';
};

export type PlanResult = { ok: true; plan: Plan } | { ok: false; code: RequestErrorCode; message: string };

export const LIMITS = {
  promptLength: 100_000,
  words: 10_000,
  steps: 1000,
  frames: 64,
  stops: 64,
  fps: 60,
} as const;

/** Sides a finished picture can have. */
export const SIZES = [64, 256, 360] as const;
export type Size = (typeof SIZES)[number];

const refuse = (code: RequestErrorCode, message: string): PlanResult => ({ ok: false, code, message });
const whole = (n: unknown, low: number, high: number): n is number =>
  Number.isInteger(n) && (n as number) >= low && (n as number) <= high;
const isSeed = (n: unknown): n is number => whole(n, 0, Number.MAX_SAFE_INTEGER);
const finite = (n: unknown): n is number => typeof n === 'number' && Number.isFinite(n);

/**
 * Checks a request; codes in the order of {@link RequestErrorCode}.
 *
 * @param known says whether the model has a word
 * @param length frames in a clip of the model; 1 for a model of stills, whose clips may have any number
 */
export function planOf(request: GenerateRequest, known: (word: string) => boolean, length = 1): PlanResult {
  const said = clausesIn(request);
  if (typeof said === 'string') return refuse('words_invalid', said);
  const { seed, steps = 30, guidance = 2.5, mode = 'clip', fps = 8, size = 256 } = request;
  if (!isSeed(seed)) return refuse('seed_invalid', 'the seed is a whole number from 0 to 2^53 − 1');
  if (!whole(steps, 1, LIMITS.steps)) return refuse('steps_out_of_range', `steps are 1 … ${LIMITS.steps}`);
  if (!finite(guidance)) return refuse('guidance_not_finite', 'guidance is any finite number');
  if (mode !== 'clip' && mode !== 'walk') return refuse('mode_unsupported', "the mode is 'clip' or 'walk'");
  const fixed = mode === 'clip' && length > 1;
  const { frames = fixed ? length : 16 } = request;
  if (!whole(frames, 1, LIMITS.frames) || (fixed && frames !== length)) {
    return refuse('frames_out_of_range', fixed ? `frames are ${length}` : `frames are 1 … ${LIMITS.frames}`);
  }
  const path = request.path ?? defaultPath(mode, seed);
  const trouble = pathTrouble(path);
  if (trouble) return refuse('path_invalid', trouble);
  if (!whole(fps, 1, LIMITS.fps))
    return refuse('fps_out_of_range', `fps is a whole number, 1 … ${LIMITS.fps}`);
  if (!SIZES.includes(size)) return refuse('size_unsupported', `the size is one of ${SIZES.join(', ')}`);
  const { clauses, unknownWords, motion } = sorted(said, known);
  const previewEvery = whole(request.previewEvery, 0, LIMITS.steps) ? request.previewEvery : 6;
  const plan: Plan = {
    prompt: request.prompt ?? null,
    clauses,
    unknownWords,
    motion: Object.keys(motion).length > 0 || mode === 'walk' ? motion : DEFAULT_MOTION,
    seed,
    steps,
    guidance,
    mode,
    path: mode === 'clip' ? path.slice(0, 1) : path,
    frames,
    previewEvery,
    fps,
    size,
    deliver: request.deliver ?? 'files',
  };
  return { ok: true, plan };
}

/** A clip stays where it is; a walk goes out to a neighbour and comes back. */
const defaultPath = (mode: Mode, seed: number): LatentPoint[] =>
  mode === 'clip' ? [{ seed }] : [{ seed }, { seed: seed === 0 ? 1 : seed - 1 }, { seed }];

/** Weights by word for each clause, or what is wrong with them. */
function clausesIn({ prompt, words, clauses }: GenerateRequest): Map<string, number>[] | string {
  if (clauses !== undefined) {
    if (!Array.isArray(clauses) || clauses.length > CLAUSES) return `clauses are at most ${CLAUSES}`;
    return weighed(clauses);
  }
  if (words !== undefined) return weighed([words]);
  if (prompt === undefined) return [];
  if (typeof prompt !== 'string') return 'the prompt is text';
  if (prompt.length > LIMITS.promptLength) return `a prompt has at most ${LIMITS.promptLength} characters`;
  return clausesOf(prompt).map((clause) => new Map(clause.map((word) => [word, 1])));
}

function weighed(clauses: readonly unknown[]): Map<string, number>[] | string {
  const out: Map<string, number>[] = [];
  for (const clause of clauses) {
    const weights = weightsOf(clause);
    if (typeof weights === 'string') return weights;
    out.push(weights);
  }
  return out;
}

function weightsOf(words: unknown): Map<string, number> | string {
  if (typeof words !== 'object' || words === null) return 'words map each word to a weight';
  const weights = new Map<string, number>();
  const entries = Object.entries(words);
  if (entries.length > LIMITS.words) return `at most ${LIMITS.words} words`;
  for (const [text, weight] of entries) {
    if (!finite(weight)) return `the weight of "${text.slice(0, 40)}" is not a finite number`;
    if (text.length > 200) return 'a word has more than 200 characters';
    for (const word of wordsOf(text)) weights.set(word, (weights.get(word) ?? 0) + weight);
  }
  return [...weights.values()].every(finite)
    ? weights
    : 'weights of one word add up beyond what a number holds';
}

function pathTrouble(path: unknown): string | undefined {
  if (!Array.isArray(path) || path.length < 1 || path.length > LIMITS.stops)
    return `a path has 1 … ${LIMITS.stops} stops`;
  for (const point of path as LatentPoint[]) {
    if (typeof point !== 'object' || point === null || !isSeed(point.seed)) return 'each stop needs a seed';
    if (point.toward !== undefined && !isSeed(point.toward)) return 'toward is a seed';
    if (point.at !== undefined && !finite(point.at)) return 'at is a finite number';
  }
  return undefined;
}

function sorted(
  said: readonly Map<string, number>[],
  known: (word: string) => boolean,
): Pick<Plan, 'clauses' | 'unknownWords' | 'motion'> {
  const motion: Partial<Record<MotionWord, number>> = {};
  const unknownWords = new Set<string>();
  const clauses: WordWeights[] = [];
  for (const weights of said) {
    const words: Record<string, number> = {};
    for (const [word, weight] of weights) {
      if (isMotionWord(word)) motion[word] = weight;
      else if (known(word)) words[word] = weight;
      else unknownWords.add(word);
    }
    if (Object.keys(words).length > 0) clauses.push(words);
  }
  return { clauses, unknownWords: [...unknownWords], motion };
}
