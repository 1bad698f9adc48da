import type { RequestEvent } from '@sveltejs/kit';
import type { Problem } from '@uncaged/contract';
import { ask, filled, refuse } from './ask.ts';

/** Says yes to one use of each work, one line each; stops at the first that the api refuses and returns why. */
export async function sayYes(
  event: RequestEvent,
  lines: readonly { workId: string; use: string }[],
  key: string,
): Promise<Problem | null> {
  for (const { workId, use } of lines) {
    const path = `/api/works/${encodeURIComponent(workId)}/consents`;
    const given = await ask(event, 'POST', path, { use, answer: 'yes' }, `${key}-${workId}-${use}`);
    if (!given.ok) return given.problem;
  }
  return null;
}

/** The form of `Missing`: yes to what a refusal named. */
export async function consented(event: RequestEvent) {
  const form = await filled(event);
  const lines = form.all('line').map((line) => {
    const [workId = '', use = ''] = line.split(' ');
    return { workId, use };
  });
  const problem = await sayYes(event, lines, form.key);
  return problem ? refuse('consent', problem) : { consented: lines.length, use: lines[0]?.use ?? '' };
}
