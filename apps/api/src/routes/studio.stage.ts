import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClipJob, Method, TrainJob } from '@uncaged/contract';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { compose } from '../app.ts';
import { tick } from '../ticker.ts';

export const operatorToken = 'uo_the-operator';

/** Whatever a test reads out of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what the tests expect of them
export type Answer = any;

export interface Reply {
  status: number;
  json: Answer;
  headers: Headers;
}

export interface Sent {
  /** A member's name, `operator`, or a worker's token. */
  as?: string;
  body?: unknown;
  key?: string;
}

/** A founded collective of four with a shipped model of one work, behind an app without a server. */
export interface Stage extends AsyncDisposable {
  platform: TestPlatform;
  send(method: Method, path: string, sent?: Sent): Promise<Reply>;
  raw(path: string, init?: RequestInit & { as?: string }): Promise<Response>;
  /** Does what is due. */
  tick(): Promise<number>;
  /** A fresh worker's token. */
  worker(name: string): Promise<string>;
  lease(token: string, instance?: string): Promise<ClipJob | null>;
  /** Leases a fine-tune. */
  leaseTraining(token: string): Promise<TrainJob | null>;
  /** Uploads the fixture clip and completes the job with it. */
  deliver(token: string, job: ClipJob, change?: object): Promise<Reply>;
}

const fixture = (name: string) => readFile(join(import.meta.dirname, 'fixtures', name));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Opens the stage: heron founds it; nacht, iris and ko join. */
export async function openStage(): Promise<Stage> {
  const platform = await openTestPlatform();
  const weights = await tinyModel();
  const { app, deps, stop } = compose(platform, { operatorToken, weights });
  const cookies = new Map<string, string>();
  const headersOf = (as: string | undefined): Record<string, string> => {
    if (as === undefined) return {};
    const cookie = cookies.get(as);
    if (cookie !== undefined) return { cookie };
    return { authorization: `Bearer ${as === 'operator' ? operatorToken : as}` };
  };
  const stage: Stage = {
    platform,
    async send(method, path, { as, body, key } = {}) {
      const headers = headersOf(as);
      if (body !== undefined) headers['content-type'] = 'application/json';
      if (key !== undefined) headers['idempotency-key'] = key;
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await app.request(path, { method, headers, ...text });
      const answer = await response.text();
      return { status: response.status, json: answer && JSON.parse(answer), headers: response.headers };
    },
    async raw(path, { as, ...init } = {}) {
      return app.request(path, { ...init, headers: { ...headersOf(as), ...init.headers } });
    },
    tick: () => tick(deps),
    async worker(name) {
      const { json } = await stage.send('POST', '/api/workers', { as: 'heron', body: { name } });
      return json.token;
    },
    async leaseTraining(token) {
      const body = { kinds: ['train'] };
      return (await stage.send('POST', '/api/worker/lease', { as: token, body })).json?.job ?? null;
    },
    async lease(token, instance) {
      const body = instance === undefined ? {} : { instance };
      return (await stage.send('POST', '/api/worker/lease', { as: token, body })).json?.job ?? null;
    },
    deliver: (token, job, change) => deliver(stage, token, job, change),
    async [Symbol.asyncDispose]() {
      stop();
      await platform.close();
    },
  };
  await people(stage, cookies);
  return stage;
}

async function people(stage: Stage, cookies: Map<string, string>): Promise<void> {
  const enter = (name: string, reply: Reply) => {
    if (reply.status >= 300) throw new Error(JSON.stringify(reply.json));
    cookies.set(name, reply.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  };
  const password = 'a long enough password';
  const founder = { pseudonym: 'heron', password };
  const body = {
    name: 'Night Shift',
    currency: 'EUR',
    founder,
    deposit: { amount: '100000', source: 'donation' },
  };
  enter('heron', await stage.send('POST', '/api/collective', { body }));
  for (const pseudonym of ['nacht', 'iris', 'ko']) {
    const { json } = await stage.send('POST', '/api/invitations', { as: 'heron' });
    enter(
      pseudonym,
      await stage.send('POST', '/api/members', { body: { code: json.code, pseudonym, password } }),
    );
  }
}

/** A model folder as it ships: bytes that stand for weights, and a manifest of one work given to everyone. */
async function tinyModel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'uncaged-model-'));
  const work = {
    sha256: 'a1'.repeat(32),
    title: 'Red house',
    author: 'A. Draughtsperson',
    licence: 'CC0-1.0',
    path: 'buildings/red-house.svg',
  };
  await writeFile(join(folder, 'commons-2.safetensors'), 'weights of a test');
  await writeFile(
    join(folder, 'commons-2.json'),
    '{"name":"commons-2","training":{"images":1},"vocabulary":{"words":["lantern"]}}',
  );
  await writeFile(join(folder, 'commons-2.manifest.jsonl'), `${JSON.stringify(work)}\n`);
  return folder;
}

async function deliver(stage: Stage, token: string, job: ClipJob, change: object = {}): Promise<Reply> {
  const outputs: Record<string, string> = {};
  for (const [kind, name] of Object.entries({ mp4: 'clip.mp4', webp: 'clip.webp', poster: 'clip.png' })) {
    const bytes = await fixture(name);
    outputs[kind] = sha256(bytes);
    const path = `/api/worker/blobs/${outputs[kind]}`;
    const stored = await stage.raw(path, { method: 'PUT', body: bytes, as: token });
    if (stored.status !== 201) throw new Error(await stored.text());
  }
  const body = {
    outputs,
    record: { frames: 4, path: [0.5] },
    unknownWords: ['heron'],
    seconds: 2.5,
    provider: 'cpu',
    policyHash: job.policyHash,
    weightsSha256: job.model.weightsSha256,
    ...change,
  };
  return stage.send('POST', `/api/worker/leases/${job.leaseId}/complete`, { as: token, body });
}
