import { sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

let stage: Stage;
let token: string;
beforeAll(async () => {
  stage = await openStage();
  token = await stage.worker('the machine in the corner');
});
afterAll(() => stage[Symbol.asyncDispose]());

const ask = (as: string, body: object, key?: string) =>
  stage.send('POST', '/api/generations', { as, body, ...(key ? { key } : {}) });
const get = (as: string | undefined, path: string) => stage.send('GET', path, as ? { as } : {});

describe('a clip', () => {
  it('is asked for, leased, shown on its way, delivered, and published by its maker', async () => {
    const asked = await ask('nacht', {
      prompt: 'a red heron over water',
      seed: '7',
      steps: 4,
      guidance: -1.5,
    });
    expect(asked.status).toBe(202);
    const { id } = asked.json.generation;
    expect(asked.json).toMatchObject({
      position: 1,
      generation: { state: 'waiting', guidance: -1.5, seed: '7' },
    });
    expect(asked.json.estimateSeconds).toBeGreaterThan(0);
    expect(asked.json.receipt).toMatchObject({ entryId: asked.json.generation.entryId });

    const job = await stage.lease(token);
    expect(job).toMatchObject({ generationId: id, prompt: 'a red heron over water', steps: 4, seed: '7' });
    if (!job) return;
    expect(await stage.lease(token)).toBeNull();

    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    );
    const progress = { step: 2, of: 4, preview: png.toString('base64') };
    await stage.send('POST', `/api/worker/leases/${job.leaseId}/progress`, { as: token, body: progress });
    const sampling = (await get('nacht', `/api/generations/${id}`)).json.generation;
    expect(sampling).toMatchObject({ state: 'sampling', progress: { step: 2, of: 4 } });
    expect(Buffer.from(await (await stage.raw(sampling.preview, { as: 'nacht' })).arrayBuffer())).toEqual(
      png,
    );

    const done = await stage.deliver(token, job);
    expect(done.json).toMatchObject({
      generationId: id,
      replayed: false,
      receipt: { entryId: expect.any(String) },
    });
    const again = await stage.deliver(token, job);
    expect(again.json).toMatchObject({ replayed: true, receipt: done.json.receipt });

    const { generation } = (await get('nacht', `/api/generations/${id}`)).json;
    expect(generation).toMatchObject({
      state: 'done',
      provider: 'cpu',
      unknownWords: ['heron'],
      published: false,
      seconds: 2.5,
    });
    expect((await get('iris', `/api/generations/${id}`)).json).toMatchObject({ code: 'unknown_generation' });
    expect((await get(undefined, generation.outputs.mp4.url)).json).toMatchObject({
      code: 'unknown_generation',
    });

    expect(
      (await stage.send('POST', `/api/generations/${id}/publish`, { as: 'iris', body: {} })).json,
    ).toMatchObject({
      code: 'unknown_generation',
    });
    const shown = await stage.send('POST', `/api/generations/${id}/publish`, {
      as: 'nacht',
      body: { caption: 'no door' },
    });
    expect(shown.json).toMatchObject({ generation: { published: true, caption: 'no door' } });
    expect((await get(undefined, '/api/generations')).json.generations).toMatchObject([
      { id, maker: { pseudonym: 'nacht' } },
    ]);
    expect((await stage.send('POST', `/api/generations/${id}/unpublish`, { as: 'iris' })).json).toMatchObject(
      {
        code: 'not_your_generation',
      },
    );
  });

  it('is sent whole and in ranges', async () => {
    const [clip] = (await get(undefined, '/api/generations')).json.generations;
    const { url, size } = clip.outputs.mp4;
    const whole = new Uint8Array(await (await stage.raw(url)).arrayBuffer());
    expect(whole.length).toBe(size);
    const part = await stage.raw(url, { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
    expect(part.headers.get('content-range')).toBe(`bytes 4-7/${size}`);
    const tail = await stage.raw(url, { headers: { range: 'bytes=-10' } });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(Buffer.from(whole.slice(-10)));
    expect((await stage.raw(url, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
    const etag = (await stage.raw(url)).headers.get('etag') ?? '';
    expect((await stage.raw(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('names the works it learned from', async () => {
    const [clip] = (await get(undefined, '/api/generations')).json.generations;
    const lineage = await get(undefined, `/api/generations/${clip.id}/lineage`);
    expect(lineage.json).toMatchObject({
      works: [{ title: 'Red house' }],
      authors: [{ name: 'A. Draughtsperson' }],
    });
  });

  it('tells its changes in a stream', async () => {
    const { id } = (await ask('iris', { prompt: 'a door', steps: 2 })).json.generation;
    const stream = await stage.raw(`/api/generations/${id}/events`, { as: 'iris' });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const told = stream.text();
    const job = await stage.lease(token);
    if (!job) throw new Error('nothing to lease');
    await stage.send('POST', `/api/worker/leases/${job.leaseId}/progress`, {
      as: token,
      body: { step: 1, of: 2 },
    });
    await stage.deliver(token, job);
    const events = [...(await told).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(events.at(0)).toBe('state');
    expect(events.at(-1)).toBe('done');
  });

  it('waits its turn: the member with the least machine time goes first', async () => {
    const ids = [];
    for (const who of ['nacht', 'nacht', 'ko'])
      ids.push((await ask(who, { prompt: `a roof for ${who}` })).json.generation.id);
    const places = [];
    for (const [index, id] of ids.entries()) {
      const who = index < 2 ? 'nacht' : 'ko';
      places.push((await get(who, `/api/generations/${id}`)).json.generation.position);
    }
    expect(places[2]).toBe(1);
    const order = [];
    for (let turn = 0; turn < 3; turn++) {
      const job = await stage.lease(token);
      if (!job) throw new Error('nothing to lease');
      order.push(ids.indexOf(job.generationId));
      stage.platform.clock.advance(3_000);
      await stage.deliver(token, job);
    }
    expect(order).toEqual([2, 0, 1]);
  });

  it('is asked for once under one key', async () => {
    const first = await ask('ko', { prompt: 'the same', seed: 1 }, 'press-1');
    const second = await ask('ko', { prompt: 'the same', seed: 1 }, 'press-1');
    expect(second.json.generation.id).toBe(first.json.generation.id);
    expect(second.json.receipt).toEqual(first.json.receipt);
    expect((await ask('ko', { prompt: 'another', seed: 1 }, 'press-1')).json).toMatchObject({
      code: 'idempotency_conflict',
    });
    const job = await stage.lease(token);
    if (job) await stage.deliver(token, job);
    expect(await stage.lease(token)).toBeNull();
  });
});

describe('bad wishes', () => {
  it.each<[string, number, object]>([
    ['prompt_too_long', 422, { prompt: 'x'.repeat(100_000) }],
    ['prompt_empty', 422, { prompt: ' ' }],
    ['invalid_input', 422, { prompt: 7 }],
    ['invalid_input', 422, {}],
    ['guidance_not_finite', 422, { prompt: 'x', guidance: 'NaN' }],
    ['guidance_not_finite', 422, { prompt: 'x', guidance: null }],
    ['steps_out_of_range', 422, { prompt: 'x', steps: 1e9 }],
    ['steps_out_of_range', 422, { prompt: 'x', steps: 'many' }],
    ['seed_out_of_range', 422, { prompt: 'x', seed: '-1' }],
    ['seed_out_of_range', 422, { prompt: 'x', seed: '99999999999999999999' }],
    ['invalid_input', 422, { prompt: 'x', mode: 'sing' }],
    ['unknown_model', 404, { prompt: 'x', model: 'nobody' }],
  ])('%s is a %i', async (code, status, body) => {
    const reply = await ask('ko', body);
    expect([reply.json.code, reply.status]).toEqual([code, status]);
  });

  it('guidance beyond every number is not finite', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{"prompt":"x","guidance":1e999}';
    const reply = await stage.raw('/api/generations', { method: 'POST', as: 'ko', headers, body });
    expect([reply.status, (await reply.json()).code]).toEqual([422, 'guidance_not_finite']);
  });

  it('caps what one member has waiting', async () => {
    const replies = [];
    for (let count = 0; count < 30; count++) replies.push(await ask('iris', { prompt: `number ${count}` }));
    const refused = replies.find(({ status }) => status !== 202);
    expect(refused?.json).toMatchObject({ code: 'too_many_outstanding', status: 429 });
  });

  it.each<[string, number, string]>([
    ['unknown_generation', 404, '/api/generations/nobody'],
    ['unknown_generation', 404, '/api/generations/nobody/clip.mp4'],
    ['unknown_generation', 404, '/api/generations/nobody/events'],
    ['no_output', 404, '/api/generations/nobody/preview'],
    ['invalid_input', 422, '/api/generations?limit=0'],
    ['invalid_input', 422, `/api/generations?cursor=${'x'.repeat(100)}`],
  ])('%s is a %i: GET %s', async (code, status, path) => {
    const reply = await get('ko', path);
    expect([reply.json.code, reply.status]).toEqual([code, status]);
  });
});

describe('the named invariants', () => {
  it('hold after all this', async () => {
    await sealStanding(stage.platform, 60_000);
    const { json } = await get('ko', '/api/book/checks');
    const broken = json.checks.filter(({ ok }: { ok: boolean }) => !ok);
    expect(broken).toEqual([]);
    const names = json.checks.map(({ name }: { name: string }) => name);
    expect(names).toContain('every finished clip was finished by one lease');
  });
});
