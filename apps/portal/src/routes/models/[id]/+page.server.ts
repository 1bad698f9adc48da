import type { CallsResponse, DatasetPage, FineTune, FineTuneSummary, Model } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import { logged } from '#lib/server/work.ts';
import { curve, facts, parts, sorted } from '#lib/training.ts';
import { aboutMachine } from '#lib/work.ts';
import type { Actions, PageServerLoad } from './$types';

type Asking = Parameters<PageServerLoad>[0];

/** The run that a member's own model came out of. */
async function runOf(event: Asking, model: Model): Promise<FineTune | null> {
  if (!model.private) return null;
  const list = await maybe<{ fineTunes: FineTuneSummary[] }>(event, '/api/fine-tunes?limit=100');
  const run = list?.fineTunes.find(({ modelId }) => modelId === model.id);
  const answer = run && (await maybe<{ fineTune: FineTune }>(event, `/api/fine-tunes/${run.id}`));
  return answer?.fineTune ?? null;
}

export const load: PageServerLoad = async (event) => {
  const { model } = await get<{ model: Model }>(event, `/api/models/${encodeURIComponent(event.params.id)}`);
  const cursor = event.url.searchParams.get('cursor');
  const query = new URLSearchParams({ limit: '36', ...(cursor ? { cursor } : {}) });
  const [page, run, calls] = await Promise.all([
    maybe<DatasetPage>(event, `/api/datasets/${model.datasetId}?${query}`),
    runOf(event, model),
    event.locals.me ? maybe<CallsResponse>(event, '/api/calls') : null,
  ]);
  const { config, training, ...rest } = model;
  const lossOf = (tune: FineTune) => tune.losses.map(({ step, loss }) => ({ x: step, y: loss }));
  return {
    model: rest,
    architecture: facts(config),
    training: sorted(facts(training)),
    curve: run ? lossOf(run) : curve(training),
    parts: parts(training),
    run,
    items: page?.items ?? [],
    cursor: page?.cursor ?? null,
    calls: (calls?.calls ?? []).filter(
      ({ state, rates }) => state === 'open' && rates.some(({ kind }) => aboutMachine.includes(kind)),
    ),
  };
};

export const actions: Actions = { find: (event) => logged(event, { modelId: event.params.id }) };
