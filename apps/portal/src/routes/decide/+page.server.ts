import type { ProposalAnswer, ProposalDetail, ProposalsAnswer } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

const undecided = ['draft', 'discussion', 'voting', 'passed', 'canary'];

/** Whether somebody's vote, paper or own consent is still asked for. */
function waits({ mine, secret }: ProposalDetail): boolean {
  if (!mine) return false;
  if (mine.may.consent && mine.consent === null) return true;
  // On a secret ballot only the browser that holds the paper knows what was said.
  if (secret) return mine.may.cast && secret.phase === 'papers' && !secret.mine;
  return mine.may.cast && mine.choice === null && mine.vote === null;
}

export const load: PageServerLoad = async (event) => {
  const { me } = await event.parent();
  const { proposals } = await get<ProposalsAnswer>(event, '/api/proposals');
  const open = me ? proposals.filter(({ state }) => undecided.includes(state)) : [];
  const pages = await Promise.all(
    open.map(({ id }) => maybe<ProposalAnswer>(event, `/api/proposals/${encodeURIComponent(id)}`)),
  );
  const waiting = pages.flatMap((page) => (page && waits(page.proposal) ? [page.proposal.id] : []));
  return { proposals, waiting };
};
