import { redirect } from '@sveltejs/kit';
import type { WorkCreated } from '@uncaged/contract';
import { titleOf } from '#lib/bring.ts';
import { ask, filled, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.me) redirect(303, '/come?to=/works/new');
};

export const actions: Actions = {
  /** Without script: the chosen files one after the other, up to the first that is refused. */
  bring: async (event) => {
    const form = await filled(event);
    const typed = {
      title: form.text('title'),
      keywords: form.text('keywords'),
      licence: form.text('licence'),
    };
    const files = form.files('file');
    if (files.length === 0)
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
    let last = '';
    for (const [index, file] of files.entries()) {
      const body = new FormData();
      body.set('file', file, file.name);
      body.set('title', (files.length === 1 && typed.title) || titleOf(file.name));
      body.set('keywords', typed.keywords);
      body.set('licence', typed.licence);
      for (const use of form.all('consents')) body.append('consents', use);
      const answer = await ask<WorkCreated>(event, 'POST', '/api/works', body, `${form.key}-${index}`);
      if (!answer.ok) {
        const detail = `${file.name}: ${answer.problem.detail}${index > 0 ? ` The ${index} before it ${index === 1 ? 'is' : 'are'} here.` : ''}`;
        return refuse('bring', { ...answer.problem, detail }, typed);
      }
      last = answer.data.work.id;
    }
    redirect(303, files.length === 1 ? `/works/${last}` : '/works?mine=1');
  },
};
