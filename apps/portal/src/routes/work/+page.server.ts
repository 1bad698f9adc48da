import type {
  CallsResponse,
  ContributionsResponse,
  FundsResponse,
  PaidResponse,
  ReviewDeskResponse,
} from '@uncaged/contract';
import { maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const [calls, funds, desk, mine, paid] = await Promise.all([
    maybe<CallsResponse>(event, '/api/calls'),
    maybe<FundsResponse>(event, '/api/funds'),
    event.locals.me ? maybe<ReviewDeskResponse>(event, '/api/reviews') : null,
    event.locals.me ? maybe<ContributionsResponse>(event, '/api/contributions?mine=true') : null,
    maybe<PaidResponse>(event, '/api/paid'),
  ]);
  return {
    calls: calls?.calls ?? [],
    funds,
    waiting: desk?.waiting.length ?? 0,
    mine: mine?.contributions ?? [],
    tones: paid?.byTone ?? [],
  };
};
