import type { EntryWithProof } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) =>
  get<EntryWithProof>(event, `/api/book/entries/${encodeURIComponent(event.params.id)}`);
