import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallResult,
  type Completion,
  createClient,
  type Job,
  type Problem,
  type TaughtReport,
  type TrainProgress,
  workerEndpoints,
} from '@uncaged/contract';

export type Log = (message: string) => void;

/** The token is no good: trying again will not help. */
export class TurnedAway extends Error {
  override name = 'TurnedAway';
}

/** The collective said no for a reason that a retry does not change. */
export class Declined extends Error {
  override name = 'Declined';
  readonly code: string;
  constructor(code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

/** Why a job goes back. */
export interface Ending {
  reason: string;
  /** The worker must stop; the clip is not to blame. */
  returned?: boolean;
  /** It would fail the same way again. */
  final?: boolean;
}

export interface Collective {
  lease(weights: readonly string[], signal: AbortSignal): Promise<Job | null>;
  /** Answers whether the maker wants the run to end with what it has. */
  heartbeat(leaseId: string): Promise<{ stop: boolean }>;
  progress(leaseId: string, step: number, of: number, preview: Uint8Array | null): Promise<void>;
  /** The same of a training. */
  trainProgress(leaseId: string, progress: TrainProgress): Promise<{ stop: boolean }>;
  upload(bytes: Uint8Array): Promise<string>;
  /** Whatever the collective has under this hash; the caller checks it. */
  download(sha256: string): Promise<Uint8Array>;
  complete(leaseId: string, delivery: Completion): Promise<void>;
  taught(leaseId: string, report: TaughtReport): Promise<void>;
  giveBack(leaseId: string, ending: Ending): Promise<void>;
}

export interface CollectiveOptions {
  url: string;
  token: string;
  /** Names this process, so that leases of one that died go back at once. */
  instance: string;
  log: Log;
  /** Longest time to go on trying one call, in milliseconds. */
  patienceMs?: number;
}

/**
 * The collective as a worker sees it, over HTTP. Every call is tried again while the server is away or
 * stumbles (pauses from 0.2 s to 5 s), so a restart of the server costs no job. Throws TurnedAway (401),
 * Declined (any other refusal), or the last error once patience is over.
 */
export function reach({
  url,
  token,
  instance,
  log,
  patienceMs = 15 * 60_000,
}: CollectiveOptions): Collective {
  const client = createClient({ baseUrl: url, token });
  const persist = <Answer>(what: string, call: () => Promise<CallResult<Answer>>, signal?: AbortSignal) =>
    persistently(what, call, { log, patienceMs, signal });
  return {
    async lease(weights, signal) {
      const kinds: ('clip' | 'train')[] = ['clip', 'train'];
      const body = { waitMs: 15_000, weights: [...weights], instance, fetches: true, kinds };
      const answer = await persist(
        'lease',
        () => client.call(workerEndpoints.lease, { body, signal }),
        signal,
      );
      return answer?.job ?? null;
    },
    async heartbeat(id) {
      return persist('heartbeat', () => client.call(workerEndpoints.heartbeat, { params: { id } }));
    },
    async trainProgress(id, body) {
      return persist('progress', () => client.call(workerEndpoints.trainProgress, { params: { id }, body }));
    },
    async progress(id, step, of, preview) {
      const picture = preview ? { preview: Buffer.from(preview).toString('base64') } : {};
      const body = { step, of, ...picture };
      await persist('progress', () => client.call(workerEndpoints.progress, { params: { id }, body }));
    },
    async upload(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await persist('upload', () => client.request('PUT', `/api/worker/blobs/${sha256}`, { body: bytes }));
      return sha256;
    },
    async download(sha256) {
      return persist('download', () => fetchBlob(`${url}/api/worker/blobs/${sha256}`, token));
    },
    async taught(id, body) {
      await persist('taught', () => client.call(workerEndpoints.taught, { params: { id }, body }));
    },
    async complete(id, body) {
      await persist('complete', () => client.call(workerEndpoints.complete, { params: { id }, body }));
    },
    async giveBack(id, { reason, returned = false, final = false }) {
      const body = { reason: reason.slice(0, 2_000) || 'no reason given', returned, final };
      await persist('give back', () => client.call(workerEndpoints.fail, { params: { id }, body }));
    },
  };
}

async function fetchBlob(url: string, token: string): Promise<CallResult<Uint8Array>> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const { status, headers } = response;
  if (response.ok) {
    return { ok: true, status, headers, answer: new Uint8Array(await response.arrayBuffer()) };
  }
  const said = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const problem = {
    type: 'about:blank',
    title: '',
    code: 'unreadable_answer',
    detail: '',
    next: '',
    ...said,
  };
  return { ok: false, status, headers, problem: { ...problem, status } };
}

interface Persistence {
  log: Log;
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

async function persistently<Answer>(
  what: string,
  call: () => Promise<CallResult<Answer>>,
  { log, patienceMs, signal }: Persistence,
): Promise<Answer> {
  const until = Date.now() + patienceMs;
  for (let pause = 200; ; pause = Math.min(pause * 2, 5_000)) {
    const outcome = await call().catch((error: unknown) => error as Error);
    if (!(outcome instanceof Error)) {
      if (outcome.ok) return outcome.answer;
      const { status, problem } = outcome;
      if (status === 401) throw new TurnedAway(`${problem.title}. ${problem.next}`);
      if (status < 500 && status !== 408 && status !== 429) throw new Declined(problem.code, problem.detail);
    }
    signal?.throwIfAborted();
    if (Date.now() + pause > until) throw outcome instanceof Error ? outcome : new Error(`${what} failed`);
    if (pause === 200) log(`${what}: the collective does not answer; trying again`);
    await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal });
  }
}
