import { redirect } from '@sveltejs/kit';
import type { CallOpenedResponse, FundsResponse, PolicyAnswer } from '@uncaged/contract';
import { minorOf } from '#lib/money.ts';
import { ask, filled, maybe, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

const kinds = ['bug', 'critique', 'experiment', 'red-team'] as const;

interface PayRules {
  rates: Record<string, number>;
  reviewRate: number;
  reviewsNeeded: number;
  reviewDays: number;
}

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/work/new');
  const [policy, funds] = await Promise.all([
    maybe<PolicyAnswer>(event, '/api/policy'),
    maybe<FundsResponse>(event, '/api/funds'),
  ]);
  const pay = (policy?.document as { compensation?: PayRules } | undefined)?.compensation;
  const currency = event.locals.collective.currency ?? 'EUR';
  const main = funds?.funds.find((fund) => fund.name === 'main');
  return {
    kinds,
    pay: pay ?? null,
    fund: main?.balances.find((one) => one.currency === currency)?.amount ?? '0',
    deadline: new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10),
  };
};

const unreadable = (words: string, currency: string) =>
  problem(
    'amount_unreadable',
    'We cannot read that amount',
    `“${words}” is not an amount in ${currency}.`,
    'Write amounts like 25 or 25.00.',
  );

export const actions: Actions = {
  open: async (event) => {
    const form = await filled(event);
    const currency = event.locals.collective.currency ?? 'EUR';
    const names = ['title', 'brief', 'budget', 'deadline', 'reviewDays', 'reviewsNeeded', ...kinds];
    const typed = Object.fromEntries(names.map((name) => [name, form.text(name)]));
    const rates: { kind: string; amount: string }[] = [];
    for (const kind of kinds) {
      const words = form.text(kind);
      if (words === '') continue;
      const amount = minorOf(words, currency);
      if (amount === null) return refuse('open', unreadable(words, currency), typed);
      rates.push({ kind, amount });
    }
    const budget = minorOf(form.text('budget'), currency);
    if (budget === null) return refuse('open', unreadable(form.text('budget'), currency), typed);
    const body = {
      title: form.text('title'),
      brief: form.text('brief'),
      rates,
      budget,
      currency,
      deadline: `${form.text('deadline')}T23:59:59Z`,
      reviewDays: form.number('reviewDays'),
      reviewsNeeded: form.number('reviewsNeeded'),
    };
    const answer = await ask<CallOpenedResponse>(event, 'POST', '/api/calls', body, form.key);
    if (!answer.ok) return refuse('open', answer.problem, typed);
    redirect(303, `/work/${answer.data.call.id}`);
  },
};
