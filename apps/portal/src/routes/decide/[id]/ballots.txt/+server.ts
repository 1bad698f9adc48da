import { error } from '@sveltejs/kit';
import type { ProposalAnswer } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import { tallyFile } from '#lib/votes.ts';
import type { RequestHandler } from './$types';

/** The opened ballots as a file to count again; nothing before the close. */
export const GET: RequestHandler = async (event) => {
  const path = `/api/proposals/${encodeURIComponent(event.params.id)}`;
  const { proposal } = await get<ProposalAnswer>(event, path);
  if (proposal.ballots.length === 0) error(404, 'No ballots are open here.');
  return new Response(tallyFile(proposal), {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="proposal-${proposal.number}-ballots.txt"`,
    },
  });
};
