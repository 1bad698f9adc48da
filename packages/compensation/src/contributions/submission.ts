import { mayHandIn, type Places } from '../calls/joining.ts';
import { isWorkKind, type WorkKind } from '../calls/kinds.ts';
import { amountDue, type CallTerms, holdFor } from '../calls/terms.ts';
import { isKeepable, type Minor } from '../money.ts';

/** The generation a piece of work is about, as whoever knows generations describes it at that moment. */
export interface GenerationRef {
  id: string;
  makerId: string;
  seed: string;
  prompt: string;
  modelId: string;
  /** what else is needed to make it again: steps, guidance as text, mode… */
  settings: Record<string, string | number | boolean | null>;
  /** null when not known */
  frames: number | null;
  durationMs: number | null;
}

/** What is kept of the generation, in the contribution and, but for the prompt, in its entry: enough to make it again. */
export interface GenerationSnapshot {
  generationId: string;
  makerId: string;
  seed: string;
  prompt: string;
  modelId: string;
  settings: Record<string, string | number | boolean | null>;
}

/** Copies a generation as it is now. Fractions become text, since the book keeps no floating point. */
export function snapshotOf(generation: GenerationRef): GenerationSnapshot {
  const settings = Object.entries(generation.settings).map(([name, value]) => {
    const fraction = typeof value === 'number' && !Number.isSafeInteger(value);
    return [name, fraction ? String(value) : value] as const;
  });
  const { id, makerId, seed, prompt, modelId } = generation;
  return { generationId: id, makerId, seed, prompt, modelId, settings: Object.fromEntries(settings) };
}

/** A part of the picture, in thousandths of its width and height, from the upper left. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What an author calls their own words. Nobody who judges them sees it, and it changes nothing. */
export const tones = ['praise', 'criticism'] as const;
export type Tone = (typeof tones)[number];

export interface Submission {
  kind: string;
  text: string;
  atMs: number | null;
  frame: number | null;
  region: Region | null;
  /** the key of a milestone; null for other work */
  milestone: string | null;
  /** worked; null where it is not paid by the hour */
  minutes: number | null;
  /** how much of it there is; null where no sum is shared */
  units: number | null;
}

/** What a piece says of itself where it says nothing else. */
export const plain: Omit<Submission, 'kind' | 'text'> = {
  atMs: null,
  frame: null,
  region: null,
  milestone: null,
  minutes: null,
  units: null,
};

export const textLimit = 20_000;
export const unitsLimit = 1_000_000;

export type SubmissionRefusal =
  | { ok: false; code: 'call_over'; deadline: Date }
  | { ok: false; code: 'may_not_join' | 'places_not_drawn' }
  | { ok: false; code: 'kind_not_in_call'; kinds: WorkKind[] }
  | { ok: false; code: 'milestone_unknown'; milestones: string[] }
  | { ok: false; code: 'milestone_taken' }
  | { ok: false; code: 'minutes_out_of_range' | 'units_out_of_range'; from: number; to: number }
  | { ok: false; code: 'text_missing' | 'text_too_long' | 'text_malformed' }
  | { ok: false; code: 'place_out_of_range'; frames: number | null; durationMs: number | null }
  | { ok: false; code: 'region_out_of_range' }
  | { ok: false; code: 'call_exhausted'; available: Minor; needed: Minor };

/** Where the length of a clip is not known, no place is further in than this: a day in milliseconds. */
const furthestPlace = 86_400_000;

function onTheClip(value: number | null, length: number | null): boolean {
  if (value === null) return true;
  return Number.isSafeInteger(value) && value >= 0 && value < (length ?? furthestPlace);
}

/** The whole of a picture, in the units of a region. */
export const wholePicture = 1000;

function onThePicture({ x, y, width, height }: Region): boolean {
  const whole = [x, y, width, height].every(Number.isInteger);
  const inside = x >= 0 && y >= 0 && x + width <= wholePicture && y + height <= wholePicture;
  return whole && width > 0 && height > 0 && inside;
}

