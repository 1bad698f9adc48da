import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseVerifierKey, verifyReceipt } from '@uncaged/book/rules';
import type { BookChecks, BookEntry, BookKey, EntryWithProof } from '@uncaged/contract';
import { allEntries } from '../support/book.ts';
import { type Visitor, visitor } from '../support/visitor.ts';
import { Ledger } from './acknowledged.ts';
import { type Running, startServer, startWorker } from './processes.ts';

export interface KillingOptions {
  folder: string;
  kills: number;
  seed: number;
  say(line: string): void;
}

export interface KillingResult {
  kills: { api: number; worker: number };
  acknowledged: number;
  /** Acknowledged, and not in the book or with another leaf. */
  lost: string[];
  /** Wishes or clips that stand in the book more than once. */
  doubled: string[];
  violations: string[];
  badReceipts: string[];
  clips: { asked: number; done: number; failed: number; waiting: number };
  refusals: Record<string, number>;
}

/** Small deterministic generator (mulberry32): the same seed kills at the same places. Returns 0 ≤ x < 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The collective under fire: its processes, its people, what was promised to them. */
class UnderFire {
  readonly ledger = new Ledger();
  readonly killed = { api: 0, worker: 0 };
  server!: Running & { url: string };
  worker!: Running;
  heron!: Visitor;
  nacht!: Visitor;
  callId = '';
  #token = '';
  #count = 0;
  clips: string[] = [];

  readonly options: KillingOptions;

  constructor(options: KillingOptions) {
    this.options = options;
  }

