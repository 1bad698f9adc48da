import { type Platform, rows, sql } from '@uncaged/platform';
import { toHex } from '../bytes.ts';
import { type Fact, record, recordBatch } from '../index.ts';
import type { Posting } from '../postings.ts';

const CLIENTS = 8;
const ACCOUNTS = 512;

export interface BenchRow {
  readonly name: string;
  /** record() against raw inserts, in entries a second. */
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  /** Medians, entries a second. */
  readonly recorded: number;
  readonly inserted: number;
}
export interface PostingBench extends Omit<BenchRow, 'name' | 'recorded' | 'inserted'> {
  readonly bench: 'posting';
  /** One a round, of the headline. */
  readonly ratios: readonly number[];
  readonly peer: string;
  readonly runs: number;
  readonly rows: readonly BenchRow[];
  readonly versions: Readonly<Record<string, string>>;
}

type Pay = (n: number) => readonly Posting[];

const payment = (from: string, to: string): Posting[] => [
  { account: from, currency: 'EUR', amount: -1n },
  { account: to, currency: 'EUR', amount: 1n },
];
const member = (n: number) => `member:m${n % ACCOUNTS}`;
const spread = (n: number) => (n * 7919) % ACCOUNTS;

/** The first is the headline. */
const SHAPES: readonly { name: string; pay: Pay }[] = [
  { name: 'spread payers, one hot payee', pay: (n) => payment(member(spread(n)), 'fund:hot') },
  { name: 'spread payers, spread payees', pay: (n) => payment(member(spread(n)), member(spread(n) + 1)) },
  { name: 'from the world to one hot account', pay: () => payment('world:grant', 'fund:hot') },
  { name: 'one hot payer, spread payees', pay: (n) => payment('escrow:hot', member(spread(n))) },
];

/**
 * Entries with two postings by `record()`, each in its transaction, 8 clients at a time, against plain inserts of the
 * same rows into tables of the same shape (columns, defaults, constraints, indexes; no triggers, no hashing, no
 * balances kept), each in its transaction too. Rounds alternate in one run. `platform`: a fresh one, on PostgreSQL, as
 * the figures are about its clients.
 */
export async function benchPosting(
  platform: Platform,
  { rounds = 7, entries = 1200 }: { rounds?: number; entries?: number } = {},
): Promise<PostingBench> {
  await prepare(platform);
  const found: BenchRow[] = [];
  let headlines: number[] | undefined;
  for (const { name, pay } of SHAPES) {
    const ours: number[] = [];
    const raw: number[] = [];
    await round(entries / 4, (n) => recordOne(platform, pay(n)));
    await round(entries / 4, (n) => insertOne(platform, pay(n)));
    for (let run = 0; run < rounds; run++) {
      const first = run % 2 === 0;
      if (first) ours.push(await round(entries, (n) => recordOne(platform, pay(n))));
      raw.push(await round(entries, (n) => insertOne(platform, pay(n))));
      if (!first) ours.push(await round(entries, (n) => recordOne(platform, pay(n))));
    }
    headlines ??= each(ours, raw);
    found.push({ name, ...ratios(ours, raw), recorded: median(ours), inserted: median(raw) });
  }
  const [server] = await rows<{ version: string }>(platform.db.read, sql`select version()`);
  const headline = found[0];
  if (!headline) throw new Error('no round was run');
  const { ratio, min, max } = headline;
  const versions = { node: process.version, postgres: server?.version.split(' ')[1] ?? '' };
  return {
    bench: 'posting',
    ratios: headlines ?? [],
    ratio,
    min,
    max,
    peer: 'raw insert of the same rows',
    runs: rounds,
    rows: found,
    versions,
  };
}

/** Entries a second of `total` calls by 8 clients. */
async function round(total: number, one: (n: number) => Promise<void>): Promise<number> {
  let next = 0;
  const client = async () => {
    while (next < total) await one(next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return (total / (performance.now() - start)) * 1000;
}

function ratios(
  ours: readonly number[],
  raw: readonly number[],
): { ratio: number; min: number; max: number } {
  const all = each(ours, raw);
  return { ratio: median(all), min: Math.min(...all), max: Math.max(...all) };
}

function each(ours: readonly number[], raw: readonly number[]): number[] {
  return ours.map((speed, run) => speed / (raw[run] ?? Number.NaN));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function prepare(platform: Platform): Promise<void> {
  const { db } = platform;
  for (const table of ['entries', 'payloads', 'postings', 'credits']) {
    const [peer, ours] = [sql.identifier(`raw_${table}`), sql.identifier(`book_${table}`)];
    await db.read.execute(sql`create table ${peer} (like ${ours} including all)`);
  }
  const funded = ['escrow:hot', ...Array.from({ length: ACCOUNTS }, (_, n) => member(n))];
  const facts = funded.map((account) =>
    factOf([
      { account: 'world:grant', currency: 'EUR', amount: -1_000_000n },
      { account, currency: 'EUR', amount: 1_000_000n },
    ]),
  );
  await db.transaction((tx) => recordBatch(tx, platform, facts));
  for (const account of funded) await db.read.execute(sql`select book_fold(${account}::text, 'EUR')`);
}

function factOf(postings: readonly Posting[]): Fact {
  return {
    kind: 'contribution.accepted',
    actor: 'heron',
    subject: 'contribution:bench',
    payload: { contributionId: 'bench', kind: 'bug', amount: '1', currency: 'EUR', by: 'reviews' },
    visibility: 'public',
    postings,
  };
}

async function recordOne(platform: Platform, postings: readonly Posting[]): Promise<void> {
  const recorded = await platform.db.transaction((tx) => record(tx, platform, factOf(postings)));
  if (!recorded.ok) throw new Error(recorded.code);
}

const SOME_HASH = toHex(new Uint8Array(32).fill(1));
const PAYLOAD = JSON.stringify(factOf([]).payload);

async function insertOne(platform: Platform, postings: readonly Posting[]): Promise<void> {
  const id = platform.ids.next();
  const [from, to] = postings;
  if (!from || !to) throw new Error('a payment has two postings');
  const hash = sql`decode(${SOME_HASH}, 'hex')`;
  await platform.db.transaction((tx) =>
    tx.execute(sql`
      with entry as (
        insert into raw_entries (id, kind, "time", actor, subject, visibility, commitment, leaf_hash, legs)
        values (${id}, 'contribution.accepted', ${platform.clock.now().toISOString()}::timestamptz, 'heron',
          'contribution:bench', 'public', ${hash}, ${hash}, 2)
      ), payload as (
        insert into raw_payloads (entry_id, payload, salt) values (${id}, ${PAYLOAD}, ${hash})
      ), posting as (
        insert into raw_postings (entry_id, line, account, currency, amount)
        values (${id}, 0, ${from.account}, 'EUR', ${from.amount}), (${id}, 1, ${to.account}, 'EUR', ${to.amount})
      )
      insert into raw_credits (account, currency, amount) values (${to.account}, 'EUR', ${to.amount})`),
  );
}
