import type { RequestEvent } from '@sveltejs/kit';
import type { ReviewResponse } from '@uncaged/contract';
import { ask, filled, refuse } from './ask.ts';

/** A reviewer's answer to one report; the form names the report, so that the desk and its page share it. */
export async function reviewed(event: RequestEvent) {
  const form = await filled(event);
  const id = form.text('report');
  const body = { verdict: form.text('verdict'), reason: form.text('reason') };
  const path = `/api/contributions/${encodeURIComponent(id)}/reviews`;
  const answer = await ask<ReviewResponse>(event, 'POST', path, body, form.key);
  if (!answer.ok) return refuse('review', answer.problem, { reason: body.reason });
  const { verdict, paid, entryId } = answer.data.review;
  return { reviewed: { id, verdict, paid, entryId } };
}
