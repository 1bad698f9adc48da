import type { AdapterDetail, Generation, Work } from '@uncaged/contract';
import { verifyArchive } from '@uncaged/verify';
import { raise, type Stage } from '../../support/stage.ts';
import type { Visitor } from '../../support/visitor.ts';
import { passwordOf } from '../001-seat-at-the-table/story.ts';
import { namesOf } from '../001-seat-at-the-table/tables.ts';
import type { Story, Told } from '../story.ts';
import { type Drawing, drawThirty } from './drawings.ts';
import { lying, notFinite, ofAnotherBase, torn } from './files.ts';
import { Refusals } from './refusals.ts';
import { book, captions, clips, consents, type Line, lineage, manifest, runs, type Seen } from './tables.ts';
import { allow, bring, makeClip, materialsOf, type Taught, teach } from './teaching.ts';

const DAY = 86_400_000;
/** Steps of teaching, and of drawing: enough to see that a hand changes the picture, not to draw well. */
const steps = 8;
const small = { steps: 4, size: 64 } as const;

/** A collective with a machine of its own, and who takes part. */
interface Scene {
  stage: Stage;
  /** Founded it and does the chores. */
  steward: Visitor;
  /** The artist, here. */
  linnet: Visitor;
  /** Another member, here. */
  ko: Visitor;
}

/** A drawing that was brought in. */
type Brought = Drawing & { id: string };

/** From thirty drawings to a hand of one's own, mixed, taken along, and named wherever it is used. */
export const story: Story = {
  number: '010',
  title: 'My own hand',
  async tell(stage) {
    const refusals = new Refusals();
    const here = await gather(stage, 'The Drawing Room', 'heron');
    const works = await bringThirty(here);
    await stage.pass(DAY);
    const chosen = await consentLineByLine(here, works, refusals);
    const suggested = await suggestions(here, chosen);
    const first = await teachFirst(here, chosen, suggested);
    const seen = await compare(here, first);
    const second = await teachSecond(here, chosen, refusals);
    await stage.pass(DAY);
    seen.push(await mix(here, [first, second], seen));
    await strangers(here, first, works, refusals);
    const file = await takeAlong(here, first, chosen, refusals);
    await using elsewhere = await raise({ start: stage.clock.now() });
    const there = await gather(elsewhere, 'Salt and Ink', 'tern');
    const { adapter, clip } = await bringAlong(there, file, first, refusals);
    return await end({
      here,
      there,
      works,
      suggested,
      taught: [first, second],
      seen,
      adapter,
      clip,
      refusals,
    });
  },
};

/** Somebody founds a collective and connects a machine; linnet and ko come in by invitation. */
async function gather(stage: Stage, name: string, founder: string): Promise<Scene> {
  const steward = stage.visitor();
  await steward.post('/api/collective', {
    name,
    currency: 'EUR',
    founder: { pseudonym: founder, password: passwordOf(founder) },
    deposit: { amount: '100000', source: 'membership' },
  });
  const { token } = await steward.post<{ token: string }>('/api/workers', { name: 'the one by the window' });
  stage.hire(token);
  const join = async (pseudonym: string) => {
    const { code } = await steward.post<{ code: string }>('/api/invitations', {});
    const member = stage.visitor();
    await member.post('/api/members', { code, pseudonym, password: passwordOf(pseudonym) });
    return member;
  };
  return { stage, steward, linnet: await join('linnet'), ko: await join('ko') };
}

/** linnet brings thirty drawings. Of all she says that they may be shown; of three she does not say that they may teach. */
async function bringThirty({ linnet }: Scene): Promise<Brought[]> {
  const brought: Brought[] = [];
  for (const drawing of drawThirty()) {
    const uses = untold.includes(drawing.title) ? ['publish'] : ['publish', 'fine_tune_own'];
    brought.push({ ...drawing, id: await bring(linnet, drawing, uses) });
  }
  return brought;
}

const untold = ['cup close by', 'lamp close by', 'moon close by'];

/** The three are named and nothing begins; she says yes for one of them and leaves two out. */
async function consentLineByLine(
  { linnet }: Scene,
  works: Brought[],
  refusals: Refusals,
): Promise<Brought[]> {
  const all = works.map(({ id, title }) => ({ workId: id, caption: title }));
  const body = { name: 'linnet’s line', styleWord: 'linnetline', kind: 'adapter', items: all };
  const what = 'linnet teaches with all thirty';
  const problem = await refusals.expect(what, 'work_without_consent', linnet, [
    'POST',
    '/api/fine-tunes',
    { body },
  ]);
  const named = (problem.works as { title: string }[]).map(({ title }) => title).sort();
  if (named.join() !== untold.join()) throw new Error(`the refusal names ${named.join(', ')}`);
  const lamp = works.find(({ title }) => title === 'lamp close by');
  if (!lamp) throw new Error('no lamp close by');
  await allow(linnet, lamp.id, 'fine_tune_own');
  return works.filter(({ id, title }) => id === lamp.id || !untold.includes(title));
}

