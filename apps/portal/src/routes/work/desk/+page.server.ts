import { redirect } from '@sveltejs/kit';
import type { Generation, ReviewDeskResponse } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import { reviewed } from '#lib/server/review.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/work/desk');
  const { waiting } = await get<ReviewDeskResponse>(event, '/api/reviews');
  const skip = Number(event.url.searchParams.get('skip') ?? 0) || 0;
  const report = waiting[waiting.length > 0 ? skip % waiting.length : 0] ?? null;
  const clip = report
    ? await maybe<{ generation: Generation }>(event, `/api/generations/${report.generationId}`)
    : null;
  return { count: waiting.length, skip, report, clip: clip?.generation ?? null };
};

export const actions: Actions = { review: reviewed };
