import { redirect } from '@sveltejs/kit';
import type { ReviewDeskResponse } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import { clipOf, earlierThan, judged, reviewed } from '#lib/server/review.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/work/desk');
  const { waiting } = await get<ReviewDeskResponse>(event, '/api/reviews');
  const skip = Number(event.url.searchParams.get('skip') ?? 0) || 0;
  const report = waiting[waiting.length > 0 ? skip % waiting.length : 0] ?? null;
  const [clip, earlier] = await Promise.all([clipOf(event, report), earlierThan(event, report)]);
  return { count: waiting.length, skip, report, clip, earlier };
};

export const actions: Actions = { review: reviewed, judge: judged };
