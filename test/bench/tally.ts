import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Random } from '@uncaged/engine';
import { countPapers } from '../../packages/governance/src/methods/count.ts';
import { pack } from '../../packages/governance/src/methods/papers.ts';
import { countSchulze } from '../../packages/governance/src/methods/schulze.ts';
import { countStv } from '../../packages/governance/src/methods/stv.ts';
import type { Bench } from './bench.ts';
import { countWithVotelib, pythonWithVotelib, VOTELIB } from './peers/votelib.ts';

const ROUNDS = 5;

/** Rankings one after the other, as numbers of options; what every counter is then given in its own form. */
interface Drawn {
  options: string[];
  places: Uint8Array;
  starts: Uint32Array;
}

interface Counted {
  /** from ballots in the counter's own form to the result */
  count_seconds: number;
  winners: string[];
}

/** A method, and what it is asked. */
interface Task {
  method: 'schulze' | 'stv';
  size: number;
  seats: number;
}
const tasks: readonly Task[] = [
  { method: 'schulze', size: 10, seats: 1 },
  { method: 'stv', size: 20, seats: 5 },
];

/**
 * Counting ballots: Schulze with 10 options, and STV with 20 options and 5 seats, against libraries that count them too.
 * `ratio` is the smallest of all: everybody counts the same ballots from memory, from the form they count them in (ours
 * packed, caritat's a map a ballot, votelib's a count for each kind of ballot), which nobody's seconds include making.
 * `seconds` is the larger of ours from ballots as members cast them, packing included, to all that is published. All
 * seconds are processor time of the one thread that counts; of ours `wall_seconds` shows what a busy machine makes of it.
 * UNCAGED_BENCH_BALLOTS chooses how many ballots, 1,000,000 otherwise. Goals: `ratio` at least 20, `seconds` at most 1.
 */
export const bench: Bench = {
  async run() {
    const ballots = Number(process.env.UNCAGED_BENCH_BALLOTS ?? 1_000_000);
    const python = await pythonWithVotelib();
    const caritat = await loadCaritat();
    const room = await mkdtemp(path.join(tmpdir(), 'uncaged-tally-'));
    try {
      const rows: (Counted &
        Record<'seconds' | 'wall_seconds' | 'peer_seconds' | 'ratio', number> & {
          method: string;
          peer: string;
        })[] = [];
      for (const task of tasks) {
        const { method, size, seats } = task;
        const drawn = draw(ballots, size);
        const ours = countOurs(task, drawn);
        const row = (peer: string, theirs: Counted) => {
          if (theirs.winners.toSorted().join() !== ours.winners.toSorted().join())
            throw new Error(
              `${peer} elects ${theirs.winners.join(', ')}; we elect ${ours.winners.join(', ')}`,
            );
          const ratio = theirs.count_seconds / ours.count_seconds;
          rows.push({ method, peer, ...ours, peer_seconds: theirs.count_seconds, ratio });
        };
        if (method === 'schulze') row('@node-core/caritat', countWithCaritat(caritat.Result, drawn));
        const file = path.join(room, `${method}.txt`);
        await pipeline(Readable.from(linesOf(drawn)), createWriteStream(file));
        row('votelib', await countWithVotelib(python, method, file, seats));
      }
      const [first] = cpus();
      return {
        ratios: [Math.min(...rows.map(({ ratio }) => ratio))],
        peer: 'the same ballots counted by @node-core/caritat (Schulze only: it has no STV) and votelib',
        versions: { node: process.version, '@node-core/caritat': caritat.version, votelib: VOTELIB },
        fields: {
          seconds: thousandths(Math.max(...rows.map(({ seconds }) => seconds))),
          ballots,
          cpu: first?.model,
        },
        rows: rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              typeof value === 'number' ? thousandths(value) : value,
            ]),
          ),
        ),
      };
    } finally {
      await rm(room, { recursive: true });
    }
  },
};

const thousandths = (value: number) => Number(value.toFixed(3));

