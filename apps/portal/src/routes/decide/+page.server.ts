import type { ProposalsAnswer } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => get<ProposalsAnswer>(event, '/api/proposals');
