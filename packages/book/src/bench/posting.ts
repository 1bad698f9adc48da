import { type Platform, rows, sql } from '@uncaged/platform';
import { record, recordBatch } from '../index.ts';
import type { Posting } from '../postings.ts';
import { BATCH, insertMany, recordMany } from './batches.ts';
import { factOf, PAYLOAD, SOME_HASH } from './facts.ts';
import { openPgledger } from './pgledger.ts';

const CLIENTS = 8;
const ACCOUNTS = 512;

export interface BenchRow {
  readonly name: string;
  /** Ours against the peer, in calls a second. */
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  /** Medians, calls a second. */
  readonly recorded: number;
  readonly inserted: number;
}
export interface PostingBench extends Omit<BenchRow, 'name' | 'recorded' | 'inserted'> {
  readonly bench: 'posting';
  /** One a round, of the headline. */
  readonly ratios: readonly number[];
  readonly peer: string;
  readonly runs: number;
  /** `recordBatch()` of 1,000 entries against one plain statement of the same rows. */
  readonly batchRatio: number;
  /** Against pgledger's transfers into one hot account, 8 clients; null without its SQL. */
  readonly vsPgledger: number | null;
  readonly rows: readonly BenchRow[];
  readonly versions: Readonly<Record<string, string>>;
}

type Pay = (n: number) => readonly Posting[];
type One = (n: number) => Promise<void>;

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
  { rounds = 7, entries = 1200, pgledger = [] }: Options = {},
): Promise<PostingBench> {
  await prepare(platform);
  const found: BenchRow[] = [];
  let headlines: number[] | undefined;
  const side = async (name: string, total: number, ours: One, peer: One): Promise<BenchRow> => {
    const { ours: a, peers: b } = await alternate({ rounds, total }, ours, peer);
    headlines ??= each(a, b);
    const row = { name, ...ratios(a, b), recorded: median(a), inserted: median(b) };
    found.push(row);
    return row;
  };
  for (const { name, pay } of SHAPES) {
    const [ours, raw] = [
      (n: number) => recordOne(platform, pay(n)),
      (n: number) => insertOne(platform, pay(n)),
    ];
    await side(name, entries, ours, raw);
  }
  const [hot] = SHAPES;
  if (!hot) throw new Error('there is nothing to pay');
  const batches = await side(
    `batches of ${BATCH}, ${hot.name}`,
    2 * CLIENTS,
    () => recordMany(platform, hot.pay),
    () => insertMany(platform, hot.pay),
  );
  const peer =
    pgledger.length > 0 ? await openPgledger(platform, { files: pgledger, payers: ACCOUNTS }) : null;
  const against =
    peer &&
    (await side(
      `against pgledger, ${hot.name}`,
      entries,
      (n) => recordOne(platform, hot.pay(n)),
      (n) => peer.transfer(spread(n)),
    ));
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
    batchRatio: batches.ratio,
    vsPgledger: against?.ratio ?? null,
    rows: found,
    versions,
  };
}

interface Options {
  rounds?: number;
  entries?: number;
  /** Paths of pgledger's own SQL, in the order to run them; none: it is left out. */
  pgledger?: readonly string[];
}

/** Speeds of both, round by round in turns, after a warming up of each. */
async function alternate(
  { rounds, total }: { rounds: number; total: number },
  ours: One,
  peer: One,
): Promise<{ ours: number[]; peers: number[] }> {
  const found: { ours: number[]; peers: number[] } = { ours: [], peers: [] };
  await round(total / 4, ours);
  await round(total / 4, peer);
  for (let run = 0; run < rounds; run++) {
    const first = run % 2 === 0;
    if (first) found.ours.push(await round(total, ours));
    found.peers.push(await round(total, peer));
    if (!first) found.ours.push(await round(total, ours));
  }
  return found;
}

/** Calls a second of `total` calls by 8 clients. */
async function round(total: number, one: One): Promise<number> {
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

async function recordOne(platform: Platform, postings: readonly Posting[]): Promise<void> {
  const recorded = await platform.db.transaction((tx) => record(tx, platform, factOf(postings)));
  if (!recorded.ok) throw new Error(recorded.code);
}

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