/** Each ballot ranks some options, few or all; the lower an option's number, the sooner it is drawn. */
function draw(ballots: number, size: number): Drawn {
  const random = new Random(4);
  const options = Array.from({ length: size }, (_, i) => `o${i + 1}`);
  const places = new Uint8Array(ballots * size);
  const starts = new Uint32Array(ballots + 1);
  const keys = new Float64Array(size);
  let length = 0;
  for (let ballot = 0; ballot < ballots; ballot += 1) {
    for (let i = 0; i < size; i += 1) keys[i] = -Math.log(1 - random.uniform()) * (1 + i / 4);
    const order = Array.from({ length: size }, (_, i) => i);
    order.sort((a, b) => (keys[a] as number) - (keys[b] as number));
    const ranked = 1 + Math.floor(random.uniform() * size);
    for (let i = 0; i < ranked; i += 1) places[length + i] = order[i] as number;
    length += ranked;
    starts[ballot + 1] = length;
  }
  return { options, places: places.subarray(0, length), starts };
}

function* rankings({ options, places, starts }: Drawn): Generator<string[]> {
  for (let ballot = 0; ballot + 1 < starts.length; ballot += 1)
    yield Array.from(
      places.subarray(starts[ballot], starts[ballot + 1]),
      (place) => options[place] as string,
    );
}

/** The heap is full of ballots: collecting it is nobody's count. */
function collect(): void {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
}

interface Timed<T> {
  /** of this thread on a processor, whatever else the machine does */
  seconds: number;
  wall: number;
  result: T;
}

function timed<T>(count: () => T): Timed<T> {
  collect();
  const [from, started] = [process.threadCpuUsage(), performance.now()];
  const result = count();
  const [spent, ended] = [process.threadCpuUsage(from), performance.now()];
  return { seconds: (spent.user + spent.system) / 1e6, wall: (ended - started) / 1000, result };
}

/** Medians of some rounds: the count of packed ballots, and all of it from ballots as they were cast. */
function countOurs(
  { method, seats }: Task,
  drawn: Drawn,
): Counted & { seconds: number; wall_seconds: number } {
  const { options } = drawn;
  const papers = [...rankings(drawn)].map((ranking) => ({
    vote: { ranking: ranking.map((option) => [option]) },
  }));
  const packed = pack(options, papers);
  const count = median(() => (method === 'stv' ? countStv(packed, seats) : countSchulze(packed, 'implicit')));
  const whole = median(() => countPapers({ method, options, unranked: 'implicit', seats }, papers));
  const { seconds, wall, result } = whole;
  return { count_seconds: count.seconds, winners: result.winners, seconds, wall_seconds: wall };
}

function median<T>(count: () => T): Timed<T> {
  const rounds = Array.from({ length: ROUNDS }, () => timed(count)).sort((a, b) => a.seconds - b.seconds);
  return rounds[ROUNDS >> 1] as (typeof rounds)[number];
}

interface CaritatResult {
  findWinners(): Iterable<string>;
}
type CaritatCount = new (
  voters: null,
  options: string[],
  subject: string,
  votes: { voter: { id: string }; preferences: Map<string, number> }[],
  settings: object,
) => CaritatResult;

/** Its package shows files and commands alone; the count itself lies deeper. */
async function loadCaritat(): Promise<{ version: string; Result: CaritatCount }> {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('@node-core/caritat/package.json');
  const file = path.join(path.dirname(manifest), 'dist', 'votingMethods', 'CondorcetResult.js');
  const { default: Result } = (await import(pathToFileURL(file).href)) as { default: CaritatCount };
  return { version: (require(manifest) as { version: string }).version, Result };
}

function countWithCaritat(Result: CaritatCount, drawn: Drawn): Counted {
  const votes = [...rankings(drawn)].map((ranking, i) => ({
    voter: { id: String(i) },
    preferences: new Map(ranking.map((option, rank) => [option, drawn.options.length - rank])),
  }));
  const { seconds, result } = timed(() => new Result(null, drawn.options, 'bench', votes, {}));
  return { count_seconds: seconds, winners: [...result.findWinners()] };
}

/** Ballots that are the same are one line. */
function* linesOf(drawn: Drawn): Generator<string> {
  const counts = new Map<string, number>();
  for (const ranking of rankings(drawn)) {
    const key = ranking.join('>');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) yield `${count}:${key}\n`;
}
