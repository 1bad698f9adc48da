import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '..', '..');
const cli = path.join(root, 'apps', 'cli', 'src', 'index.ts');

/** A process of the platform that can be killed without a word and started again. */
export interface Running {
  child: ChildProcess;
  /** SIGKILL: no handler runs. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM: drains. Resolves with the exit status. */
  stop(): Promise<number | null>;
}

/** What a process says goes to `log`, so that one that ends by itself can be asked why. */
function start(
  args: string[],
  env: Record<string, string>,
  log: string,
): Running & { lines: AsyncIterable<string> } {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.stderr?.pipe(createWriteStream(log, { flags: 'a' }));
  return {
    child,
    lines: createInterface({ input: child.stdout ?? process.stdin }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Starts the api on a data folder; resolves with its address once it prints it. */
export async function startServer(
  dataFolder: string,
  port: number,
  log: string,
): Promise<Running & { url: string }> {
  const running = start(['up', '--port', String(port), '--workers', '0'], { UNCAGED_DATA: dataFolder }, log);
  for await (const line of running.lines) {
    const url = /https?:\/\/[^\s]+/.exec(line)?.[0];
    if (url) {
      running.child.stdout?.resume();
      return { ...running, url: url.replace(/\/$/, '') };
    }
  }
  throw new Error(`the api ended before it said where it is (status ${running.child.exitCode})`);
}

/** Starts a worker that leases from `url`. */
export function startWorker(url: string, token: string, log: string): Running {
  const running = start(['worker', '--url', url, '--token', token], {}, log);
  running.child.stdout?.resume();
  return running;
}
