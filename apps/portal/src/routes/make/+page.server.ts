import { fail, redirect } from '@sveltejs/kit';
import type {
  Adapter,
  Enforcement,
  Generation,
  GenerationCreated,
  ModelSummary,
  PolicyAnswer,
} from '@uncaged/contract';
import { ask, filled, maybe, refuse } from '#lib/server/ask.ts';
import type { Actions, PageServerLoad } from './$types';

interface StudioRules {
  promptMaxCharacters: number;
  steps: { min: number; max: number; usual: number };
}

export const load: PageServerLoad = async (event) => {
  const now = event.url.searchParams.get('now');
  const [mine, current, policy, models, hands] = await Promise.all([
    event.locals.me ? maybe<{ generations: Generation[] }>(event, '/api/generations?mine=1&limit=24') : null,
    now ? maybe<{ generation: Generation }>(event, `/api/generations/${encodeURIComponent(now)}`) : null,
    maybe<PolicyAnswer>(event, '/api/policy'),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
    event.locals.me ? maybe<{ adapters: Adapter[] }>(event, '/api/adapters?limit=100') : null,
  ]);
  const document = policy?.document as { studio?: StudioRules } | undefined;
  return {
    prompt: event.url.searchParams.get('prompt') ?? '',
    mine: mine?.generations ?? [],
    current: current?.generation ?? null,
    steps: document?.studio?.steps ?? { min: 1, max: 200, usual: 30 },
    promptMax: document?.studio?.promptMaxCharacters ?? 2000,
    // The first is what is used when nothing is said: the newest of ours, not a member's own.
    models: (models?.models ?? [])
      .filter(({ state }) => state === 'in_use')
      .toSorted((a, b) => Number(a.private) - Number(b.private)),
    model: event.url.searchParams.get('model'),
    hands: hands?.adapters ?? [],
    hand: event.url.searchParams.get('hand'),
  };
};

export const actions: Actions = {
  make: async (event) => {
    const form = await filled(event);
    const fields = ['prompt', 'seed', 'steps', 'guidance', 'mode', 'size', 'model'];
    const hands = form.all('hands');
    const typed = Object.fromEntries([
      ...fields.map((field) => [field, form.text(field)]),
      ['hands', hands.join(' ')],
      ...hands.map((id) => [`weight-${id}`, form.text(`weight-${id}`)]),
    ]);
    const body = {
      prompt: form.text('prompt'),
      seed: form.text('seed') || undefined,
      steps: form.number('steps'),
      guidance: form.number('guidance'),
      mode: form.text('mode') || undefined,
      size: form.number('size'),
      model: form.text('model') || undefined,
      adapters:
        hands.length === 0
          ? undefined
          : hands.map((id) => ({ id, weight: form.number(`weight-${id}`) ?? 1 })),
    };
    const answer = await ask<GenerationCreated>(event, 'POST', '/api/generations', body, form.key);
    if (answer.ok) redirect(303, `/make?now=${answer.data.generation.id}`);
    const { enforcement, generationId: clip } = answer.problem as {
      enforcement?: Enforcement;
      generationId?: string;
    };
    if (enforcement) return fail(403, { enforcement, clip, prompt: body.prompt, typed });
    return refuse('make', answer.problem, typed);
  },
};
