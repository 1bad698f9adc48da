import type {
  CallsResponse,
  ContributionsResponse,
  FundsResponse,
  PaidResponse,
  ReviewDeskResponse,
} from '@uncaged/contract';
import { minorOf } from '#lib/money.ts';
import { ask, filled, maybe, problem, refuse } from '#lib/server/ask.ts';
import { slug } from '#lib/text.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const [calls, funds, desk, mine, paid] = await Promise.all([
    maybe<CallsResponse>(event, '/api/calls'),
    maybe<FundsResponse>(event, '/api/funds'),
    event.locals.me ? maybe<ReviewDeskResponse>(event, '/api/reviews') : null,
    event.locals.me ? maybe<ContributionsResponse>(event, '/api/contributions?mine=true') : null,
    maybe<PaidResponse>(event, '/api/paid'),
  ]);
  return {
    calls: calls?.calls ?? [],
    funds,
    waiting: desk?.waiting.length ?? 0,
    mine: mine?.contributions ?? [],
    tones: paid?.byTone ?? [],
  };
};

export const actions: Actions = {
  deposit: async (event) => {
    const form = await filled(event);
    const currency = event.locals.collective.currency ?? 'EUR';
    const typed = { amount: form.text('amount'), source: form.text('source') };
    const amount = minorOf(typed.amount, currency);
    if (amount === null)
      return refuse(
        'deposit',
        problem(
          'amount_unreadable',
          'We cannot read that amount',
          `“${typed.amount}” is not an amount in ${currency}.`,
          'Write it like 250 or 250.00.',
        ),
        typed,
      );
    const body = { fund: 'main', amount, currency, source: slug(typed.source) };
    const answer = await ask(event, 'POST', '/api/funds/deposits', body, form.key);
    return answer.ok ? { deposited: true } : refuse('deposit', answer.problem, typed);
  },
};
