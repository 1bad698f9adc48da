import { redirect } from '@sveltejs/kit';
import type { WorkCreated } from '@uncaged/contract';
import { ask, filled, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.me) redirect(303, '/come?to=/works/new');
};

export const actions: Actions = {
  bring: async (event) => {
    const form = await filled(event);
    const typed = {
      title: form.text('title'),
      keywords: form.text('keywords'),
      licence: form.text('licence'),
    };
    const file = form.file('file');
    if (!file)
      return refuse(
        'bring',
        problem(
          'no_file',
          'There is no picture',
          'You sent the words without a file.',
          'Choose the picture, then send it again.',
        ),
        typed,
      );
    const body = new FormData();
    body.set('file', file, file.name);
    body.set('title', typed.title);
    body.set('keywords', typed.keywords);
    body.set('licence', typed.licence);
    for (const use of form.all('consents')) body.append('consents', use);
    const answer = await ask<WorkCreated>(event, 'POST', '/api/works', body, form.key);
    if (!answer.ok) return refuse('bring', answer.problem, typed);
    redirect(303, `/works/${answer.data.work.id}`);
  },
};
