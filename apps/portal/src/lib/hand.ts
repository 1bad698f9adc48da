/** A hand of one's own: what its states, its uses and its number of works mean, in words. */
import type { Adapter, FineTuneAct, FineTuneSummary, Problem, TrainingUse } from '@uncaged/contract';
import { because, wordOf } from './consent.ts';
import { gradeOfProgress } from './text.ts';
import { span } from './time.ts';

/** The parts of a fine-tune that its title and its line of state are made from. */
export type Standing = Pick<
  FineTuneSummary,
  'state' | 'stopping' | 'steps' | 'secondsLeft' | 'position' | 'estimateSeconds' | 'failure' | 'seconds'
>;

/** Whether it is still going to change by itself. */
export function isUnderWay({ state }: Pick<Standing, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** How its title is set: it sharpens as it trains, and is sharp once its maker kept it. */
export function gradeOfHand({ state, steps }: Standing): string {
  if (state === 'finished' || state === 'kept' || state === 'discarded') return 'grade-0';
  if (state === 'draft' || steps.of === null) return 'grade-35';
  return gradeOfProgress(steps.done, steps.of);
}

/** Where it stands, as a sentence without its full stop. */
export function standing(tune: Standing): string {
  const { state, steps } = tune;
  const at = steps.of === null ? `${steps.done}` : `${steps.done} of ${steps.of}`;
  const left = (seconds: number | null, words: string): string =>
    seconds === null ? '' : `, ${words} ${span(seconds * 1000)}`;
  if (state === 'draft') return 'a draft, not started';
  if (state === 'waiting')
    return `place ${tune.position ?? '…'} in the queue${left(tune.estimateSeconds, 'done in about')}`;
  if (state === 'running' && tune.stopping) return `step ${at}, stopping after this step`;
  if (state === 'running')
    return steps.done === 0
      ? 'a machine has taken it'
      : `step ${at}${left(tune.secondsLeft, 'about')}${tune.secondsLeft === null ? '' : ' left'}`;
  if (state === 'stopped') return `stopped at step ${at}; what it learnt is kept`;
  if (state === 'failed') return `failed at step ${at}: ${tune.failure ?? 'the machine gave no reason'}`;
  if (state === 'discarded') return 'thrown away';
  const took = left(tune.seconds, 'in').replace(',', '');
  return state === 'kept' ? `kept, learnt${took}` : `finished${took}; keep it or throw it away`;
}

export const actWords: Record<FineTuneAct, { press: string; busy: string }> = {
  start: { press: 'Start', busy: 'Starting…' },
  stop: { press: 'Stop here', busy: 'Stopping…' },
  continue: { press: 'Go on', busy: 'Going on…' },
  keep: { press: 'Keep it', busy: 'Keeping…' },
  discard: { press: 'Throw it away', busy: 'Throwing away…' },
};

/** The three lines that matter to a hand, in the order they come up. */
const asked = ['fine_tune_own', 'fine_tune_shared', 'export_weights'] as const;
const saidOf: Record<string, string> = {
  fine_tune_own: 'my own hand',
  fine_tune_shared: 'sharing it',
  export_weights: 'taking it away',
};

/** "yes to my own hand and sharing it; no to taking it away": what was said of one work. */
export function consentsInWords(uses: readonly TrainingUse[]): string {
  const list = (allowed: boolean): string => {
    const named = asked
      .filter((use) => (uses.find((line) => line.use === use)?.allowed ?? false) === allowed)
      .map((use) => saidOf[use]);
    return named.length < 2 ? (named[0] ?? '') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
  };
  return [
    ['yes to ', list(true)],
    ['no to ', list(false)],
  ]
    .filter(([, named]) => named !== '')
    .map((parts) => parts.join(''))
    .join('; ');
}

/** Whether its maker lets a hand of their own learn from it. */
export function mayTeach(uses: readonly TrainingUse[]): boolean {
  return uses.some(({ use, allowed }) => use === 'fine_tune_own' && allowed);
}

/** What a number of works can teach: honest for small sets, where promises are cheapest. */
export const lessons: { works: number; adapter: string; model: string }[] = [
  {
    works: 1,
    adapter: 'Too few to tell a manner from a picture. Expect your pictures back, blurred.',
    model: 'It learns them by heart and knows nothing else.',
  },
  {
    works: 10,
    adapter: 'Your colours, mostly. Shapes stay the common model’s.',
    model: 'It repeats the ten, more or less well.',
  },
  {
    works: 30,
    adapter: 'A manner: colours, contours, how you fill a page, on things the common model knows.',
    model: 'Smudges in your colours, and copies. No things on request.',
  },
  {
    works: 100,
    adapter: 'A manner that holds, and motifs you return to.',
    model: 'Masses and colours of yours; a thing now and then. Words hardly steer it.',
  },
  {
    works: 1000,
    adapter: 'New things, too, that the common model never saw.',
    model: 'Things you drew often, on request. The common model had a few thousand.',
  },
];

/** Which row of `lessons` a number of works stands in; -1 for none. */
export function lessonOf(works: number): number {
  return lessons.findLastIndex((lesson) => works >= lesson.works);
}

const unusable: Record<string, string> = {
  work_without_consent: 'a work that taught it has no line for this any more',
  adapter_other_base: 'it belongs on a model that is not here',
  adapter_discarded: 'it was thrown away',
  not_your_adapter: 'its maker keeps it to themself',
};

/** Why an adapter cannot be used now, as the end of a sentence. */
export function whyNot({ because: code }: Pick<Adapter, 'because'>): string {
  if (code === null) return '';
  return unusable[code] ?? because(code);
}

/** A work that stands in the way of what was asked, with the line it lacks. */
export interface Lacking {
  workId: string;
  title: string;
  use: string;
  because: string;
}

/** The works a refusal names; empty when it is about something else. */
export function lackingIn(problem: Problem | null | undefined): Lacking[] {
  const works = (problem as { works?: unknown } | null | undefined)?.works;
  return Array.isArray(works) ? (works as Lacking[]) : [];
}

/** "fine-tune shared models": the lines that are missing, each once, in the words they are asked in. */
export function linesOf(lacking: readonly Lacking[]): string {
  return [...new Set(lacking.map(({ use }) => wordOf(use)))].join(' and ');
}