  get #data(): string {
    return path.join(this.options.folder, 'data');
  }

  #log(name: string): string {
    return path.join(this.options.folder, `${name}.log`);
  }

  async found(): Promise<void> {
    this.server = await startServer(this.#data, 0, this.#log('api'));
    this.heron = visitor(this.server.url);
    const founder = { pseudonym: 'heron', password: 'a long walk along the canal' };
    const deposit = { amount: '10000000000', source: 'grant' };
    await this.heron.post('/api/collective', { name: 'Under fire', currency: 'EUR', founder, deposit });
    const { code } = await this.heron.post<{ code: string }>('/api/invitations', {});
    this.nacht = visitor(this.server.url);
    await this.nacht.post('/api/members', {
      code,
      pseudonym: 'nacht',
      password: 'nacht remembers this sentence',
    });
    const rates = [{ kind: 'critique', amount: '2500' }];
    const deadline = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const terms = {
      title: 'Anything at all',
      brief: 'Look and write.',
      rates,
      budget: '5000000000',
      currency: 'EUR',
      deadline,
    };
    this.callId = (await this.heron.post<{ call: { id: string } }>('/api/calls', terms)).call.id;
    this.#token = (await this.heron.post<{ token: string }>('/api/workers', { name: 'under fire' })).token;
    this.worker = startWorker(this.server.url, this.#token, this.#log('worker'));
  }

  /** One wish after another until told to stop: money in, a clip, a finding about a clip. */
  async wish(stop: { now: boolean }): Promise<void> {
    while (!stop.now) {
      const number = this.#count++;
      if (number % 2 === 0) {
        const body = { fund: 'main', amount: '100', currency: 'EUR', source: `gift-${number}` };
        await this.ledger.send(this.heron, '/api/funds/deposits', body, `deposit-${number}`);
      } else if (number % 12 === 1 || this.clips.length === 0) {
        const body = { prompt: `a red house ${number}`, seed: String(number), steps: 2 };
        const answer = await this.ledger.send(this.nacht, '/api/generations', body, `clip-${number}`);
        if (answer) this.clips.push((answer as { generation: { id: string } }).generation.id);
      } else {
        const generationId = this.clips[number % this.clips.length];
        const body = {
          callId: this.callId,
          generationId,
          kind: 'critique',
          text: `finding ${number}`,
          seedKept: true,
        };
        await this.ledger.send(this.nacht, '/api/contributions', body, `finding-${number}`);
      }
      await sleep(150);
    }
  }

  async kill(what: 'api' | 'worker'): Promise<void> {
    this.killed[what] += 1;
    if (what === 'worker') {
      await this.worker.kill();
      this.worker = startWorker(this.server.url, this.#token, this.#log('worker'));
      return;
    }
    await this.server.kill();
    this.server = await startServer(this.#data, Number(new URL(this.server.url).port), this.#log('api'));
  }
}

/** Runs the whole trial on an empty data folder. */
export async function killing(options: KillingOptions): Promise<KillingResult> {
  const chance = generator(options.seed);
  const fire = new UnderFire(options);
  await fire.found();
  const stop = { now: false };
  const wishing = fire.wish(stop);
  for (let kill = 0; kill < options.kills; kill += 1) {
    await sleep(chance() * 1500);
    await fire.kill(chance() < 0.6 ? 'api' : 'worker');
    if (kill % 10 === 9) options.say(`${kill + 1} kills, ${fire.ledger.wishes.length} wishes`);
  }
  stop.now = true;
  await wishing;
  await settle(fire);
  const result = await count(fire);
  await fire.worker.stop();
  await fire.server.stop();
  return result;
}

/** Waits until no clip is waiting or being made, five minutes at most. */
async function settle(fire: UnderFire): Promise<void> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; await sleep(500)) {
    const { waiting } = await clipsNow(fire);
    if (waiting === 0) return;
  }
}

async function clipsNow(fire: UnderFire): Promise<KillingResult['clips']> {
  const clips = { asked: fire.clips.length, done: 0, failed: 0, waiting: 0 };
  for (const id of fire.clips) {
    const { generation } = await fire.nacht.get<{ generation: { state: string } }>(`/api/generations/${id}`);
    if (generation.state === 'done') clips.done += 1;
    else if (generation.state === 'failed') clips.failed += 1;
    else clips.waiting += 1;
  }
  return clips;
}

/** What was promised against what stands. */
async function count(fire: UnderFire): Promise<KillingResult> {
  await sleep(2_000);
  const key = parseVerifierKey((await fire.heron.get<BookKey>('/api/book/key')).verifierKey);
  if (!key) throw new Error('the book key does not parse');
  const entries = await allEntries(fire.heron);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const lost: string[] = [];
  const badReceipts: string[] = [];
  for (const { key: wish, receipt } of fire.ledger.wishes) {
    if (!receipt) lost.push(`${wish}: never answered`);
    else if (byId.get(receipt.entryId)?.leafHash !== receipt.leafHash) lost.push(wish);
    else if (!verifyReceipt(receipt, key).ok) badReceipts.push(wish);
  }
  const sample = fire.ledger.wishes.filter((_, index) => index % 20 === 0);
  for (const { key: wish, receipt } of sample) {
    const proven = await fire.heron.get<EntryWithProof>(`/api/book/entries/${receipt?.entryId}`);
    if (proven.inclusion === null) lost.push(`${wish}: not in the tree`);
  }
  const { checks } = await fire.heron.get<BookChecks>('/api/book/checks');
  return {
    kills: fire.killed,
    acknowledged: fire.ledger.wishes.length,
    lost,
    doubled: doubles(fire, entries),
    violations: checks.flatMap((check) =>
      check.violations.map((violation) => `${check.name}: ${violation.what} ${violation.detail}`),
    ),
    badReceipts,
    clips: await clipsNow(fire),
    refusals: Object.fromEntries(fire.ledger.refusals),
  };
}

/** Wishes share no entry, money came in once for each gift, and no clip was finished twice. */
function doubles(fire: UnderFire, entries: readonly BookEntry[]): string[] {
  const found: string[] = [];
  const repeated = (what: string, keys: string[]) => {
    const seen = new Set<string>();
    for (const each of keys) {
      if (seen.has(each)) found.push(`${what} ${each}`);
      seen.add(each);
    }
  };
  repeated(
    'receipt',
    fire.ledger.wishes.map((wish) => wish.receipt?.entryId ?? wish.key),
  );
  const gifts = entries
    .flatMap((entry) => entry.postings.map((posting) => posting.account))
    .filter((account) => account.startsWith('world:gift'));
  repeated('deposit', gifts);
  repeated(
    'completion',
    entries.filter((entry) => entry.kind === 'generation.completed').map((entry) => entry.subject),
  );
  const kinds = (kind: string) => entries.filter((entry) => entry.kind === kind).length;
  const asked = (path: string) => fire.ledger.wishes.filter((wish) => wish.path === path).length;
  if (kinds('contribution.submitted') !== asked('/api/contributions'))
    found.push(`${kinds('contribution.submitted')} findings for ${asked('/api/contributions')} wishes`);
  if (kinds('generation.requested') !== asked('/api/generations'))
    found.push(`${kinds('generation.requested')} clips for ${asked('/api/generations')} wishes`);
  return found;
}
