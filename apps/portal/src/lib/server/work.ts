import { type RequestEvent, redirect } from '@sveltejs/kit';
import type { AttachmentResponse, ContributionSubmittedResponse, Region } from '@uncaged/contract';
import { ask, filled, refuse } from './ask.ts';

const fields = [
  'call',
  'kind',
  'text',
  'atMs',
  'minutes',
  'units',
  'milestone',
  'x',
  'y',
  'width',
  'height',
  'salt',
  'tone',
  'attached',
] as const;

/** Hands in work as its form says it, about a clip, a model or neither; then shows the report. */
export async function logged(event: RequestEvent, about: { generationId?: string; modelId?: string }) {
  const form = await filled(event);
  const typed = Object.fromEntries(fields.map((name) => [name, form.text(name)]));
  // Pictures first: what is refused after them finds them again, and nobody has to choose them twice.
  const attached = typed.attached ? typed.attached.split(' ') : [];
  for (const file of form.files('picture')) {
    const sent = new FormData();
    sent.set('file', file, file.name);
    const kept = await ask<AttachmentResponse>(event, 'POST', '/api/attachments', sent);
    if (!kept.ok) {
      const detail = `${file.name}: ${kept.problem.detail}`;
      return refuse('find', { ...kept.problem, detail }, { ...typed, attached: attached.join(' ') });
    }
    attached.push(kept.data.attachment.id);
  }
  typed.attached = attached.join(' ');
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => form.number(name));
  const region: Region | undefined = width && height ? { x: x ?? 0, y: y ?? 0, width, height } : undefined;
  const kind = form.text('kind');
  const body = {
    ...about,
    callId: form.text('call'),
    ...(kind.startsWith('milestone:')
      ? { kind: 'milestone', milestone: kind.slice('milestone:'.length) }
      : { kind }),
    text: form.text('text'),
    atMs: about.generationId === undefined ? undefined : form.number('atMs'),
    region,
    minutes: form.number('minutes'),
    units: form.number('units'),
    salt: form.text('salt') || undefined,
    tone: form.text('tone') || undefined,
    attachments: attached.length > 0 ? attached : undefined,
  };
  const answer = await ask<ContributionSubmittedResponse>(
    event,
    'POST',
    '/api/contributions',
    body,
    form.key,
  );
  if (!answer.ok) return refuse('find', answer.problem, typed);
  redirect(303, `/work/reports/${answer.data.contribution.id}`);
}
