import type { ContributionResponse, Generation } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import { reviewed } from '#lib/server/review.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const { contribution } = await get<ContributionResponse>(event, `/api/contributions/${id}`);
  const clip = await maybe<{ generation: Generation }>(
    event,
    `/api/generations/${contribution.generationId}`,
  );
  return { report: contribution, clip: clip?.generation ?? null };
};

export const actions: Actions = { review: reviewed };