/** A machine looks at six of them. Returns what it says, by the work's id. */
async function suggestions({ linnet }: Scene, chosen: Brought[]): Promise<Map<string, string>> {
  const asked = chosen.filter(({ how }) => how === 'by night').map(({ id }) => id);
  await linnet.post('/api/fine-tunes/captions', { works: asked });
  const kept = (await materialsOf(linnet)).filter(({ suggestion }) => suggestion !== null);
  if (kept.length !== asked.length) throw new Error(`asked for ${asked.length} captions, got ${kept.length}`);
  return new Map(kept.map(({ work, suggestion }) => [work.id, suggestion as string]));
}

/** She takes the machine's words for three works as they are, mends them for three, and calls the others by their titles. */
function teachFirst({ linnet }: Scene, chosen: Brought[], suggested: Map<string, string>): Promise<Taught> {
  const taken = new Set([...suggested.keys()].slice(0, 3));
  const items = chosen.map(({ id: workId, title, thing }) => {
    const suggestion = suggested.get(workId);
    if (suggestion === undefined) return { workId, caption: title };
    return taken.has(workId)
      ? { workId, caption: suggestion, machineMade: true }
      : { workId, caption: `${thing} on a dark sheet, coral line` };
  });
  const sheet = { prompts: ['linnetline boat'], seeds: [7, 8] };
  const named = { name: 'linnet’s line', styleWord: 'linnetline', kind: 'adapter' as const };
  return teach(linnet, { ...named, items, steps, seed: 1, sheet, sheetEvery: steps / 2 });
}

/** The same words with the same seeds, before and after; and once more, to see that nothing else moves them. */
async function compare({ stage, linnet }: Scene, { adapter }: Taught): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const seed of ['7', '8']) {
    const request = { prompt: 'linnetline boat', seed, ...small };
    const before = await makeClip(stage, linnet, request);
    const after = await makeClip(stage, linnet, { ...request, adapters: [{ id: adapter.id, weight: 1 }] });
    seen.push({ what: `before, ${seed}`, clip: before, against: '', differs: false });
    seen.push({
      what: `after, ${seed}`,
      clip: after,
      against: `before, ${seed}`,
      differs: differ(before, after),
    });
  }
  return seen;
}

/** Whether two clips show other pictures: posters are made of the same bytes when they show the same. */
const differ = (one: Generation, other: Generation) =>
  one.outputs?.poster?.sha256 !== other.outputs?.poster?.sha256;

/** Of the dark and the rainy works alone; the word of the first is taken. */
async function teachSecond({ linnet }: Scene, chosen: Brought[], refusals: Refusals): Promise<Taught> {
  const items = chosen
    .filter(({ how }) => how === 'by night' || how === 'in rain')
    .map(({ id, title }) => ({ workId: id, caption: title }));
  const request = { name: 'night ink', styleWord: 'nightink', kind: 'adapter' as const, items };
  const body = { ...request, styleWord: 'linnetline' };
  const path = '/api/fine-tunes';
  await refusals.expect('a second hand by the first one’s word', 'style_word_taken', linnet, [
    'POST',
    path,
    { body },
  ]);
  return teach(linnet, { ...request, steps, seed: 2, sheet: { prompts: ['nightink moon'], seeds: [7] } });
}

/** One hand, and half of the other taken away from it. */
async function mix({ stage, linnet }: Scene, [first, second]: [Taught, Taught], seen: Seen[]): Promise<Seen> {
  const adapters = [
    { id: first.adapter.id, weight: 1 },
    { id: second.adapter.id, weight: -0.5 },
  ];
  const clip = await makeClip(stage, linnet, { prompt: 'linnetline boat', seed: '7', adapters, ...small });
  const after = seen.find(({ what }) => what === 'after, 7');
  if (!after) throw new Error('nothing to compare the mix with');
  return { what: 'mixed, 7', clip, against: after.what, differs: differ(after.clip, clip) };
}

/** What others may not do with a hand that is not shared, nor anybody with numbers that are none. */
async function strangers(
  { stage, linnet, ko }: Scene,
  { adapter }: Taught,
  works: Brought[],
  refusals: Refusals,
): Promise<void> {
  const wish = (weight: unknown) => ({
    body: { prompt: 'linnetline boat', adapters: [{ id: adapter.id, weight }] },
  });
  const visitor = stage.visitor();
  await refusals.expect('a visitor lists hands', 'not_logged_in', visitor, ['GET', '/api/adapters']);
  await refusals.expect('ko makes a clip with linnet’s hand', 'unknown_adapter', ko, [
    'POST',
    '/api/generations',
    wish(1),
  ]);
  await refusals.expect('ko takes its file', 'unknown_adapter', ko, [
    'GET',
    `/api/adapters/${adapter.id}/file`,
  ]);
  const items = works.slice(0, 5).map(({ id, title }) => ({ workId: id, caption: title }));
  const body = { name: 'mine now', styleWord: 'kohand', kind: 'adapter', items };
  await refusals.expect('ko teaches with linnet’s works', 'not_your_work', ko, [
    'POST',
    '/api/fine-tunes',
    { body },
  ]);
  await refusals.expect('linnet gives a hand the weight “a lot”', 'weight_not_finite', linnet, [
    'POST',
    '/api/generations',
    wish('a lot'),
  ]);
  await refusals.expect('linnet shares it without a line for that', 'work_without_consent', linnet, [
    'POST',
    `/api/adapters/${adapter.id}/share`,
  ]);
}

