import type { CallResponse, ContributionsResponse } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const [{ call }, reports] = await Promise.all([
    get<CallResponse>(event, `/api/calls/${id}`),
    maybe<ContributionsResponse>(event, `/api/contributions?call=${id}`),
  ]);
  return { call, reports: reports?.contributions ?? [] };
};
