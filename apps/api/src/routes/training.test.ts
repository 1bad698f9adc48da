import { sealStanding } from '@uncaged/book';
import {
  adapterDetailSchema,
  fineTuneEventSchema,
  fineTuneSchema,
  lineageSchema,
  materialsSchema,
  type TrainJob,
} from '@uncaged/contract';
import { closeRenderers } from '@uncaged/provenance';
import { leaseMs } from '@uncaged/studio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, openStage, type Stage } from './studio.stage.ts';
import { bring, deliver, fileFor, upload } from './training.stage.ts';

let stage: Stage;
let token: string;
let heron: string;
let reeds: string;
let bare: string;
let others: string;

beforeAll(async () => {
  stage = await openStage();
  token = await stage.worker('the machine in the corner');
  heron = await bring(stage, 'nacht', 'Heron', ['fine_tune_own']);
  reeds = await bring(stage, 'nacht', 'Reeds', ['fine_tune_own']);
  bare = await bring(stage, 'nacht', 'Nothing said', []);
  others = await bring(stage, 'iris', 'Iris’ own', ['publish', 'fine_tune_own']);
});
afterAll(async () => {
  closeRenderers();
  await stage[Symbol.asyncDispose]();
});

const post = (path: string, body?: object, as = 'nacht') =>
  stage.send('POST', path, { as, ...(body === undefined ? {} : { body }) });
const get = (path: string, as = 'nacht') => stage.send('GET', path, { as });
const consent = (workId: string, use: string, answer: 'yes' | 'no', as = 'nacht') =>
  post(`/api/works/${workId}/consents`, { use, answer }, as);

let words = 0;
/** A word that nothing goes by yet. */
const freshWord = () => {
  const letters = [Math.floor(words / 26), words++ % 26].map((at) => String.fromCharCode(97 + at));
  return `moon${letters.join('')}cut`;
};

const wish = (change: object = {}) => ({
  name: 'Night reeds',
  styleWord: freshWord(),
  kind: 'adapter',
  items: [
    { workId: heron, caption: 'a heron' },
    { workId: reeds, caption: 'reeds', machineMade: true },
  ],
  ...change,
});

/** Writes down, starts and leases a fine-tune. */
async function begun(change: object = {}): Promise<{ id: string; job: TrainJob }> {
  const created = await post('/api/fine-tunes', wish(change));
  const id: string = created.json.fineTune.id;
  await post(`/api/fine-tunes/${id}/start`);
  const job = await stage.leaseTraining(token);
  if (job?.fineTuneId !== id) throw new Error(`leased ${job?.fineTuneId}`);
  return { id, job };
}

/** An adapter that is kept. */
async function kept(change: object = {}): Promise<Answer> {
  const { id, job } = await begun(change);
  await deliver(stage, token, job);
  const { json } = await post(`/api/fine-tunes/${id}/keep`);
  if (!json.fineTune) throw new Error(JSON.stringify(json));
  return json.fineTune.adapter;
}

const stateOf = async (id: string) => (await get(`/api/fine-tunes/${id}`)).json.fineTune;

describe('material', () => {
  it('is one’s own works with what is allowed of each, and what a machine saw in them', async () => {
    const found = materialsSchema.parse((await get('/api/training/materials')).json);
    expect(found.materials.map(({ work, caption }) => [work.title, caption])).toEqual([
      ['Nothing said', 'Nothing said'],
      ['Reeds', 'Reeds'],
      ['Heron', 'Heron'],
    ]);
    const uses = found.materials.map(({ uses }) => uses.map(({ use, because }) => `${use} ${because}`));
    expect(uses.at(-1)).toEqual([
      'fine_tune_own consented',
      'fine_tune_shared no_consent',
      'export_weights no_consent',
    ]);
    expect(uses[0]).toContain('fine_tune_own no_consent');
    expect(found.limits.works).toBeGreaterThan(0);

    const asked = await post('/api/fine-tunes/captions', { works: [heron, reeds] });
    expect(asked.json.captions).toMatchObject([
      { workId: heron, caption: expect.stringMatching(/heron.*white ground$/), machineMade: true },
      { workId: reeds },
    ]);
    const again = (await get('/api/training/materials')).json.materials.at(-1);
    expect(again.suggestion).toBe(asked.json.captions[0].caption);
    expect((await post('/api/fine-tunes/captions', { works: [others] })).json.code).toBe('not_your_work');
    expect((await post('/api/fine-tunes/captions', { works: ['no'] })).json.code).toBe('unknown_work');
  });
});

