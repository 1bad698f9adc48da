import type { DatasetPage, Model } from '@uncaged/contract';
import { get, maybe } from '#lib/server/ask.ts';
import { curve, facts } from '#lib/training.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const { model } = await get<{ model: Model }>(event, `/api/models/${encodeURIComponent(event.params.id)}`);
  const cursor = event.url.searchParams.get('cursor');
  const query = new URLSearchParams({ limit: '36', ...(cursor ? { cursor } : {}) });
  const page = await maybe<DatasetPage>(event, `/api/datasets/${model.datasetId}?${query}`);
  const { config, training, ...rest } = model;
  return {
    model: rest,
    architecture: facts(config),
    training: facts(training),
    curve: curve(training),
    items: page?.items ?? [],
    cursor: page?.cursor ?? null,
  };
};
