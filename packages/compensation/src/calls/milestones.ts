import { isKeepable, type Minor, readPositiveAmount } from '../money.ts';
import { readInstant } from './instants.ts';
import type { Form } from './kinds.ts';
import type { TermsRefusal } from './terms.ts';

/** A step of a grant, a commission, a residency or a screening, paid once when it is accepted. */
export interface Milestone {
  /** `1`, `2`, … in the order in which they were written */
  key: string;
  title: string;
  amount: Minor;
  /** when it is hoped for; nothing follows from it */
  due: Date | null;
}

export interface ProposedMilestone {
  title: string;
  amount: string;
  due?: string | undefined;
}

type Refused<Code extends TermsRefusal['code']> = { ok: false; code: Code };
export type MilestonesRefusal =
  | Refused<'milestones_missing' | 'milestones_not_here' | 'text_malformed'>
  | Extract<
      TermsRefusal,
      { code: `amount_${string}` | 'milestone_due_wrong' | 'milestone_title' | 'too_many_milestones' }
    >;

export const milestoneLimits = { count: 24, title: 200 } as const;

/** Reads the milestones of a form; a call for testing has none, every other form has some. Errors as `readTerms` says. */
export function readMilestones(
  proposed: readonly ProposedMilestone[],
  form: Form,
): { ok: true; milestones: Milestone[] } | MilestonesRefusal {
  if (form === 'testing' && proposed.length > 0) return { ok: false, code: 'milestones_not_here' };
  if (form !== 'testing' && proposed.length === 0) return { ok: false, code: 'milestones_missing' };
  const { count, title: longest } = milestoneLimits;
  if (proposed.length > count) return { ok: false, code: 'too_many_milestones', most: count };
  const milestones: Milestone[] = [];
  for (const [place, given] of proposed.entries()) {
    const title = given.title.trim();
    if (title === '' || title.length > longest) return { ok: false, code: 'milestone_title', most: longest };
    if (!isKeepable(title)) return { ok: false, code: 'text_malformed' };
    const read = readPositiveAmount(given.amount);
    if (!read.ok) return read;
    const due = given.due === undefined ? null : readInstant(given.due);
    if (given.due !== undefined && due === null)
      return { ok: false, code: 'milestone_due_wrong', given: given.due.slice(0, 60) };
    milestones.push({ key: String(place + 1), title, amount: read.amount, due });
  }
  return { ok: true, milestones };
}
