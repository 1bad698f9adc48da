import { redirect } from '@sveltejs/kit';
import {
  type CallOpenedResponse,
  type ContributionKind,
  callForms,
  contributionKinds,
  type FundsResponse,
  type MembersAnswer,
  type PolicyAnswer,
} from '@uncaged/contract';
import { minorOf } from '#lib/money.ts';
import { ask, type Filled, filled, maybe, problem, refuse, typedIn } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

type CardRate = number | { hourly: number; mostMinutes: number } | { shared: number };

interface PayRules {
  rates: Partial<Record<ContributionKind, CardRate>>;
  reviewRate: number;
  reviewsNeeded: number;
  reviewDays: number;
  reviewerSeats?: number;
}

/** Most milestones that the form offers at once. */
const steps = 6;

/** How the rate card pays a kind, and at least how much. */
function carded(kind: ContributionKind, rate: CardRate) {
  if (typeof rate === 'number')
    return { kind, pay: 'fixed' as const, least: String(rate), mostMinutes: null };
  if ('hourly' in rate)
    return { kind, pay: 'hourly' as const, least: String(rate.hourly), mostMinutes: rate.mostMinutes };
  return { kind, pay: 'shared' as const, least: String(rate.shared), mostMinutes: null };
}

export const load: PageServerLoad = async (event) => {
  const asked = event.url.searchParams.get('form') ?? 'testing';
  const form = callForms.find((one) => one === asked) ?? 'testing';
  if (!event.locals.me) redirect(303, `/come?to=${encodeURIComponent(`/work/new?form=${form}`)}`);
  const [policy, funds, members] = await Promise.all([
    maybe<PolicyAnswer>(event, '/api/policy'),
    maybe<FundsResponse>(event, '/api/funds'),
    maybe<MembersAnswer>(event, '/api/members'),
  ]);
  const pay = (policy?.document as { compensation?: PayRules } | undefined)?.compensation;
  const currency = event.locals.collective.currency ?? 'EUR';
  const main = funds?.funds.find((fund) => fund.name === 'main');
  return {
    form,
    steps,
    card: contributionKinds.flatMap((kind) => {
      const rate = pay?.rates[kind];
      return rate === undefined ? [] : [carded(kind, rate)];
    }),
    pay: pay ?? null,
    fund: main?.balances.find((one) => one.currency === currency)?.amount ?? '0',
    deadline: new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10),
    members: (members?.members ?? []).filter((one) => one.pseudonym !== null),
  };
};

const unreadable = (words: string, currency: string) =>
  problem(
    'amount_unreadable',
    'We cannot read that amount',
    `“${words}” is not an amount in ${currency}.`,
    'Write amounts like 25 or 25.00.',
  );

class Unreadable extends Error {}

/** The end of a day, as a deadline has it. */
const dayEnd = (date: string) => `${date}T23:59:59Z`;

/** The call as the form says it; throws for an amount that is none. */
function callOf(form: Filled, currency: string) {
  const amount = (name: string) => {
    const minor = minorOf(form.text(name), currency);
    if (minor === null) throw new Unreadable(form.text(name));
    return minor;
  };
  const rates = contributionKinds
    .filter((kind) => form.text(kind) !== '')
    .map((kind) => ({ kind, amount: amount(kind), mostMinutes: form.number(`${kind}-minutes`) }));
  const milestones = Array.from({ length: steps }, (_, at) => at)
    .filter((at) => form.text(`step-${at}`) !== '' || form.text(`step-${at}-amount`) !== '')
    .map((at) => {
      const due = form.text(`step-${at}-due`);
      return {
        title: form.text(`step-${at}`),
        amount: amount(`step-${at}-amount`),
        ...(due === '' ? {} : { due: dayEnd(due) }),
      };
    });
  const who = form.text('who');
  return {
    form: form.text('form'),
    title: form.text('title'),
    brief: form.text('brief'),
    rates,
    ...(milestones.length > 0 ? { milestones } : {}),
    budget: amount('budget'),
    currency,
    deadline: dayEnd(form.text('deadline')),
    reviewDays: form.number('reviewDays'),
    reviewsNeeded: form.number('reviewsNeeded'),
    ...(who === 'invited' ? { mayJoin: { invited: form.all('invited') } } : {}),
    ...(who === 'drawn'
      ? { mayJoin: { drawn: { seats: form.number('seats') ?? 0, joinBy: dayEnd(form.text('joinBy')) } } }
      : {}),
  };
}

export const actions: Actions = {
  open: async (event) => {
    const form = await filled(event);
    const currency = event.locals.collective.currency ?? 'EUR';
    const typed = typedIn(form, (name) => name !== 'key');
    try {
      const answer = await ask<CallOpenedResponse>(
        event,
        'POST',
        '/api/calls',
        callOf(form, currency),
        form.key,
      );
      if (!answer.ok) return refuse('open', answer.problem, typed);
      redirect(303, `/work/${answer.data.call.id}`);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return refuse('open', unreadable(error.message, currency), typed);
    }
  },
};
