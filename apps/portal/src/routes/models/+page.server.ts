import type { ModelSummary } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => get<{ models: ModelSummary[] }>(event, '/api/models');