describe('a fine-tune', () => {
  it('is written down, started, taught, watched, kept, mixed, shared, taken away and brought back', async () => {
    const created = await post('/api/fine-tunes', wish({ steps: 40, seed: '7', rank: 2 }));
    expect(created.status).toBe(201);
    const draft = fineTuneSchema.parse(created.json.fineTune);
    expect(draft).toMatchObject({ state: 'draft', works: 2, seed: '7', may: ['start', 'discard'] });
    const { id, styleWord } = draft;
    expect((await get(`/api/fine-tunes/${id}`, 'iris')).json.code).toBe('unknown_fine_tune');

    const started = await post(`/api/fine-tunes/${id}/start`);
    expect(started.json.fineTune).toMatchObject({ state: 'waiting', position: 1, may: ['stop'] });
    expect(started.json.fineTune.dataset).toMatchObject({ items: 2 });
    const stream = stage.raw(`/api/fine-tunes/${id}/events`, { as: 'nacht' });
    await stream;
    expect((await get(`/api/datasets/${started.json.fineTune.dataset.id}`, 'iris')).json.code).toBe(
      'unknown_dataset',
    );

    expect(await stage.lease(token)).toBeNull();
    const job = (await stage.leaseTraining(token)) as TrainJob;
    expect(job).toMatchObject({ fineTuneId: id, steps: 40, rank: 2, seed: '7', trainKind: 'adapter' });
    expect(job.items.map(({ caption, frames }) => [caption, frames])).toEqual([
      ['a heron', 1],
      ['reeds', 1],
    ]);
    expect(JSON.parse(job.manifest)).toMatchObject({
      maker: { pseudonym: 'nacht' },
      works: [{ title: 'Heron', consentId: expect.any(String) }, { title: 'Reeds' }],
    });
    const picture = await stage.raw(`/api/worker/blobs/${job.items[0]?.sha256}`, { as: token });
    expect(picture.status).toBe(200);
    // Another machine knows the hash from the book, and has no job that needs it.
    const idle = await stage.worker('a machine elsewhere');
    expect((await stage.raw(`/api/worker/blobs/${job.items[0]?.sha256}`, { as: idle })).status).toBe(404);

    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    );
    const told = await stage.send('POST', `/api/worker/leases/${job.leaseId}/training`, {
      as: token,
      body: {
        step: 20,
        of: 40,
        losses: [
          { step: 10, loss: 0.5 },
          { step: 20, loss: 0.25 },
        ],
        imagesPerSecond: 90,
        secondsLeft: 30,
        sheet: { step: 0, sha256: await upload(stage, token, new Uint8Array(png)) },
      },
    });
    expect(told.json).toMatchObject({ stop: false });
    const running = fineTuneSchema.parse(await stateOf(id));
    expect(running).toMatchObject({
      state: 'running',
      steps: { done: 20, of: 40 },
      loss: 0.25,
      losses: [{ step: 10 }, { step: 20 }],
      secondsLeft: 30,
      sheets: [{ step: 0 }],
    });
    const sheet = await stage.raw(running.sheets[0]?.url ?? '', { as: 'nacht' });
    expect(Buffer.from(await sheet.arrayBuffer())).toEqual(png);
    expect((await stage.raw(running.sheets[0]?.url ?? '', { as: 'iris' })).status).toBe(404);

    const done = await deliver(stage, token, job);
    expect(done.json).toMatchObject({ fineTuneId: id, replayed: false });
    expect((await deliver(stage, token, job)).json).toMatchObject({
      replayed: true,
      receipt: done.json.receipt,
    });
    expect(await stateOf(id)).toMatchObject({ state: 'finished', seconds: 61.5, may: ['keep', 'discard'] });
    const events = [...(await (await stream).text()).matchAll(/^data: (.+)$/gm)].map(([, data]) =>
      fineTuneEventSchema.parse(JSON.parse(data ?? '')),
    );
    expect(events[0]?.type).toBe('state');
    expect(events.map(({ type }) => type)).toContain('sheet');
    expect(events.at(-1)).toMatchObject({ type: 'ended', fineTune: { state: 'finished' } });

    const keep = await post(`/api/fine-tunes/${id}/keep`);
    const { adapter } = fineTuneSchema.parse(keep.json.fineTune);
    if (!adapter) throw new Error('nothing was kept');
    expect(adapter).toMatchObject({ styleWord, works: 2, rank: 2, shared: false, mine: true, usable: true });
    expect((await get(`/api/adapters/${adapter.id}`, 'iris')).json.code).toBe('unknown_adapter');

    const mix = [{ id: adapter.id, weight: -0.5 }];
    const asked = await post('/api/generations', { prompt: `${styleWord} heron`, adapters: mix });
    expect(asked.json.generation.adapters).toEqual([
      { id: adapter.id, name: 'Night reeds', styleWord, weight: -0.5 },
    ]);
    const clip = await stage.lease(token);
    if (!clip) throw new Error('nothing to lease');
    expect(clip.adapters).toEqual([{ sha256: adapter.sha256, weight: -0.5 }]);
    await stage.deliver(token, clip);
    const lineage = lineageSchema.parse((await get(`/api/generations/${clip.generationId}/lineage`)).json);
    expect(lineage.adapters).toMatchObject([
      { id: adapter.id, weight: -0.5, maker: { pseudonym: 'nacht' }, worksCount: 2 },
    ]);
    expect(lineage.adapters[0]?.works.map(({ title }) => title)).toEqual(['Heron', 'Reeds']);
    const strangers = (await get(`/api/generations/${clip.generationId}/lineage`, 'iris')).json;
    expect(strangers.adapters).toMatchObject([{ worksCount: 2, works: [] }]);

    expect((await post(`/api/adapters/${adapter.id}/share`)).json).toMatchObject({
      code: 'work_without_consent',
      works: [
        { title: 'Heron', use: 'fine_tune_shared', because: 'no_consent' },
        { title: 'Reeds', use: 'fine_tune_shared' },
      ],
    });
    for (const work of [heron, reeds]) await consent(work, 'fine_tune_shared', 'yes');
    expect((await post(`/api/adapters/${adapter.id}/share`)).json.adapter).toMatchObject({ shared: true });
    expect((await get('/api/adapters', 'iris')).json.adapters).toMatchObject([
      { id: adapter.id, mine: false, usable: true, file: null },
    ]);
    expect((await post('/api/generations', { prompt: 'x', adapters: mix }, 'iris')).status).toBe(202);
    const theirs = await stage.lease(token);
    if (theirs) await stage.deliver(token, theirs);

    expect((await get(`${adapter.file}`)).json.code).toBe('work_without_consent');
    for (const work of [heron, reeds]) await consent(work, 'export_weights', 'yes');
    const file = new Uint8Array(await (await stage.raw(adapter.file ?? '', { as: 'nacht' })).arrayBuffer());
    expect(file).toEqual(fileFor(job));
    expect((await get(`/api/adapters/${adapter.id}/file`, 'iris')).json.code).toBe('not_your_adapter');

    const bringIn = (as: string) => stage.raw('/api/adapters/import', { method: 'POST', as, body: file });
    expect((await (await bringIn('nacht')).json()).code).toBe('adapter_there_already');
    expect((await (await bringIn('iris')).json()).code).toBe('style_word_taken');
    await post(`/api/adapters/${adapter.id}/unshare`);
    const brought = await bringIn('iris');
    expect(brought.status).toBe(201);
    const imported = adapterDetailSchema.parse((await brought.json()).adapter);
    expect(imported).toMatchObject({
      source: 'imported',
      mine: true,
      works: 2,
      manifest: { works: [{}, {}] },
    });
    expect((await post(`/api/adapters/${imported.id}/share`, undefined, 'iris')).json.code).toBe(
      'adapter_consent_elsewhere',
    );

    expect((await post(`/api/adapters/${adapter.id}/discard`)).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: 'discarded', may: [] });
    expect((await post('/api/generations', { prompt: 'x', adapters: mix })).json.code).toBe(
      'adapter_discarded',
    );
    await stage.tick();
    // Iris’ own copy still stands on the same bytes.
    expect(await stage.platform.blobs.has(adapter.sha256)).toBe(true);
    await post(`/api/adapters/${imported.id}/discard`, undefined, 'iris');
    await stage.tick();
    expect(await stage.platform.blobs.has(adapter.sha256)).toBe(false);
  });

  it('stops with what it has when its maker asks, is gone on with, and counts as machine time', async () => {
    const { id, job } = await begun();
    expect((await post(`/api/fine-tunes/${id}/stop`)).json.fineTune).toMatchObject({
      stopping: true,
      may: [],
    });
    const beat = () => stage.send('POST', `/api/worker/leases/${job.leaseId}/heartbeat`, { as: token });
    expect((await beat()).json).toMatchObject({ stop: true });
    await deliver(stage, token, job, { steps: 12 });
    expect(await stateOf(id)).toMatchObject({
      state: 'stopped',
      steps: { done: 12, of: 40 },
      may: ['continue', 'keep', 'discard'],
    });
    expect((await post(`/api/fine-tunes/${id}/continue`)).json.fineTune).toMatchObject({ state: 'waiting' });
    expect((await post(`/api/fine-tunes/${id}/stop`)).json.fineTune).toMatchObject({ state: 'stopped' });
    await post(`/api/fine-tunes/${id}/continue`);
    stage.platform.clock.advance(1_000);
    const again = (await stage.leaseTraining(token)) as TrainJob;
    expect(again.fineTuneId).toBe(id);
    stage.platform.clock.advance(leaseMs - 1_000);
    await stage.send('POST', `/api/worker/leases/${again.leaseId}/heartbeat`, { as: token });
    await deliver(stage, token, again);
    expect(await stateOf(id)).toMatchObject({ state: 'finished' });
    // nacht’s training ran for half a minute, so iris goes first.
    await post('/api/generations', { prompt: 'nacht' });
    await post('/api/generations', { prompt: 'iris' }, 'iris');
    const [first, second] = [await stage.lease(token), await stage.lease(token)];
    expect([first?.prompt, second?.prompt]).toEqual(['iris', 'nacht']);
    for (const one of [first, second]) if (one) await stage.deliver(token, one);
  });

  it('that fails goes back twice with the reason, then fails with it', async () => {
    const { id, job } = await begun();
    const states = [];
    for (let round = 0, held = job; round < 3; round++) {
      const body = { reason: `child_died: out of memory ${round}` };
      const reply = await stage.send('POST', `/api/worker/leases/${held.leaseId}/fail`, { as: token, body });
      states.push(reply.json.state);
      if (round < 2) held = (await stage.leaseTraining(token)) as TrainJob;
    }
    expect(states).toEqual(['waiting', 'waiting', 'failed']);
    expect(await stateOf(id)).toMatchObject({
      state: 'failed',
      failure: 'child_died: out of memory 2',
      attempts: 3,
      may: ['continue', 'discard'],
    });
  });

  it('whose worker falls silent waits again; asked to stop, it stops', async () => {
    const { id } = await begun();
    stage.platform.clock.advance(leaseMs + 1);
    await stage.tick();
    expect(await stateOf(id)).toMatchObject({ state: 'waiting', attempts: 1 });
    await stage.leaseTraining(token);
    await post(`/api/fine-tunes/${id}/stop`);
    stage.platform.clock.advance(leaseMs + 1);
    await stage.tick();
    expect(await stateOf(id)).toMatchObject({
      state: 'stopped',
      stopping: false,
      may: ['continue', 'discard'],
    });
  });

  it('ends where a maker takes consent back before it began, and so does a clip that mixes it', async () => {
    const adapter = await kept();
    const asked = await post('/api/generations', { prompt: 'x', adapters: [{ id: adapter.id, weight: 1 }] });
    const waiting = await post('/api/fine-tunes', wish());
    await post(`/api/fine-tunes/${waiting.json.fineTune.id}/start`);
    await consent(heron, 'fine_tune_own', 'no');
    expect(await stage.leaseTraining(token)).toBeNull();
    expect(await stage.lease(token)).toBeNull();
    expect(await stateOf(waiting.json.fineTune.id)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('work_without_consent'),
    });
    expect((await get(`/api/generations/${asked.json.generation.id}`)).json.generation).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('“Heron”: fine_tune_own, revoked'),
    });
    expect((await get(`/api/adapters/${adapter.id}`)).json.adapter).toMatchObject({
      usable: false,
      because: 'work_without_consent',
    });
    const mix = { prompt: 'x', adapters: [{ id: adapter.id, weight: 1 }] };
    expect((await post('/api/generations', mix)).json.code).toBe('work_without_consent');
    await consent(heron, 'fine_tune_own', 'yes');
  });

  it('ends under way where a maker takes consent back', async () => {
    const runs = [await begun(), await begun()] as const;
    await consent(heron, 'fine_tune_own', 'no');
    const beat = `/api/worker/leases/${runs[0].job.leaseId}/heartbeat`;
    const answers = [
      await stage.send('POST', beat, { as: token }),
      await deliver(stage, token, runs[1].job),
      await stage.send('POST', beat, { as: token }),
    ];
    expect(answers.map(({ json }) => json.code)).toEqual([
      'work_without_consent',
      'work_without_consent',
      'lease_lapsed',
    ]);
    for (const { id } of runs)
      expect(await stateOf(id)).toMatchObject({
        state: 'failed',
        failure: expect.stringContaining('“Heron”: fine_tune_own, revoked'),
        may: ['continue', 'discard'],
      });
    await consent(heron, 'fine_tune_own', 'yes');
  });

  it('thrown away leaves the sheets of others, which may be the same picture', async () => {
    const runs = [await begun(), await begun()] as const;
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
    const sheet = { step: 0, sha256: await upload(stage, token, new Uint8Array(png)) };
    for (const { job } of runs) {
      const body = { step: 0, of: 40, losses: [], imagesPerSecond: 1, secondsLeft: 1, sheet };
      await stage.send('POST', `/api/worker/leases/${job.leaseId}/training`, { as: token, body });
      await deliver(stage, token, job);
    }
    await post(`/api/fine-tunes/${runs[0].id}/discard`);
    await stage.tick();
    expect(await stage.platform.blobs.has(sheet.sha256)).toBe(true);
    await post(`/api/fine-tunes/${runs[1].id}/discard`);
    await stage.tick();
    expect(await stage.platform.blobs.has(sheet.sha256)).toBe(false);
  });

  it('has a file whatever letters its word is written in', async () => {
    await consent(heron, 'export_weights', 'yes');
    await consent(reeds, 'export_weights', 'yes');
    const adapter = await kept({ styleWord: 'żółw' });
    const file = await stage.raw(`/api/adapters/${adapter.id}/file`, { as: 'nacht' });
    expect(file.headers.get('content-disposition')).toContain('%C5%BC%C3%B3%C5%82w.safetensors');
    await consent(heron, 'export_weights', 'no');
    await consent(reeds, 'export_weights', 'no');
  });

  it('from nothing becomes a model of one’s own, that nobody else sees and nobody is paid for', async () => {
    const { id, job } = await begun({ kind: 'model', name: 'All mine' });
    await deliver(stage, token, job);
    const keep = await post(`/api/fine-tunes/${id}/keep`);
    const { modelId } = keep.json.fineTune;
    expect((await get('/api/models')).json.models).toMatchObject([{ id: modelId, name: 'All mine' }, {}]);
    expect((await get('/api/models', 'iris')).json.models).toHaveLength(1);
    expect((await get(`/api/models/${modelId}`, 'iris')).json.code).toBe('unknown_model');
    const theirs = await post('/api/generations', { prompt: 'x', model: modelId }, 'iris');
    expect(theirs.json.code).toBe('unknown_model');
    const asked = await post('/api/generations', { prompt: 'mine', model: modelId });
    expect(asked.status).toBe(202);
    const clip = await stage.lease(token);
    if (!clip) throw new Error('nothing to lease');
    expect(clip.model).toMatchObject({ id: modelId, recordSha256: expect.any(String) });
    const record = await stage.raw(`/api/worker/blobs/${clip.model.recordSha256}`, { as: token });
    expect(await record.json()).toMatchObject({ weights: { sha256: clip.model.weightsSha256 } });
    expect((await stage.deliver(token, clip)).status).toBe(200);
    // Nothing was said of showing Heron and Reeds.
    const lineage = async (as: string) =>
      (await get(`/api/generations/${asked.json.generation.id}/lineage`, as)).json;
    expect((await lineage('nacht')).works).toHaveLength(2);
    expect((await lineage('iris')).works).toEqual([]);
    await post('/api/generations', { prompt: 'still waits', model: modelId });
    await consent(heron, 'fine_tune_own', 'no');
    const withdrawn = await post('/api/generations', { prompt: 'x', model: modelId });
    expect(withdrawn.json).toMatchObject({ code: 'work_without_consent', works: [{ because: 'revoked' }] });
    expect(await stage.lease(token)).toBeNull();
    await consent(heron, 'fine_tune_own', 'yes');
    await post(`/api/fine-tunes/${id}/discard`);
    expect((await post('/api/generations', { prompt: 'x', model: modelId })).json.code).toBe('unknown_model');
  });
});

