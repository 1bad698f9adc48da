import type { Work, WorkRoyalties } from '@uncaged/contract';
import { ask, filled, get, maybe, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const path = `/api/works/${encodeURIComponent(event.params.id)}`;
  const [{ work }, royalties] = await Promise.all([
    get<{ work: Work }>(event, path),
    maybe<WorkRoyalties>(event, `${path}/royalties`),
  ]);
  return { work, pools: royalties?.pools ?? [] };
};

export const actions: Actions = {
  consent: async (event) => {
    const form = await filled(event);
    const [use, answer] = form.text('line').split(':');
    const path = `/api/works/${encodeURIComponent(event.params.id)}/consents`;
    const given = await ask(event, 'POST', path, { use, answer }, form.key);
    return given.ok ? { consented: { use, answer } } : refuse('consent', given.problem);
  },
};
