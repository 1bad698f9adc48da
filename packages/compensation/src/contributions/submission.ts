import { amountDue, type CallTerms, holdFor, isWorkKind, type WorkKind } from '../calls/terms.ts';
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

export interface Submission {
  kind: string;
  text: string;
  atMs: number | null;
  frame: number | null;
}

export const textLimit = 20_000;

export type SubmissionRefusal =
  | { ok: false; code: 'call_over'; deadline: Date }
  | { ok: false; code: 'kind_not_in_call'; kinds: WorkKind[] }
  | { ok: false; code: 'text_missing' | 'text_too_long' | 'text_malformed' }
  | { ok: false; code: 'place_out_of_range'; frames: number | null; durationMs: number | null }
  | { ok: false; code: 'call_exhausted'; available: Minor; needed: Minor };

/** Where the length of a clip is not known, no place is further in than this: a day in milliseconds. */
const furthestPlace = 86_400_000;

function onTheClip(value: number | null, length: number | null): boolean {
  if (value === null) return true;
  return Number.isSafeInteger(value) && value >= 0 && value < (length ?? furthestPlace);
}

/**
 * Whether this piece can be taken, and if so what it will be paid and what is set aside for it.
 * `available` is what stands in escrow and is not promised to anyone.
 * Errors, in the order they are tested: call_over, kind_not_in_call, text_missing, text_too_long, text_malformed,
 * place_out_of_range, call_exhausted.
 */
export function takeSubmission(
  terms: CallTerms,
  submission: Submission,
  generation: Pick<GenerationRef, 'frames' | 'durationMs'>,
  available: Minor,
  now: Date,
): { ok: true; kind: WorkKind; amount: Minor; hold: Minor } | SubmissionRefusal {
  if (now >= terms.deadline) return { ok: false, code: 'call_over', deadline: terms.deadline };
  const { kind } = submission;
  const amount = amountDue(terms, kind);
  const hold = holdFor(terms, kind);
  if (!isWorkKind(kind) || amount === null || hold === null) {
    return { ok: false, code: 'kind_not_in_call', kinds: terms.rates.map((rate) => rate.kind) };
  }
  const text = submission.text.trim();
  if (text === '') return { ok: false, code: 'text_missing' };
  if (text.length > textLimit) return { ok: false, code: 'text_too_long' };
  if (!isKeepable(text)) return { ok: false, code: 'text_malformed' };
  const { frames, durationMs } = generation;
  if (!onTheClip(submission.frame, frames) || !onTheClip(submission.atMs, durationMs)) {
    return { ok: false, code: 'place_out_of_range', frames, durationMs };
  }
  if (hold > available) return { ok: false, code: 'call_exhausted', available, needed: hold };
  return { ok: true, kind, amount, hold };
}