const within = (value: number | null, to: number) =>
  value !== null && Number.isInteger(value) && value >= 1 && value <= to;

/** What a call stands at when a piece comes in. */
export interface CallStanding {
  terms: CallTerms;
  places: Pick<Places, 'drawn'>;
  /** what stands in escrow and is not promised to anyone */
  available: Minor;
  /** milestones for which something waits or is accepted */
  taken: readonly string[];
}

function readMeasure(
  terms: CallTerms,
  piece: Submission,
  taken: readonly string[],
): SubmissionRefusal | null {
  const { kind, milestone, minutes, units } = piece;
  if (kind === 'milestone') {
    const keys = terms.milestones.map(({ key }) => key);
    if (!keys.includes(milestone ?? '')) return { ok: false, code: 'milestone_unknown', milestones: keys };
    return taken.includes(milestone ?? '') ? { ok: false, code: 'milestone_taken' } : null;
  }
  const rate = terms.rates.find((one) => one.kind === kind);
  const most = rate?.mostMinutes ?? 0;
  if (rate?.pay === 'hourly' && !within(minutes, most))
    return { ok: false, code: 'minutes_out_of_range', from: 1, to: most };
  if (rate?.pay === 'shared' && !within(units, unitsLimit))
    return { ok: false, code: 'units_out_of_range', from: 1, to: unitsLimit };
  return null;
}

function readWords(given: string): SubmissionRefusal | null {
  const text = given.trim();
  if (text === '') return { ok: false, code: 'text_missing' };
  if (text.length > textLimit) return { ok: false, code: 'text_too_long' };
  return isKeepable(text) ? null : { ok: false, code: 'text_malformed' };
}

/**
 * Whether this piece of this member can be taken, and if so what it will be paid and what is set aside for it. What it
 * says of itself beyond its kind is kept only where the kind asks for it. `generation`: null where it is about no clip.
 * Errors, in the order they are tested: call_over, places_not_drawn, may_not_join, kind_not_in_call, milestone_unknown,
 * milestone_taken, minutes_out_of_range, units_out_of_range, text_missing, text_too_long, text_malformed,
 * place_out_of_range, region_out_of_range, call_exhausted.
 */
export function takeSubmission(
  { terms, places, available, taken }: CallStanding,
  authorId: string,
  piece: Submission,
  generation: Pick<GenerationRef, 'frames' | 'durationMs'> | null,
  now: Date,
): { ok: true; kind: WorkKind; amount: Minor; hold: Minor } | SubmissionRefusal {
  if (now >= terms.deadline) return { ok: false, code: 'call_over', deadline: terms.deadline };
  const allowed = mayHandIn(terms, places, authorId);
  if (!allowed.ok) return allowed;
  const { kind } = piece;
  const kinds = [
    ...terms.rates.map((rate) => rate.kind),
    ...(terms.milestones.length > 0 ? (['milestone'] as const) : []),
  ];
  if (!isWorkKind(kind) || !kinds.includes(kind)) return { ok: false, code: 'kind_not_in_call', kinds };
  const wrong = readMeasure(terms, piece, taken) ?? readWords(piece.text);
  if (wrong) return wrong;
  const { frames, durationMs } = generation ?? { frames: 0, durationMs: 0 };
  if (!onTheClip(piece.frame, frames) || !onTheClip(piece.atMs, durationMs))
    return { ok: false, code: 'place_out_of_range', frames, durationMs };
  if (piece.region && (!generation || !onThePicture(piece.region)))
    return { ok: false, code: 'region_out_of_range' };
  const amount = amountDue(terms, piece);
  const hold = holdFor(terms, piece);
  if (amount === null || hold === null) throw new Error(`a piece of ${kind} was measured and has no price`);
  if (hold > available) return { ok: false, code: 'call_exhausted', available, needed: hold };
  return { ok: true, kind, amount, hold };
}
