import { redirect } from '@sveltejs/kit';
import type { ModelSummary, PolicyAnswer, PolicyFileAnswer, ProposalChangedAnswer } from '@uncaged/contract';
import { kindNames, partsOf } from '#lib/clauses.ts';
import type { Json, Operation } from '#lib/policy.ts';
import { ask, fieldsWrong, filled, get, maybe, problem, refuse, typedIn } from '#lib/server/ask.ts';
import { termsOf } from '#lib/terms.ts';
import { written } from '#lib/written.ts';
import type { Actions, PageServerLoad } from './$types';

const kindsIn = (policy: PolicyAnswer): string[] => {
  const { kinds = {} } = policy.document.voting as { kinds?: Record<string, unknown> };
  return Object.keys(kindNames).filter((kind) => kind in kinds);
};

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/decide/new');
  const [policy, models, members] = await Promise.all([
    get<PolicyAnswer>(event, '/api/policy'),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
    maybe<{ members: { id: string; pseudonym: string | null }[] }>(event, '/api/members'),
  ]);
  const kinds = kindsIn(policy);
  const asked = event.url.searchParams.get('kind') ?? 'safeguard';
  return {
    policy,
    kinds,
    kind: kinds.includes(asked) ? asked : 'safeguard',
    part: event.url.searchParams.get('part'),
    models: (models?.models ?? []).filter((one) => !one.private).map(({ id, name }) => ({ id, name })),
    members: (members?.members ?? []).filter(({ pseudonym }) => pseudonym !== null),
    currency: event.locals.collective.currency ?? 'EUR',
  };
};

/** The patch somebody typed, or null when it is no JSON list. */
function patchOf(text: string): Operation[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as Operation[]) : null;
  } catch {
    return null;
  }
}

const unreadable = problem(
  'patch_unreadable',
  'We cannot read that patch',
  'It is neither a list of JSON Patch operations (RFC 6902) nor a policy file.',
  'Write it like [{"op":"replace","path":"/compensation/reviewDays","value":5}], or leave the box empty and use the fields.',
);
export const actions: Actions = {
  propose: async (event) => {
    const form = await filled(event);
    const typed = typedIn(form, (name) => name !== 'file' && name !== 'key');
    const current = await get<PolicyAnswer>(event, '/api/policy');
    const version = form.text('version');
    // Fields are read against the policy they were filled in on; the api says when it has moved on since.
    const policy =
      version === '' || version === String(current.version)
        ? current
        : await get<PolicyAnswer>(event, `/api/policy/versions/${encodeURIComponent(version)}`);
    const kind = form.text('kind');
    const currency = event.locals.collective.currency ?? 'EUR';
    const [file] = form.files('file');
    let by = form.text('patch');
    if (file) by = await file.text();
    let patch: Operation[] | null = by === '' ? [] : patchOf(by);
    if (by !== '' && patch === null && !/^\s*\[/.test(by)) {
      const read = await ask<PolicyFileAnswer>(event, 'POST', '/api/policy/file', { yaml: by });
      if (!read.ok) return refuse('propose', read.problem, typed);
      patch = read.data.patch as Operation[];
    }
    if (patch === null) return refuse('propose', unreadable, typed);
    const models = await maybe<{ models: ModelSummary[] }>(event, '/api/models');
    const parts = partsOf(policy.document as Json, kind, { currency, models: models?.models ?? [] });
    const terms = termsOf(typed, kind);
    const fields = by === '' ? written(policy.document as Json, parts, typed, currency) : null;
    const wrong = { ...terms.wrong, ...fields?.wrong };
    if (Object.keys(wrong).length > 0) return refuse('propose', fieldsWrong(wrong), typed);
    const options = (kind === 'open' ? form.text('options') : '')
      .split('\n')
      .map((title) => title.trim())
      .filter((title) => title !== '')
      .map((title) => ({ title }));
    const body = {
      kind,
      title: form.text('title'),
      body: form.text('body'),
      patch: fields?.patch ?? patch,
      against: policy.hash,
      ...(Object.keys(terms.terms).length > 0 ? { terms: terms.terms } : {}),
      ...(options.length > 0 ? { options } : {}),
    };
    const answer = await ask<ProposalChangedAnswer>(event, 'POST', '/api/proposals', body, form.key);
    if (!answer.ok) return refuse('propose', answer.problem, typed);
    redirect(303, `/decide/${answer.data.proposal.id}`);
  },
};
