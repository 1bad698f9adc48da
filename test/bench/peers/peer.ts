import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import { readSafetensors, type StoredTensor, writeSafetensors } from '@uncaged/engine';
import { type Figures, Unavailable } from '../bench.ts';

const TORCH = '2.13.0';
const PACKAGES = [`torch==${TORCH}`, 'numpy==2.4.6', 'safetensors==0.8.0'];

/**
 * A Python with PyTorch: the environment UNCAGED_BENCH_VENV names, else one made once in the user's cache folder.
 * Throws {@link Unavailable} where there is no Python 3, or PyTorch cannot be installed.
 */
async function pythonWithTorch(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = process.env.UNCAGED_BENCH_VENV ?? path.join(cache, 'uncaged', `bench-torch-${TORCH}`);
  const python = path.join(folder, 'bin', 'python');
  const call = promisify(execFile);
  const has = () => call(python, ['-c', 'import numpy, safetensors, torch; print(torch.__version__)']);
  const found = existsSync(python) ? await has().catch(() => undefined) : undefined;
  if (found?.stdout.startsWith(TORCH)) return python;
  if (process.env.UNCAGED_BENCH_VENV)
    throw new Unavailable(
      `UNCAGED_BENCH_VENV is ${folder}, which has no PyTorch ${TORCH}. Unset it to make one.`,
    );
  console.error(`Installing PyTorch ${TORCH} into ${folder}, once and for this bench only …`);
  await mkdir(path.dirname(folder), { recursive: true });
  await call('python3', ['-m', 'venv', '--clear', folder]).catch(() => {
    throw new Unavailable(
      'This bench measures against PyTorch: install Python 3.10 or newer with its venv module.',
    );
  });
  await call(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]).catch((error: Error) => {
    throw new Unavailable(`PyTorch ${TORCH} could not be installed: ${error.message.slice(-400)}`);
  });
  return python;
}

/** What a peer is to do, besides its inputs; lengths of runs, sizes and rates by the script's own names. */
type Task = { readonly weights: string; readonly config: unknown } & Readonly<Record<string, unknown>>;

/**
 * How PyTorch is run: as written, or compiled; and whether its waiting threads spin or sleep. A way gets `patience`
 * seconds to its first numbers: compiling takes its time, and on a busy machine spinning can take minutes.
 */
type How = {
  readonly name: string;
  readonly compiled: boolean;
  readonly spinning: boolean;
  readonly patience: number;
};
const WAYS: readonly How[] = [
  { name: 'eager, waiting threads sleep', compiled: false, spinning: false, patience: 120 },
  { name: 'eager, waiting threads spin', compiled: false, spinning: true, patience: 30 },
  { name: 'compiled, waiting threads sleep', compiled: true, spinning: false, patience: 180 },
];

/** What a round took: seconds on the clock, and seconds of processor time over all threads. */
type Taken = { readonly seconds: number; readonly cpu: number };

/** One Python process that holds the weights and answers a command a line. */
class Peer {
  readonly how: How;
  readonly rounds: Taken[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #complaint = '';

  constructor(python: string, kind: string, folder: string, how: How, threads: number) {
    this.how = how;
    const script = path.join(import.meta.dirname, 'peer.py');
    const waiting = how.spinning ? {} : { OMP_WAIT_POLICY: 'PASSIVE' };
    this.#child = spawn(python, [script, kind, folder, how.compiled ? 'compiled' : 'eager'], {
      env: { ...process.env, ...waiting, OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' },
    });
    this.#child.stderr.on('data', (piece) => {
      this.#complaint = `${this.#complaint}${piece}`.slice(-2000);
    });
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async answer(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`PyTorch (${this.how.name}) ended: ${this.#complaint}`);
    return JSON.parse(value);
  }

  ask(command: 'numbers' | 'round'): Promise<Record<string, unknown>> {
    this.#child.stdin.write(`${command}\n`);
    return this.answer();
  }

  async numbers(): Promise<ReadonlyMap<string, StoredTensor>> {
    const { path: file } = await this.ask('numbers');
    const stored = readSafetensors(await readFile(String(file)));
    if (!stored.ok) throw new Error(stored.message);
    return stored.tensors;
  }

  async round(): Promise<Taken> {
    const { seconds, cpu } = await this.ask('round');
    const taken = { seconds: Number(seconds), cpu: Number(cpu) };
    this.rounds.push(taken);
    return taken;
  }

  /** Seconds of the fastest round so far, which other work on the machine disturbs least. */
  get least(): number {
    return Math.min(...this.rounds.map(({ seconds }) => seconds));
  }

  close(): void {
    this.#reader.close();
    this.#child.kill();
  }
}

