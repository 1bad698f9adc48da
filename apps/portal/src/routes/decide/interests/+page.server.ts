import type { InterestsAnswer, ProposalsAnswer } from '@uncaged/contract';
import { kindNames } from '#lib/clauses.ts';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const [declared, { proposals }] = await Promise.all([
    get<InterestsAnswer>(event, '/api/interests'),
    get<ProposalsAnswer>(event, '/api/proposals'),
  ]);
  const open = proposals.filter(({ state }) => ['draft', 'discussion', 'voting'].includes(state));
  return {
    ...declared,
    kinds: kindNames,
    open: open.map(({ id, number, title }) => ({ id, number, title })),
  };
};

export const actions: Actions = {
  declare: async (event) => {
    const form = await filled(event);
    const names = ['of', 'kind', 'counterpart', 'about', 'since'] as const;
    const fields = Object.fromEntries(names.map((name) => [name, form.text(name)]));
    const touched = { kinds: form.all('kinds'), proposalIds: form.all('proposalIds') };
    const touches = Object.fromEntries(Object.entries(touched).filter(([, ids]) => ids.length > 0));
    const typed = { ...fields, kinds: touched.kinds.join('\n'), proposalIds: touched.proposalIds.join('\n') };
    const answer = await ask(event, 'POST', '/api/interests', { ...fields, touches }, form.key);
    return answer.ok ? { done: 'declare' } : refuse('declare', answer.problem, typed);
  },
  end: async (event) => {
    const form = await filled(event);
    const id = form.text('interest');
    const answer = await ask(event, 'POST', `/api/interests/${encodeURIComponent(id)}/end`, {}, form.key);
    return answer.ok ? { done: 'end' } : refuse(`end-${id}`, answer.problem);
  },
};
