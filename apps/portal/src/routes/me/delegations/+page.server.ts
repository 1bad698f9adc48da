import { redirect } from '@sveltejs/kit';
import type { DelegationsAnswer } from '@uncaged/contract';
import { kindNames } from '#lib/clauses.ts';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/me/delegations');
  const [voices, { members }] = await Promise.all([
    get<DelegationsAnswer>(event, '/api/delegations'),
    get<{ members: { id: string; pseudonym: string | null }[] }>(event, '/api/members'),
  ]);
  const me = event.locals.me.id;
  return {
    ...voices,
    names: kindNames,
    others: members.filter(({ id, pseudonym }) => id !== me && pseudonym !== null),
  };
};

export const actions: Actions = {
  give: async (event) => {
    const form = await filled(event);
    const body = { topic: form.text('topic'), to: form.text('to') };
    const answer = await ask(event, 'POST', '/api/delegations', body, form.key);
    return answer.ok ? { done: 'give' } : refuse(`give-${body.topic}`, answer.problem, body);
  },
  take: async (event) => {
    const form = await filled(event);
    const topic = form.text('topic');
    const path = `/api/delegations/${encodeURIComponent(topic)}/revoke`;
    const answer = await ask(event, 'POST', path, {}, form.key);
    return answer.ok ? { done: 'take' } : refuse(`give-${topic}`, answer.problem);
  },
};
