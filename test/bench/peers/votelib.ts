import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Unavailable } from '../bench.ts';

export const VOTELIB = '0.4.0';
const call = promisify(execFile);

/**
 * A Python with votelib, made once in the user's cache folder for this bench only. Throws {@link Unavailable} where
 * there is no Python 3, or votelib cannot be installed.
 */
export async function pythonWithVotelib(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'uncaged', `bench-votelib-${VOTELIB}`);
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(python) && (await call(python, ['-c', 'import votelib']).catch(() => null))) return python;
  console.error(`Installing votelib ${VOTELIB} into ${folder}, once and for this bench only …`);
  await mkdir(path.dirname(folder), { recursive: true });
  await call('python3', ['-m', 'venv', '--clear', folder]).catch(() => {
    throw new Unavailable(
      'This bench measures against votelib: install Python 3.9 or newer with its venv module.',
    );
  });
  await call(python, ['-m', 'pip', 'install', '--quiet', `votelib==${VOTELIB}`]).catch((error: Error) => {
    throw new Unavailable(`votelib ${VOTELIB} could not be installed: ${error.message.slice(-400)}`);
  });
  return python;
}

/** Counts a file of ballots once; reading it is not part of the seconds. */
export async function countWithVotelib(
  python: string,
  method: 'schulze' | 'stv',
  file: string,
  seats: number,
): Promise<{ count_seconds: number; winners: string[] }> {
  const script = path.join(import.meta.dirname, 'tally.py');
  const { stdout } = await call(python, [script, method, file, String(seats)]);
  return JSON.parse(stdout) as { count_seconds: number; winners: string[] };
}