/** The file leaves once every work it learnt from has a line for that. */
async function takeAlong(
  { linnet }: Scene,
  { adapter }: Taught,
  chosen: Brought[],
  refusals: Refusals,
): Promise<Uint8Array> {
  const path = `/api/adapters/${adapter.id}/file`;
  await refusals.expect('linnet takes its file without a line for that', 'work_without_consent', linnet, [
    'GET',
    path,
  ]);
  for (const { id } of chosen) await allow(linnet, id, 'export_weights');
  return linnet.bytes(path);
}

/** In another collective, where linnet is a member too: broken copies first, then the file itself, used once. */
async function bringAlong(
  { stage, linnet, ko }: Scene,
  file: Uint8Array,
  first: Taught,
  refusals: Refusals,
): Promise<{ adapter: AdapterDetail; clip: Generation }> {
  const path = '/api/adapters/import';
  const base = first.adapter.base.weightsSha256;
  for (const [what, code, body] of [
    ['the beginning of the file', 'adapter_not_safetensors', torn(file)],
    ['a file whose tensors lie about their place', 'adapter_lying_offsets', lying(file)],
    ['a file with a number that is none', 'adapter_not_finite', notFinite(file)],
    ['a file for another base', 'adapter_other_base', ofAnotherBase(file, base)],
  ] as const)
    await refusals.expect(`elsewhere: ${what}`, code, linnet, ['POST', path, { body }]);
  const { adapter } = await linnet.post<{ adapter: AdapterDetail }>(path, file);
  await refusals.expect('elsewhere: the file a second time', 'adapter_there_already', linnet, [
    'POST',
    path,
    { body: file },
  ]);
  await refusals.expect('elsewhere: linnet shares what was brought in', 'adapter_consent_elsewhere', linnet, [
    'POST',
    `/api/adapters/${adapter.id}/share`,
  ]);
  const adapters = [{ id: adapter.id, weight: 1 }];
  const request = { prompt: 'linnetline boat', seed: '7', adapters, ...small };
  await refusals.expect('elsewhere: ko makes a clip with it', 'unknown_adapter', ko, [
    'POST',
    '/api/generations',
    { body: request },
  ]);
  return { adapter, clip: await makeClip(stage, linnet, request) };
}

interface Ending {
  here: Scene;
  there: Scene;
  works: Brought[];
  suggested: Map<string, string>;
  taught: [Taught, Taught];
  seen: Seen[];
  /** As it was brought into the second collective, and the clip made there. */
  adapter: AdapterDetail;
  clip: Generation;
  refusals: Refusals;
}

/** Everything above, read back: from both collectives, and from the archives alone. */
async function end({ here, there, works, taught, seen, adapter, clip, ...rest }: Ending): Promise<Told> {
  const archive = await verified(here);
  await verified(there);
  await there.stage.check();
  const [first] = taught;
  const mixed = seen.at(-1)?.clip as Generation;
  const again = seen.find(({ what }) => what === 'after, 7') as Seen;
  const elsewhere = { what: 'elsewhere, 7', clip, against: again.what, differs: differ(again.clip, clip) };
  const lines = await linesOf(here.linnet, works);
  const known = { lines, firstBook: here.linnet };
  const namesHere = await namesOf(here.steward);
  const namesThere = await namesOf(there.steward);
  return {
    archive,
    tables: [
      await consents(
        here.linnet,
        works.map(({ id }) => id),
      ),
      captions(first, rest.suggested),
      runs(taught),
      clips([...seen, elsewhere]),
      rest.refusals.table(),
      await book('The book of The Drawing Room', here.linnet, namesHere),
      await book('The book of Salt and Ink', there.linnet, namesThere),
      manifest(adapter, lines),
      await lineage('Where the mixed clip came from, in The Drawing Room', mixed, here.linnet, known),
      await lineage('Where the clip came from, in Salt and Ink', clip, there.linnet, known),
    ],
  };
}

/** The archive of a book, once it verifies with nothing but itself. */
async function verified({ stage, steward }: Scene): Promise<Uint8Array> {
  await stage.sealed();
  const archive = await steward.bytes('/api/book/export');
  const verdict = await verifyArchive(archive);
  if (!verdict.ok) throw new Error(`the archive does not verify: ${JSON.stringify(verdict)}`);
  return archive;
}

/** Every line of consent of these works, by its id. */
async function linesOf(artist: Visitor, works: readonly Brought[]): Promise<Map<string, Line>> {
  const lines = new Map<string, Line>();
  for (const { id } of works) {
    const { work } = await artist.get<{ work: Work }>(`/api/works/${id}`);
    for (const line of work.consents) lines.set(line.id, line);
  }
  return lines;
}
