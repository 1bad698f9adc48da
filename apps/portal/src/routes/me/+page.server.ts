import { redirect } from '@sveltejs/kit';
import type {
  InvitationAnswer,
  MembersAnswer,
  MyRoyalties,
  SessionsAnswer,
  StatementResponse,
  WorkerInfo,
} from '@uncaged/contract';
import { ask, filled, maybe, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/me');
  const [statement, royalties, sessions, members, workers] = await Promise.all([
    maybe<StatementResponse>(event, '/api/me/statement'),
    maybe<MyRoyalties>(event, '/api/me/royalties'),
    maybe<SessionsAnswer>(event, '/api/sessions'),
    maybe<MembersAnswer>(event, '/api/members'),
    event.locals.me.may.includes('add_worker')
      ? maybe<{ workers: WorkerInfo[] }>(event, '/api/workers')
      : null,
  ]);
  return {
    statement,
    royalties,
    sessions: sessions?.sessions ?? [],
    members: members?.members ?? [],
    workers: workers?.workers ?? [],
    origin: event.url.origin,
  };
};

export const actions: Actions = {
  invite: async (event) => {
    const form = await filled(event);
    const answer = await ask<InvitationAnswer>(event, 'POST', '/api/invitations', {}, form.key);
    if (!answer.ok) return refuse('invite', answer.problem);
    const { code, expiresAt } = answer.data;
    return { invited: { url: `${event.url.origin}/join/${code}`, expiresAt } };
  },
  machine: async (event) => {
    const form = await filled(event);
    const name = form.text('name');
    const answer = await ask<{ token: string }>(event, 'POST', '/api/workers', { name }, form.key);
    return answer.ok
      ? { machine: { name, token: answer.data.token } }
      : refuse('machine', answer.problem, { name });
  },
  revoke: async (event) => {
    const form = await filled(event);
    const id = form.text('session');
    const answer = await ask(event, 'DELETE', `/api/sessions/${encodeURIComponent(id)}`);
    if (!answer.ok) return refuse(`revoke-${id}`, answer.problem);
    return { revoked: true };
  },
  leave: async (event) => {
    await ask(event, 'DELETE', '/api/sessions/current');
    redirect(303, '/');
  },
  erase: async (event) => {
    const form = await filled(event);
    if (form.text('sure') !== event.locals.me?.pseudonym)
      return refuse(
        'erase',
        problem(
          'not_confirmed',
          'You are still here',
          'The pseudonym you typed is not yours, so nothing was erased.',
          'Type your pseudonym exactly to be erased; or leave this page.',
        ),
      );
    const answer = await ask(event, 'DELETE', '/api/me');
    if (!answer.ok) return refuse('erase', answer.problem);
    redirect(303, '/');
  },
};
