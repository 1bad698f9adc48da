import { redirect } from '@sveltejs/kit';
import type { FineTune } from '@uncaged/contract';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import { consented } from '#lib/server/consents.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, `/come?to=${encodeURIComponent(event.url.pathname)}`);
  const { fineTune } = await get<{ fineTune: FineTune }>(
    event,
    `/api/fine-tunes/${encodeURIComponent(event.params.id)}`,
  );
  return { tune: fineTune, unstarted: event.url.searchParams.has('unstarted') };
};

const acts = ['start', 'stop', 'continue', 'keep', 'discard'] as const;

const act =
  (name: (typeof acts)[number]): NonNullable<Actions[string]> =>
  async (event) => {
    const form = await filled(event);
    const path = `/api/fine-tunes/${encodeURIComponent(event.params.id ?? '')}/${name}`;
    const answer = await ask<{ fineTune: FineTune }>(event, 'POST', path, {}, form.key);
    return answer.ok ? { acted: name } : refuse(name, answer.problem);
  };

export const actions: Actions = {
  ...(Object.fromEntries(acts.map((name) => [name, act(name)])) as Actions),
  consent: consented,
};
