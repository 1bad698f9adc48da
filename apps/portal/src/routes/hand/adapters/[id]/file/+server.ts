import { error, redirect } from '@sveltejs/kit';
import type { AdapterDetail } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import type { RequestHandler } from './$types';

/** The adapter's file; where it may not leave, back to its page, which says why. */
export const GET: RequestHandler = async (event) => {
  const { adapter } = await get<{ adapter: AdapterDetail }>(
    event,
    `/api/adapters/${encodeURIComponent(event.params.id)}`,
  );
  if (adapter.file === null) error(404, { message: 'There is no file to take' });
  const answer = await event.fetch(adapter.file);
  if (!answer.ok) redirect(303, `/hand/adapters/${adapter.id}?take=1#take`);
  return new Response(answer.body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${adapter.styleWord.replace(/[^\w-]/g, '_')}.safetensors"`,
      'cache-control': 'private, no-store',
    },
  });
};
