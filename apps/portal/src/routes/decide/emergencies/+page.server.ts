import type { EmergenciesAnswer, ModelSummary, PolicyAnswer } from '@uncaged/contract';
import { emergencyParts } from '#lib/clauses.ts';
import type { Json } from '#lib/policy.ts';
import { ask, fieldsWrong, filled, get, maybe, refuse, typedIn } from '#lib/server/ask.ts';
import { written } from '#lib/written.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const [found, policy, models] = await Promise.all([
    get<EmergenciesAnswer>(event, '/api/emergencies'),
    get<PolicyAnswer>(event, '/api/policy'),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
  ]);
  return {
    ...found,
    policy,
    models: (models?.models ?? []).filter((one) => !one.private).map(({ id, name }) => ({ id, name })),
    currency: event.locals.collective.currency ?? 'EUR',
  };
};

export const actions: Actions = {
  ask: async (event) => {
    const form = await filled(event);
    const typed = typedIn(form, (name) => name !== 'key');
    const [policy, models] = await Promise.all([
      get<PolicyAnswer>(event, '/api/policy'),
      maybe<{ models: ModelSummary[] }>(event, '/api/models'),
    ]);
    const currency = event.locals.collective.currency ?? 'EUR';
    const parts = emergencyParts(policy.document as Json, { currency, models: models?.models ?? [] });
    const { patch, wrong } = written(policy.document as Json, parts, typed, currency);
    if (Object.keys(wrong).length > 0) return refuse('ask', fieldsWrong(wrong), typed);
    const words = { title: form.text('title'), body: form.text('body'), hours: form.number('hours') ?? 24 };
    const body = { ...words, patch, against: policy.hash };
    const answer = await ask(event, 'POST', '/api/emergencies', body, form.key);
    return answer.ok ? { done: 'ask' } : refuse('ask', answer.problem, typed);
  },
  sign: async (event) => {
    const form = await filled(event);
    const id = form.text('emergency');
    const answer = await ask(event, 'POST', `/api/emergencies/${encodeURIComponent(id)}/sign`, {}, form.key);
    return answer.ok ? { done: 'sign' } : refuse(`sign-${id}`, answer.problem);
  },
};
