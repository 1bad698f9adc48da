import { redirect } from '@sveltejs/kit';
import type { AppealChangedAnswer, AppealsAnswer, Generation } from '@uncaged/contract';
import { ask, filled, get, maybe, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const clip = event.url.searchParams.get('clip');
  if (clip !== null && !event.locals.me)
    redirect(303, `/come?to=${encodeURIComponent(`/decide/appeals?clip=${clip}`)}`);
  const [{ appeals }, refused] = await Promise.all([
    get<AppealsAnswer>(event, '/api/appeals'),
    clip === null
      ? null
      : maybe<{ generation: Generation }>(event, `/api/generations/${encodeURIComponent(clip)}`),
  ]);
  return { appeals, clip, refused: refused?.generation ?? null };
};

export const actions: Actions = {
  appeal: async (event) => {
    const form = await filled(event);
    const body = { generationId: form.text('clip'), reason: form.text('reason') };
    const answer = await ask<AppealChangedAnswer>(event, 'POST', '/api/appeals', body, form.key);
    if (!answer.ok) return refuse('appeal', answer.problem, { reason: body.reason });
    redirect(303, `/decide/appeals/${answer.data.appeal.id}`);
  },
};
