import { redirect } from '@sveltejs/kit';
import type { FoundAnswer, FoundRequest } from '@uncaged/contract';
import { minorOf } from '#lib/money.ts';
import { ask, filled, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

const common = [
  'EUR',
  'GBP',
  'USD',
  'CHF',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'CZK',
  'CAD',
  'AUD',
  'NZD',
  'JPY',
  'BRL',
  'MXN',
];

export const load: PageServerLoad = () => {
  const names = new Intl.DisplayNames('en', { type: 'currency' });
  const named = (code: string) => ({ code, name: names.of(code) ?? code });
  const rest = Intl.supportedValuesOf('currency').filter((code) => !common.includes(code));
  return { common: common.map(named), rest: rest.map(named) };
};

export const actions: Actions = {
  found: async (event) => {
    const form = await filled(event);
    const typed = Object.fromEntries(
      ['name', 'currency', 'pseudonym', 'amount', 'source'].map((field) => [field, form.text(field)]),
    );
    const currency = form.text('currency') || 'EUR';
    const body: FoundRequest = {
      name: form.text('name'),
      currency,
      founder: { pseudonym: form.text('pseudonym'), password: form.text('password') },
    };
    if (form.text('amount') !== '') {
      const amount = minorOf(form.text('amount'), currency);
      if (amount === null)
        return refuse(
          'found',
          problem(
            'amount_unreadable',
            'We cannot read that amount',
            `“${form.text('amount')}” is not an amount in ${currency}.`,
            'Write it like 250 or 250.00, or leave it empty and start with nothing.',
          ),
          typed,
        );
      if (amount !== '0') body.deposit = { amount, source: form.text('source') || 'donation' };
    }
    const answer = await ask<FoundAnswer>(event, 'POST', '/api/collective', body, form.key);
    if (!answer.ok) return refuse('found', answer.problem, typed);
    redirect(303, '/make');
  },
};
