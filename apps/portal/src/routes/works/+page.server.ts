import type { AuthorList, ModelSummary, WorkList } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const asked = event.url.searchParams;
  const query = new URLSearchParams({ limit: '48' });
  for (const name of ['q', 'author', 'source', 'mine', 'cursor']) {
    const value = asked.get(name);
    if (value) query.set(name, value);
  }
  const [list, authors, models] = await Promise.all([
    get<WorkList>(event, `/api/works?${query}`),
    maybe<AuthorList>(event, '/api/authors?limit=40'),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
  ]);
  const author = asked.get('author');
  const byAuthor = author
    ? (list.works[0]?.author ?? authors?.authors.find((one) => one.id === author) ?? null)
    : null;
  query.delete('limit');
  query.delete('cursor');
  return {
    list,
    authors,
    models: models?.models ?? [],
    q: asked.get('q') ?? '',
    author,
    byAuthor,
    mine: asked.get('mine') === '1',
    query: query.toString(),
  };
};
