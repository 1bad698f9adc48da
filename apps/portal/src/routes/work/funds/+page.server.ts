import { type FundsResponse, type MovementsResponse, sourceKinds } from '@uncaged/contract';
import { minorOf } from '#lib/money.ts';
import { ask, type Filled, filled, get, problem, refuse, typedIn } from '#lib/server/ask.ts';
import { slug } from '#lib/text.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
  const funds = await get<FundsResponse>(event, '/api/funds');
  const asked = event.url.searchParams.get('fund') ?? 'main';
  const fund = funds.funds.some(({ name }) => name === asked) ? asked : 'main';
  const { movements } = await get<MovementsResponse>(event, `/api/funds/${fund}/movements`);
  return { ...funds, fund, movements, kinds: sourceKinds };
};

/** Sends a form about money: `bodyOf` reads it, with the amount in smallest coins. */
async function send(
  event: RequestEvent,
  at: string,
  path: string,
  bodyOf: (form: Filled, amount: string, currency: string) => object,
) {
  const form = await filled(event);
  const typed = typedIn(form, (name) => name !== 'key');
  const currency = form.text('currency') || (event.locals.collective.currency ?? 'EUR');
  const amount = minorOf(form.text('amount'), currency);
  if (amount === null) {
    const wrong = `“${form.text('amount')}” is not an amount in ${currency}.`;
    const said = problem(
      'amount_unreadable',
      'We cannot read that amount',
      wrong,
      'Write it like 250 or 250.00.',
    );
    return refuse(at, said, typed);
  }
  const answer = await ask(event, 'POST', path, bodyOf(form, amount, currency), form.key);
  return answer.ok ? { moved: at } : refuse(at, answer.problem, typed);
}

export const actions: Actions = {
  deposit: (event) =>
    send(event, 'deposit', '/api/funds/deposits', (form, amount, currency) => ({
      ...{ fund: slug(form.text('fund')), amount, currency, source: slug(form.text('source')) },
    })),
  transfer: (event) =>
    send(event, 'transfer', '/api/funds/transfers', (form, amount, currency) => ({
      ...{
        from: form.text('from'),
        to: slug(form.text('to')),
        amount,
        currency,
        purpose: form.text('purpose'),
      },
    })),
  exchange: (event) =>
    send(event, 'exchange', '/api/funds/exchanges', (form, amount, currency) => ({
      ...{ fund: form.text('fund'), amount, currency, into: form.text('into').toUpperCase() },
      ...{ rate: form.text('rate').replace(',', '.'), rateSource: form.text('rateSource') },
    })),
  declare: async (event) => {
    const form = await filled(event);
    const typed = typedIn(form, (name) => name !== 'key');
    const [sponsor, asks] = [form.text('sponsor'), form.text('asks')];
    const body = {
      ...{ name: slug(form.text('name')), kind: form.text('kind') },
      ...(sponsor === '' ? {} : { sponsor }),
      ...(asks === '' ? {} : { asks }),
    };
    const answer = await ask(event, 'POST', '/api/funds/sources', body, form.key);
    return answer.ok ? { moved: 'declare' } : refuse('declare', answer.problem, typed);
  },
  reverse: async (event) => {
    const form = await filled(event);
    const body = { entryId: form.text('entry'), reason: form.text('reason') };
    const at = `reverse-${body.entryId}`;
    const answer = await ask(event, 'POST', '/api/funds/reversals', body, form.key);
    return answer.ok ? { moved: 'reverse' } : refuse(at, answer.problem, { reason: body.reason });
  },
};