describe('what cannot be taught', () => {
  const item = (workId: string) => ({ workId, caption: '' });
  it.each<[string, number, () => object]>([
    ['name_empty', 422, () => ({ name: ' ' })],
    ['style_word_invalid', 422, () => ({ styleWord: 'two words' })],
    ['style_word_taken', 409, () => ({ styleWord: 'lantern' })],
    ['no_works', 422, () => ({ items: [] })],
    ['too_many_works', 422, () => ({ items: Array.from({ length: 301 }, (_, n) => item(String(n))) })],
    ['duplicate_work', 422, () => ({ items: [item(heron), item(heron)] })],
    ['unknown_work', 404, () => ({ items: [item('no-such-work')] })],
    ['not_your_work', 403, () => ({ items: [item(others)] })],
    ['work_without_consent', 409, () => ({ items: [item(heron), item(bare)] })],
    ['caption_too_long', 422, () => ({ items: [{ workId: heron, caption: 'x'.repeat(501) }] })],
    ['steps_out_of_range', 422, () => ({ steps: 1e9 })],
    ['rank_out_of_range', 422, () => ({ rank: 'high' })],
    ['seed_out_of_range', 422, () => ({ seed: -1 })],
    ['sheet_too_large', 422, () => ({ sheet: { prompts: Array(9).fill('a'), seeds: [1, 2] } })],
    ['unknown_model', 404, () => ({ base: 'nobody' })],
    ['invalid_input', 422, () => ({ kind: 'dream' })],
    ['invalid_input', 422, () => ({ items: 'all' })],
  ])('%s is a %i', async (code, status, change) => {
    const reply = await post('/api/fine-tunes', wish(change()));
    expect([reply.json.code, reply.status]).toEqual([code, status]);
  });

  it('is what a line that ran out, or was taken back, allowed', async () => {
    const soon = new Date(stage.platform.clock.now().getTime() + 60_000).toISOString();
    await post(`/api/works/${bare}/consents`, { use: 'fine_tune_own', answer: 'yes', expiresAt: soon });
    const draft = (await post('/api/fine-tunes', wish({ items: [item(bare)] }))).json.fineTune;
    stage.platform.clock.advance(60_001);
    const refused = [
      await post('/api/fine-tunes', wish({ items: [item(bare)] })),
      await post(`/api/fine-tunes/${draft.id}/start`),
    ];
    for (const { json } of refused)
      expect(json).toMatchObject({ code: 'work_without_consent', works: [{ because: 'expired' }] });
    await consent(bare, 'fine_tune_own', 'yes');
    await consent(bare, 'fine_tune_own', 'no');
    expect((await post(`/api/fine-tunes/${draft.id}/start`)).json).toMatchObject({
      code: 'work_without_consent',
      works: [{ because: 'revoked' }],
    });
  });

  it('waits, or is in the wrong state, or is somebody else’s', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count++)
      ids.push((await post('/api/fine-tunes', wish())).json.fineTune.id);
    const start = (id?: string) => post(`/api/fine-tunes/${id}/start`);
    expect([(await start(ids[0])).status, (await start(ids[1])).status]).toEqual([200, 200]);
    expect((await start(ids[2])).json).toMatchObject({ code: 'too_many_outstanding', status: 429 });
    for (const act of ['start', 'continue', 'keep', 'discard']) {
      const reply = await post(`/api/fine-tunes/${ids[0]}/${act}`);
      expect([act, reply.json.code, reply.status]).toEqual([act, 'wrong_state', 409]);
      expect((await post(`/api/fine-tunes/${ids[0]}/${act}`, undefined, 'iris')).json.code).toBe(
        'unknown_fine_tune',
      );
    }
    for (const id of ids.slice(0, 2)) await post(`/api/fine-tunes/${id}/stop`);
  });
});