/** Largest |a − b| over the largest |b|: how far numbers are apart, relative to their size. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [most, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    most = Math.max(most, Number.isNaN(x - y) ? Number.POSITIVE_INFINITY : Math.abs(x - y));
    size = Math.max(size, Math.abs(y));
  }
  return most / size;
}

/** A peer's way of running, the numbers it came to, and what each round took both. */
type Race = {
  readonly numbers: ReadonlyMap<string, StoredTensor>;
  readonly figures: Figures;
};

const TRIAL_ROUNDS = 5;

type RaceOptions = {
  readonly kind: 'sampler' | 'trainstep';
  /** What a round is, in words. */
  readonly work: string;
  /** A folder the peer may read and write. */
  readonly folder: string;
  readonly task: Task;
  readonly inputs: ReadonlyMap<string, StoredTensor>;
  readonly threads: number;
  readonly rounds: number;
  /** Our side of a round. */
  readonly ours: () => Promise<void>;
};

/**
 * Runs PyTorch beside us. Of the ways it can be run, the one with the fastest round in a few is what we are
 * measured against; then both take turns, and who goes first changes from round to round. `cpu_ratio` compares
 * processor time, which other work on the machine disturbs less.
 */
export async function race(options: RaceOptions): Promise<Race> {
  const { kind, folder, task, inputs, threads, rounds } = options;
  const python = await pythonWithTorch();
  await writeFile(path.join(folder, 'task.json'), JSON.stringify({ ...task, threads }));
  await writeFile(path.join(folder, 'inputs.safetensors'), writeSafetensors(inputs, 'F32'));
  const peers = WAYS.map((how) => new Peer(python, kind, folder, how, threads));
  try {
    const { peer, torch, numbers, tried } = await fastest(peers);
    const [ours, theirs] = [[] as Taken[], [] as Taken[]];
    for (let round = 0; round < rounds; round++) {
      if (round % 2 === 0) ours.push(await timed(options.ours));
      theirs.push(await peer.round());
      if (round % 2 === 1) ours.push(await timed(options.ours));
    }
    const median = (rounds: readonly Taken[], key: keyof Taken) =>
      medianOf(rounds.map((taken) => taken[key]));
    const figures = {
      ratios: ours.map(({ seconds }, round) => seconds / (theirs[round] as Taken).seconds),
      peer: `PyTorch ${torch}, ${peer.how.name}: ${options.work}`,
      versions: { node: process.version, torch },
      fields: {
        seconds: median(ours, 'seconds'),
        peer_seconds: median(theirs, 'seconds'),
        cpu_ratio: median(ours, 'cpu') / median(theirs, 'cpu'),
        peer_ways: tried,
        threads,
      },
    };
    return { numbers, figures };
  } finally {
    for (const peer of peers) peer.close();
  }
}

/** The peer with the fastest of a few rounds in turns; the others are ended. */
async function fastest(peers: readonly Peer[]) {
  const tried: Record<string, number | string> = {};
  const ready: { peer: Peer; torch: string; numbers: ReadonlyMap<string, StoredTensor> }[] = [];
  for (const [i, peer] of peers.entries()) {
    // Compiling needs a C++ compiler, which PyTorch does not bring; a way that hangs is ended, and so answers.
    const { name, patience } = peer.how;
    const timer = setTimeout(() => peer.close(), patience * 1000);
    try {
      const answer = await peer.answer();
      ready.push({ peer, torch: String(answer.ready), numbers: await peer.numbers() });
    } catch (error) {
      if (i === 0) throw error;
      tried[name] = `no numbers in ${patience} s. ${(error as Error).message}`.slice(0, 200);
    }
    clearTimeout(timer);
  }
  for (let i = 0; i < TRIAL_ROUNDS; i++) for (const { peer } of ready) await peer.round();
  for (const { peer } of ready) tried[peer.how.name] = peer.least;
  const sorted = ready.toSorted((a, b) => a.peer.least - b.peer.least);
  const [best, ...others] = sorted;
  if (!best) throw new Error('PyTorch did not run');
  for (const { peer } of others) peer.close();
  return { ...best, tried };
}

async function timed(work: () => Promise<void>): Promise<Taken> {
  const [started, busy] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(busy);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
