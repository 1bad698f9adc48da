import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipJob } from '@uncaged/contract';
import { leaseMs } from '@uncaged/studio';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

let stage: Stage;
let token: string;
let other: string;
let job: ClipJob;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  stage = await openStage();
  token = await stage.worker('the machine in the corner');
  other = await stage.worker('the machine at home');
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Every test begins with one clip under a lease of `token`. */
beforeEach(async () => {
  stage.platform.clock.advance(leaseMs + 1);
  await stage.tick();
  for (let left = await stage.lease(token); left; left = await stage.lease(token))
    await stage.deliver(token, left);
  await stage.send('POST', '/api/generations', { as: 'nacht', body: { prompt: 'a red heron' } });
  job = await leased(token);
});

async function leased(as: string, instance?: string): Promise<ClipJob> {
  const found = await stage.lease(as, instance);
  if (!found) throw new Error('nothing to lease');
  return found;
}
const lease = (call: string, body: object, as = token, id = job.leaseId) =>
  stage.send('POST', `/api/worker/leases/${id}/${call}`, { as, body });
const clip = async () =>
  (await stage.send('GET', `/api/generations/${job.generationId}`, { as: 'nacht' })).json.generation;

describe('a lease', () => {
  it('belongs to one worker', async () => {
    for (const [call, body] of [
      ['heartbeat', {}],
      ['progress', { step: 1, of: 2 }],
      ['fail', { reason: 'mine now' }],
    ] as const) {
      expect(await lease(call, body, other)).toMatchObject({
        status: 403,
        json: { code: 'lease_not_yours' },
      });
      expect(await lease(call, body, token, 'no-such-lease')).toMatchObject({
        status: 404,
        json: { code: 'unknown_lease' },
      });
    }
    expect(await stage.deliver(other, job)).toMatchObject({ status: 403, json: { code: 'lease_not_yours' } });
    expect(await clip()).toMatchObject({ state: 'leased' });
  });

  it('lapses without a heartbeat; the next worker takes the clip, and the first one is told', async () => {
    stage.platform.clock.advance(leaseMs + 1);
    await stage.tick();
    expect(await clip()).toMatchObject({ state: 'waiting', position: 1 });
    const again = await leased(other);
    expect(again.generationId).toBe(job.generationId);
    expect(await lease('heartbeat', {})).toMatchObject({ status: 409, json: { code: 'lease_lapsed' } });
    expect(await stage.deliver(token, job)).toMatchObject({ status: 409, json: { code: 'lease_lapsed' } });
    expect((await stage.deliver(other, again)).status).toBe(200);
  });

  it('stands as long as it is kept alive, and is taken up again where nobody took over', async () => {
    for (let beat = 0; beat < 4; beat++) {
      stage.platform.clock.advance(leaseMs - 1_000);
      await stage.tick();
      expect((await lease('heartbeat', {})).status).toBe(200);
    }
    stage.platform.clock.advance(leaseMs + 1);
    await stage.tick();
    expect(await clip()).toMatchObject({ state: 'waiting' });
    expect((await lease('heartbeat', {})).status).toBe(200);
    expect(await clip()).toMatchObject({ state: 'sampling' });
    expect((await stage.deliver(token, job)).json).toMatchObject({ replayed: false });
    expect(await clip()).toMatchObject({ state: 'done' });
  });

  it('goes back at once when the worker started anew', async () => {
    const again = await leased(token, 'second life');
    expect(again.generationId).toBe(job.generationId);
    expect(again.leaseId).not.toBe(job.leaseId);
  });

  it('that failed goes back twice, then the clip fails with the reason', async () => {
    const states = [];
    for (let round = 0; round < 3; round++) {
      const reply = await lease('fail', { reason: `out of memory ${round}` }, token, job.leaseId);
      states.push(reply.json.state);
      expect((await lease('fail', { reason: 'told twice' })).json.state).toBe(reply.json.state);
      if (round < 2) job = await leased(token);
    }
    expect(states).toEqual(['waiting', 'waiting', 'failed']);
    expect(await clip()).toMatchObject({ state: 'failed', failure: 'out of memory 2' });
    expect(await stage.lease(token)).toBeNull();
  });

  it('that lapsed, was taken up again and then failed is told as what it was', async () => {
    stage.platform.clock.advance(leaseMs + 1);
    await stage.tick();
    expect((await lease('heartbeat', {})).status).toBe(200);
    const failed = () => lease('fail', { reason: 'out of memory' });
    expect(await failed()).toMatchObject({ status: 200, json: { state: 'waiting' } });
    const again = await leased(other);
    await lease('fail', { reason: 'out of memory here too' }, other, again.leaseId);
    expect((await failed()).status).toBe(200);
    expect(await clip()).toMatchObject({ state: 'waiting', attempts: 2 });
  });

  it('given back because the worker stops counts against nobody', async () => {
    expect((await lease('fail', { reason: 'stopping', returned: true })).json.state).toBe('waiting');
    expect(await clip()).toMatchObject({ state: 'waiting', failure: null, attempts: 0 });
  });

  it('asked for by a worker that hangs up meanwhile goes back without blame', async () => {
    await lease('fail', { reason: 'stopping', returned: true });
    const { clock } = stage.platform;
    const now = clock.now.bind(clock);
    /** Asks, and hangs up the moment that the clock is read for the nth time. */
    const hangUpAt = async (reading: number) => {
      const call = new AbortController();
      let readings = 0;
      const spy = vi.spyOn(clock, 'now').mockImplementation(() => {
        readings += 1;
        if (readings === reading) call.abort();
        return now();
      });
      const headers = { 'content-type': 'application/json' };
      const wish = { method: 'POST', as: token, headers, body: '{}', signal: call.signal };
      const { status } = await stage.raw('/api/worker/lease', wish);
      spy.mockRestore();
      return { hungUp: call.signal.aborted, status };
    };
    let hungUp = 0;
    for (let reply = await hangUpAt(1); reply.hungUp; reply = await hangUpAt(hungUp + 1)) {
      hungUp += 1;
      expect(reply.status).toBe(204);
      expect(await clip()).toMatchObject({ state: 'waiting', attempts: 0 });
    }
    expect(hungUp, 'also while the lease is written').toBeGreaterThan(1);
    expect(await clip()).toMatchObject({ state: 'leased' });
  });

  it('that can only fail again fails at once', async () => {
    expect((await lease('fail', { reason: 'sample_not_finite', final: true })).json.state).toBe('failed');
  });
});

