import type { RequestEvent } from '@sveltejs/kit';
import type { Contribution, EarlierResponse, Generation, ReviewResponse } from '@uncaged/contract';
import { ask, filled, maybe, refuse } from './ask.ts';

/** A reviewer's answer to one report; the form names the report, so that the desk and its page share it. */
export async function reviewed(event: RequestEvent) {
  const form = await filled(event);
  const id = form.text('report');
  const duplicateOf = form.text('duplicateOf');
  const answered = { verdict: form.text('verdict'), reason: form.text('reason') };
  const body = { ...answered, ...(duplicateOf === '' ? {} : { duplicateOf }) };
  const path = `/api/contributions/${encodeURIComponent(id)}/reviews`;
  const answer = await ask<ReviewResponse>(event, 'POST', path, body, form.key);
  if (!answer.ok) return refuse('review', answer.problem, { reason: body.reason, duplicateOf });
  const { verdict, paid, entryId } = answer.data.review;
  return { reviewed: { id, verdict, paid, entryId } };
}

/** What a panel member says about a rejection that its author appealed against. */
export async function judged(event: RequestEvent) {
  const form = await filled(event);
  const id = form.text('report');
  const body = { verdict: form.text('verdict'), reason: form.text('reason') };
  const path = `/api/contributions/${encodeURIComponent(id)}/judgements`;
  const answer = await ask(event, 'POST', path, body, form.key);
  return answer.ok
    ? { judged: { id, verdict: body.verdict } }
    : refuse('judge', answer.problem, { reason: body.reason });
}

/** What others found before a piece, for whoever is asked to review it. */
export async function earlierThan(event: RequestEvent, report: Contribution | null) {
  if (!report?.mayReview) return [];
  const found = await maybe<EarlierResponse>(event, `/api/contributions/${report.id}/earlier`);
  return found?.earlier ?? [];
}

/** The clip that a report is about; null where it is about none, or is not for this person. */
export async function clipOf(event: RequestEvent, report: Contribution | null): Promise<Generation | null> {
  if (!report?.generationId) return null;
  const clip = await maybe<{ generation: Generation }>(event, `/api/generations/${report.generationId}`);
  return clip?.generation ?? null;
}
