import type { BallotAnswer, ProposalAnswer } from '@uncaged/contract';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) =>
  get<ProposalAnswer>(event, `/api/proposals/${encodeURIComponent(event.params.id)}`);

export const actions: Actions = {
  open: async (event) => {
    const form = await filled(event);
    const answer = await ask(event, 'POST', `/api/proposals/${event.params.id}/open`, {}, form.key);
    return answer.ok ? { opened: true } : refuse('open', answer.problem);
  },
  vote: async (event) => {
    const form = await filled(event);
    const body = { choice: form.text('choice') };
    const path = `/api/proposals/${event.params.id}/ballots`;
    const answer = await ask<BallotAnswer>(event, 'POST', path, body, form.key);
    if (!answer.ok) return refuse('vote', answer.problem);
    return { voted: { choice: answer.data.choice, entryId: answer.data.receipt.entryId } };
  },
};
