import type { ContributionResponse } from '@uncaged/contract';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import { clipOf, earlierThan, judged, reviewed } from '#lib/server/review.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const { contribution } = await get<ContributionResponse>(event, `/api/contributions/${id}`);
  const [clip, earlier] = await Promise.all([clipOf(event, contribution), earlierThan(event, contribution)]);
  return { report: contribution, clip, earlier };
};

export const actions: Actions = {
  review: reviewed,
  judge: judged,
  appeal: async (event) => {
    const form = await filled(event);
    const body = { reason: form.text('reason') };
    const path = `/api/contributions/${encodeURIComponent(event.params.id)}/appeal`;
    const answer = await ask(event, 'POST', path, body, form.key);
    return answer.ok ? { appealed: true } : refuse('appeal', answer.problem, body);
  },
};
