import type { AppealAnswer } from '@uncaged/contract';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

const address = ({ params }: { params: { id: string } }) => `/api/appeals/${encodeURIComponent(params.id)}`;

export const load: PageServerLoad = async (event) => get<AppealAnswer>(event, address(event));

export const actions: Actions = {
  judge: async (event) => {
    const form = await filled(event);
    const body = { overturn: form.text('overturn') === 'yes', reason: form.text('reason') };
    const answer = await ask(event, 'POST', `${address(event)}/judgements`, body, form.key);
    return answer.ok ? { done: 'judge' } : refuse('judge', answer.problem, { reason: body.reason });
  },
};
