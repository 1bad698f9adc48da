import { redirect } from '@sveltejs/kit';
import type { LoginAnswer } from '@uncaged/contract';
import { ask, filled, refuse } from '#lib/server/ask.ts';
import { ownPath } from '#lib/server/path.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
  const to = ownPath(url.searchParams.get('to'), '/make');
  if (locals.me) redirect(303, to);
  return { to };
};

export const actions: Actions = {
  come: async (event) => {
    const form = await filled(event);
    const body = { pseudonym: form.text('pseudonym'), password: form.text('password') };
    const answer = await ask<LoginAnswer>(event, 'POST', '/api/sessions', body);
    if (!answer.ok) return refuse('come', answer.problem, { pseudonym: body.pseudonym });
    redirect(303, ownPath(form.text('to'), '/make'));
  },
  leave: async (event) => {
    await ask(event, 'DELETE', '/api/sessions/current');
    redirect(303, '/');
  },
};