describe('a delivery', () => {
  it('must be what the job asked for', async () => {
    const { id, job } = await begun();
    const refused = async (change: { [more: string]: unknown }) =>
      (await deliver(stage, token, job, change)).json.code;
    expect(await refused({ baseWeightsSha256: 'ab'.repeat(32) })).toBe('weights_mismatch');
    expect(await refused({ file: fileFor(job, { style_word: 'other' }) })).toBe('adapter_other_word');
    expect(await refused({ file: fileFor(job, { base_sha256: 'ab'.repeat(32) }) })).toBe(
      'adapter_other_base',
    );
    expect(await refused({ file: fileFor(job, { rank: '9' }) })).toBe('adapter_misshapen');
    expect(await refused({ file: new TextEncoder().encode('no tensors') })).toBe('adapter_not_safetensors');
    expect(await refused({ seconds: -1 })).toBe('invalid_input');
    const clip = await stage.send('POST', `/api/worker/leases/${job.leaseId}/progress`, {
      as: token,
      body: { step: 1, of: 2 },
    });
    expect(clip.json.code).toBe('lease_of_another_kind');
    await deliver(stage, token, job);
    await post(`/api/fine-tunes/${id}/discard`);
  });

  it('under another policy than the job named stops the machine, and the job waits again', async () => {
    const { id, job } = await begun();
    const reply = await deliver(stage, token, job, { policyHash: 'ab'.repeat(32) });
    expect(reply).toMatchObject({ status: 409, json: { code: 'policy_hash_mismatch' } });
    expect((await get(`/api/fine-tunes/${id}`)).json.fineTune.state).toBe('waiting');
    const [stopped] = (await get('/api/workers/stopped')).json.workers;
    await post(`/api/workers/${stopped.id}/resume`, undefined, 'heron');
    await post(`/api/fine-tunes/${id}/stop`);
    await post(`/api/fine-tunes/${id}/discard`);
  });

  it('of a model holds its record', async () => {
    const { id, job } = await begun({ kind: 'model' });
    const file = fileFor(job, { record: '{"name":"none"}' });
    expect((await deliver(stage, token, job, { file })).json.code).toBe('model_misshapen');
    await deliver(stage, token, job);
    await post(`/api/fine-tunes/${id}/discard`);
  });
});

