import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Glance } from './colours.ts';

/** Milliseconds that looking at a batch may take. */
const patience = 30_000;

/** The batch that is looked at now: one process at a time, whoever asks. */
let looking: Promise<unknown> = Promise.resolve();

/**
 * Glances at pictures that this program wrote (sanitised rasters) in a process of its own; null for one that cannot
 * be read, and for all of them when it takes too long.
 */
export function glancesAt(pictures: readonly Uint8Array[]): Promise<(Glance | null)[]> {
  const mine = looking.then(() => look(pictures));
  looking = mine.catch(() => {});
  return mine;
}

function look(pictures: readonly Uint8Array[]): Promise<(Glance | null)[]> {
  const child = fork(fileURLToPath(new URL('./glance.child.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--max-old-space-size=256', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env.PATH ?? '' },
  });
  return new Promise((resolve) => {
    const end = (glances: (Glance | null)[]) => {
      clearTimeout(deadline);
      resolve(glances);
    };
    const nothing = () => end(pictures.map(() => null));
    const deadline = setTimeout(() => child.kill('SIGKILL'), patience);
    child.once('message', (glances: (Glance | null)[]) => end(glances));
    child.once('exit', nothing);
    child.once('error', nothing);
    child.send([...pictures], (error) => error && nothing());
  });
}
