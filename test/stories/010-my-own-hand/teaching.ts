import type {
  AdapterDetail,
  FineTune,
  FineTuneRequest,
  Generation,
  GenerationRequest,
  Material,
} from '@uncaged/contract';
import type { Stage } from '../../support/stage.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { Drawing } from './drawings.ts';

/** Hands a drawing in by the form of the portal, with a line of consent for each of `uses`. Returns the work's id. */
export async function bring(artist: Visitor, { title, svg }: Drawing, uses: string[]): Promise<string> {
  const form = new FormData();
  form.set('file', new File([svg], `${title.replaceAll(' ', '-')}.svg`, { type: 'image/svg+xml' }));
  form.set('title', title);
  form.set('licence', 'CC-BY-NC-4.0');
  for (const use of uses) form.append('consents', use);
  const { work } = await artist.post<{ work: { id: string } }>('/api/works', form);
  return work.id;
}

/** One line of consent: yes to one use of one work. */
export async function allow(artist: Visitor, workId: string, use: string): Promise<void> {
  await artist.post(`/api/works/${workId}/consents`, { use, answer: 'yes' });
}

/** The artist's own works as the page of teaching shows them, in the order they were brought. */
export async function materialsOf(artist: Visitor): Promise<Material[]> {
  const { materials } = await artist.get<{ materials: Material[] }>('/api/training/materials?limit=200');
  return materials.toReversed();
}

/** A run that was taught and kept. */
export interface Taught {
  fineTune: FineTune;
  adapter: AdapterDetail;
  /** Whether the sheet from after shows something else than the one from before. */
  changed: boolean;
}

/** Writes down what to teach, starts it, watches curve and sheets until it rests, and keeps it. */
export async function teach(artist: Visitor, request: FineTuneRequest): Promise<Taught> {
  const made = await artist.post<{ fineTune: FineTune }>('/api/fine-tunes', request);
  const path = `/api/fine-tunes/${made.fineTune.id}`;
  await artist.post(`${path}/start`);
  await watch(artist, path);
  const { fineTune } = await artist.post<{ fineTune: FineTune }>(`${path}/keep`);
  const { losses, sheets, adapterId } = fineTune;
  if (losses.at(-1)?.step !== fineTune.steps.of || !losses.every(({ loss }) => Number.isFinite(loss)))
    throw new Error(`a curve of ${JSON.stringify(losses)}`);
  const drawn = await Promise.all(sheets.map(({ url }) => artist.bytes(url)));
  const [before, after] = [drawn.at(0), drawn.at(-1)].map((sheet) => Buffer.from(sheet ?? []));
  const { adapter } = await artist.get<{ adapter: AdapterDetail }>(`/api/adapters/${adapterId}`);
  return { fineTune, adapter, changed: before !== undefined && after?.equals(before) === false };
}

/** Follows the stream of events to its end; throws unless it tells progress and sheets and ends well. */
async function watch(artist: Visitor, path: string): Promise<void> {
  const told = new Map<string, FineTune>();
  for await (const event of artist.events(`${path}/events`)) {
    const { type, fineTune } = event as { type: string; fineTune: FineTune };
    told.set(type, fineTune);
  }
  const ended = told.get('ended');
  if (ended?.state !== 'finished') throw new Error(`it ended ${ended?.state}: ${ended?.failure}`);
  if (!told.has('progress') || !told.has('sheet')) throw new Error(`it told only ${[...told.keys()]}`);
}

/** Asks for a clip and waits until a worker has made it. */
export async function makeClip(
  stage: Stage,
  maker: Visitor,
  request: GenerationRequest,
): Promise<Generation> {
  const asked = await maker.post<{ generation: Generation }>('/api/generations', request);
  let now = asked.generation;
  await stage.until(async () => {
    now = (await maker.get<{ generation: Generation }>(`/api/generations/${now.id}`)).generation;
    if (now.state === 'failed') throw new Error(`the clip failed: ${now.failure}`);
    return now.state === 'done';
  });
  return now;
}
