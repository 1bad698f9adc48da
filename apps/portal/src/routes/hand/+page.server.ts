import { redirect } from '@sveltejs/kit';
import type { Adapter, AdapterDetail, FineTuneSummary } from '@uncaged/contract';
import { ask, filled, get, problem, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/hand');
  const more = event.url.searchParams.get('cursor');
  const cursor = more ? `&cursor=${encodeURIComponent(more)}` : '';
  const [tunes, adapters] = await Promise.all([
    get<{ fineTunes: FineTuneSummary[]; cursor: string | null }>(event, `/api/fine-tunes?limit=24${cursor}`),
    get<{ adapters: Adapter[]; cursor: string | null }>(event, '/api/adapters?limit=100'),
  ]);
  return { tunes: tunes.fineTunes, cursor: tunes.cursor, adapters: adapters.adapters };
};

export const actions: Actions = {
  bring: async (event) => {
    const form = await filled(event);
    const [file] = form.files('file');
    const name = form.text('name');
    if (!file)
      return refuse(
        'bring',
        problem(
          'no_file',
          'There is no file',
          'Nothing was chosen.',
          'Choose the adapter’s .safetensors file.',
        ),
        { name },
      );
    const query = name === '' ? '' : `?name=${encodeURIComponent(name)}`;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const answer = await ask<{ adapter: AdapterDetail }>(
      event,
      'POST',
      `/api/adapters/import${query}`,
      bytes,
      form.key,
    );
    if (!answer.ok) return refuse('bring', answer.problem, { name });
    redirect(303, `/hand/adapters/${answer.data.adapter.id}`);
  },
};
