import { redirect } from '@sveltejs/kit';
import type { AdapterDetail, Problem } from '@uncaged/contract';
import { manifestOf } from '#lib/manifest.ts';
import { ask, filled, get, refuse } from '#lib/server/ask.ts';
import { consented } from '#lib/server/consents.ts';
import type { Actions, PageServerLoad } from './$types';

/** Why the file may not leave; null when it may. */
async function refusalOf(event: Parameters<PageServerLoad>[0], file: string): Promise<Problem | null> {
  const answer = await event.fetch(file);
  if (!answer.ok) return (await answer.json()) as Problem;
  await answer.body?.cancel();
  return null;
}

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, `/come?to=${encodeURIComponent(event.url.pathname)}`);
  const { adapter } = await get<{ adapter: AdapterDetail }>(
    event,
    `/api/adapters/${encodeURIComponent(event.params.id)}`,
  );
  const { manifest, ...rest } = adapter;
  const tried = event.url.searchParams.has('take');
  return {
    adapter: rest,
    manifest: manifestOf(manifest),
    untaken: tried && adapter.file !== null ? await refusalOf(event, adapter.file) : null,
  };
};

const acts = ['share', 'unshare', 'discard'] as const;

const act =
  (name: (typeof acts)[number]): NonNullable<Actions[string]> =>
  async (event) => {
    const form = await filled(event);
    const path = `/api/adapters/${encodeURIComponent(event.params.id ?? '')}/${name}`;
    const answer = await ask<{ adapter: AdapterDetail }>(event, 'POST', path, {}, form.key);
    if (!answer.ok) return refuse(name, answer.problem);
    if (name === 'discard') redirect(303, '/hand#adapters');
    return { acted: name };
  };

export const actions: Actions = {
  ...(Object.fromEntries(acts.map((name) => [name, act(name)])) as Actions),
  consent: consented,
};
