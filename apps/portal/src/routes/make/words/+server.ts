import { json } from '@sveltejs/kit';
import type { Model } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';
import { unseen } from '#lib/words.ts';
import type { RequestHandler } from './$types';

/** Words by the id of their model; a model's words never change. */
const kept = new Map<string, ReadonlySet<string> | null>();
const most = 16;

/** The words a model answers to; null where its record does not tell. */
async function vocabularyOf(
  event: Parameters<RequestHandler>[0],
  id: string,
): Promise<ReadonlySet<string> | null> {
  const known = kept.get(id);
  if (known !== undefined) return known;
  const { model } = await get<{ model: Model }>(event, `/api/models/${encodeURIComponent(id)}`);
  const { vocabulary } = (model.config ?? {}) as { vocabulary?: unknown };
  const words = Array.isArray(vocabulary)
    ? new Set(vocabulary.filter((word) => typeof word === 'string'))
    : null;
  // A member's own model is asked for each time: whether this person may see it is the api's to say.
  if (!model.private) {
    const [oldest] = kept.keys();
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
    kept.set(id, words);
  }
  return words;
}

/** `?model=ID&prompt=…&style=WORD`: the words of a prompt that the model never saw; null where nobody can tell. */
export const GET: RequestHandler = async (event) => {
  const asked = event.url.searchParams;
  const words = await vocabularyOf(event, asked.get('model') ?? '');
  const prompt = (asked.get('prompt') ?? '').slice(0, 4000);
  return json({ unseen: words && unseen(prompt, (word) => words.has(word), asked.getAll('style')) });
};
