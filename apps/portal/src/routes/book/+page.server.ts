import type { BookChecks, BookEntry } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const asked = event.url.searchParams;
  const query = new URLSearchParams({ limit: '50', newest: 'true' });
  for (const name of ['after', 'kind', 'subject']) {
    const value = asked.get(name);
    if (value) query.set(name, value);
  }
  const [page, checks, note] = await Promise.all([
    get<{ entries: BookEntry[]; next: string | null }>(event, `/api/book/entries?${query}`),
    maybe<BookChecks>(event, '/api/book/checks'),
    event.fetch('/api/book/checkpoint').then((response) => (response.ok ? response.text() : null)),
  ]);
  return { page, checks, note, kind: asked.get('kind') ?? '', after: asked.get('after') };
};