describe('adapters that cannot be mixed or brought in', () => {
  it('are named', async () => {
    const adapter = await kept();
    const mixed = async (adapters: unknown, as = 'nacht') =>
      (await post('/api/generations', { prompt: 'x', adapters }, as)).json.code;
    const one = { id: adapter.id, weight: 1 };
    expect(await mixed(Array(5).fill(one))).toBe('too_many_adapters');
    expect(await mixed([one, one])).toBe('duplicate_adapter');
    expect(await mixed([{ ...one, weight: 'much' }])).toBe('weight_not_finite');
    expect(await mixed([{ ...one, weight: null }])).toBe('weight_not_finite');
    expect(await mixed([{ ...one, id: 'nobody' }])).toBe('unknown_adapter');
    expect(await mixed([one], 'iris')).toBe('unknown_adapter');
    expect(await mixed('all')).toBe('invalid_input');
    const { id, job } = await begun({ kind: 'model', name: 'Another base' });
    await deliver(stage, token, job);
    const { modelId } = (await post(`/api/fine-tunes/${id}/keep`)).json.fineTune;
    const other = await post('/api/generations', { prompt: 'x', model: modelId, adapters: [one] });
    expect([other.json.code, other.status]).toEqual(['adapter_other_base', 409]);

    const bringIn = async (file: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
      const reply = await stage.raw('/api/adapters/import', {
        method: 'POST',
        as: 'ko',
        body: file,
        headers,
      });
      return [(await reply.json()).code, reply.status];
    };
    expect(await bringIn(new Uint8Array())).toEqual(['adapter_not_safetensors', 422]);
    expect(await bringIn(fileFor(job))).toEqual(['adapter_unnamed', 422]);
    const foreign = fileFor({ ...job, trainKind: 'adapter' }, { base_sha256: 'ab'.repeat(32) });
    expect(await bringIn(foreign)).toEqual(['adapter_other_base', 409]);
    expect(await bringIn(new Uint8Array(4), { 'content-length': '64000001' })).toEqual([
      'adapter_too_large',
      413,
    ]);
  });
});