describe('a delivery', () => {
  it.each<[string, number, object]>([
    ['weights_mismatch', 409, { weightsSha256: 'cd'.repeat(32) }],
    ['unknown_blob', 422, { outputs: { mp4: 'ef'.repeat(32), webp: 'ef'.repeat(32) } }],
    ['invalid_input', 422, { outputs: { mp4: 'short' } }],
    ['invalid_input', 422, { seconds: -1 }],
    ['invalid_input', 422, { seconds: 'long' }],
    ['invalid_input', 422, { record: 'none' }],
  ])('%s is a %i', async (code, status, change) => {
    const reply = await stage.deliver(token, job, change);
    expect([reply.json.code, reply.status]).toEqual([code, status]);
    expect((await stage.deliver(token, job)).status).toBe(200);
  });

  it('under another policy than its job named stops the machine for everybody to see, until somebody lets it', async () => {
    const reply = await stage.deliver(token, job, { policyHash: 'ab'.repeat(32) });
    expect(reply).toMatchObject({ status: 409, json: { code: 'policy_hash_mismatch' } });
    expect(await lease('heartbeat', {})).toMatchObject({ status: 403, json: { code: 'worker_stopped' } });
    const stopped = await stage.send('GET', '/api/workers/stopped');
    const { workers } = stopped.json;
    expect(workers).toMatchObject([{ expected: job.policyHash, attested: 'ab'.repeat(32) }]);
    // Its job is anybody's again.
    const again = await leased(other);
    expect(again.generationId).toBe(job.generationId);
    expect((await stage.deliver(other, again)).status).toBe(200);
    const resume = (as: string) => stage.send('POST', `/api/workers/${workers[0]?.id}/resume`, { as });
    expect((await resume('nacht')).status).toBe(403);
    expect((await resume('heron')).status).toBe(200);
    expect(await resume('heron')).toMatchObject({ status: 409, json: { code: 'worker_not_stopped' } });
    expect((await stage.send('GET', '/api/workers/stopped')).json.workers).toEqual([]);
    expect(await stage.lease(token)).toBeNull();
  });

  it('must be what it says it is', async () => {
    const text = new TextEncoder().encode('not a film at all, by any means');
    await stage.raw(`/api/worker/blobs/${sha256(text)}`, { method: 'PUT', body: text, as: token });
    const outputs = { mp4: sha256(text), webp: sha256(text) };
    expect(await stage.deliver(token, job, { outputs })).toMatchObject({
      status: 422,
      json: { code: 'not_an_mp4' },
    });
  });

  it('must be what it says it is all through', async () => {
    const torn = new TextEncoder().encode(`\0\0\0\u0018ftypisom${'no film after all '.repeat(20)}`);
    await stage.raw(`/api/worker/blobs/${sha256(torn)}`, { method: 'PUT', body: torn, as: token });
    const webp = sha256(await readFile(join(import.meta.dirname, 'fixtures', 'clip.webp')));
    const outputs = { mp4: sha256(torn), webp };
    expect(await stage.deliver(token, job, { outputs })).toMatchObject({
      status: 422,
      json: { code: 'not_an_mp4' },
    });
    expect((await stage.deliver(token, job)).status).toBe(200);
  });

  it('has the bytes its address names, and not too many', async () => {
    const bytes = new Uint8Array(10);
    const put = (path: string, init: RequestInit) =>
      stage.raw(`/api/worker/blobs/${path}`, { method: 'PUT', as: token, ...init });
    const wrong = await put('ab'.repeat(32), { body: bytes });
    expect([wrong.status, (await wrong.json()).code]).toEqual([422, 'blob_hash_mismatch']);
    const large = await put('ab'.repeat(32), { body: bytes, headers: { 'content-length': '999999999' } });
    expect([large.status, (await large.json()).code]).toEqual([413, 'blob_too_large']);
  });

  it('may show previews that are small pictures', async () => {
    const preview = (bytes: Uint8Array) =>
      lease('progress', { step: 1, of: 2, preview: Buffer.from(bytes).toString('base64') });
    expect(await preview(new TextEncoder().encode('<svg onload=alert(1)>'))).toMatchObject({
      status: 422,
      json: { code: 'not_a_preview' },
    });
    expect(await preview(new Uint8Array(524_289))).toMatchObject({
      status: 413,
      json: { code: 'preview_too_large' },
    });
    expect(await lease('progress', { step: 1, of: 2, preview: '%%%' })).toMatchObject({
      json: { code: 'invalid_input' },
    });
  });
});

describe('a machine', () => {
  it('is admitted by a steward, works, and is revoked', async () => {
    expect(await stage.send('POST', '/api/workers', { as: 'nacht', body: { name: 'mine' } })).toMatchObject({
      json: { code: 'not_allowed' },
    });
    const { json } = await stage.send('POST', '/api/workers', { as: 'operator', body: { name: 'third' } });
    expect(json).toMatchObject({
      worker: { name: 'third' },
      token: expect.stringMatching(/^uw_/),
      receipt: {},
    });
    expect((await stage.send('POST', '/api/worker/lease', { as: json.token, body: {} })).status).toBe(204);
    const revoke = () => stage.send('DELETE', `/api/workers/${json.worker.id}`, { as: 'heron' });
    const first = await revoke();
    expect(first.status).toBe(200);
    expect((await revoke()).json).toEqual(first.json);
    expect(await stage.send('POST', '/api/worker/lease', { as: json.token, body: {} })).toMatchObject({
      status: 401,
      json: { code: 'token_revoked' },
    });
    expect(await stage.send('DELETE', '/api/workers/nobody', { as: 'heron' })).toMatchObject({
      json: { code: 'unknown_worker' },
    });
  });
});
