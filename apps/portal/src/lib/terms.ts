/** What an author asks of a vote, from the fields of the form. */
import type { TermsRequest } from '@uncaged/contract';
import type { Typed } from './clauses.ts';

/** What was typed as terms; `wrong` says why, by name of the field. Empty fields ask for nothing. */
export function termsOf(typed: Typed, kind: string): { terms: TermsRequest; wrong: Typed } {
  const wrong: Typed = {};
  const text = (name: string): string => (typed[`terms/${name}`] ?? '').trim();
  const number = (name: string, min: number, max: number): number | undefined => {
    if (text(name) === '') return undefined;
    const value = /^\d{1,13}$/.test(text(name)) ? Number(text(name)) : Number.NaN;
    if (value >= min && value <= max) return value;
    wrong[`terms/${name}`] =
      `Write a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}.`;
    return undefined;
  };
  const terms: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    if (value !== undefined && value !== '') terms[name] = value;
  };
  if (kind === 'election') {
    put('role', text('role'));
    put('seats', number('seats', 1, 100));
    if (text('role') === '') wrong['terms/role'] = 'Choose the role that is given.';
  } else put('method', text('method'));
  if (text('method') === 'budget') put('total', number('total', 1, 1_000_000_000_000));
  put('secret', text('secret') === 'on' ? true : undefined);
  put('discussUntil', momentOf(text('discussUntil'), wrong));
  const consents = (typed['terms/needsConsentOf'] ?? '').split('\n').filter((id) => id !== '');
  if (consents.length > 0) put('needsConsentOf', consents);
  if (kind === 'open' || kind === 'election') return { terms, wrong };
  put('sunsetDays', number('sunsetDays', 1, 3650));
  put('reviewDays', number('reviewDays', 1, 3650));
  const percent = number('percent', 1, 50);
  if (percent !== undefined) {
    const hours = number('hours', 1, 720);
    const revertAbove = number('revertAbove', 0, 1000);
    for (const [name, value] of Object.entries({ hours, revertAbove }))
      if (value === undefined && !wrong[`terms/${name}`])
        wrong[`terms/${name}`] = 'A trial needs this number too.';
    put('canary', { percent, hours, measure: text('measure') || 'refused_per_thousand', revertAbove });
  }
  return { terms, wrong };
}

/** A day as the form writes it, taken as its end in UTC. */
function momentOf(day: string, wrong: Typed): string | undefined {
  if (day === '') return undefined;
  const moment = new Date(`${day}T23:59:00Z`);
  if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  wrong['terms/discussUntil'] = 'Choose a day.';
  return undefined;
}
