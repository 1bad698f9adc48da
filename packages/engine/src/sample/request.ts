/** What can be asked of the sampler, and what is wrong with a request. */
import { wordsOf } from '../model/words.ts';
import type { LatentPoint } from './latent.ts';
import { DEFAULT_MOTION, isMotionWord, type Motion, type MotionWord } from './motion.ts';

export type Mode = 'clip' | 'walk';

export type GenerateRequest = {
  /** Free text; its words get weight 1. Up to 100,000 characters. */
  readonly prompt?: string;
  /** Weights by word, any finite number; wins over `prompt`. */
  readonly words?: Readonly<Record<string, number>>;
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
  /** Enlargement, a whole number 1 … 16; default 8. */
  readonly scale?: number;
  readonly deliver?: 'files' | 'frames';
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
  | 'scale_out_of_range';

/** A request with every default filled in and words split into known, unknown and motion. */
export type Plan = {
  readonly prompt: string | null;
  readonly words: Readonly<Record<string, number>>;
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
  readonly scale: number;
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
  scale: 16,
} as const;

const refuse = (code: RequestErrorCode, message: string): PlanResult => ({ ok: false, code, message });
const whole = (n: unknown, low: number, high: number): n is number =>
  Number.isInteger(n) && (n as number) >= low && (n as number) <= high;
const isSeed = (n: unknown): n is number => whole(n, 0, Number.MAX_SAFE_INTEGER);
const finite = (n: unknown): n is number => typeof n === 'number' && Number.isFinite(n);

/**
 * Checks a request; codes in the order of {@link RequestErrorCode}.
 *
 * @param known says whether the model has a word
 * @param length frames in one sample of the model: 1 for a model of stills, which moves by camera and walk;
 *   a model of whole clips makes just as many as it was taught
 */
export function planOf(request: GenerateRequest, known: (word: string) => boolean, length = 1): PlanResult {
  const weights = weightsOf(request);
  if (typeof weights === 'string') return refuse('words_invalid', weights);
  const { seed, steps = 30, guidance = 2.5, mode = 'clip', fps = 8, scale = 8 } = request;
  if (!isSeed(seed)) return refuse('seed_invalid', 'the seed is a whole number from 0 to 2^53 − 1');
  if (!whole(steps, 1, LIMITS.steps)) return refuse('steps_out_of_range', `steps are 1 … ${LIMITS.steps}`);
  if (!finite(guidance)) return refuse('guidance_not_finite', 'guidance is any finite number');
  if (mode !== 'clip' && mode !== 'walk') return refuse('mode_unsupported', "the mode is 'clip' or 'walk'");
  if (mode === 'walk' && length > 1) return refuse('mode_unsupported', 'this model makes whole clips only');
  const { frames = length > 1 ? length : 16 } = request;
  if (!whole(frames, 1, LIMITS.frames) || (length > 1 && frames !== length)) {
    return refuse(
      'frames_out_of_range',
      length > 1 ? `frames are ${length}` : `frames are 1 … ${LIMITS.frames}`,
    );
  }
  const path = request.path ?? defaultPath(mode, seed);
  const trouble = pathTrouble(path);
  if (trouble) return refuse('path_invalid', trouble);
  if (!whole(fps, 1, LIMITS.fps))
    return refuse('fps_out_of_range', `fps is a whole number, 1 … ${LIMITS.fps}`);
  if (!whole(scale, 1, LIMITS.scale)) return refuse('scale_out_of_range', `scale is 1 … ${LIMITS.scale}`);
  const { words, unknownWords, motion } = sorted(weights, known);
  const previewEvery = whole(request.previewEvery, 0, LIMITS.steps) ? request.previewEvery : 6;
  const plan: Plan = {
    prompt: request.prompt ?? null,
    words,
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
    scale,
    deliver: request.deliver ?? 'files',
  };
  return { ok: true, plan };
}

/** A clip stays where it is; a walk goes out to a neighbour and comes back. */
const defaultPath = (mode: Mode, seed: number): LatentPoint[] =>
  mode === 'clip' ? [{ seed }] : [{ seed }, { seed: seed === 0 ? 1 : seed - 1 }, { seed }];

function weightsOf(request: GenerateRequest): Map<string, number> | string {
  const weights = new Map<string, number>();
  if (request.words !== undefined) {
    if (typeof request.words !== 'object' || request.words === null) return 'words map each word to a weight';
    const entries = Object.entries(request.words);
    if (entries.length > LIMITS.words) return `at most ${LIMITS.words} words`;
    for (const [text, weight] of entries) {
      if (!finite(weight)) return `the weight of "${text.slice(0, 40)}" is not a finite number`;
      if (text.length > 200) return 'a word has more than 200 characters';
      for (const word of wordsOf(text)) weights.set(word, (weights.get(word) ?? 0) + weight);
    }
    if (![...weights.values()].every(finite)) return 'weights of one word add up beyond what a number holds';
    return weights;
  }
  if (request.prompt === undefined) return weights;
  if (typeof request.prompt !== 'string') return 'the prompt is text';
  if (request.prompt.length > LIMITS.promptLength)
    return `a prompt has at most ${LIMITS.promptLength} characters`;
  for (const word of wordsOf(request.prompt)) weights.set(word, 1);
  return weights;
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
  weights: Map<string, number>,
  known: (word: string) => boolean,
): Pick<Plan, 'words' | 'unknownWords' | 'motion'> {
  const words: Record<string, number> = {};
  const motion: Partial<Record<MotionWord, number>> = {};
  const unknownWords: string[] = [];
  for (const [word, weight] of weights) {
    if (isMotionWord(word)) motion[word] = weight;
    else if (known(word)) words[word] = weight;
    else unknownWords.push(word);
  }
  return { words, unknownWords, motion };
}
