import type { Generation, Model, ModelSummary, PaidResponse, ProposalsAnswer } from '@uncaged/contract';
import { maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

const order = ['draft', 'discussion', 'clash', 'voting', 'passed', 'enacted', 'rejected', 'lapsed'];

export const load: PageServerLoad = async (event) => {
  const [wall, decisions, paid, models] = await Promise.all([
    maybe<{ generations: Generation[] }>(event, '/api/generations?limit=8'),
    maybe<ProposalsAnswer>(event, '/api/proposals'),
    maybe<PaidResponse>(event, '/api/paid'),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
  ]);
  const newest = models?.models[0];
  const model = newest ? await maybe<{ model: Model }>(event, `/api/models/${newest.id}`) : null;
  const taught = model && {
    name: model.model.name,
    id: model.model.id,
    works: model.model.works,
    authors: model.model.authors,
    shown: model.model.authorShares.slice(0, 42).map(({ id, name }) => ({ id, name })),
    entryId: model.model.entryId,
  };
  const proposals = (decisions?.proposals ?? [])
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.number - a.number)
    .slice(0, 6);
  return { wall: wall?.generations ?? [], proposals, paid, taught };
};
