import { redirect } from '@sveltejs/kit';
import type { FineTune, Material, Materials, ModelSummary, Problem } from '@uncaged/contract';
import { ask, type Filled, filled, get, maybe, problem, refuse } from '#lib/server/ask.ts';
import { sayYes } from '#lib/server/consents.ts';
import type { Actions, PageServerLoad } from './$types';

/** Works shown to choose from, newest first; nobody clicks through more pictures than that. */
const shown = 1000;
const page = 200;
/** Pictures that are looked at in one call. */
const looked = 64;

type Asking = Parameters<PageServerLoad>[0];

async function ownWorks(event: Asking): Promise<Materials> {
  const first = await get<Materials>(event, `/api/training/materials?limit=${page}`);
  const materials: Material[] = [...first.materials];
  let { cursor } = first;
  while (cursor !== null && materials.length < shown) {
    const next: Materials = await get(
      event,
      `/api/training/materials?limit=${page}&cursor=${encodeURIComponent(cursor)}`,
    );
    materials.push(...next.materials);
    cursor = next.cursor;
  }
  return { ...first, materials, cursor };
}

export const load: PageServerLoad = async (event) => {
  if (!event.locals.me) redirect(303, '/come?to=/hand/new');
  const [own, models] = await Promise.all([
    ownWorks(event),
    maybe<{ models: ModelSummary[] }>(event, '/api/models'),
  ]);
  return {
    materials: own.materials,
    total: own.total,
    limits: own.limits,
    bases: (models?.models ?? []).filter(({ state }) => state === 'in_use'),
  };
};

/** Everything that was typed, to be put back. `works` are ids with spaces between. */
function typedIn(form: Filled): Record<string, string> {
  const names = [
    'name',
    'styleWord',
    'kind',
    'base',
    'steps',
    'rank',
    'seed',
    'prompts',
    'seeds',
    'sheetEvery',
  ];
  const works = form.all('works');
  return Object.fromEntries([
    ...names.map((name) => [name, form.text(name)]),
    ['works', works.join(' ')],
    ...form.all('all').map((id) => [`caption-${id}`, form.text(`caption-${id}`)]),
  ]);
}

const lines = (text: string): string[] =>
  text
    .split(/\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What to draw before and after; where only one half was typed, the other is what we would have chosen. */
function sheetOf(form: Filled) {
  const prompts = lines(form.text('prompts'));
  const seeds = form
    .text('seeds')
    .split(/[\s,;]+/)
    .filter((seed) => seed !== '');
  if (prompts.length + seeds.length === 0) return undefined;
  return {
    prompts: prompts.length > 0 ? prompts : [form.text('styleWord')],
    seeds: seeds.length > 0 ? seeds : ['1', '2', '3', '4'],
  };
}

function requestOf(form: Filled) {
  return {
    name: form.text('name'),
    styleWord: form.text('styleWord'),
    kind: form.text('kind') || 'adapter',
    base: form.text('base') || undefined,
    items: form.all('works').map((workId) => {
      const caption = form.text(`caption-${workId}`);
      const suggestion = form.text(`suggestion-${workId}`);
      return { workId, caption, machineMade: suggestion !== '' && caption === suggestion };
    }),
    steps: form.number('steps'),
    rank: form.number('rank'),
    seed: form.text('seed') || undefined,
    sheet: sheetOf(form),
    sheetEvery: form.number('sheetEvery'),
  };
}

type Changed = { fineTune: FineTune };

export const actions: Actions = {
  teach: async (event) => {
    const form = await filled(event);
    const made = await ask<Changed>(event, 'POST', '/api/fine-tunes', requestOf(form), form.key);
    if (!made.ok) return refuse('teach', made.problem, typedIn(form));
    const { id } = made.data.fineTune;
    if (form.text('then') === 'keep') redirect(303, `/hand/${id}`);
    const started = await ask<Changed>(event, 'POST', `/api/fine-tunes/${id}/start`, {}, `${form.key}-start`);
    redirect(303, started.ok ? `/hand/${id}` : `/hand/${id}?unstarted=${started.problem.code}`);
  },
  /** Says yes to one use for the works named, one line each. */
  consent: async (event) => {
    const form = await filled(event);
    const ids = form.text('consent').split(' ').filter(Boolean);
    const lines = ids.map((workId) => ({ workId, use: 'fine_tune_own' }));
    const refused = await sayYes(event, lines, form.key);
    if (refused) return refuse('teach', refused, typedIn(form));
    return { consented: ids, typed: typedIn(form) };
  },
  suggest: async (event) => {
    const form = await filled(event);
    const ids = form.all('works');
    if (ids.length === 0)
      return refuse(
        'teach',
        problem(
          'no_works',
          'No work is chosen',
          'There is nothing to look at.',
          'Choose a work, then ask again.',
        ),
        typedIn(form),
      );
    let refused: Problem | null = null;
    for (let at = 0; at < ids.length && refused === null; at += looked) {
      const works = ids.slice(at, at + looked);
      const answer = await ask(event, 'POST', '/api/fine-tunes/captions', { works }, `${form.key}-${at}`);
      if (!answer.ok) refused = answer.problem;
    }
    return refused
      ? refuse('teach', refused, typedIn(form))
      : { suggested: ids.length, typed: typedIn(form) };
  },
};
