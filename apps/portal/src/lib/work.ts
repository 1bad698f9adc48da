/** Words for paid work: what kinds there are, and how each is paid. */
import type { Call, CallForm, Contribution, ContributionKind } from '@uncaged/contract';
import { amountText } from './money.ts';
import { date } from './time.ts';

/** What a kind of work is, to whoever is about to do it. */
export const kindSays: Record<ContributionKind, string> = {
  bug: 'Something breaks: what, and how to make it break again.',
  critique: 'What it does badly, or well, and why it matters. Harsh words are worth what praise is worth.',
  'dataset-curation': 'Works looked through, sorted or named for a dataset.',
  experiment: 'You tried something with it. What did you expect, what came?',
  'feedback-session': 'Time spent with it, told as it went.',
  milestone: 'A step of what was agreed: what is done, and where it can be seen.',
  recaptioning: 'Captions written anew.',
  'red-team': 'You made it do what it should not. Show how.',
  stewardship: 'Chores done for all of us.',
  translation: 'Words put into another language.',
};

/** Work about what the machine makes: it is logged from a clip or a model. */
export const aboutMachine: readonly ContributionKind[] = ['bug', 'critique', 'experiment', 'red-team'];
/** Work at which somebody can be first. */
export const findings: readonly ContributionKind[] = ['bug', 'red-team'];

/** What a call is called, by its form. */
export const formNames: Record<CallForm, string> = {
  testing: 'Call for testing',
  grant: 'Grant',
  commission: 'Commission',
  residency: 'Residency',
  screening: 'Screening',
};

/** 90 → "1 h 30 min". */
export function minutesText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : '']
    .filter(Boolean)
    .join(' ');
}

/** "25.00 EUR", "30.00 EUR an hour, up to 3 h", "50.00 EUR, shared". */
export function rateText(rate: Call['rates'][number], currency: string): string {
  const money = `${amountText(rate.amount, currency)} ${currency}`;
  if (rate.pay === 'hourly') return `${money} an hour, up to ${minutesText(rate.mostMinutes ?? 0)}`;
  return rate.pay === 'shared' ? `${money}, shared` : money;
}

/** What became of a piece, in a word or two. */
export function stateText(piece: Contribution): string {
  if (piece.state === 'waiting') return `answer due ${date(piece.reviewBy, false)}`;
  if (piece.state === 'rejected') {
    if (piece.appeal?.state === 'opened' || piece.appeal?.state === 'judging') return 'on appeal';
    return piece.appeal ? 'rejected, by a panel too' : 'rejected';
  }
  if (piece.decidedBy === 'silence') return 'accepted by silence';
  if (piece.decidedBy === 'appeal') return 'accepted on appeal';
  return piece.duplicateOf ? 'accepted, found second' : 'accepted';
}

/** What a piece is or was paid; a bar's worth of nothing where a sum is not shared yet. */
export function payText(piece: Contribution): string {
  if (piece.state === 'rejected') return amountText('0', piece.currency);
  if (piece.units !== null && piece.paid === null) return 'at the close';
  return amountText(piece.paid ?? piece.amount, piece.currency);
}

/** How a piece is called: its kind, or its milestone. */
export function pieceName(piece: Contribution): string {
  return piece.milestone ? piece.milestone.title : piece.kind;
}
