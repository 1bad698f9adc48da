import { redirect } from '@sveltejs/kit';
import type { JoinAnswer } from '@uncaged/contract';
import { ask, filled, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ params }) => ({ code: params.code });

export const actions: Actions = {
  join: async (event) => {
    const form = await filled(event);
    const body = {
      code: event.params.code,
      pseudonym: form.text('pseudonym'),
      password: form.text('password'),
    };
    const answer = await ask<JoinAnswer>(event, 'POST', '/api/members', body, form.key);
    if (!answer.ok) return refuse('join', answer.problem, { pseudonym: body.pseudonym });
    redirect(303, '/make');
  },
};