describe('a member who leaves', () => {
  it('takes names, words and files of what they taught along', async () => {
    const work = await bring(stage, 'ko', 'Ko’s', ['fine_tune_own']);
    const items = [{ workId: work, caption: 'secret words' }];
    const created = await post('/api/fine-tunes', wish({ items }), 'ko');
    const { id } = created.json.fineTune;
    await post(`/api/fine-tunes/${id}/start`, undefined, 'ko');
    const job = (await stage.leaseTraining(token)) as TrainJob;
    await deliver(stage, token, job);
    const { adapter } = (await post(`/api/fine-tunes/${id}/keep`, undefined, 'ko')).json.fineTune;
    const left = await stage.send('DELETE', '/api/me', {
      as: 'ko',
      body: { password: 'a long enough password' },
    });
    expect(left.status).toBeLessThan(300);
    await stage.tick();
    expect(await stage.platform.blobs.has(adapter.sha256)).toBe(false);
  });
});

describe('the named invariants', () => {
  it('hold after all this', async () => {
    await sealStanding(stage.platform, 60_000);
    const { json } = await get('/api/book/checks');
    expect(json.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    expect(json.checks.map(({ name }: { name: string }) => name)).toContain(
      'every adapter in the book is an adapter here with those bytes',
    );
  });
});
