import { redirect } from '@sveltejs/kit';
import type { PolicyAnswer, ProposalChangedAnswer } from '@uncaged/contract';
import { type Json, livingArtistsPatch, namesOf, type Operation } from '#lib/policy.ts';
import { ask, filled, get, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

const kinds = ['safeguard', 'policy', 'open'];

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/decide/new');
  const policy = await get<PolicyAnswer>(event, '/api/policy');
  const asked = event.url.searchParams.get('kind') ?? 'safeguard';
  return { policy, kind: kinds.includes(asked) ? asked : 'safeguard' };
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

export const actions: Actions = {
  propose: async (event) => {
    const form = await filled(event);
    const names = ['kind', 'title', 'body', 'names', 'text', 'patch', 'against'];
    const typed = Object.fromEntries(names.map((name) => [name, form.text(name)]));
    const policy = await get<PolicyAnswer>(event, '/api/policy');
    const kind = form.text('kind');
    const written = form.text('patch');
    let patch: Operation[] | null = [];
    if (written !== '') patch = patchOf(written);
    else if (kind === 'safeguard')
      patch = livingArtistsPatch(policy.document as Json, {
        names: namesOf(form.text('names')),
        text: form.text('text'),
      });
    if (patch === null)
      return refuse(
        'propose',
        problem(
          'patch_unreadable',
          'We cannot read that patch',
          'It is not a list of JSON Patch operations (RFC 6902).',
          'Write it like [{"op":"replace","path":"/compensation/reviewDays","value":5}].',
        ),
        typed,
      );
    const body = {
      kind,
      title: form.text('title'),
      body: form.text('body'),
      patch,
      against: form.text('against') || policy.hash,
    };
    const answer = await ask<ProposalChangedAnswer>(event, 'POST', '/api/proposals', body, form.key);
    if (!answer.ok) return refuse('propose', answer.problem, typed);
    redirect(303, `/decide/${answer.data.proposal.id}`);
  },
};
