import type {
  Alike,
  CallsResponse,
  ClipRoyalty,
  ContributionsResponse,
  Generation,
  Lineage,
} from '@uncaged/contract';
import { ask, filled, get, maybe, refuse } from '#lib/server/ask.ts';
import { logged } from '#lib/server/work.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const { generation } = await get<{ generation: Generation }>(event, `/api/generations/${id}`);
  const [lineage, calls, found, royalty, alike] = await Promise.all([
    maybe<Lineage>(event, `/api/generations/${id}/lineage?limit=12`),
    event.locals.me ? maybe<CallsResponse>(event, '/api/calls') : null,
    maybe<ContributionsResponse>(event, `/api/contributions?generation=${id}`),
    maybe<ClipRoyalty>(event, `/api/generations/${id}/royalty`),
    generation.outputs ? maybe<Alike>(event, `/api/generations/${id}/alike`) : null,
  ]);
  return {
    clip: generation,
    lineage,
    royalty,
    alike,
    calls: (calls?.calls ?? []).filter((call) => call.state === 'open'),
    found: found?.contributions ?? [],
  };
};

export const actions: Actions = {
  publish: async (event) => {
    const form = await filled(event);
    const body = { caption: form.text('caption') };
    const answer = await ask(event, 'POST', `/api/generations/${event.params.id}/publish`, body, form.key);
    return answer.ok ? { published: true } : refuse('publish', answer.problem, body);
  },
  unpublish: async (event) => {
    const form = await filled(event);
    const answer = await ask(event, 'POST', `/api/generations/${event.params.id}/unpublish`, {}, form.key);
    return answer.ok ? { published: false } : refuse('unpublish', answer.problem);
  },
  find: (event) => logged(event, { generationId: event.params.id }),
};
