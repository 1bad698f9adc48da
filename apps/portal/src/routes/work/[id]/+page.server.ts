import type { CallResponse, ContributionsResponse, MembersAnswer } from '@uncaged/contract';
import { ask, filled, get, maybe, refuse } from '#lib/server/ask.ts';
import { logged } from '#lib/server/work.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const [{ call }, reports] = await Promise.all([
    get<CallResponse>(event, `/api/calls/${id}`),
    maybe<ContributionsResponse>(event, `/api/contributions?call=${id}`),
  ]);
  const { mayJoin } = call;
  const ids = typeof mayJoin === 'object' && 'invited' in mayJoin ? mayJoin.invited : [];
  const members = ids.length > 0 ? await maybe<MembersAnswer>(event, '/api/members') : null;
  const names = new Map(members?.members.map((member) => [member.id, member.pseudonym]));
  const joinBy = typeof mayJoin === 'object' && 'drawn' in mayJoin ? Date.parse(mayJoin.drawn.joinBy) : 0;
  return {
    call,
    reports: reports?.contributions ?? [],
    invited: ids.map((one) => ({ id: one, name: names.get(one) ?? 'a member who left' })),
    joinable: joinBy > Date.now(),
  };
};

export const actions: Actions = {
  find: (event) => logged(event, {}),
  join: async (event) => {
    const form = await filled(event);
    const path = `/api/calls/${encodeURIComponent(event.params.id)}/names`;
    const answer = await ask(event, 'POST', path, undefined, form.key);
    return answer.ok ? { joined: true } : refuse('join', answer.problem);
  },
};
