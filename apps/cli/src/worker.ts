import { type ChildProcess, spawn } from 'node:child_process';
import { workerEntry } from './config.ts';

/**
 * Starts a worker process that dies with us: it watches the channel between us. The token goes by the
 * environment, so that no process list shows it. `cache`: where it keeps what it fetches; left out, the worker's own choice.
 */
export function spawnWorker(
  url: string,
  token: string,
  weights: readonly string[],
  cache?: string,
): ChildProcess {
  const folders = weights.flatMap((folder) => ['--weights', folder]);
  if (cache !== undefined) folders.push('--cache', cache);
  return spawn(process.execPath, [workerEntry, '--url', url, ...folders], {
    env: { ...process.env, UNCAGED_WORKER_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** `uncaged worker`: lends this machine until SIGTERM or SIGINT, which give the job back. */
export async function startWorker(options: {
  url: string;
  token?: string;
  weights?: string[];
}): Promise<void> {
  const token = options.token ?? process.env.UNCAGED_WORKER_TOKEN;
  if (!token) {
    console.error('uncaged: give --token or UNCAGED_WORKER_TOKEN; a steward issues one.');
    process.exit(1);
  }
  const child = spawnWorker(options.url, token, options.weights ?? []);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
